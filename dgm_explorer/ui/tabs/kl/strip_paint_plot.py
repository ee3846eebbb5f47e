"""A strip to paint points on, with their histogram and the mixture fitted to them."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.gaussian_curves import bells, mixture_curve, shares
from dgm_explorer.ui.plots.paint_plot import PaintPlot
from dgm_explorer.ui.plots.plot import Range
from dgm_explorer.ui.theme import Theme, color

N_BINS = 64
MAX_POINTS_PAINTED = 20_000
_EMPTY: FloatArray = np.empty(0)


class StripPaintPlot(PaintPlot):
    """Points on the line, (n,): their heights are a density, whatever the mouse's height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = NumberAxis("bottom", "x"), NumberAxis("left", "")
        super().__init__(*axes, MAX_POINTS_PAINTED, _EMPTY, parent)
        self._bars = pg.PlotCurveItem(np.zeros(2), np.zeros(1), stepMode="center", fillLevel=0.0)
        self.addItem(self._bars, ignoreBounds=True)
        self._components = CurveOverlay(self.view_box, 3)
        self._mixture = CurveOverlay(self.view_box, 4)
        self._fitted: tuple[Component1D, ...] = ()
        self.setMinimumSize(320, 160)
        self.setAccessibleName("Points to fit a mixture to")
        self.set_view_range((-8.0, 8.0), (0.0, 1.12))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._bars.setPen(pg.mkPen(theme.p_line, width=1))
        self._bars.setBrush(pg.mkBrush(color(theme.p_fill, theme.fill_alpha)))
        self._mixture.set_style(CurveStyle(theme.accent, theme.line_width * 1.5))
        self._components.set_style(CurveStyle(theme.accent, 1.0, is_dashed=True))

    def set_x_range(self, lo: float, hi: float) -> None:
        self.set_view_range((lo, hi), self.view_range[1])
        self.draw_points()

    def set_mixture(self, components: Sequence[Component1D]) -> None:
        """Show a fitted mixture over the histogram; none clears it."""
        self._fitted = tuple(components)
        self.draw_points()

    def draw_points(self) -> None:
        x_range = self.view_range[0]
        heights, edges = _histogram(self.points, x_range)
        self._bars.setData(edges, heights)
        top = float(heights.max(initial=0.0))
        if self._fitted:
            x, y = mixture_curve(self._fitted, *x_range)
            self._mixture.set_points(x, y)
            parts = zip(self._fitted, shares(self._fitted).tolist(), strict=True)
            self._components.set_points(*bells(parts))
            top = max(top, min(float(y.max()), 3 * top))
        else:
            self._mixture.set_points(_EMPTY, _EMPTY)
            self._components.set_points(_EMPTY, _EMPTY)
        self.set_view_range(x_range, (0.0, 1.12 * (top or 1.0)))

    def scatter(self, at: tuple[float, float], noise: FloatArray) -> FloatArray:
        return at[0] + self.brush_sigma * noise[:, 0]

    def export_table(self) -> PlotTable:
        return PlotTable(("x",), (self.points,))


def _histogram(points: FloatArray, x_range: Range) -> tuple[FloatArray, FloatArray]:
    """Density of the points in `N_BINS` bins (N_BINS,) and their edges (N_BINS + 1,)."""
    edges: FloatArray = np.linspace(*x_range, N_BINS + 1)
    counts = np.histogram(points, edges)[0]
    return counts / (max(1, points.size) * (edges[1] - edges[0])), edges
