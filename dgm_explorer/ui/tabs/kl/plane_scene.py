"""The pictures of the plane: p, q and both optima to scale, and both landscapes over q's mean."""

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.core.kl_state import Direction, KLState, View2D
from dgm_explorer.numerics.knowledge import can_evaluate, can_minimise
from dgm_explorer.numerics.landscape2d import Grid2D
from dgm_explorer.numerics.stationary2d import StationaryPoint2D
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.plots.landscape_view import KIND_TEXT, UNIT_FACTOR, LandscapeView
from dgm_explorer.ui.plots.markers import Marker
from dgm_explorer.ui.tabs.kl.landscape_pair import TITLES
from dgm_explorer.ui.tabs.kl.plane_descent import PlaneDescent
from dgm_explorer.ui.tabs.kl.plane_exact import PlaneExact
from dgm_explorer.ui.tabs.kl.plane_frame import PlaneEngine, PlaneFrame, PlaneNumbers
from dgm_explorer.ui.tabs.kl.plane_layers import Optimum
from dgm_explorer.ui.tabs.kl.plane_plot import PlanePlot
from dgm_explorer.ui.tabs.kl.plane_readings import plane_readings
from dgm_explorer.ui.tabs.kl.readings import Reading
from dgm_explorer.ui.theme import LIGHT, Theme

N_CELLS = 256


