"""The plane of z = μ + Lε: the images of dots, grid and circles, with handles on μ and L."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import View2D
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.handle_geometry import Part
from dgm_explorer.ui.plots.handle_plot import Dragged, HandlePlot
from dgm_explorer.ui.plots.knob_overlay import Handle, Hit
from dgm_explorer.ui.plots.panning_hand import PanningHand
from dgm_explorer.ui.tabs.reparam.dot_layer import DotLayer
from dgm_explorer.ui.tabs.reparam.epsilon_plane import GRID
from dgm_explorer.ui.tabs.reparam.map_knobs import MapKnobs
from dgm_explorer.ui.tabs.reparam.map_shape import MapDrag, MapShape, nudged, parts_of, turn_degrees
from dgm_explorer.ui.tabs.reparam.objective_layer import ObjectiveLayer
from dgm_explorer.ui.tabs.reparam.plane_layers import GridLines
from dgm_explorer.ui.theme import LIGHT, Theme

_MAP = 0
"""Number of the only handle."""
_TURN = math.radians(1.0)
_SIGMAS_SHOWN = 3.4


class ZPlane(HandlePlot[MapShape]):
    """Shows a map and lets it be dragged: each change is told as the state that it would make.

    The setters never emit.
    """

    map_changed = Signal(object)
    """A `ReparamState` whose map is the one wanted."""
    pointed = Signal(int)
    """Another point is under the mouse; −1 for none."""
    clicked = Signal(int)
    """A point was clicked."""

    _knobs: MapKnobs

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "z₁"), NumberAxis("left", "z₂"), parent)
        self.export_name = "z-plane"
        self._map_shape = MapShape.of(ReparamState())
        self._selected = _MAP
        self._part: Part | None = None
        self._hand = PanningHand(self)
        self._hovered_dot = -1
        self._grid = GridLines(self.view_box)
        self._dots = DotLayer(self)
        self.objective = ObjectiveLayer(self.view_box)
        self.caption = CornerText(self.view_box, "bottom-left")
        self._knobs = MapKnobs(self.view_box)
        self.view_box.setAspectLocked(True)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(150, 120)
        self.setAccessibleName("Image z of the noise")
        self.setToolTip(
            "z = μ + Lε: the same points after the map. The ellipses hold 39.3 % (1σ) and 86.5 % (2σ).\n"
            "Drag μ, a column of L or an axis of the ellipse (see “Handles”). Shift with a column: along\n"
            "the ellipse if L is full, so that Σ stays, else only its length. Wheel over a handle: size.\n"
            "Tab: next handle. Arrow keys: nudge it (Ctrl: ten times as far). A or double click: all of it."
        )
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self._grid, self._dots, self.objective, self._knobs, self.caption):
            part.set_theme(theme)
        self._show_handles()
        self.set_title("z = μ + Lε &nbsp;~ N(μ, LLᵀ)")

    # -- what is shown ------------------------------------------------------------------------------------

    def set_map(self, state: ReparamState, gaussian: GaussianMap) -> None:
        """Show the grid's image, the ellipses and the handles."""
        shown = self._map_shape
        shape = shown if state == shown.state else MapShape.of(state, shown.ellipse)
        if shape is not shown:
            if self._part is not None and self._part not in parts_of(state.handles):
                self._hold(None)
            self._map_shape = shape
            self._show_handles()
        self._grid.set_lines(gaussian(GRID))  # also after a drag, whose shape is here already
        home = self._home_view()
        self.set_home_range(*home)

    def set_points(self, z: FloatArray, rgb: NDArray[np.uint8]) -> None:
        """Show z (n, 2) in colours (n, 3)."""
        self._dots.set_dots(z, rgb)

    def set_view(self, view: View2D) -> None:
        """Show at least this square."""
        (x, y), half = view.center, view.half_width
        self.set_view_range((x - half, x + half), (y - half, y + half))

    def place_of(self, index: int) -> QPointF | None:
        """Where a point is painted, in pixels of the widget; None where it is out of sight."""
        return self._dots.place_of(index)

    def knob_viewport_position(self, part: Part) -> QPointF:
        """Where a knob is painted, in pixels of the widget."""
        return self._viewport_position(self._knobs.knob_px(_MAP, part))

    def export_table(self) -> PlotTable:
        """One row per point."""
        dots = self._dots.dots
        return PlotTable(("z_1", "z_2"), (dots[:, 0], dots[:, 1]))

    def _home_view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """A square with room for nearly all of z."""
        x, y = self._map_shape.mean
        half = max(_SIGMAS_SHOWN * max(self._map_shape.ellipse.first, self._map_shape.ellipse.second), 1e-3)
        return (x - half, x + half), (y - half, y + half)

    # -- handles ------------------------------------------------------------------------------------------

    def _shape(self, index: int) -> MapShape:
        del index
        return self._map_shape

    def select(self, index: int | None) -> None:
        """There is one handle, and it stays selected."""

    def _show_handles(self) -> None:
        self._knobs.set_handles([Handle(self._map_shape, self.theme.q_line, "")])
        self._show_state()

    def _may_shift(self, index: int) -> bool:
        del index
        return True

    def _values_text(self, shape: MapShape) -> str:
        state, ellipse = shape.state, shape.ellipse
        if self._part == "center":
            return f"μ ({tick_text(ellipse.x, 3)}, {tick_text(ellipse.y, 3)})"
        if state.handles == "axes":
            angle = tick_text(round(np.degrees(ellipse.angle)) % 180, 3)
            return f"σ {tick_text(ellipse.first, 3)} × {tick_text(ellipse.second, 3)}   {angle}°"
        letter = "L" if state.form == "lower" else "A"
        (a, c), (b, d) = shape.columns
        columns = f"{letter}₁ ({tick_text(a, 3)}, {tick_text(c, 3)})   {letter}₂ ({tick_text(b, 3)}, "
        columns += f"{tick_text(d, 3)})"
        return columns if state.form == "lower" else f"{columns}   Q {turn_degrees(shape):.0f}°"

    def _change_q(self, shape: MapShape) -> None:
        self._map_shape = shape
        self._show_handles()
        self.map_changed.emit(shape.state)

    def _grab(self, hit: Hit, at: QPointF) -> Dragged[MapShape]:
        _, part = hit
        self._hold(part)
        drag = MapDrag(self._map_shape, part, *self.pixel_to_view(at))
        return lambda now, has_shift: drag.shape_at(*self.pixel_to_view(now), has_shift)

    def _nudged(self, index: int, right: int, up: int, modifiers: Qt.KeyboardModifier) -> MapShape:
        del index
        size = 10 if modifiers & Qt.KeyboardModifier.ControlModifier else 1
        (x_lo, x_hi), _ = self.view_range
        step = size * (x_hi - x_lo) / float(self.view_box.rect().width())
        turn = size * _TURN * (up - right)
        return nudged(self._map_shape, self._part or "center", (right * step, up * step), turn)

    def _hold(self, part: Part | None) -> None:
        """Which part arrow keys move."""
        self._part = part
        self._knobs.set_held(part if self.hasFocus() or self._is_gesture else None)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if super().press(at, event):
            self._point(-1)
            return True
        return self._hand.press(at, event)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._hand.move(at):
            return
        super().move(at, event)
        if self._dragged is None and not event.buttons():
            self._point(-1 if self._hovered is not None else self._dots.dot_at(at))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        if not self._hand.release(at):
            super().release(at, event)

    def click(self, at: QPointF) -> None:
        index = self._dots.dot_at(at)
        if index >= 0:
            self.clicked.emit(index)

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        del at, event
        self.go_home()

    def key(self, event: QKeyEvent) -> bool:
        is_escape_at_rest = event.key() == Qt.Key.Key_Escape and self._dragged is None
        if is_escape_at_rest or event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return False
        return super().key(event)

    def _point(self, index: int) -> None:
        if index != self._hovered_dot:
            self._hovered_dot = index
            self.pointed.emit(index)

    # -- Qt -----------------------------------------------------------------------------------------------

    def _cycle(self, step: int) -> bool:
        parts = parts_of(self._map_shape.state.handles)
        start = (-1 if step > 0 else len(parts)) if self._part is None else parts.index(self._part)
        following = start + step
        self._hold(parts[following] if 0 <= following < len(parts) else None)
        return self._part is not None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._part is None and event.reason() == Qt.FocusReason.TabFocusReason:
            self._part = "center"
        self._hold(self._part)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._knobs.set_held(None)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)
