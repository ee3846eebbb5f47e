"""Some lines of text that change on every frame."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_FLAGS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)


class WrappedReadOut(QWidget):
    """Like a label that wraps its text, but new text lays out nothing: the widget keeps its size.

    Text that finds no room is told whole in the tool tip.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setToolTip(text)
            self.update()

    def needed_height_px(self) -> int:
        """Height that the text takes at the present width."""
        width = max(self.contentsRect().width(), 1)
        box = self.fontMetrics().boundingRect(0, 0, width, 10_000, _FLAGS, self._text)
        return box.height()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(28 * metrics.averageCharWidth(), 5 * metrics.lineSpacing())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(16 * metrics.averageCharWidth(), 2 * metrics.lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.contentsRect(), _FLAGS, self._text)
        painter.end()
