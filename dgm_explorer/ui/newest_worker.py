"""Work that is too long for a frame, done beside the window; only the newest request counts."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

_NOTHING: Final = object()
"""No request; None may be one."""


class NewestWorker(QObject):
    """Runs one request at a time in a thread of its own; a newer request replaces a waiting one.

    `ask`, `is_busy` and the slots of `finished` belong to the thread of this object, the work itself must
    touch nothing but its arguments.
    """

    finished = Signal(object, object)
    """(request, result), in the thread of this object."""

    rested = Signal()
    """Nothing runs any more and nothing waits."""

    _returned = Signal(object, object)

    def __init__(self, work: Callable[[Any], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._running: Any = _NOTHING
        self._waiting: Any = _NOTHING
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._returned.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        return self._running is not _NOTHING

    def ask(self, request: Any) -> None:
        """Have a request worked on as soon as the present one is done; forget one that still waits."""
        if self.is_busy:
            self._waiting = request
        else:
            self._start(request)

    def forget(self) -> None:
        """Drop the waiting request; the running one still finishes."""
        self._waiting = _NOTHING

    def close(self) -> None:
        """Wait for the running work, so that nothing outlives the window."""
        self._waiting = _NOTHING
        self._pool.waitForDone()

    def _start(self, request: Any) -> None:
        self._running = request
        self._pool.start(lambda: self._run(request))

    def _run(self, request: Any) -> None:
        """In the worker's thread."""
        try:
            result = self._work(request)
        except Exception as error:  # shown by whoever asked, in the window's thread
            result = error
        self._returned.emit(request, result)

    def _receive(self, request: Any, result: Any) -> None:
        self._running = _NOTHING
        if self._waiting is not _NOTHING:
            waiting, self._waiting = self._waiting, _NOTHING
            self._start(waiting)
        else:
            self.rested.emit()
        if isinstance(result, Exception):
            raise result
        self.finished.emit(request, result)
