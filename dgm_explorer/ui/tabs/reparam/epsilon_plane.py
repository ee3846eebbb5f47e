"""The plane of the noise: ε ~ N(0, I) with its square grid, its circles and its two unit vectors."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.gaussian_map import circle, grid_lines
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.latent_gestures import PanOrClick
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.dot_layer import DotLayer
from dgm_explorer.ui.tabs.reparam.plane_layers import GridLines, Outlines, Vector, Vectors
from dgm_explorer.ui.theme import LIGHT, Theme

GRID: FloatArray = grid_lines(3.0, 0.5)
CIRCLES = (circle(1.0), circle(2.0))
HALF_WIDTH = 3.4


class EpsilonPlane(Plot):
    """Nothing to drag here but the view: ε is drawn once and for all; setters never emit."""

    pointed = Signal(int)
    """Another point is under the mouse; −1 for none."""
    clicked = Signal(int)
    """A point was clicked."""

    export_name = "epsilon-plane"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "ε₁"), NumberAxis("left", "ε₂"), parent)
        self._hovered = -1
        self._gesture: PanOrClick | None = None
        self._grid = GridLines(self.view_box)
        self._dots = DotLayer(self)
        self._circles = Outlines(self.view_box)
        self._units = Vectors(self.view_box)
        self._grid.set_lines(GRID)
        self._circles.set_curves(CIRCLES)
        self.view_box.setAspectLocked(True)
        home = (-HALF_WIDTH, HALF_WIDTH)
        self.set_home_range(home, home)
        self.set_view_range(home, home)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
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
        self._dots.set_theme(theme)
        self._circles.set_pen(theme.q_line, theme.line_width)
        units = (((1.0, 0.0), "e₁"), ((0.0, 1.0), "e₂"))
        self._units.set_vectors(
            [Vector((0.0, 0.0), end, theme.component(j), name) for j, (end, name) in enumerate(units)], theme
        )
        self.set_title("noise &nbsp;ε ~ N(0, I)")

    def set_points(self, epsilon: FloatArray, rgb: NDArray[np.uint8]) -> None:
        """Show ε (n, 2) in colours (n, 3)."""
        self._dots.set_dots(epsilon, rgb)

    def place_of(self, index: int) -> QPointF | None:
        """Where a point is painted, in pixels of the widget; None where it is out of sight."""
        return self._dots.place_of(index)

    def export_table(self) -> PlotTable:
        """One row per point."""
        dots = self._dots.dots
        return PlotTable(("epsilon_1", "epsilon_2"), (dots[:, 0], dots[:, 1]))

    # -- mouse --------------------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if event.button() == Qt.MouseButton.LeftButton:
            self._gesture = PanOrClick(self, at)
        return self._gesture is not None

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._gesture.move(at)
        elif not event.buttons():
            self._point(self._dots.dot_at(at))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.finish(at)

    def click(self, at: QPointF) -> None:
        index = self._dots.dot_at(at)
        if index >= 0:
            self.clicked.emit(index)

    def _point(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.pointed.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)
