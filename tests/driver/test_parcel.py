"""Updates between two processes: nothing is changed, shared or left behind on the way."""

import pickle
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.core.gmm_vae_snapshot import Layer
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.driver import parcel
from dgm_explorer.driver.parcel import Packer, Unpacker
from dgm_explorer.driver.update import RunUpdate
from tests.driver.child_runs import BigSnapshot

SHARED = Path("/dev/shm")


@pytest.fixture
def ends() -> Iterator[tuple[Packer, Unpacker]]:
    packer, unpacker = Packer("dgmtest"), Unpacker("dgmtest")
    yield packer, unpacker
    packer.close()
    unpacker.close()
    assert blocks() == []


def blocks() -> list[str]:
    """Names of shared memory that these tests have made and that are still there."""
    return [path.name for path in SHARED.glob("dgmtest*")] if SHARED.is_dir() else []


def update_with(n_numbers: int, step: int = 1) -> RunUpdate:
    values = np.arange(12.0).reshape(3, 4)
    snapshot = BigSnapshot(step, "joint", 0.5, 1, np.full(n_numbers, step, dtype=np.float32))
    return RunUpdate("running", 1.0, snapshot=snapshot, tables=(MetricsTable("train", ("a",), values),))


def test_small_arrays_travel_with_the_words_and_large_ones_through_shared_memory(
    ends: tuple[Packer, Unpacker],
) -> None:
    packer, unpacker = ends
    for n_numbers, is_shared in ((4, False), (100_000, True), (3, False), (300_000, True), (0, False)):
        sent = update_with(n_numbers, step=n_numbers)
        on_its_way = packer.pack(sent)
        assert bool(on_its_way.block) == is_shared
        assert len(on_its_way.text) < 20_000
        arrived = unpacker.unpack(on_its_way)
        np.testing.assert_array_equal(arrived.snapshot.numbers, sent.snapshot.numbers)
        np.testing.assert_array_equal(arrived.tables[0].values, sent.tables[0].values)
        assert blocks() == []  # a block has no name any more once both ends have it


def test_what_has_arrived_stays_as_it_is_when_the_block_is_used_again(
    ends: tuple[Packer, Unpacker],
) -> None:
    packer, unpacker = ends
    first = packer.pack(update_with(50_000, step=1))
    arrived = unpacker.unpack(first)
    second = packer.pack(update_with(50_000, step=2))
    assert second.block == first.block
    assert unpacker.unpack(second).snapshot.numbers[0] == 2
    assert (arrived.snapshot.numbers == 1).all()


def test_arrays_of_any_layout_and_type_arrive_whole(ends: tuple[Packer, Unpacker]) -> None:
    packer, unpacker = ends
    grid = np.arange(40_000.0).reshape(200, 200)
    layers = [
        Layer(array, np.arange(9_001, dtype=np.uint8))  # type: ignore[arg-type]
        for array in (grid.T, grid[::2, 1::3], np.asfortranarray(grid), np.zeros((0, 5)), grid > 7)
    ]
    sent = RunUpdate("running", 0.0, snapshot=layers)  # type: ignore[arg-type]
    for was, is_now in zip(layers, unpacker.unpack(packer.pack(sent)).snapshot, strict=True):  # type: ignore[call-overload]
        np.testing.assert_array_equal(is_now.weight, was.weight)
        np.testing.assert_array_equal(is_now.bias, was.bias)
        assert is_now.weight.dtype == was.weight.dtype


def test_without_room_for_shared_memory_everything_goes_through_the_pipe(
    ends: tuple[Packer, Unpacker], monkeypatch: pytest.MonkeyPatch
) -> None:
    packer, unpacker = ends
    monkeypatch.setattr(parcel, "_has_room", lambda _size: False)
    on_its_way = packer.pack(update_with(100_000, step=7))
    assert on_its_way.block == ""
    assert (unpacker.unpack(on_its_way).snapshot.numbers == 7).all()


def test_a_block_that_was_made_but_never_announced_is_freed_too(ends: tuple[Packer, Unpacker]) -> None:
    packer, unpacker = ends
    unpacker.unpack(packer.pack(update_with(20_000)))
    packer.pack(update_with(200_000))  # its process is killed here
    assert blocks() != []
    unpacker.close()
    assert blocks() == []


def test_a_parcel_itself_is_small(ends: tuple[Packer, Unpacker]) -> None:
    packer, _ = ends
    assert len(pickle.dumps(packer.pack(update_with(1_000_000)))) < 5_000
    assert resource_tracker.getfd() > 0  # it would complain at the end of the tests about what is left
