"""A text that changes on every frame."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class ReadOut(QWidget):
    """Like a label, but of constant size: a label's new text lays out the whole column again, 3 ms a frame.

    Parameters
    ----------
    sample : the widest text to make room for; as many lines as it has.
    alignment : of the text.
    """

    def __init__(
        self,
        sample: str,
        alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sample = sample
        self._alignment = alignment
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.update()

    def sizeHint(self) -> QSize:
        size = self.fontMetrics().size(0, self._sample)
        return QSize(size.width() + 2, size.height() + 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(self._alignment), self._text)
        painter.end()
