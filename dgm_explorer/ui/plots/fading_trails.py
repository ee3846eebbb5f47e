"""Where many marks have been of late, as lines that fade with their age."""

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

MOST_LINES = 6000
"""Of the newest pieces of all trails: more would take longer than a frame."""
_N_FADES = 5
_OLDEST_FADE = 0.75
_SHORTEST_PX = 0.3
_MAX_PX = 1e5


@dataclass(frozen=True, slots=True, eq=False)
class Trails:
    """Places of K marks at T instants, the newest last.

    Attributes
    ----------
    places : (T, K, 2) in view coordinates.
    is_joined : (T - 1, K) whether a mark went from one instant to the next, rather than being put there.
    """

    places: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 2)))
    is_joined: BoolArray = field(default_factory=lambda: np.zeros((0, 0), bool))


class FadingTrails(PixelOverlay):
    """The older, the fainter; of very many marks only the newest pieces."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=5)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.trails = Trails()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_trails(self, trails: Trails) -> None:
        if len(trails.is_joined) or len(self.trails.is_joined):
            self.trails = trails
            self.update()

    def draw(self, painter: QPainter) -> None:
        n_instants, n_marks = self.trails.is_joined.shape
        if n_marks:
            first = max(0, n_instants - MOST_LINES // n_marks)
            self.draw_some(painter, slice(None), first, 1.0)

    def draw_some(self, painter: QPainter, marks: slice, first: int, width_px: float) -> None:
        """Trails of some marks from the instant ``first`` on."""
        n_all = len(self.trails.is_joined)
        if first >= n_all:
            return
        x, y = self.to_pixels(self.trails.places[first:, marks, 0], self.trails.places[first:, marks, 1])
        with np.errstate(invalid="ignore", over="ignore"):
            length = np.hypot(np.diff(x, axis=0), np.diff(y, axis=0))
            is_drawn = self.trails.is_joined[first:, marks] & (length > _SHORTEST_PX) & (length < _MAX_PX)
        ages = np.arange(n_all - first)[::-1] / (n_all - first)
        fades = np.minimum((ages * _N_FADES).astype(int), _N_FADES - 1)
        for fade in range(_N_FADES - 1, -1, -1):
            row, column = np.nonzero(is_drawn & (fades == fade)[:, None])
            if len(row):
                share = _OLDEST_FADE * fade / (_N_FADES - 1)
                painter.setPen(
                    QPen(color(blend(self._theme.muted_text, self._theme.plot_background, share)), width_px)
                )
                _draw_lines(painter, x, y, row, column)


def _draw_lines(painter: QPainter, x: FloatArray, y: FloatArray, row: IntArray, column: IntArray) -> None:
    lines = PrimitiveArray(QLineF, 4)
    lines.resize(len(row))
    ends = lines.ndarray()
    ends[:, 0], ends[:, 1] = x[row, column], y[row, column]
    ends[:, 2], ends[:, 3] = x[row + 1, column], y[row + 1, column]
    painter.drawLines(*lines.drawargs())
