"""A real mouse: xdotool moves the pointer of an X server, the window is the one of this process.

The tests run in the process that owns the window, so that widgets can say where on the screen a
handle is. While the pointer moves, the event loop turns; nothing is injected into Qt.
"""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

SETTLE_MS = 60
STEP_PAUSE_S = 0.012
COMMAND_TIMEOUT_S = 30


def turn_event_loop(duration_ms: int) -> None:
    """Let Qt work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()


def global_position(view: QGraphicsView, scene_position: QPointF) -> QPoint:
    """Screen pixel of a point of a scene."""
    return view.viewport().mapToGlobal(view.mapFromScene(scene_position))


def global_centre(widget: QWidget) -> QPoint:
    """Screen pixel of the middle of a widget."""
    return widget.mapToGlobal(widget.rect().center())


@dataclass(frozen=True)
class Mouse:
    """The pointer and the keyboard of the X server; positions are screen pixels."""

    def move(self, position: QPoint) -> None:
        self._do("mousemove", position.x(), position.y())

    def press(self, button: int = 1) -> None:
        self._do("mousedown", button)

    def release(self, button: int = 1) -> None:
        self._do("mouseup", button)

    def click(self, position: QPoint, button: int = 1) -> None:
        self.move(position)
        self._do("click", button)

    def double_click(self, position: QPoint) -> None:
        self.move(position)
        self._do("click", "--repeat", 2, "--delay", 40, 1)

    def wheel(self, position: QPoint, notches: int) -> None:
        """Turn the wheel; positive is away from the hand."""
        self.move(position)
        self._do("click", "--repeat", abs(notches), "--delay", 30, 4 if notches > 0 else 5)

    def key(self, name: str) -> None:
        """Press a key or a chord, as in ``"ctrl+z"``."""
        self._do("key", "--clearmodifiers", name)

    def hold(self, key: str) -> None:
        self._do("keydown", key)

    def let_go(self, key: str) -> None:
        self._do("keyup", key)

    def drag(self, path: Sequence[QPoint], pause_s: float = STEP_PAUSE_S) -> None:
        """Press at the first point, move through the others and release at the last one."""
        self.move(path[0])
        self.press()
        moves: list[object] = []
        for position in path[1:]:
            moves += ["mousemove", position.x(), position.y(), "sleep", pause_s]
        self._do(*moves)
        self.release()

    def _do(self, *words: object) -> None:
        command = ["xdotool", *map(str, words)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
            while child.poll() is None:
                turn_event_loop(5)
            assert child.stderr is not None
            complaint = child.stderr.read()
        assert child.returncode == 0, f"{' '.join(command[:4])}: {complaint}"
        turn_event_loop(SETTLE_MS)


def straight_path(start: QPoint, end: QPoint, n_steps: int = 20) -> list[QPoint]:
    """Pixels of a steady hand from ``start`` to ``end``, both included."""
    way = QPointF(end - start)
    return [start + (way * (step / n_steps)).toPoint() for step in range(n_steps + 1)]


@pytest.fixture
def mouse(qapp: QApplication) -> Mouse:
    """The pointer of the X server that the window is on."""
    assert qapp.platformName() == "xcb"
    return Mouse()


@pytest.fixture
def show_window(qtbot: "pytest.FixtureRequest") -> Callable[[QWidget], QWidget]:
    """Show a window at the corner of the screen and give it the keyboard; there is no window manager."""

    def show(window: QWidget) -> QWidget:
        qtbot.addWidget(window)  # type: ignore[attr-defined]
        window.move(0, 0)
        window.show()
        qtbot.waitExposed(window)  # type: ignore[attr-defined]
        window.activateWindow()
        turn_event_loop(200)
        return window

    return show
