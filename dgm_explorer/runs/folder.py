"""Where a run folder keeps what, and how a new one gets its name."""

import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from dgm_explorer.core.errors import InputError
from dgm_explorer.paths import APP_FOLDER

RUNS_VARIABLE = "DGM_EXPLORER_RUNS"
MAX_STEPS_LISTED = 100_000
_STEP_NAME = re.compile(r"step-(\d{8,15})\.safetensors")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The places inside one run folder; none of them need exist.

    Attributes
    ----------
    path : the folder.
    """

    path: Path

    @property
    def info_file(self) -> Path:
        """Schema version, configuration, versions: written once, and again by each resume."""
        return self.path / "run.json"

    @property
    def metrics_file(self) -> Path:
        """One JSON line per step and split."""
        return self.path / "metrics.jsonl"

    @property
    def events_file(self) -> Path:
        """One JSON line per event: started, resumed, changed rates, failures."""
        return self.path / "events.jsonl"

    @property
    def status_file(self) -> Path:
        """The heartbeat."""
        return self.path / "status.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that writes."""
        return self.path / "writer.lock"

    @property
    def snapshots(self) -> Path:
        """Folder of what the timeline shows."""
        return self.path / "snapshots"

    @property
    def checkpoints(self) -> Path:
        """Folder of what a run goes on from."""
        return self.path / "checkpoints"

    @property
    def latest_file(self) -> Path:
        """Name of the newest checkpoint, as text."""
        return self.checkpoints / "latest"

    @property
    def control(self) -> Path:
        """Folder of a watcher's requests."""
        return self.path / "control"

    def snapshot_file(self, step: int) -> Path:
        return self.snapshots / step_name(step)

    def checkpoint_file(self, step: int) -> Path:
        return self.checkpoints / step_name(step)


def step_name(step: int) -> str:
    """File name of a snapshot or checkpoint."""
    return f"step-{step:08d}.safetensors"


def steps_in(folder: Path) -> tuple[int, ...]:
    """Steps that have a file in ``folder``, rising; empty where it cannot be read."""
    steps: set[int] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                match = _STEP_NAME.fullmatch(entry.name)
                if match and len(steps) < MAX_STEPS_LISTED:
                    steps.add(int(match[1]))
    except OSError:
        return ()
    return tuple(sorted(steps))


def default_parent() -> Path:
    """Folder of run folders: ``DGM_EXPLORER_RUNS``, or ``runs`` in the user's data folder."""
    named = os.environ.get(RUNS_VARIABLE, "").strip()
    return (
        Path(named).expanduser()
        if named
        else platformdirs.user_data_path(APP_FOLDER, appauthor=False) / "runs"
    )


def create_run_folder(parent: Path, model: str, data: str) -> RunFolder:
    """Make a folder that never was: ``<model>-<data>-<time>-<4 hex digits>``.

    Raises
    ------
    InputError
        If nothing can be made below ``parent``.
    """
    stem = f"{_plain(model)}-{_plain(data)}-{time.strftime('%Y%m%d-%H%M%S')}"
    for _attempt in range(100):
        folder = RunFolder(parent / f"{stem}-{secrets.token_hex(2)}")
        try:
            folder.path.mkdir(parents=True)
        except FileExistsError:
            if parent.is_dir():
                continue
            raise InputError(f"{parent} is not a folder; choose another place for runs.") from None
        except (OSError, ValueError) as error:
            raise _cannot_make(folder.path, error) from error
        make_inside(folder)
        return folder
    raise InputError(f"no free name is left below {parent}; choose another place for runs.")


def make_run_folder(path: Path) -> RunFolder:
    """Make exactly this folder, or take it where it is empty or a process was killed before it began there.

    Raises
    ------
    InputError
        If something is in it already, or it cannot be made.
    """
    folder = RunFolder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        is_free = _is_free(folder)
        is_run = folder.info_file.exists()
    except (OSError, ValueError) as error:
        raise _cannot_make(path, error) from error
    if is_run:
        raise InputError(f"{path} already holds a run; resume it or name another folder.")
    if not is_free:
        raise InputError(f"{path} is not empty and holds no run; name another folder.")
    make_inside(folder)
    return folder


def _is_free(folder: RunFolder) -> bool:
    """Whether nothing is there but what was made before ``run.json`` was, by a process that was killed."""
    own = (folder.snapshots, folder.checkpoints, folder.control)
    for path in folder.path.iterdir():
        is_bare = path in own and path.is_dir() and next(path.iterdir(), None) is None
        is_half_written = path.match(f".{folder.info_file.name}.*.tmp")
        if not (is_bare or is_half_written or path == folder.lock_file):
            return False
    return True


def make_inside(folder: RunFolder) -> None:
    """Make what folders are missing in a run folder: a copy by git, zip or rsync may lack the empty ones.

    Raises
    ------
    InputError
        If one cannot be made.
    """
    try:
        for path in (folder.snapshots, folder.checkpoints, folder.control):
            path.mkdir(exist_ok=True)
    except OSError as error:
        raise _cannot_make(folder.path, error) from error


def _plain(name: str) -> str:
    """Letters, digits and the like, safe in a file name anywhere."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:40] or "data"


def _cannot_make(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(f"the run folder {path} cannot be made ({reason}); choose another place for runs.")
