"""Which files of a growing series may go."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dgm_explorer.runs.folder import step_name, steps_in


def steps_to_delete(steps: Sequence[int], max_count: int) -> tuple[int, ...]:
    """Every second one of the older half, once there are more than `max_count`.

    The first and the newest are never among them, so that a series keeps its beginning, stays dense at
    its end and gets coarser towards the past.

    Parameters
    ----------
    steps : rising.
    max_count : most that may stay; fewer than 3 counts as 3.
    """
    if len(steps) <= max(max_count, 3):
        return ()
    return tuple(steps[1 : max(2, len(steps) // 2) : 2])


def thin(folder: Path, max_count: int, max_bytes: int) -> None:
    """Delete files of steps until so many, and so many bytes, are left or nothing more may go.

    What cannot be deleted stays: a series that is too long harms nobody. So does a folder that vanished.
    """
    steps = steps_in(folder)
    limit = min(max_count, _count_that_fits(folder, steps, max_bytes))
    while gone := steps_to_delete(steps, limit):
        for step in gone:
            with suppress(OSError):
                (folder / step_name(step)).unlink()
        steps = tuple(step for step in steps if step not in gone)


def _count_that_fits(folder: Path, steps: Sequence[int], max_bytes: int) -> int:
    """How many files of the newest's size have room."""
    if not steps:
        return 0
    try:
        newest = (folder / step_name(steps[-1])).stat().st_size
    except OSError:
        return len(steps)
    return max_bytes // max(newest, 1)
