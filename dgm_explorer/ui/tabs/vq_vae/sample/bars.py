"""What a code costs under a prior, as a bar against what it costs where all codes are alike."""

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dgm_explorer.ui.theme import LIGHT, Theme, color

_WIDEST_PX: Final = 90.0
_HEIGHT_LINES: Final = 5
"""Height of the widget in lines of text, at least."""
_NUMBER_GAP_PX: Final = 3.0
"""Between a bar and its number."""
_HOLLOW_ALPHA: Final = 60


class PriorBar(QWidget):
    """One bar with its number above it; bars beside each other share their scale and the dashed line."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._theme = LIGHT
        self._bits = self._limit_bits = math.nan
        self._is_hollow = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_value(math.nan, math.nan, is_hollow=False)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.font(0.9))
        self.updateGeometry()
        self.update()

    def set_value(self, bits: float, limit_bits: float, is_hollow: bool) -> None:
        """Show bits per code.

        Parameters
        ----------
        bits : NaN for no bar.
        limit_bits : log₂ K, where the dashed line stands; NaN for none.
        is_hollow : whether it is of codes that are no longer those of the picture beside it.
        """
        value = (bits, limit_bits, is_hollow)
        if value != (self._bits, self._limit_bits, self._is_hollow):
            self._bits, self._limit_bits, self._is_hollow = value
            number = "none yet" if math.isnan(bits) else f"{bits:.2f} bits per code"
            self.setAccessibleName(f"{self._name}: {number}")
            self.update()

    @property
    def bits(self) -> float:
        return self._bits

    def bar_rect(self) -> QRectF:
        """Where the bar is painted; empty without a number."""
        if math.isnan(self._bits):
            return QRectF()
        width = min(0.6 * self.width(), _WIDEST_PX)
        top = self._y_px(self._bits)
        return QRectF((self.width() - width) / 2, top, width, self._floor_px() - top)

    def _floor_px(self) -> float:
        return self.height() - 1.0

    def _y_px(self, bits: float) -> float:
        """The dashed line leaves a number's height above it, for the bar that reaches it."""
        room = self._floor_px() - QFontMetricsF(self.font()).height()
        highest = 1.1 * self._limit_bits  # few grids can cost more than log₂ K
        return self._floor_px() - room * min(1.0, bits / highest)

    def sizeHint(self) -> QSize:
        return QSize(60, round(_HEIGHT_LINES * QFontMetricsF(self.font()).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if math.isnan(self._limit_bits):
            return
        painter = QPainter(self)
        theme = self._theme
        bar = self.bar_rect()
        if not bar.isEmpty():
            painter.setPen(QPen(color(theme.accent), 1.0))
            painter.setBrush(color(theme.accent, _HOLLOW_ALPHA if self._is_hollow else 255))
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QPen(color(theme.grid), 1.0))
        self._draw_line(painter, self._floor_px())
        painter.setPen(QPen(color(theme.text), 1.0, Qt.PenStyle.DashLine))
        self._draw_line(painter, self._y_px(self._limit_bits))
        if not bar.isEmpty():
            self._paint_number(painter, bar)
        painter.end()

    def _draw_line(self, painter: QPainter, y_px: float) -> None:
        y_px = math.floor(y_px) + 0.5
        painter.drawLine(QPointF(0, y_px), QPointF(self.width(), y_px))

    def _paint_number(self, painter: QPainter, bar: QRectF) -> None:
        """Above the bar, on a background where the dashed line would cross it."""
        metrics = QFontMetricsF(self.font())
        text = f"{self._bits:.2f}"
        size = metrics.horizontalAdvance(text) + 6
        top = bar.top() - _NUMBER_GAP_PX - metrics.height()
        place = QRectF(bar.center().x() - size / 2, top, size, metrics.height())
        painter.fillRect(place, self.palette().window())
        painter.setPen(color(self._theme.text))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
