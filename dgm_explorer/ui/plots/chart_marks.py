"""What charts over steps share besides their curves: rings, a level, and the line under the mouse."""

import numpy as np
import pyqtgraph as pg
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color


def small_font(theme: Theme) -> QFont:
    """Of words among curves."""
    return theme.font(0.85)


class RingOverlay(PixelOverlay):
    """Small rings of one colour, filled with the background, so that they stand out on areas and lines."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=6)
        self._x = self._y = np.empty(0)
        self._rgb = self._fill = "#000000"
        self._size_px = 4.0

    def set_style(self, rgb: str, fill: str, size_px: float) -> None:
        self._rgb, self._fill, self._size_px = rgb, fill, size_px
        self.update()

    def set_points(self, x: FloatArray, y: FloatArray) -> None:
        """Show these rings, in view coordinates; empty arrays clear."""
        if len(x) or len(self._x):
            self._x, self._y = x, y
            self.update()

    def draw(self, painter: QPainter) -> None:
        if not len(self._x):
            return
        painter.setClipRect(self.boundingRect())
        dots = arrayToQPolygonF(*self.to_pixels(self._x, self._y))
        for rgb, size_px in ((self._rgb, self._size_px), (self._fill, self._size_px - 2.5)):
            painter.setPen(QPen(color(rgb), size_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(dots)


class CursorOverlay(PixelOverlay):
    """A vertical line at the step under the mouse, with words beside its upper end."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=7)
        self._step: float | None = None
        self._words = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def step(self) -> float | None:
        return self._step

    @property
    def words(self) -> str:
        """What is written beside the line."""
        return self._words if self._step is not None else ""

    def set_step(self, step: float | None, words: str = "") -> None:
        """Stand at ``step``; None hides it."""
        if (step, words) != (self._step, self._words):
            self._step, self._words = step, words
            self.update()

    def draw(self, painter: QPainter) -> None:
        if self._step is None:
            return
        x = self.point_px(self._step, 0.0).x()
        painter.setPen(QPen(color(self._theme.accent), 1.5))
        painter.drawLine(QLineF(x, 0.0, x, self.boundingRect().height()))
        if self._words:
            self._draw_words(painter, x)

    def _draw_words(self, painter: QPainter, x: float) -> None:
        """Left of the line where there is no room at its right."""
        font = small_font(self._theme)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(self._words) + 8
        left = x + 2 if x + 2 + width <= self.boundingRect().width() else max(x - 2 - width, 0.0)
        box = QRectF(left, 1.0, width, metrics.height())
        painter.fillRect(box, color(self._theme.panel, 215))
        painter.setPen(color(self._theme.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._words)


class LevelOverlay(PixelOverlay):
    """A dotted horizontal line with its name above an end.

    Parameters
    ----------
    is_named_left : where curves come down upon the line, so that the right end is theirs.
    """

    def __init__(self, view_box: pg.ViewBox, is_named_left: bool = False) -> None:
        super().__init__(view_box, z_value=2)
        self._is_named_left = is_named_left
        self._y: float | None = None
        self._words = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_level(self, y: float | None, words: str) -> None:
        """Stand at ``y`` in view coordinates; None hides it."""
        if (y, words) != (self._y, self._words):
            self._y, self._words = y, words
            self.update()

    def draw(self, painter: QPainter) -> None:
        if self._y is None:
            return
        rect = self.boundingRect()
        painter.setClipRect(rect)
        y = self.point_px(0.0, self._y).y()
        painter.setPen(QPen(color(self._theme.muted_text), 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(0.0, y, rect.width(), y))
        font = small_font(self._theme)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        fits_above = y > metrics.height()
        baseline = y - metrics.descent() if fits_above else y + metrics.ascent()
        right_end = rect.width() - metrics.horizontalAdvance(self._words) - 4
        painter.drawText(QPointF(4.0 if self._is_named_left else right_end, baseline), self._words)
