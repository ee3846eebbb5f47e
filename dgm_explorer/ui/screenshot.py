"""A picture of the window once it has something to show."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.export import export_png
from dgm_explorer.ui.main_window import MainWindow

SETTLE_MS = 400
"""Quiet time after the last frame, in which layouts settle and searches in the background end."""

PATIENCE_S = 15.0


class ScreenshotTaker(QObject):
    """Waits for frames and for what is computed beside the window, then paints the window to a PNG.

    A tab that keeps making frames, or never makes one, is painted after `PATIENCE_S`.
    """

    finished = Signal()

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._error: InputError | None = None
        self._deadline_s = time.monotonic() + PATIENCE_S
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(self._take_if_done)
        for tab in window.tabs():
            tab.frame_done.connect(self._wait_on)
        self._quiet.start(SETTLE_MS)

    def raise_error(self) -> None:
        """Raise what kept the picture from being written, if anything did."""
        if self._error is not None:
            raise self._error

    def take(self) -> None:
        """Paint now, whether the tab has finished or not."""
        self._quiet.stop()
        try:
            export_png(self._window, self._path, scale=1)
        except InputError as error:
            self._error = error
        self.finished.emit()

    def _take_if_done(self) -> None:
        """Work in chunks may pause between two of them: look again once its result has been delivered."""
        if self._is_working():
            self._wait_on()
        else:
            QTimer.singleShot(0, self._take_unless_working)

    def _take_unless_working(self) -> None:
        if self._is_working():
            self._wait_on()
        else:
            self.take()

    def _is_working(self) -> bool:
        """Whether something is still computed beside the window, and there is time to wait for it."""
        pools = self._window.findChildren(QThreadPool)
        return time.monotonic() < self._deadline_s and any(pool.activeThreadCount() for pool in pools)

    def _wait_on(self) -> None:
        if time.monotonic() < self._deadline_s:
            self._quiet.start(SETTLE_MS)
