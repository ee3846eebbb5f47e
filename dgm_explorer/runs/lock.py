"""One writer per run folder."""

import json
import os
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.file_lock import try_lock
from dgm_explorer.runs.folder import RunFolder

STALE_AFTER_S = 60.0
"""A lock of another computer counts as left behind when no heartbeat came for so long."""

TRIES = 20
PAUSE_S = 0.02


class WriterLock:
    """Held from construction to `release`.

    The system gives the lock back when the process ends in whatever way, so none is ever left behind on
    this computer. File systems over the network that keep locks to themselves are covered by the name of
    the computer inside the file.

    Raises
    ------
    InputError
        If another process writes to this folder, or the lock file cannot be made.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._path = folder.lock_file
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(
                f"the run folder {folder.path} cannot be written to ({error.strerror or error}); choose one "
                "that exists and is yours to write to."
            ) from error
        try:
            self._take(folder)
        except BaseException:
            os.close(self._file)
            raise

    def release(self) -> None:
        """Let others write; the file stays, empty. Once is enough."""
        if self._file < 0:  # its number may be another file's by now
            return
        with suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)
        self._file = -1

    def _take(self, folder: RunFolder) -> None:
        for _attempt in range(TRIES):
            if try_lock(self._file, is_shared=False):
                break
            time.sleep(PAUSE_S)  # a reader may be looking whether somebody holds it
        else:
            raise _in_use(folder, _owner(self._file))
        owner = _owner(self._file)
        if owner and owner.get("host") != platform.node() and _is_beating(folder):
            raise _in_use(folder, owner)
        text = json.dumps({"host": platform.node(), "pid": os.getpid()}) + "\n"
        try:
            os.lseek(self._file, 0, os.SEEK_SET)  # over what a killed process left: the disk may be full
            os.ftruncate(self._file, os.write(self._file, text.encode()))
        except OSError as error:
            raise InputError(
                f"{self._path} cannot be written ({error.strerror or error}); make room and try again."
            ) from error


def is_locked(folder: RunFolder) -> bool | None:
    """Whether a process of this computer writes to the folder; None where that cannot be told."""
    try:
        if not folder.lock_file.is_file():  # opening a pipe would wait for its other end
            return None
        file = os.open(folder.lock_file, os.O_RDONLY)
    except OSError:
        return None
    try:
        return not try_lock(file, is_shared=True)
    except OSError:
        return None
    finally:
        os.close(file)


def _owner(file: int) -> Mapping[str, Any]:
    """Who wrote their name into the lock and did not take it out; empty for nobody."""
    import msgspec

    try:
        os.lseek(file, 0, os.SEEK_SET)
        owner = msgspec.json.decode(os.read(file, 4096))
    except (OSError, ValueError, RecursionError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _is_beating(folder: RunFolder) -> bool:
    """Whether the status is fresh by the clock of the file server, which stamps the lock file too."""
    try:
        os.utime(folder.lock_file)
        now = folder.lock_file.stat().st_mtime
        return now - folder.status_file.stat().st_mtime < STALE_AFTER_S
    except OSError:
        return False


def _in_use(folder: RunFolder, owner: Mapping[str, Any]) -> InputError:
    pid, host = (str(owner.get(key))[:60] for key in ("pid", "host"))
    who = f" (process {pid} on {host})" if owner else ""
    return InputError(f"another process{who} writes to {folder.path}; stop it first, or begin a new run.")
