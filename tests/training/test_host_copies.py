"""Copies for the host: gathered as from a card, and one by one."""

import numpy as np
import pytest
import torch
from torch import Tensor

from dgm_explorer.training.host_copies import copy_gathered, copy_to_host

TENSORS = {
    "matrix": torch.arange(6.0).reshape(2, 3).T,
    "number": torch.tensor(2.5),
    "codes": torch.arange(4).reshape(2, 2),
    "nothing": torch.zeros(0, 5),
    "last": torch.linspace(0, 1, 7),
}


def test_a_gathered_copy_gives_the_same_arrays_as_one_by_one() -> None:
    n_fetched: list[int] = []

    def fetch(flat: Tensor) -> Tensor:
        n_fetched.append(len(flat))
        return flat.clone()

    gathered, single = copy_gathered(TENSORS, fetch), copy_to_host(TENSORS)
    assert sorted(n_fetched) == [4, 6 + 1 + 7], "one transfer for each type"
    for copies in (gathered, single):
        assert list(copies) == list(TENSORS)
        for name, array in copies.items():
            expected = np.array(TENSORS[name].tolist(), array.dtype).reshape(TENSORS[name].shape)
            assert array.dtype == (np.int64 if name == "codes" else np.float32)
            np.testing.assert_array_equal(array, expected)
            assert array.flags.c_contiguous


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64, torch.int32, torch.bool])
def test_other_types_become_float32_or_int64(dtype: torch.dtype) -> None:
    (array,) = copy_to_host({"one": torch.ones(3, dtype=dtype)}).values()
    assert array.dtype == (np.float32 if dtype.is_floating_point else np.int64)
    np.testing.assert_array_equal(array, 1)


def test_copies_stay_as_they_were_and_share_no_memory() -> None:
    parameter = torch.zeros(3, requires_grad=True)
    tensors = {"parameter": parameter, "other": torch.zeros(3)}
    for copies in (copy_to_host(tensors), copy_gathered({"a": torch.zeros(3)}, lambda flat: flat)):
        for array in copies.values():
            assert array.base is None, "an array that is kept keeps nothing else alive"
            assert not array.flags.writeable
    before = copy_to_host(tensors)["parameter"]
    with torch.no_grad():
        parameter += 1
    np.testing.assert_array_equal(before, 0)


class FakeStream:
    """What the transfer asks of a stream, in the order asked."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls

    def wait_stream(self, _other: object) -> None:
        self.calls.append("waits for training")

    def record_event(self) -> "FakeStream":
        self.calls.append("marks")
        return self

    def synchronize(self) -> None:
        self.calls.append("is waited for")

    def __enter__(self) -> None:
        self.calls.append("copies")

    def __exit__(self, *_: object) -> None:
        pass


def test_the_transfer_waits_for_training_and_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls for a card, in their order, on tensors of the CPU; what a card does is not seen here."""
    from dgm_explorer.training import host_copies

    calls: list[str] = []
    pinned: list[bool] = []
    stream, empty = FakeStream(calls), torch.empty

    def make_empty(shape: torch.Size, dtype: torch.dtype, pin_memory: bool) -> Tensor:
        pinned.append(pin_memory)
        return empty(shape, dtype=dtype)

    monkeypatch.setattr(torch.cuda, "Stream", lambda _device: stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _device: None)
    monkeypatch.setattr(torch.cuda, "stream", lambda one: one)
    monkeypatch.setattr(torch.Tensor, "record_stream", lambda *_: calls.append("is kept"))
    monkeypatch.setattr(torch, "empty", make_empty)
    fetched = host_copies._fetch_from_card(torch.arange(3.0))
    assert torch.equal(fetched, torch.arange(3.0))
    assert pinned == [True]
    assert calls == ["waits for training", "copies", "marks", "is kept", "is waited for"]
