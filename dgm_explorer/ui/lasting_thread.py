"""A thread that whoever started it may lose sight of."""

import atexit

from PySide6.QtCore import QThread

JOIN_MS = 2000
LAST_JOIN_MS = 30_000

_living: set["LastingThread"] = set()
"""Every thread from its start to its end: Qt aborts the program if the object of a running one goes."""


class LastingThread(QThread):
    """Lives until it has ended, which the end of the program waits for; `run` is the subclass's own."""

    def begin(self) -> None:
        """Start the thread. Whoever loses sight of it loses nothing."""
        _living.add(self)
        self.finished.connect(self._leave)
        self.start()

    def request_stop(self) -> None:
        """Have `run` end soon; returns at once."""
        raise NotImplementedError

    def stop(self, timeout_ms: int = JOIN_MS) -> bool:
        """Stop and wait; True if the thread has ended. Never terminated: a write may be under way."""
        self.request_stop()
        return self.wait(timeout_ms)

    def _leave(self) -> None:
        """The thread has ended, but for its last instruction."""
        self.wait()
        _living.discard(self)


@atexit.register
def _join_all() -> None:
    """Wait, behind the closed window, for threads that could not end in time: a library may be loading."""
    for thread in tuple(_living):
        thread.stop(LAST_JOIN_MS)
