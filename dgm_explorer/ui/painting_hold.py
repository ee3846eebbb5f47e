"""Much of a window changes at once: one turn of the event loop lays it out anew, a later one paints it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

TURN_MS = 1
"""A true timer fires in a turn of its own: one of 0 ms would be of the same turn."""


class PaintingHold(QObject):
    """Keeps a window from painting what is only half changed, and both together from being one long wait.

    A theme, a tab or a lecture takes 25 ms to put on, 30 to lay out and 35 to paint, with the pointer and the
    keys waiting all the while. Nothing that is held is lost: the whole window is painted at the end.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._hidden: QWidget | None = None
        self._then: Callable[[], None] = _nothing
        self._unveiling = self._timer(self._unveil)
        self._laid_out = self._timer(self._wait_once_more)
        self._end = self._timer(self._let_go)

    def begin(self) -> None:
        """Paint nothing before all is laid out; a window that is not shown yet is painted at once."""
        if self._window.isVisible():
            self._window.setUpdatesEnabled(False)
            self._end.stop()
            self._laid_out.start()

    @contextmanager
    def hide_meanwhile(self, part: QWidget, then: Callable[[], None]) -> Iterator[None]:
        """Keep a part of the window hidden within the block: it is laid out and refreshed once, behind it.

        In a window that is seen, the part comes back in the next turn: what the block has changed and what
        is put on only when it is seen are not one wait either.

        Parameters
        ----------
        then : called when the part is back.
        """
        self.begin()
        self._hidden, self._then = part, then
        part.hide()
        try:
            yield
        finally:
            if self._window.isVisible():
                self._laid_out.stop()
                self._unveiling.start()
            else:
                self._unveil()

    @Slot()
    def _unveil(self) -> None:
        part, then = self._hidden, self._then
        self._hidden, self._then = None, _nothing
        self.begin()
        if part is not None:
            part.show()
        then()

    @Slot()
    def _wait_once_more(self) -> None:
        """Behind a long layout this timer is late, and of one turn with all that waited meanwhile."""
        if self._hidden is None:
            self._end.start()

    @Slot()
    def _let_go(self) -> None:
        """Painted here, and not later: what was asked for before the hold may have been answered within it.

        Then Qt takes the window for dirty with its painting asked for, and would never ask again.
        """
        self._window.setUpdatesEnabled(True)
        self._window.repaint()

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(TURN_MS)
        timer.timeout.connect(slot)
        return timer


def _nothing() -> None:
    """Wait for nothing."""
