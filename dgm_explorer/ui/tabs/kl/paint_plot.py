"""A strip to paint points on, with their histogram and the mixture fitted to them."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.gaussian_curves import bells, mixture_curve, shares
from dgm_explorer.ui.plots.plot import Plot, Range
from dgm_explorer.ui.theme import Theme, color

N_BINS = 64
MAX_POINTS_PAINTED = 20_000
POINTS_PER_MOVE = 4
_EMPTY: FloatArray = np.empty(0)
_HINT = "Press and drag here to paint points"


class PaintPlot(Plot):
    """Press and drag scatters points around the mouse; what a stroke adds comes with `points_painted`."""

    points_painted = Signal(object)
    """(n,) new points, at the press and at every move of a stroke."""
    stroke_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "x"), NumberAxis("left", ""), parent)
        self.export_name = "points"
        self.brush_sigma = 0.1
        self.points: FloatArray = _EMPTY
        self._rng = np.random.default_rng(0)
        self._bars = pg.PlotCurveItem(np.zeros(2), np.zeros(1), stepMode="center", fillLevel=0.0)
        self.addItem(self._bars, ignoreBounds=True)
        self._components = CurveOverlay(self.view_box, 3)
        self._mixture = CurveOverlay(self.view_box, 4)
        self._hint = Cover(self.view_box)
        self._hint.set_reason(_HINT)
        self._fitted: tuple[Component1D, ...] = ()
        self.setMouseEnabled(False, False)
        self.setMinimumSize(320, 160)
        self.setAccessibleName("Points to fit a mixture to")
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.set_view_range((-8.0, 8.0), (0.0, 1.12))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._bars.setPen(pg.mkPen(theme.p_line, width=1))
        self._bars.setBrush(pg.mkBrush(color(theme.p_fill, theme.fill_alpha)))
        self._mixture.set_style(CurveStyle(theme.accent, theme.line_width * 1.5))
        self._components.set_style(CurveStyle(theme.accent, 1.0, is_dashed=True))
        self._hint.set_theme(theme)

    def set_x_range(self, lo: float, hi: float) -> None:
        self.set_view_range((lo, hi), self.view_range[1])
        self._draw()

    def set_points(self, points: FloatArray) -> None:
        """Show the histogram of ``points``, (n,)."""
        self.points = points
        self._hint.set_reason("" if points.size else _HINT)
        self._draw()

    def set_mixture(self, components: Sequence[Component1D]) -> None:
        """Show a fitted mixture over the histogram; none clears it."""
        self._fitted = tuple(components)
        self._draw()

    def _draw(self) -> None:
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

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._paint(at)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._grab_button is not None:
            self._paint(at)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del at, event
        self.stroke_finished.emit()

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        """Two quick presses paint twice."""
        if self.press(at, event):
            self._grab_button = event.button()

    def _paint(self, at: QPointF) -> None:
        room = MAX_POINTS_PAINTED - self.points.size
        x = self.pixel_to_view(at)[0]
        count = max(0, min(POINTS_PER_MOVE, room))
        if count:
            self.points_painted.emit(x + self.brush_sigma * self._rng.standard_normal(count))

    def export_table(self) -> PlotTable:
        return PlotTable(("x",), (self.points,))


def _histogram(points: FloatArray, x_range: Range) -> tuple[FloatArray, FloatArray]:
    """Density of the points in `N_BINS` bins (N_BINS,) and their edges (N_BINS + 1,)."""
    edges: FloatArray = np.linspace(*x_range, N_BINS + 1)
    counts = np.histogram(points, edges)[0]
    return counts / (max(1, points.size) * (edges[1] - edges[0])), edges
