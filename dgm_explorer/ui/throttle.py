"""Heavy work at the pace at which it can be done, while cheap work follows every mouse event."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

LONG_S = 0.025
"""Behind a firing as long as this the event loop gets a turn of its own: two at once would be felt."""


class TurnThrottle(QObject):
    """Fires at once, then at most once per turn of the event loop, and always once more for the last poke.

    The handle under the mouse moves on every event; what hangs on it is computed *and painted* on `fired`.
    Nothing queues up: mouse events that arrive meanwhile become one firing, and whoever listens reads the
    newest state. Without a timer there is no pause, and that firing comes before the event loop would
    paint what those events have moved by itself: from event to paint a fifth less than with a pause. Only
    behind a firing longer than `LONG_S` timers and keys come first.
    """

    fired = Signal()
    _turned = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_resting = False
        self._is_pending = False
        self._turned.connect(self._end_rest, Qt.ConnectionType.QueuedConnection)
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._end_rest)

    @property
    def is_pending(self) -> bool:
        """Whether a poke still waits for its firing."""
        return self._is_pending

    def poke(self) -> None:
        """Something changed: fire now, or behind the events that are already waiting."""
        if self._is_resting:
            self._is_pending = True
        else:
            self._fire()

    def flush(self) -> None:
        """Fire what is pending without waiting, as on release of the mouse button."""
        if self._is_pending:
            self._fire()

    def cancel(self) -> None:
        """Forget what is pending."""
        self._is_pending = False

    def _fire(self) -> None:
        self._is_pending = False
        self._is_resting = True
        began_s = time.perf_counter()
        try:
            self.fired.emit()
        finally:
            if time.perf_counter() - began_s > LONG_S:
                self._turn.start(0)
            else:
                self._turned.emit()

    def _end_rest(self) -> None:
        self._is_resting = False
        self.flush()
