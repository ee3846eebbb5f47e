"""Which of a plot's knobs is in the hand, and where a gesture begins and ends."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

PAUSE_MS = 300
_TABS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class KnobGestures(QObject):
    """A drag is one gesture; so are arrow keys and wheel notches within `PAUSE_MS` of each other."""

    started = Signal()
    """Everything up to `finished` is one step for undo."""
    finished = Signal()
    held_changed = Signal()
    """Another knob is held, or it is let go."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._held: int | None = None
        self._is_active = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.end)

    @property
    def held(self) -> int | None:
        """The knob that the mouse or the keyboard moves."""
        return self._held

    @property
    def is_active(self) -> bool:
        """Whether a gesture is under way."""
        return self._is_active

    def hold(self, index: int | None) -> None:
        """Take another knob."""
        if index != self._held:
            self._held = index
            self.held_changed.emit()

    def begin(self, index: int) -> None:
        """A button goes down on a knob."""
        self.end()
        self.hold(index)
        self._start()

    def touch(self, index: int) -> None:
        """A key or a notch of the wheel moves a knob: the gesture ends when no other follows."""
        self.hold(index)
        self._start()
        self._pause.start()

    def end(self) -> None:
        """The button goes up."""
        self._pause.stop()
        if self._is_active:
            self._is_active = False
            self.held_changed.emit()
            self.finished.emit()

    def _start(self) -> None:
        self._pause.stop()
        if not self._is_active:
            self._is_active = True
            self.held_changed.emit()
            self.started.emit()

    def cycle(self, event: QEvent, count: int) -> bool:
        """Let Tab go through ``count`` knobs before it leaves the plot; True if it was used."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        step = _TABS.get(Qt.Key(event.key()))
        if step is None:
            return False
        start = (-1 if step > 0 else count) if self._held is None else self._held
        following = start + step
        self.hold(following if 0 <= following < count else None)
        if self._held is not None:
            event.accept()
        return self._held is not None


def arrow_step(event: QKeyEvent) -> tuple[int, int] | None:
    """To the right and up, in pixels; ten with Ctrl; None for another key."""
    step = _ARROWS.get(Qt.Key(event.key()))
    if step is None:
        return None
    size = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
    return size * step[0], size * step[1]
