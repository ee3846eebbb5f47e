"""What the widgets share that paint one picture of their own under the mouse."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dgm_explorer.ui.theme import LIGHT, color

STEPS: Final = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
"""Rows and columns that an arrow key goes by."""


class PictureView(QWidget):
    """Laid out anew with its size or the screen's pixels; has words in place of a picture, and tool tips.

    Parameters
    ----------
    name : what it shows, for screen readers and exported files.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.export_name = name.lower().replace(" ", "-")
        self._theme = LIGHT
        self._words = ""
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def words(self) -> str:
        """What stands in place of the picture."""
        return self._words

    def tip_at(self, at: QPointF) -> str:
        """The tool tip of a pixel of the widget."""
        raise NotImplementedError

    def _lay_out(self) -> None:
        """Fit the picture into the room there is."""
        raise NotImplementedError

    def _paint_words(self, painter: QPainter, margin_px: float = 12.0) -> None:
        painter.setPen(color(self._theme.muted_text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(margin_px, 4, -margin_px, -4), int(flags), self._words)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay_out()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
