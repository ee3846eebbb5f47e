"""``status.json``: the heartbeat of a run."""

import dataclasses
import os
import platform
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunState
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.json_numbers import from_json_number, to_json_number

MAX_BYTES = 1 << 16
MAX_STEP = 2**53
ROOM = 2048
"""Bytes of the heartbeat: how a run ended is written over it where the disk is full, with its sentence."""
ACTIVE: tuple[RunState, ...] = ("preparing", "running", "paused")


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How a run stands.

    Attributes
    ----------
    state : of the run; those in `ACTIVE` go on by themselves or wait for a hand.
    step, n_steps, epoch, phase, n_images : as in `core.training.Progress`.
    steps_per_s, images_per_s : pace over the last second or so.
    seconds : trained so far, pauses left out.
    memory_mb : held on the device; None where it cannot be told.
    device : in words.
    reason : why it stopped or failed; a sentence.
    host, pid : who writes.
    t : seconds since 1970 by the writer's clock; differs in each heartbeat.
    """

    state: RunState
    step: int = 0
    n_steps: int = 0
    epoch: float = 0.0
    phase: str = ""
    n_images: int = 0
    steps_per_s: float = 0.0
    images_per_s: float = 0.0
    seconds: float = 0.0
    memory_mb: float | None = None
    device: str = ""
    reason: str = ""
    host: str = field(default_factory=platform.node)
    pid: int = field(default_factory=os.getpid)
    t: float = field(default_factory=time.time)

    @property
    def is_active(self) -> bool:
        """Whether somebody should be writing."""
        return self.state in ACTIVE


def write_status(folder: RunFolder, status: RunStatus) -> None:
    """Replace ``status.json``; on a full disk, how a run ended is written over the old one.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    content = _to_bytes(status, ROOM if status.is_active else 0)
    try:
        with open_atomically(folder.status_file) as file:
            file.write(content)
    except InputError:
        if status.is_active or not _write_over(folder.status_file, status):
            raise


def read_status(folder: RunFolder) -> RunStatus | None:
    """The latest heartbeat; None where there is none yet, or it is torn or damaged. Never raises."""
    import msgspec

    try:
        if not folder.status_file.is_file():  # opening a pipe would wait for its other end
            return None
        with folder.status_file.open("rb") as file:
            document = msgspec.json.decode(file.read(MAX_BYTES))
        floats = {f.name for f in dataclasses.fields(RunStatus) if f.type in (float, float | None)}
        plain = {key: _from_plain(value) if key in floats else value for key, value in document.items()}
        status = msgspec.convert(plain, RunStatus)
    except (OSError, ValueError, AttributeError, RecursionError):
        return None  # what is not readable now may be at the next look
    is_sane = 0 <= status.step <= MAX_STEP and 0 <= status.n_steps <= MAX_STEP
    return status if is_sane else None


def _to_bytes(status: RunStatus, size: int) -> bytes:
    """One line, at least ``size`` bytes long."""
    import msgspec

    fields = {name: _to_plain(getattr(status, name)) for name in status.__slots__}
    return msgspec.json.encode(fields).ljust(size - 1) + b"\n"


def _write_over(path: Path, status: RunStatus) -> bool:
    """Write into the room that the old status has, without its reason if need be; False if that is no use."""
    try:
        with path.open("r+b") as file:
            room = os.fstat(file.fileno()).st_size
            for shown in (status, dataclasses.replace(status, reason="")):
                content = _to_bytes(shown, room)
                if len(content) == room:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                    return True
    except OSError:
        return False
    return False


def _to_plain(value: Any) -> Any:
    return to_json_number(value) if isinstance(value, float) else value


def _from_plain(value: Any) -> Any:
    return None if value is None else from_json_number(value)
