"""The dots of one plane: painted as a raster, found by the mouse."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.dot_search import nearest_dot
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.plots.point_raster import PointRaster
from dgm_explorer.ui.theme import Theme

PICK_RADIUS_PX = 8.0


class DotLayer:
    """Dots of a plot, later ones over earlier ones."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._dots: FloatArray = np.zeros((0, 2))
        self._raster = PointRaster(plot.view_box)

    @property
    def dots(self) -> FloatArray:
        """(n, 2) shown."""
        return self._dots

    def set_theme(self, theme: Theme) -> None:
        self._raster.set_theme(theme)

    def set_dots(self, dots: FloatArray, rgb: NDArray[np.uint8]) -> None:
        """Show dots (n, 2) in colours (n, 3)."""
        self._dots = dots
        self._raster.set_points(dots, rgb, None)

    def dot_at(self, at: QPointF) -> int:
        """The dot nearest to a place in pixels of the view and within reach; −1 for none."""
        plot = self._plot
        if not plot.view_box.rect().contains(at):
            return -1
        (x_lo, x_hi), (y_lo, y_hi) = plot.view_range
        rect = plot.view_box.rect()
        scale = (rect.width() / (x_hi - x_lo), rect.height() / (y_hi - y_lo))
        index, distance_px = nearest_dot(self._dots, plot.pixel_to_view(at), scale)
        return index if distance_px <= PICK_RADIUS_PX else -1

    def place_of(self, index: int) -> QPointF | None:
        """Where a dot is painted, in pixels of the widget; None where it is out of sight."""
        if not 0 <= index < len(self._dots):
            return None
        x, y = self._dots[index].tolist()
        (x_lo, x_hi), (y_lo, y_hi) = self._plot.view_range
        is_seen = x_lo <= x <= x_hi and y_lo <= y <= y_hi
        return self._plot.view_to_viewport(x, y) if is_seen else None
