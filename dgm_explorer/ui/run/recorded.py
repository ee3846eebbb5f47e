"""The snapshot in the run folder that comes nearest to what is on the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.reader import RunReader


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A snapshot with its file; the snapshot is of the model's own kind."""

    snapshot: Any
    path: Path


def last_recorded(folder: Path | None, step: int | None) -> Recorded:
    """The last snapshot recorded up to ``step`` (None: the newest), or the first one.

    Raises
    ------
    InputError
        If there is no run, nothing is recorded yet, or it cannot be read.
    """
    reader, steps = recorded_steps(folder)
    before = [known for known in steps if step is None or known <= step]
    chosen = before[-1] if before else steps[0]
    return Recorded(reader.read_snapshot(chosen), reader.folder.snapshot_file(chosen))


def recorded_steps(folder: Path | None) -> tuple[RunReader, tuple[int, ...]]:
    """Reader of a run, and the steps of its snapshots, of which there is one at least.

    Raises
    ------
    InputError
        If there is no run, or nothing is recorded yet.
    """
    if folder is None:
        raise InputError("There is no run yet: train one or open one, and try again.")
    reader = RunReader(folder)
    steps = reader.snapshot_steps()
    if not steps:
        raise InputError("The run has recorded no snapshot yet: try again in a moment.")
    return reader, steps
