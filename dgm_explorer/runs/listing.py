"""The runs below a folder, for a menu."""

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunState
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.lock import is_locked
from dgm_explorer.runs.run_info import open_run_folder
from dgm_explorer.runs.status import ACTIVE, read_status

MAX_SCANNED = 5000
MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the menu.

    Attributes
    ----------
    path : the run folder.
    model : such as ``gmm-vae``.
    data : name of the data set.
    created : when the run began, UTC, as 2026-01-31T12:00:00Z.
    state : as last written; None where there is no status.
    step : steps done.
    is_written : whether a process writes to it now; None where another computer did last.
    n_steps : steps planned; 0 where there is no status.
    seen_at : of its last heartbeat, seconds since 1970; 0 where there is none.
    """

    path: Path
    model: str
    data: str
    created: str
    state: RunState | None
    step: int
    is_written: bool | None
    n_steps: int = 0
    seen_at: float = 0.0

    @property
    def is_interrupted(self) -> bool:
        """Whether it says that it goes on while nobody writes it."""
        return self.state in ACTIVE and self.is_written is False


def list_runs(parent: Path, max_listed: int = MAX_LISTED) -> tuple[RunSummary, ...]:
    """The newest runs directly below ``parent``, newest first; what cannot be read is left out."""
    summaries: list[RunSummary] = []
    for path in _newest_folders(parent):
        if len(summaries) == max_listed:
            break
        try:
            summaries.append(summarise_run(path))
        except InputError:
            continue
    return tuple(sorted(summaries, key=lambda run: run.created, reverse=True))


def _newest_folders(parent: Path) -> list[Path]:
    found: list[tuple[float, Path]] = []
    try:
        with os.scandir(parent) as entries:
            for entry in entries:
                if len(found) == MAX_SCANNED:
                    break
                with suppress(OSError):  # such as a link that leads to itself
                    if entry.is_dir() and not entry.name.startswith("."):
                        found.append((entry.stat().st_mtime, Path(entry.path)))
    except OSError:
        return []
    return [path for _time, path in sorted(found, reverse=True)[: 2 * MAX_LISTED]]


def summarise_run(path: Path) -> RunSummary:
    """One run in a few words.

    Raises
    ------
    InputError
        If the folder holds no run that can be read.
    """
    info = open_run_folder(path)
    folder = RunFolder(path)
    status = read_status(folder)
    data = info.source.name if not info.source.path else Path(info.source.path).name
    return RunSummary(
        path=path,
        model=info.model,
        data=data,
        created=info.created,
        state=status.state if status else None,
        step=status.step if status else 0,
        is_written=is_locked(folder) if status and status.host == platform.node() else None,
        n_steps=status.n_steps if status else 0,
        seen_at=status.t if status else 0.0,
    )
