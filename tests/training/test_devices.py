"""Where a run computes."""

import pytest
import torch

from dgm_explorer.core.errors import InputError
from dgm_explorer.training import devices
from dgm_explorer.training.devices import Place, find_device, use_threads


@pytest.mark.parametrize(
    ("has_cuda", "has_mps", "expected"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_fastest_device_there_is(
    monkeypatch: pytest.MonkeyPatch, has_cuda: bool, has_mps: bool, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: has_mps)
    assert find_device("auto").type == expected


def test_each_process_of_a_group_takes_its_own_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [find_device("cuda", rank).index for rank in range(3)] == [0, 1, 0]


def test_a_device_that_is_not_there_is_refused_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match="device cuda is not available here; use auto or one of: cpu"):
        find_device("cuda")


@pytest.mark.parametrize(
    ("multiplications", "cores", "processes", "expected"),
    [
        (128 * 170_000, 16, 1, 1),
        (128 * 3_300_000, 16, 1, 15),
        (128 * 3_300_000, 2, 1, 1),
        (128 * 3_300_000, 1, 1, 1),
        (128 * 3_300_000, 16, 4, 3),
    ],
)
def test_small_nets_take_one_thread_and_large_ones_leave_one_core_free(
    monkeypatch: pytest.MonkeyPatch, multiplications: int, cores: int, processes: int, expected: int
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.setattr(devices, "count_cores", lambda: cores)
    assert use_threads(multiplications, processes) == expected
    assert asked == [expected]


def double(x: torch.Tensor) -> torch.Tensor:
    return 2 * x


class Factor(torch.nn.Module):
    """A model of one number."""

    def __init__(self) -> None:
        super().__init__()
        self.number = torch.nn.Parameter(torch.ones(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.mul(self.number, x)


def test_the_cpu_runs_functions_as_they_are() -> None:
    place = Place()
    assert place.captured(double, Factor(), torch.ones(3)) is double
    assert place.notes == []
    with place.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_a_compiled_function_is_used_where_it_works() -> None:
    def compiled(x: torch.Tensor) -> torch.Tensor:
        return x + x

    place = Place(compiler=lambda _function: compiled)
    assert place.captured(double, Factor(), torch.ones(3)) is compiled
    assert place.notes == []


def test_a_graph_is_tried_until_it_was_replayed_each_time_as_a_step_of_training_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Warmed up, recorded and replayed, each after the last gradients are gone and a step was marked."""
    seen: list[str] = []
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: seen.append("marked"))
    model = Factor()

    def recording(x: torch.Tensor) -> torch.Tensor:
        seen.append("clear" if model.number.grad is None else "gradient kept")
        return model.forward(x)

    place = Place(torch.device("cuda"), lambda _function: recording, has_bfloat16=False)
    assert place.captured(model.forward, model, torch.ones(3)) is recording
    assert seen == ["marked", "clear"] * devices.N_TRIES
    assert model.number.grad is None


def test_what_fails_as_the_graph_is_replayed_is_noted_and_leaves_no_gradient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: None)
    model = Factor()
    calls: list[int] = []

    def failing(x: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        if len(calls) == devices.N_TRIES:
            raise RuntimeError("operation not permitted when stream is capturing")
        return model.forward(x)

    place = Place(torch.device("cuda"), lambda _function: failing, has_bfloat16=False)
    assert place.captured(model.forward, model, torch.ones(3)) == model.forward
    assert "stream is capturing" in place.notes[0]
    assert model.number.grad is None


def test_only_a_card_with_graphs_is_told_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    marked: list[int] = []
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: marked.append(1))
    Place().begin_step()
    assert marked == []
    Place(torch.device("cuda"), has_bfloat16=False).begin_step()
    assert marked == [1]


def refuse(_function: object) -> object:
    raise RuntimeError("Cannot find a working triton installation.\nmore about it")


def fail_late(_function: object) -> object:
    def compiled(_x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("no C compiler")

    return compiled


class FailsBackwards(torch.autograd.Function):
    @staticmethod
    def forward(_ctx: object, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(_ctx: object, *_gradients: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("graph capture failed")


@pytest.mark.parametrize(
    ("compiler", "reason"),
    [
        (refuse, "Cannot find a working triton installation."),
        (fail_late, "no C compiler"),
        (lambda _function: FailsBackwards.apply, "graph capture failed"),
    ],
)
def test_where_compiling_fails_the_function_runs_as_it_is_and_the_reason_is_noted(
    compiler: devices.Compiler, reason: str
) -> None:
    place = Place(compiler=compiler)
    assert place.captured(double, Factor(), torch.ones(3, requires_grad=True)) is double
    assert place.notes == [f"not compiled, runs step by step: {reason}"]


def test_the_place_is_told_in_words() -> None:
    assert Place().words == f"cpu, {torch.get_num_threads()} thread{'s' * (torch.get_num_threads() > 1)}"
    assert Place().memory_mb() is None
