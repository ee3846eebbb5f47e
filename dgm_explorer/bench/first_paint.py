"""What `bench startup` runs in a process of its own: nothing more is imported than the program needs."""

import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QMainWindow

from dgm_explorer.app import WindowOptions, make_application, run_window


def print_first_paint(start: float, screenshot: str) -> None:
    """Open the window, print the time of its first paint since ``start``, and leave.

    The window is asked for a screenshot because it then leaves by itself and the user's settings alone.
    """
    application = make_application()
    clock = _FirstPaintClock(start)
    application.installEventFilter(clock)
    run_window(WindowOptions(tab="kl", screenshot=Path(screenshot)))
    print(clock.first_paint_s)


class _FirstPaintClock(QObject):
    """Watches for the first paint of a main window and notes when everything in it is painted."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self._start = start
        self._has_begun = False
        self.first_paint_s = float("nan")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self._has_begun and event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            self._has_begun = True
            # Children paint within the same event: the next turn of the loop comes after them.
            QTimer.singleShot(0, self._stop)
        return False

    def _stop(self) -> None:
        self.first_paint_s = time.time() - self._start
