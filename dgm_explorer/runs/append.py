"""Adding lines to a file that others are reading."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from dgm_explorer.core.errors import InputError

_BLOCK = 1 << 16
# A pipe that took the place of the file is refused, where opening it would wait for a reader for ever.
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def append_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Add whole lines by one write; each is given without its line feed.

    The file is opened and closed each time, so that a reader over the network sees what was written.

    Raises
    ------
    InputError
        If there is no room or no right to write; what was added in part is taken back.
    """
    content = b"".join(line + b"\n" for line in lines)
    if not content:
        return
    try:
        file = os.open(path, _FLAGS, 0o666)
        try:
            _write_or_take_back(file, content)
        finally:
            os.close(file)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}); make room, or begin a new run elsewhere."
        ) from error


def cut_torn_line(path: Path) -> None:
    """Take away what follows the last line feed: a writer was killed in the middle of it.

    Raises
    ------
    InputError
        If the file cannot be written to. That it is not there is no error.
    """
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            keep = _end_of_last_line(file.fileno(), end)
            if keep < end:
                file.truncate(keep)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}); choose a run folder that is yours."
        ) from error


def _write_or_take_back(file: int, content: bytes) -> None:
    before = os.fstat(file).st_size
    try:
        written = os.write(file, content)
        if written < len(content):  # the disk is full: the second write says so
            os.write(file, content[written:])
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, before)
        raise


def _end_of_last_line(file: int, end: int) -> int:
    """Position after the last line feed before ``end``; read backwards, as the last line may be long."""
    position = end
    while position > 0:
        start = max(0, position - _BLOCK)
        os.lseek(file, start, os.SEEK_SET)
        found = os.read(file, position - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        position = start
    return 0
