"""A GMM-VAE run goes on exactly where it was, alone or as one of several."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from threading import Barrier

import numpy as np
import pytest
import torch

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command
from dgm_explorer.numerics.graph_clustering import count_pieces
from dgm_explorer.training import gmm_vae_mixture_fit
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.shard import Shard
from tests.training.cases import assert_same, finished
from tests.training.gmm_vae_cases import PER_EPOCH, SMALL, some_digits


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return some_digits()


def edits(step: int) -> Iterator[Command]:
    """Commands at fixed steps, in every phase and of every kind."""
    if step == 3:
        yield Command("learning_rate", (1e-3,))
    if step == 30:
        yield Command("add_component", (0.5, -0.5))
        yield Command("beta", (0.5,))
    if step == 45:
        yield Command("remove_component", (1,))
        yield Command("move_component", (0, 1.0, 1.0))


def go_on(run: GmmVaeModelRun) -> Iterator[int]:
    for progress in run.steps():
        for command in edits(progress.step):
            run.apply(command)
        yield progress.step


@pytest.mark.parametrize("mixture_init", ["gmm", "graph"])
def test_resumes_bit_for_bit_from_every_step(dataset: Dataset, mixture_init: str) -> None:
    config = replace(SMALL, mixture_init=mixture_init, n_z_samples=2)
    whole = GmmVaeModelRun(config, dataset)
    states = [whole.state()]
    for _ in go_on(whole):
        states.append(whole.state())
    for step in (0, 5, 24, 25, 30, 50):
        resumed = GmmVaeModelRun(config, dataset)
        resumed.load_state(states[step])
        assert resumed.progress.step == step
        for _ in go_on(resumed):
            pass
        assert_same(resumed.state(), states[-1])


def test_a_finished_run_goes_on_when_the_plan_grows(dataset: Dataset) -> None:
    longer = replace(SMALL, epochs=5)
    whole = finished(GmmVaeModelRun(longer, dataset))
    resumed = GmmVaeModelRun(longer, dataset)
    resumed.load_state(finished(GmmVaeModelRun(SMALL, dataset)).state())
    assert len(list(resumed.steps())) == 2 * PER_EPOCH
    assert_same(resumed.state(), whole.state())


def test_states_are_copies(dataset: Dataset) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    state = run.state()
    before = {name: array.copy() for name, array in state.arrays.items()}
    finished(run)
    run.load_state(state)
    finished(run)
    for name, array in state.arrays.items():
        np.testing.assert_array_equal(array, before[name])


def test_training_leaves_the_global_random_numbers_alone(dataset: Dataset) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    finished(GmmVaeModelRun(SMALL, dataset))
    assert torch.equal(torch.get_rng_state(), before)


def spoilt(state: CheckpointState, name: str, array: np.ndarray | None) -> CheckpointState:
    arrays = {key: value for key, value in state.arrays.items() if key != name}
    return CheckpointState(arrays if array is None else arrays | {name: array}, state.meta)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("model.encoder.0.weight", None),
        ("model.encoder.0.weight", np.zeros((3, 3), dtype=np.float32)),
        ("model.encoder.0.weight", np.zeros((16, 64))),
        ("adam.encoder.0.bias.exp_avg", None),
        ("batches.order", np.full(450, 10**6)),
        ("assignment", np.full(500, 99)),
        ("generator", np.zeros(7, dtype=np.uint8)),
    ],
)
def test_a_damaged_checkpoint_is_named_and_changes_nothing(
    dataset: Dataset, name: str, array: np.ndarray | None
) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    list(islice(run.steps(), 3))
    state, before = run.state(), run.state()
    next(run.steps())
    before = run.state()
    with pytest.raises(InputError, match=name):
        run.load_state(spoilt(state, name, array))
    assert_same(run.state(), before)


@pytest.mark.parametrize(
    "changes", [{"phase": "dream"}, {"n_updates": -1}, {"format": 9}, {"n_components": 0}, {"position": 1.5}]
)
def test_damaged_positions_are_refused(dataset: Dataset, changes: dict[str, object]) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    state = run.state()
    with pytest.raises(InputError, match=next(iter(changes))):
        run.load_state(CheckpointState(state.arrays, {**state.meta, **changes}))


class OneOfTwo(Shard):
    """Half of every batch, added up with that of another thread."""

    world = 2

    def __init__(self, rank: int, meeting: Barrier, table: list[list[torch.Tensor]]) -> None:
        self.rank = rank
        self._meeting = meeting
        self._table = table

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        self._table[self.rank] = [tensor.clone() for tensor in tensors]
        self._meeting.wait()
        for tensor, *parts in zip(tensors, *self._table, strict=True):
            tensor.copy_(parts[0] + parts[1])
        self._meeting.wait()

    def share(self, tensors: Sequence[torch.Tensor]) -> None:
        self._table[self.rank] = [tensor.detach().clone() for tensor in tensors]
        self._meeting.wait()
        with torch.no_grad():
            for tensor, first in zip(tensors, self._table[0], strict=True):
                tensor.copy_(first)
        self._meeting.wait()


def test_two_halves_of_every_batch_train_the_same_model_as_one_whole(dataset: Dataset) -> None:
    meeting = Barrier(2, timeout=30)
    table: list[list[torch.Tensor]] = [[], []]

    def train(rank: int) -> CheckpointState:
        return finished(GmmVaeModelRun(SMALL, dataset, shard=OneOfTwo(rank, meeting, table))).state()

    with ThreadPoolExecutor(2) as threads:
        halves = list(threads.map(train, range(2)))
    whole = finished(GmmVaeModelRun(SMALL, dataset)).state()
    assert_same(*halves)
    for name, array in whole.arrays.items():
        np.testing.assert_allclose(halves[0].arrays[name], array, rtol=1e-3, atol=1e-4, err_msg=name)


def test_a_fit_in_pieces_can_stop_between_them_and_starts_anew(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = finished(GmmVaeModelRun(SMALL, dataset)).state()
    monkeypatch.setattr(gmm_vae_mixture_fit, "ROWS_PER_PIECE", 100)
    run = GmmVaeModelRun(SMALL, dataset)
    n_pieces = count_pieces(450)
    assert run.progress.n_steps == 5 * PER_EPOCH + n_pieces
    list(islice(run.steps(), 2 * PER_EPOCH + 3))
    half_way = run.state()
    resumed = GmmVaeModelRun(SMALL, dataset)
    resumed.load_state(half_way)
    assert resumed.progress.step == 2 * PER_EPOCH
    for state in (finished(run).state(), finished(resumed).state()):
        assert state.meta["n_fits"] == n_pieces
        for name, array in whole.arrays.items():
            np.testing.assert_array_equal(state.arrays[name], array, err_msg=name)


def test_components_may_go_while_the_mixture_is_fitted(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gmm_vae_mixture_fit, "ROWS_PER_PIECE", 100)
    run = GmmVaeModelRun(SMALL, dataset)
    list(islice(run.steps(), 2 * PER_EPOCH + 3))
    run.apply(Command("remove_component", (0,)))
    assert finished(run).snapshot().n_components == 3
