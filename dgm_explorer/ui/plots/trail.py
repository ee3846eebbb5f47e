"""Where a descent has been, over a landscape."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_MAX_POINTS = 512


class TrailOverlay(PixelOverlay):
    """A light path with a dark edge, ending in a dot in the colour of its direction."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=10)
        self._x = self._y = np.empty(0)
        self._theme = LIGHT
        self._end = ""

    def set_theme(self, theme: Theme, end: str) -> None:
        """``end`` is the colour of the present place."""
        self._theme, self._end = theme, end
        self.update()

    def set_points(self, x: FloatArray, y: FloatArray) -> None:
        """The path from its start, in view coordinates; empty clears it. Long paths are thinned out."""
        if not len(x) and not len(self._x):
            return
        stride = max(1, len(x) // _MAX_POINTS)
        keep = np.unique(np.append(np.arange(0, len(x), stride), max(0, len(x) - 1)))[: len(x)]
        self._x, self._y = np.asarray(x)[keep], np.asarray(y)[keep]
        self.update()

    def draw(self, painter: QPainter) -> None:
        if not len(self._x):
            return
        x, y = self.to_pixels(self._x, self._y)
        points = [QPointF(u, v) for u, v in zip(x.tolist(), y.tolist(), strict=True)]
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        for rgb, width in ((self._theme.marker_outline, 4.0), (self._theme.marker, 2.0)):
            painter.setPen(QPen(QBrush(color(rgb)), width, Qt.PenStyle.SolidLine, cap, join))
            painter.drawPolyline(points)
        painter.setPen(QPen(color(self._theme.marker), 1.5))
        painter.setBrush(color(self._end))
        painter.drawEllipse(points[-1], 5.0, 5.0)
