"""A polygon drawn with the mouse, and which points lie in it."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import BoolArray, Float32Array, FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_MIN_STEP_PX = 3.0
_MIN_CORNERS = 3


def points_in_polygon(points: Float32Array | FloatArray, polygon: FloatArray) -> BoolArray:
    """Which of ``points`` (n, 2) lie inside the closed ``polygon`` (m, 2), by the even-odd rule.

    Sorted by y once, the points whose horizontal ray can cross an edge are a slice: with 60,000 points and
    300 corners some milliseconds. Points that are not finite lie outside.
    """
    is_inside = np.zeros(len(points), dtype=np.bool_)
    if len(polygon) < _MIN_CORNERS:
        return is_inside
    order = np.argsort(points[:, 1], kind="stable")  # NaN goes to the end, above every edge
    x, y = points[order, 0].astype(np.float64), points[order, 1].astype(np.float64)
    lower, upper = polygon, np.roll(polygon, -1, axis=0)
    swap = lower[:, 1] > upper[:, 1]
    lower, upper = np.where(swap[:, None], upper, lower), np.where(swap[:, None], lower, upper)
    first = np.searchsorted(y, lower[:, 1], side="left")
    last = np.searchsorted(y, upper[:, 1], side="left")
    is_odd = np.zeros(len(points), dtype=np.bool_)
    for (x0, y0), (x1, y1), lo, hi in zip(lower, upper, first, last, strict=True):
        if lo < hi:
            crossing = x0 + (y[lo:hi] - y0) * ((x1 - x0) / (y1 - y0))
            is_odd[lo:hi] ^= x[lo:hi] < crossing
    is_inside[order] = is_odd
    return is_inside


class Lasso(PixelOverlay):
    """The polygon while it is drawn, in pixels of the view."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=45)
        self._corners: list[QPointF] = []
        self._theme = LIGHT
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def corners(self) -> tuple[QPointF, ...]:
        return tuple(self._corners)

    @property
    def is_polygon(self) -> bool:
        """Whether there are corners enough to enclose something."""
        return len(self._corners) >= _MIN_CORNERS

    def start(self, at: QPointF) -> None:
        self._corners = [QPointF(at)]
        self.setVisible(True)
        self.update()

    def extend(self, at: QPointF) -> None:
        """Add a corner unless it is nearly the last one."""
        if (at - self._corners[-1]).manhattanLength() >= _MIN_STEP_PX:
            self._corners.append(QPointF(at))
            self.update()

    def clear(self) -> None:
        self._corners = []
        self.setVisible(False)

    def draw(self, painter: QPainter) -> None:
        polygon = QPolygonF(self._corners)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.accent, 40))
        painter.drawPolygon(polygon, Qt.FillRule.OddEvenFill)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = self._theme.line_width
        painter.setPen(QPen(color(self._theme.plot_background), width + 1.5))
        painter.drawPolygon(polygon)
        painter.setPen(QPen(color(self._theme.accent), width, Qt.PenStyle.DashLine))
        painter.drawPolygon(polygon)
