"""The folder that an open window keeps while it lives: its lock, its autosave, its last words.

A window that closes takes its folder away. One whose lock is free while the folder is there was killed or
crashed. Nothing here knows Qt; everything may be called from any thread.
"""

import faulthandler
import json
import logging
import os
import platform
import re
import secrets
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from dgm_explorer.core.file_lock import try_lock

MAX_LISTED = 5
"""More autosaves than that are not offered; the older ones are swept."""

MAX_AGE_S = 30 * 86_400.0
YOUNG_S = 60.0
"""A folder without autosave may be of a window that is just opening."""

LOCK_TRIES = 20
LOCK_PAUSE_S = 0.02

_NAME = re.compile(r"\d+-[0-9a-f]{6}")

logger = logging.getLogger("dgm_explorer")


@dataclass(frozen=True, slots=True)
class TraceFolder:
    """The places inside; none of them need exist."""

    path: Path

    @property
    def lock_file(self) -> Path:
        """Held by the window while it lives; names its process."""
        return self.path / "lock"

    @property
    def session_file(self) -> Path:
        """The autosave."""
        return self.path / "session.dgm.json"

    @property
    def work_file(self) -> Path:
        """What the autosave belongs to: `open_work.OpenWork`."""
        return self.path / "work.json"

    @property
    def crash_file(self) -> Path:
        """Where faulthandler writes."""
        return self.path / "crash.log"


class WindowTrace:
    """The folder of this process's window, from construction to `end`.

    Parameters
    ----------
    parent : folder of all traces; made when needed.

    Raises
    ------
    OSError
        If nothing can be kept there.
    """

    def __init__(self, parent: Path) -> None:
        self.folder = TraceFolder(parent / f"{os.getpid()}-{secrets.token_hex(3)}")
        self.folder.path.mkdir(parents=True)
        self._crash_log: TextIO | None = None
        self._lock = os.open(self.folder.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        for _attempt in range(LOCK_TRIES):
            if try_lock(self._lock, is_shared=False):
                break
            time.sleep(LOCK_PAUSE_S)  # another window may be looking whose folder this is
        owner = {"host": platform.node(), "pid": os.getpid()}
        os.write(self._lock, json.dumps(owner).encode())

    def log_hard_crashes(self) -> None:
        """Have a crash below Python leave its traceback here.

        A windowed start has no ``sys.stderr``, so faulthandler needs a file that stays open.
        """
        try:
            self._crash_log = self.folder.crash_file.open("w", encoding="utf-8")
            faulthandler.enable(self._crash_log)
        except OSError as error:
            logger.warning("%s cannot be written (%s)", self.folder.crash_file, error)

    def end(self) -> None:
        """The window has closed properly: nothing is left of it."""
        if self._crash_log is not None:
            if sys.__stderr__ is not None:
                faulthandler.enable(sys.__stderr__)
            else:
                faulthandler.disable()
            self._crash_log.close()
            self._crash_log = None
        os.close(self._lock)
        shutil.rmtree(self.folder.path, ignore_errors=True)


class DeadWindow:
    """A trace whose window is no more; claimed, so that no other window offers it too.

    Attributes
    ----------
    folder : of the trace.
    saved_at : when its last autosave was written, seconds since 1970.
    """

    def __init__(self, folder: TraceFolder, lock: int) -> None:
        self.folder = folder
        self._lock: int | None = lock
        self.saved_at = _modified_at(folder.session_file)

    @property
    def has_session(self) -> bool:
        return self.saved_at > 0

    def release(self) -> None:
        """Leave it to the next start, or to another window."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def forget(self) -> None:
        """Delete the trace."""
        self.release()
        shutil.rmtree(self.folder.path, ignore_errors=True)


def claim_dead_windows(parent: Path, now: float | None = None) -> tuple[DeadWindow, ...]:
    """Every trace below ``parent`` whose window is no more, newest autosave first.

    Those that are old, or too many, are swept; of windows of other computers only what is old. Whoever
    calls this releases or forgets what is returned.
    """
    now = time.time() if now is None else now
    dead: list[DeadWindow] = []
    try:
        paths = sorted(path for path in parent.iterdir() if _NAME.fullmatch(path.name))
    except OSError:
        return ()
    for path in paths:
        if path.is_symlink() or not path.is_dir():
            continue
        window = _claim(TraceFolder(path), now)
        if window is not None:
            dead.append(window)
    dead.sort(key=lambda window: window.saved_at, reverse=True)
    for window in dead[MAX_LISTED:]:
        window.forget()
    return tuple(dead[:MAX_LISTED])


def _claim(folder: TraceFolder, now: float) -> DeadWindow | None:
    """Take the lock of a trace, if nobody lives in it; sweep it where it has nothing to say."""
    age_s = now - max(_modified_at(folder.path), _modified_at(folder.session_file))
    try:
        lock = os.open(folder.lock_file, os.O_RDWR)
    except OSError:
        if age_s > MAX_AGE_S:
            shutil.rmtree(folder.path, ignore_errors=True)
        return None
    if not try_lock(lock, is_shared=False) or not _is_dead(folder, lock, age_s):
        os.close(lock)
        return None
    window = DeadWindow(folder, lock)
    is_empty = not window.has_session and not _has_text(folder.crash_file)
    if age_s > MAX_AGE_S or (is_empty and age_s > YOUNG_S):
        window.forget()
        return None
    if is_empty:
        window.release()
        return None
    return window


def _is_dead(folder: TraceFolder, lock: int, age_s: float) -> bool:
    """Whether a free lock means that nobody lives here, as it does but on a disk shared by computers."""
    try:
        owner = json.loads(os.read(lock, 4096))
        host, pid = str(owner["host"]), int(owner["pid"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return age_s > YOUNG_S
    if host != platform.node():
        return age_s > MAX_AGE_S
    return _are_locks_kept(folder) or not _is_running(pid)


def _are_locks_kept(folder: TraceFolder) -> bool:
    """Whether the file system refuses a second lock on a file whose lock is held."""
    try:
        second = os.open(folder.lock_file, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not try_lock(second, is_shared=True)
    finally:
        os.close(second)


def _is_running(pid: int) -> bool:
    if sys.platform == "win32" or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _modified_at(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _has_text(path: Path) -> bool:
    with suppress(OSError):
        return path.stat().st_size > 0
    return False
