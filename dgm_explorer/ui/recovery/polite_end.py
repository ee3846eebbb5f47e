"""Ctrl-C in the terminal and the end of the user's login: asked to leave, the program closes properly."""

import os
import signal
import sys
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

NUMBERS = () if sys.platform == "win32" else (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class PoliteEnd(QObject):
    """Says once, in the GUI thread, that the system asks the program to end; asked again, it ends at once.

    Python handles a signal between two of its instructions, of which there are none while Qt waits: the
    signal also writes into a pipe that Qt listens to. On Windows nothing is done.
    """

    asked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._notifier: QSocketNotifier | None = None
        self._before = {number: signal.getsignal(number) for number in NUMBERS}
        if not NUMBERS:
            return
        self._out, self._in = os.pipe()
        for end in (self._out, self._in):
            os.set_blocking(end, False)
        self._notifier = QSocketNotifier(self._out, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)
        self._wakeup = signal.set_wakeup_fd(self._in, warn_on_full_buffer=False)
        for number in NUMBERS:
            signal.signal(number, _note)

    def close(self) -> None:
        """Signals mean again what they meant before."""
        if not NUMBERS or self._notifier is None:
            return
        self._notifier.setEnabled(False)
        self._notifier = None
        signal.set_wakeup_fd(self._wakeup)
        for number, action in self._before.items():
            if action is not None:
                signal.signal(number, action)
        for end in (self._out, self._in):
            os.close(end)

    @Slot()
    def _hear(self) -> None:
        with suppress(OSError):
            os.read(self._out, 100)
        for number in NUMBERS:
            signal.signal(number, signal.SIG_DFL)
        self.asked.emit()


def _note(_number: int, _frame: object) -> None:
    """Nothing: the pipe has told already."""
