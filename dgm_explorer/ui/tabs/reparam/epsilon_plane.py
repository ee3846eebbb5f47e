"""The plane of the noise: ε ~ N(0, I) with its square grid, its circles and its two unit vectors."""

from PySide6.QtWidgets import QGraphicsItem, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.gaussian_map import circle, grid_lines
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.tabs.reparam.dot_plot import DotPlot
from dgm_explorer.ui.tabs.reparam.plane_layers import GridLines, Outlines, Vector, Vectors
from dgm_explorer.ui.theme import LIGHT, Theme

GRID: FloatArray = grid_lines(3.0, 0.5)
CIRCLES = (circle(1.0), circle(2.0))
HALF_WIDTH = 3.4


class EpsilonPlane(DotPlot):
    """Nothing to drag here but the view: ε is drawn once and for all; setters never emit."""

    export_name = "epsilon-plane"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "ε₁"), NumberAxis("left", "ε₂"), parent)
        self._grid = GridLines(self.view_box)
        self._circles = Outlines(self.view_box)
        self._units = Vectors(self.view_box)
        for still in (self._grid, self._circles, self._units):  # the line to the twin passes over them
            still.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.caption = CornerText(self.view_box, "bottom-left")
        self._grid.set_lines(GRID)
        self._circles.set_curves(CIRCLES)
        self.view_box.setAspectLocked(True)
        home = (-HALF_WIDTH, HALF_WIDTH)
        self.set_home_range(home, home)
        self.set_view_range(home, home)
        self.setMinimumSize(150, 120)
        self.setAccessibleName("Noise ε")
        self.setToolTip(
            "ε ~ N(0, I): the noise, drawn once. The circles of 1 and 2 hold 39.3 % and 86.5 % of it.\n"
            "Every dot has its twin of the same colour beside: point at it, or click to keep it marked.\n"
            "Drag the background: pan. Wheel: zoom. A or double click: all of it."
        )
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._grid.set_theme(theme)
        self.caption.set_theme(theme)
        self._circles.set_pen(theme.q_line, theme.line_width)
        units = (((1.0, 0.0), "e₁"), ((0.0, 1.0), "e₂"))
        self._units.set_vectors(
            [Vector((0.0, 0.0), end, theme.component(j), name) for j, (end, name) in enumerate(units)], theme
        )
        self.set_title("noise &nbsp;ε ~ N(0, I)")

    def export_table(self) -> PlotTable:
        """One row per point."""
        dots = self._dots.dots
        return PlotTable(("epsilon_1", "epsilon_2"), (dots[:, 0], dots[:, 1]))
