"""Heavy work at the pace of the screen while cheap work follows every mouse event."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

INTERVAL_MS = 12


class LeadingThrottle(QObject):
    """Fires at once, then at most once per interval, and always once more for the last poke.

    The handle under the mouse moves on every event; what hangs on it is recomputed on `fired`. Nothing
    queues up: whoever listens reads the newest state. Measured against timers of all kinds, this has the
    lowest delay from event to paint that still leaves the processor room.

    Parameters
    ----------
    interval_ms : least time from the end of one firing to the start of the next.
    """

    fired = Signal()

    def __init__(self, interval_ms: float = INTERVAL_MS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._interval_ms = interval_ms
        self._last_ms = -float("inf")
        self._is_firing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._fire)

    @property
    def is_pending(self) -> bool:
        """Whether a poke still waits for its firing."""
        return self._timer.isActive()

    def poke(self) -> None:
        """Something changed: fire now if the last firing is long enough ago, else as soon as it is."""
        if self._timer.isActive():
            return
        wait_ms = 0.0 if self._is_firing else self._last_ms + self._interval_ms - _now_ms()
        if wait_ms <= 0 and not self._is_firing:
            self._fire()
        else:
            self._timer.start(max(0, int(wait_ms)))

    def flush(self) -> None:
        """Fire what is pending without waiting, as on release of the mouse button."""
        if self._timer.isActive():
            self._timer.stop()
            self._fire()

    def cancel(self) -> None:
        """Forget what is pending."""
        self._timer.stop()

    def _fire(self) -> None:
        self._is_firing = True
        try:
            self.fired.emit()
        finally:
            self._is_firing = False
            self._last_ms = _now_ms()


def _now_ms() -> float:
    return time.monotonic() * 1000
