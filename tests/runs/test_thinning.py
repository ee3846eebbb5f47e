"""A series that grows keeps its beginning, its end, and a bounded size."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.runs.folder import step_name, steps_in
from dgm_explorer.runs.thinning import steps_to_delete, thin


@given(
    steps=st.lists(st.integers(0, 10_000), unique=True, max_size=200).map(sorted), limit=st.integers(0, 300)
)
def test_the_first_the_newest_and_the_newer_half_stay(steps: list[int], limit: int) -> None:
    gone = steps_to_delete(steps, limit)
    assert bool(gone) == (len(steps) > max(limit, 3))
    if gone:
        assert steps[0] not in gone
        assert not set(gone) & set(steps[max(2, len(steps) // 2) :])
        kept_old = [index for index, step in enumerate(steps[: len(steps) // 2]) if step not in gone]
        assert all(b - a <= 2 for a, b in pairwise(kept_old))


def grow(folder: Path, n: int, max_count: int, max_bytes: int, size: int = 10) -> tuple[int, ...]:
    for step in range(1, n + 1):
        (folder / step_name(step)).write_bytes(bytes(size))
        thin(folder, max_count, max_bytes)
        assert len(steps_in(folder)) <= max(max_count, 3)
    return steps_in(folder)


def test_a_long_run_stays_bounded_and_dense_at_its_end(tmp_path: Path) -> None:
    steps = grow(tmp_path, 500, max_count=20, max_bytes=10**9)
    assert steps[0] == 1
    assert len(steps) >= 12
    assert steps[-5:] == (496, 497, 498, 499, 500)


def test_bytes_are_bounded_too_but_never_below_three_files(tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    steps = grow(tmp_path / "some", 60, max_count=20, max_bytes=80)
    assert len(steps) <= 8
    assert (steps[0], steps[-1]) == (1, 60)
    (tmp_path / "few").mkdir()
    assert len(grow(tmp_path / "few", 30, max_count=20, max_bytes=1)) == 3


def test_a_folder_that_vanished_is_nothing_to_thin(tmp_path: Path) -> None:
    thin(tmp_path / "gone", 3, 10)
