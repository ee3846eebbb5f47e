"""A plane to paint points on."""

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.dataset import MAX_PAINTED
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.paint_plot import PaintPlot
from dgm_explorer.ui.plots.point_groups import one_color
from dgm_explorer.ui.plots.point_raster import PointRaster
from dgm_explorer.ui.theme import Theme

HALF_WIDTH = 3.0
"""What is painted reaches from −3 to 3, the scale at which the nets start well."""


class PlanePaintPlot(PaintPlot):
    """Points (n, 2) around the mouse; both axes have the same scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = NumberAxis("bottom", "x₁"), NumberAxis("left", "x₂")
        super().__init__(*axes, MAX_PAINTED, np.empty((0, 2)), parent)
        self._dots = PointRaster(self.view_box)
        self.view_box.setAspectLocked(True)
        self.setMinimumSize(360, 320)
        self.setAccessibleName("Plane to paint points on")
        self.set_view_range((-HALF_WIDTH, HALF_WIDTH), (-HALF_WIDTH, HALF_WIDTH))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._dots.set_theme(theme)
        self.draw_points()

    def draw_points(self) -> None:
        rgb = one_color(self.theme.accent, len(self.points))
        self._dots.set_points(self.points.astype(np.float32), rgb, None)

    def scatter(self, at: tuple[float, float], noise: FloatArray) -> FloatArray:
        return np.asarray(at) + self.brush_sigma * noise

    def export_table(self) -> PlotTable:
        return PlotTable(("x1", "x2"), (self.points[:, 0], self.points[:, 1]))