class PlaneScene(QWidget):
    """Draws states of the plane and turns the mouse into edits.

    While something moves, landscapes and numbers are recomputed on every state and optima are followed;
    when the state rests, exact numbers and a full search run beside the window and replace them.
    """

    p2_changed = Signal(object)
    """tuple[Component2D, ...]"""
    q2_changed = Signal(object)
    """Gaussian2D"""
    view2_changed = Signal(object)
    """The user zoomed or panned: View2D."""
    drag_started = Signal()
    drag_finished = Signal()
    frame_done = Signal(float)
    """Milliseconds that computing and setting a frame took."""
    numbers_changed = Signal()
    """`numbers` has something new without a new state."""
    refused = Signal(str)
    """One sentence: an edit that cannot be."""

    export_name = "plane"

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = PlaneEngine()
        self._state: KLState | None = None
        self._frame: PlaneFrame | None = None
        self._grid: Grid2D | None = None
        self.plane = PlanePlot()
        self.landscapes: dict[Direction, LandscapeView] = {
            "forward": _landscape("forward"),
            "reverse": _landscape("reverse"),
        }
        self._exact = PlaneExact(self._engine, self)
        self.descent = PlaneDescent(self)
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._build()
        self._connect()
        self.set_theme(theme)

    def _build(self) -> None:
        right = QSplitter(Qt.Orientation.Vertical)
        for view in self.landscapes.values():
            right.addWidget(view)
            view.setMinimumSize(180, 130)
        self.plane.setMinimumWidth(220)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.plane, 58), (right, 42)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
        for splitter in (right, self.splitter):
            splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([580, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _connect(self) -> None:
        self.plane.components_changed.connect(self.p2_changed)
        self.plane.q_changed.connect(self.q2_changed)
        for plot in (self.plane, *self.landscapes.values()):
            plot.drag_started.connect(self._begin_drag)
            plot.drag_finished.connect(self._finish_drag)
            plot.view_changed.connect(self._change_view)
        for view in self.landscapes.values():
            view.q_moved.connect(self._move_q)
            view.view_box.sigResized.connect(self._resized.start)
        self.descent.advanced.connect(self._show_descent)
        self._resized.timeout.connect(self._redraw)
        self._exact.points_improved.connect(self._refresh)
        self._exact.numbers_improved.connect(self._refresh)
        self._exact.numbers_improved.connect(self.numbers_changed)

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts."""
        self.theme = theme
        self.plane.set_theme(theme)
        for view in self.landscapes.values():
            view.set_theme(theme)

    def close_workers(self) -> None:
        """Wait for what runs beside the window."""
        self._exact.close()

    # -- what is asked ------------------------------------------------------------------------------------

    def numbers(self) -> PlaneNumbers | None:
        """H(p) and both divergences at q, with how they are known; None before the first frame."""
        return None if self._frame is None else self._frame.numbers

    def readings(self) -> tuple[Reading, ...]:
        """The same as lines for the panel of numbers, as far as the present knowledge of p allows."""
        if self._state is None or self._frame is None:
            return ()
        return plane_readings(self._state, self._frame)

    @property
    def frame(self) -> PlaneFrame | None:
        """What is drawn."""
        return self._frame

    @property
    def is_settled(self) -> bool:
        """Whether all numbers and points shown are exact."""
        return self._frame is not None and self._frame.is_exact

    def plots(self) -> Sequence[ExportablePlot]:
        """What is visible, the most important first."""
        return (self.plane, *self.landscapes.values())

    def export_table(self) -> PlotTable:
        """Components, q and the optima."""
        return self.plane.export_table()

    # -- drawing ------------------------------------------------------------------------------------------

    def show_state(self, state: KLState) -> None:
        """Draw ``state``; only remembers it while hidden. Emits nothing but `frame_done`."""
        is_new = state != self._state
        self._state = self._exact.state = state
        if self.isVisible() and is_new:
            self._refresh()
            self._exact.ask_soon()

    def _refresh(self) -> None:
        if self._state is None:
            return
        started_s = time.perf_counter()
        state, old = self._state, self._frame
        self._show_view(state.view2)
        frame = self._frame = self._engine.resolve(state, self._present_grid())
        self._exact.give_up_stale()
        self.plane.set_components(state.p2, frame.p)
        self.plane.set_q(state.q2)
        self.plane.set_units(state.units)
        for direction, view in self.landscapes.items():
            view.set_units(state.units)
            values = frame.forward if direction == "forward" else frame.reverse
            if direction == "forward" or old is None or old.reverse is not values:
                view.set_values(values, frame.grid.x, frame.grid.y)
            view.set_q(*state.q2.mean)
        self._show_points(state, frame)
        self.descent.follow(frame.p, state)
        self._show_descent()
        self.frame_done.emit(1e3 * (time.perf_counter() - started_s))

    def _show_view(self, view2: View2D) -> None:
        self.plane.set_view(view2)
        (x, y), half = view2.center, view2.half_width
        for view in self.landscapes.values():
            view.set_view(x - half, x + half, y - half, y + half)

    def _present_grid(self) -> Grid2D:
        """The part of the plane that both landscapes show, 256 cells along the longer side."""
        (x_lo, x_hi), (y_lo, y_hi) = self.landscapes["reverse"].view_range
        cell = max(x_hi - x_lo, y_hi - y_lo) / N_CELLS
        n, m = max(16, round((x_hi - x_lo) / cell)), max(16, round((y_hi - y_lo) / cell))
        x, y = np.linspace(x_lo, x_hi, n), np.linspace(y_lo, y_hi, m)
        old = self._grid
        if old is None or not (np.array_equal(old.x, x) and np.array_equal(old.y, y)):
            self._grid = Grid2D(x, y)
        assert self._grid is not None
        return self._grid

    def _show_points(self, state: KLState, frame: PlaneFrame) -> None:
        for direction, view in self.landscapes.items():
            value = can_evaluate(state.knowledge, direction)
            view.set_disabled_reason(None if value.is_possible else value.reason)
        optima = [Optimum(frame.forward_minimum, "forward")]
        optima += [Optimum(point, "reverse") for point in frame.minima]
        minimum = {d: can_minimise(state.knowledge, d) for d in self.landscapes}
        caption = _caption(frame) if minimum["reverse"].is_possible else "KL(q‖p): no minimum without log p"
        self.plane.set_optima([o for o in optima if minimum[o.direction].is_possible], caption)
        factor, unit = UNIT_FACTOR[state.units], state.units
        self.landscapes["forward"].set_markers([_marker(frame.forward_mean, factor, unit)])
        self.landscapes["reverse"].set_markers([_marker(f, factor, unit) for f in frame.stationary])

    def _show_descent(self) -> None:
        """Draw the ways of both descents: all of q in the plane, its mean on the landscapes."""
        for direction, view in self.landscapes.items():
            path = self.descent.path(direction)
            self.plane.set_descent(direction, path)
            means = np.array([q.mean for q in path]).reshape(-1, 2)
            view.set_trail(means[:, 0], means[:, 1])

    # -- edits --------------------------------------------------------------------------------------------

    def _move_q(self, x: float, y: float) -> None:
        if self._state is None:
            return
        try:
            q = Gaussian2D((x, y), self._state.q2.cov)
        except InputError as error:
            self.refused.emit(str(error))
            return
        self.plane.set_q(q)
        self.q2_changed.emit(q)

    def _change_view(self, x_lo: float, x_hi: float, y_lo: float, y_hi: float) -> None:
        half = 0.5 * min(x_hi - x_lo, y_hi - y_lo)
        try:
            view = View2D((0.5 * (x_lo + x_hi), 0.5 * (y_lo + y_hi)), half)
        except InputError as error:
            self.refused.emit(str(error))
            return
        self.view2_changed.emit(view)

    def _begin_drag(self) -> None:
        self.descent.suspend()
        self.drag_started.emit()

    def _finish_drag(self) -> None:
        self.drag_finished.emit()
        self.descent.resume()
        if self.isVisible():
            self._exact.ask()

    # -- Qt -----------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        """The landscapes have a new size, so more or less of the plane is seen."""
        if self.isVisible():
            self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.descent.pause()
        self._exact.give_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._state is not None:
            self._engine.forget_points_of_others(self._state)
        self._refresh()
        self._exact.ask_soon()


def _landscape(direction: Direction) -> LandscapeView:
    return LandscapeView(
        TITLES[direction],
        direction,
        names=("x", "y"),
        labels=("mean of q, x; Σ as it is", "mean of q, y"),
        y_scale="linear",
        is_equal_aspect=True,
    )


def _marker(point: StationaryPoint2D, factor: float, unit: str) -> Marker:
    x, y = point.q.mean
    kind = KIND_TEXT[point.kind]
    text = f"{kind}   x {tick_text(x)}   y {tick_text(y)}   {tick_text(point.kl * factor, 6)} {unit}"
    return Marker(x, y, point.kind, text)


def _caption(frame: PlaneFrame) -> str:
    """Such as “KL(q‖p), q free: 3 minima (2 tied, 1 local)”."""
    if not frame.minima:
        return "KL(q‖p), q free: searching …"
    count = Counter(point.kind for point in frame.minima)
    named = ((count["global"], "global"), (count["tied"], "tied"), (count["local"], "local"))
    parts = ", ".join(f"{number} {name}" for number, name in named if number)
    total = len(frame.minima)
    text = f"KL(q‖p), q free: {total} {'minimum' if total == 1 else 'minima'} ({parts})"
    return text if frame.are_minima_exact else text + ", searching …"
