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
        self._texts: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        return self._texts[0]

    def set_text(self, text: str, *shorter: str) -> None:
        """Show ``text``, or where that is too long the first of ``shorter`` that is not."""
        if (text, *shorter) != self._texts:
            self._texts = (text, *shorter)
            self.update()

    @property
    def shown_text(self) -> str:
        """The one of the texts that there is room for; the last if there is room for none."""
        metrics, width = self.fontMetrics(), self.width()
        fitting = (text for text in self._texts if metrics.size(0, text).width() <= width)
        return next(fitting, self._texts[-1])

    def sizeHint(self) -> QSize:
        size = self.fontMetrics().size(0, self._sample)
        return QSize(size.width() + 2, size.height() + 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(self._alignment), self.shown_text)
        painter.end()
