"""Much of a window changes at once: one turn of the event loop lays it out anew, the next one paints it."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

HOLD_MS = 1
"""Behind the turn in which all is laid out anew: a true timer, as 0 ms would be of the same turn."""


class PaintingHold(QObject):
    """Keeps a window from painting what is only half changed, and both together from being one long wait.

    A theme, a tab or a lecture takes 25 ms to put on, 30 to lay out and 35 to paint, with the pointer and the
    keys waiting all the while. Nothing that is held is lost: the whole window is painted at the end.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(HOLD_MS)
        self._end.timeout.connect(self._let_go)

    def begin(self) -> None:
        """Paint nothing before the next turn but one; a window that is not shown yet is painted at once."""
        if self._window.isVisible():
            self._window.setUpdatesEnabled(False)
            self._end.start()

    @contextmanager
    def hide_meanwhile(self, part: QWidget) -> Iterator[None]:
        """Keep a part of the window hidden within the block: it is laid out and refreshed once, behind it."""
        self.begin()
        part.hide()
        try:
            yield
        finally:
            part.show()

    @Slot()
    def _let_go(self) -> None:
        """Painted here, and not later: what was asked for before the hold may have been answered within it.

        Then Qt takes the window for dirty with its painting asked for, and would never ask again.
        """
        self._window.setUpdatesEnabled(True)
        self._window.repaint()
