"""The window's end of a process that trains."""

import os
import secrets
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from types import ModuleType

from dgm_explorer.driver.child import serve
from dgm_explorer.driver.in_child import ChildNotStarted
from dgm_explorer.driver.messages import Copied, FromChild, Heard, LogLine, Ready, ToChild
from dgm_explorer.driver.parcel import Parcel, Unpacker
from dgm_explorer.driver.update import RunUpdate

LOOK_S = 1.0
"""Between two looks whether the process lives, where nothing else would tell."""

LEAVE_S = 1.0
"""For a process without work to end by itself."""

MAX_TRACEBACK_BYTES = 1 << 16


class ChildProcess:
    """A process that trains one run after the other.

    `post` and `kill` may be called from any thread and never wait; everything else belongs to the one thread
    that has the process at the time.

    Attributes
    ----------
    is_ready : whether it has ever said a word.

    Raises
    ------
    ChildNotStarted
        If the system gives no process.
    """

    def __init__(self) -> None:
        self.is_ready = False
        token = f"dgm{secrets.token_hex(4)}"
        context = get_context("spawn")
        self._unpacker = Unpacker(token)
        self._lock = threading.Lock()
        self._outgoing: deque[ToChild] = deque()
        self._is_woken = False
        try:
            self._connection, theirs = context.Pipe()
            self._wake_end, self._wake = context.Pipe(duplex=False)
            self._crash_end, their_crash_end = context.Pipe(duplex=False)
            ends = (theirs, their_crash_end)
            # A daemon is told to end with the program even if it was born when that was ending already.
            self._process = context.Process(target=serve, args=(*ends, token), name="training", daemon=True)
            with _without_main_module():
                self._process.start()
        except (OSError, RuntimeError) as error:
            raise ChildNotStarted(" ".join(str(error).split()) or type(error).__name__) from error
        for end in ends:
            end.close()

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    @property
    def exit_status(self) -> int | None:
        """Of a process that has ended; less than 0 for a signal."""
        return self._process.exitcode

    def send(self, message: ToChild) -> None:
        """Say something at once.

        Raises
        ------
        OSError
            If the process has ended.
        """
        self._connection.send(message)

    def post(self, message: ToChild) -> None:
        """Have a message sent by whoever listens."""
        with self._lock:
            self._outgoing.append(message)
            must_wake, self._is_woken = not self._is_woken, True
        if must_wake:
            with suppress(OSError):
                self._wake.send_bytes(b"!")

    def listen(self) -> Parcel | LogLine | Heard | None:
        """Send what was posted, and wait for something to be said; None once the process has ended."""
        try:
            while True:
                ready = wait([self._connection, self._wake_end], LOOK_S)
                if self._wake_end in ready:
                    self._send_posted()
                if self._connection in ready:
                    message: FromChild = self._connection.recv()
                    self.is_ready = True
                    if not isinstance(message, Ready):
                        return message
                elif not ready and not self.is_alive and not self._connection.poll():
                    break  # a process of its own may still hold the other end
        except (EOFError, OSError):
            pass
        self._process.join(LEAVE_S)
        self.kill()
        self._process.join()
        return None

    def unpack(self, parcel: Parcel) -> RunUpdate:
        """The update in a parcel, with arrays of its own."""
        update = self._unpacker.unpack(parcel)
        if parcel.block:
            self.post(Copied())
        return update

    def kill(self) -> None:
        """End the process at once, wherever it is."""
        with suppress(ValueError):  # it has ended and was closed
            self._process.kill()

    def close(self) -> None:
        """Have a process without work end, and free everything."""
        self._connection.close()  # which it takes for the end of the window
        self._process.join(LEAVE_S)
        self.kill()
        self._process.join()
        self._process.close()
        for end in (self._wake, self._wake_end, self._crash_end):
            end.close()
        self._unpacker.close()

    def last_traceback(self) -> str:
        """What a crash below Python has left, once the process has ended; empty for none."""
        if sys.platform == "win32" or not self._crash_end.poll():
            return ""
        return os.read(self._crash_end.fileno(), MAX_TRACEBACK_BYTES).decode(errors="replace")

    def _send_posted(self) -> None:
        with self._lock:
            self._wake_end.recv_bytes()
            self._is_woken = False
            messages = tuple(self._outgoing)
            self._outgoing.clear()
        with suppress(OSError):  # it has ended; what it has said before is still to be heard
            for message in messages:
                self.send(message)


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Have a process started that does not import the script which opened the window.

    It has no need of it, and a script that does more than define things would do so once more: open a window.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
