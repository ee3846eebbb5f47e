"""A line above a plot: the estimator's disc and name, and what its estimates are worth."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.form import font_of

_SCALE = 0.92


class CloudHeading(QWidget):
    """Name in bold, numbers after it, shortened where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._name = self._numbers = ""
        self._rgb = LIGHT.text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFixedHeight(round(QFontMetricsF(font_of(self, theme, _SCALE)).height()) + 2)
        self.update()

    def set_words(self, name: str, rgb: str, numbers: str) -> None:
        if (name, rgb, numbers) != (self._name, self._rgb, self._numbers):
            self._name, self._rgb, self._numbers = name, rgb, numbers
            self.setAccessibleName(self.text())
            self.update()

    def text(self) -> str:
        """All of it."""
        return f"{self._name}  {self._numbers}"

    def sizeHint(self) -> QSize:
        return QSize(120, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = font_of(self, self._theme, _SCALE)
        middle, x = self.height() / 2, 4.0
        radius = 0.28 * self.height()
        painter.setBrush(color(self._rgb))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x + radius, middle), radius, radius)
        x += 2 * radius + 5
        painter.setPen(color(self._theme.text))
        for text, is_bold in ((self._name, True), (self._numbers, False)):
            font.setBold(is_bold)
            painter.setFont(font)
            metrics = QFontMetricsF(font)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, self.width() - x))
            room = QRectF(x, 0, self.width() - x, self.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
            x += metrics.horizontalAdvance(shown) + 8
        painter.end()
