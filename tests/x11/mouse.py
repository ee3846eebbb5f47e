"""A real pointer and keyboard: xdotool drives the X server, Qt hears of it as of any other hand."""

import subprocess
from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, QPoint, QPointF, QTimer

SETTLE_MS = 60
STEP_PAUSE_S = 0.012
STEPS_OF_A_DRAG = 20
COMMAND_TIMEOUT_S = 30


def turn_event_loop(duration_ms: int) -> None:
    """Let Qt work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()


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

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Press at ``start``, move steadily and release at ``end``."""
        self.move(start)
        self.press()
        self.move_along(start, end)
        self.release()

    def move_along(self, start: QPoint, end: QPoint) -> None:
        """Move steadily, as a hand does."""
        moves: list[object] = []
        for step in range(1, STEPS_OF_A_DRAG + 1):
            position = start + (QPointF(end - start) * (step / STEPS_OF_A_DRAG)).toPoint()
            moves += ["mousemove", position.x(), position.y(), "sleep", STEP_PAUSE_S]
        self._do(*moves)

    def _do(self, *words: object) -> None:
        command = ["xdotool", *map(str, words)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
            while child.poll() is None:
                turn_event_loop(5)
            assert child.stderr is not None
            complaint = child.stderr.read()
        assert child.returncode == 0, f"{' '.join(command[:4])}: {complaint}"
        turn_event_loop(SETTLE_MS)
