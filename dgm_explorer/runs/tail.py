"""Following a file that grows by whole lines, perhaps over a network. Nothing here raises."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NUL_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class NewLines:
    """What one look brought.

    Attributes
    ----------
    lines : whole lines since the last look, without their line feeds.
    is_restarted : the file became shorter, so that these lines are from its beginning.
    has_more : more is waiting, as one look takes a bounded amount.
    """

    lines: tuple[bytes, ...] = ()
    is_restarted: bool = False
    has_more: bool = False


class LineTail:
    """The lines of one file, each given once.

    Zero bytes are where the content of a file did not arrive yet, as over NFS: what follows waits until
    it has, or until it had `NUL_PATIENCE_S` for it, as after a power cut.

    Parameters
    ----------
    path : the file; it need not exist yet.
    max_bytes : most that is taken in one look; a longer line is left out.
    clock : seconds that only rise.
    """

    def __init__(
        self, path: Path, max_bytes: int = 4 << 20, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._clock = clock
        self._offset = 0
        self._is_inside_long_line = False
        self._waiting_since: float | None = None

    def poll(self) -> NewLines:
        """Look once."""
        try:
            if not self._path.is_file():  # opening a pipe would wait for its other end
                return NewLines()
            with self._path.open("rb") as file:  # anew each time: NFS checks for changes at opening
                size = file.seek(0, 2)
                is_restarted = size < self._offset
                if is_restarted:
                    self._offset, self._is_inside_long_line, self._waiting_since = 0, False, None
                file.seek(self._offset)
                chunk = file.read(self._max_bytes)
        except (OSError, ValueError):
            return NewLines()
        lines, used = self._whole_lines(chunk)
        self._offset += used
        has_more = used > 0 and size > self._offset and len(chunk) == self._max_bytes
        return NewLines(lines, is_restarted, has_more)

    def _whole_lines(self, chunk: bytes) -> tuple[tuple[bytes, ...], int]:
        """Whole lines in ``chunk`` and how many bytes are done with."""
        end = self._end_of_arrived(chunk)
        if end == 0:
            return (), self._leave_long_line(chunk)
        lines = chunk[: end - 1].split(b"\n")
        if self._is_inside_long_line:
            del lines[0]
            self._is_inside_long_line = False
        return tuple(line for line in lines if line and b"\0" not in line), end

    def _end_of_arrived(self, chunk: bytes) -> int:
        """Position after the last line feed before anything that did not arrive."""
        hole = chunk.find(b"\0")
        if hole < 0:
            self._waiting_since = None
            return chunk.rfind(b"\n") + 1
        before = chunk.rfind(b"\n", 0, hole) + 1
        if before > 0:
            self._waiting_since = None
            return before
        now = self._clock()
        if self._waiting_since is None:
            self._waiting_since = now
        return 0 if now - self._waiting_since < NUL_PATIENCE_S else chunk.find(b"\n", hole) + 1

    def _leave_long_line(self, chunk: bytes) -> int:
        """Without a line's end in a full chunk the line is too long, and its start is done with."""
        if len(chunk) < self._max_bytes or self._is_waiting():
            return 0
        self._is_inside_long_line = True
        return len(chunk)

    def _is_waiting(self) -> bool:
        since = self._waiting_since
        return since is not None and self._clock() - since < NUL_PATIENCE_S
