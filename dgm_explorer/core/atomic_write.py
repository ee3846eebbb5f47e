"""Writing files so that a reader, a crash or a full disk never meets half of one."""

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dgm_explorer.core.errors import InputError

WINDOWS_TRIES = 20
WINDOWS_PAUSE_S = 0.02


@contextmanager
def open_atomically(path: Path) -> Iterator[BinaryIO]:
    """Open ``path`` for writing; it changes only when the block ends without an exception.

    The bytes go to a temporary file in the same folder, are synced to the disk and then take the
    place of ``path`` in one step, which is synced too. The file is readable by others as far as the
    umask allows.

    Raises
    ------
    InputError
        If the place cannot be written to. What stood at ``path`` before is untouched.
    """
    target = _target(path)
    temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, target)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}); choose a folder that exists, "
            "has room and is yours to write to."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _replace(temporary: Path, target: Path) -> None:
    """Put one file in the place of another; whoever reads the old one on Windows is waited for a little."""
    if sys.platform == "win32":
        for _attempt in range(WINDOWS_TRIES):
            with suppress(PermissionError):
                temporary.replace(target)
                return
            time.sleep(WINDOWS_PAUSE_S)
        temporary.replace(target)
    else:
        temporary.replace(target)
        with suppress(OSError):  # some file systems cannot sync a folder, and then need not
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _target(path: Path) -> Path:
    """Where the bytes shall end up: behind links, at a file or where none is yet."""
    try:
        target = Path(os.path.realpath(path))
        is_file = not target.exists() or target.is_file()
    except (OSError, ValueError) as error:  # a name that is too long or holds a zero byte
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be written ({reason}); choose another name.") from error
    if not is_file:
        raise InputError(f"{path} is not a file that can be written; choose another name.")
    return target
