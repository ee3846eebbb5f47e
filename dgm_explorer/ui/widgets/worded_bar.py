"""A progress bar that says as much as there is room for."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

MARGIN_PX = 4


class WordedBar(QProgressBar):
    """Qt's own breaks a text that is too long into lines, of which the bar shows half of each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._brief = ""

    def set_words(self, words: str, brief: str = "") -> None:
        """``words`` where they fit, else ``brief``; cut where this does not fit either."""
        self._brief = brief or words
        if self.format() != words:
            self.setFormat(words)

    def text(self) -> str:
        """What is painted at the present width."""
        words, metrics, room_px = self.format(), self.fontMetrics(), self.width() - 2 * MARGIN_PX
        if metrics.horizontalAdvance(words) <= room_px:
            return words
        return metrics.elidedText(self._brief, Qt.TextElideMode.ElideRight, room_px)
