"""Codes that were revived light up for a moment."""

import time
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

FLASH_S: Final = 0.6
_FRAME_MS: Final = 40


class RevivalFlash(QObject):
    """Fades from 1 to 0; its timer runs only while something fades."""

    faded = Signal()
    """The lights are fainter than before, or out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._until_s: dict[int, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._fade)

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    @property
    def codes(self) -> tuple[int, ...]:
        """Those that are lit."""
        return tuple(self._until_s)

    def start(self, codes: Iterable[int]) -> None:
        """Light these up."""
        until_s = time.monotonic() + FLASH_S
        self._until_s.update({int(code): until_s for code in codes})
        if self._until_s:
            self._timer.start()

    def stop(self) -> None:
        """All dark."""
        self._until_s.clear()
        self._timer.stop()

    def strength(self, code: int) -> float:
        """How bright a code is, 0 … 1."""
        left_s = self._until_s.get(code, 0.0) - time.monotonic()
        return min(max(left_s / FLASH_S, 0.0), 1.0)

    @Slot()
    def _fade(self) -> None:
        self.faded.emit()
        now_s = time.monotonic()
        self._until_s = {code: until_s for code, until_s in self._until_s.items() if until_s > now_s}
        if not self._until_s:
            self._timer.stop()
