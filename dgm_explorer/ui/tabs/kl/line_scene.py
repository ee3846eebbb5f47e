"""The pictures on the line: density, both landscapes or the curves of fixed σ, and the lower panels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState, View1D
from dgm_explorer.numerics.knowledge import can_minimise
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.density_plot import DensityPlot
from dgm_explorer.ui.tabs.kl.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.kl.descent_run import DIRECTIONS
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.landscape_pair import LandscapePair
from dgm_explorer.ui.tabs.kl.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.kl.mean_curves import MeanCurves
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.theme import Theme

if TYPE_CHECKING:
    from dgm_explorer.ui.plots.mean_curve_view import MeanCurveView

EMPTY = np.empty(0)
LEAST_HEIGHT_PX = 90
SHARES_PERCENT = (30, 37, 33)
"""Heights of densities, landscapes and lower panels: one for all panels, whose tabs stay under the mouse."""


class LineScene(QWidget):
    """Draws frames and turns the mouse into edits; keeps what it has drawn to redraw only the difference."""

    component_selected = Signal(int)
    """The hand took hold of a component of p."""

    drag_started = Signal()
    drag_finished = Signal()

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._state: KLState | None = None
        self._frame: KLFrame | None = None
        self.density = DensityPlot()
        self.pair = LandscapePair()
        self.landscapes = self.pair.views
        self.theme = theme
        self._mean_curves: MeanCurveView | None = None
        self.panels = LowerPanels(editor, theme)
        self._build()
        self._connect()
        self.set_theme(theme)

    def _build(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self.pair)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        rows: tuple[QWidget, ...] = (self.density, self._middle, self.panels)
        for index, widget in enumerate(rows):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(index, SHARES_PERCENT[index])
            widget.setMinimumHeight(LEAST_HEIGHT_PX)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([10 * share for share in SHARES_PERCENT])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _connect(self) -> None:
        editor = self._editor
        self.density.component_changed.connect(editor.set_component)
        self.density.component_added.connect(self._add_component)
        self.density.component_selected.connect(self.component_selected)
        self.density.component_removed.connect(editor.remove_component)
        self.density.q_changed.connect(self._set_q)
        self.density.view_changed.connect(self._change_x_range)
        hands = (self.density, self.pair, self.panels)
        for part in hands:
            part.drag_started.connect(self.drag_started)
            part.drag_finished.connect(self.drag_finished)
        self.pair.q_moved.connect(editor.move_q)
        self.pair.view_changed.connect(self._change_view)
        self.panels.view_changed.connect(self._change_view)
        self.panels.arrows_changed.connect(lambda: self.pair.show_arrows(self.panels.estimators))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for part in (self.density, self.pair, self._mean_curves, self.panels):
            if part is not None:
                part.set_theme(theme)

    @property
    def mean_curves(self) -> "MeanCurveView":
        """The curves of fixed σ, made when first wanted."""
        if self._mean_curves is None:
            from dgm_explorer.ui.plots.mean_curve_view import MeanCurveView

            view = self._mean_curves = MeanCurveView()
            view.set_theme(self.theme)
            view.q_moved.connect(self._move_mean)
            view.view_changed.connect(self._change_x_range)
            view.drag_started.connect(self.drag_started)
            view.drag_finished.connect(self.drag_finished)
            self._middle.addWidget(view)
        return self._mean_curves

    def close_workers(self) -> None:
        """Wait for what runs beside the window."""
        self.pair.basins.close()
        self.panels.close_workers()

    @property
    def basin_caption(self) -> str:
        """What the basins shown say of themselves; empty when there are none."""
        return self.pair.basins.caption

    def plots(self) -> Sequence[ExportablePlot]:
        """What is visible, the most important first."""
        is_pair = self._middle.currentWidget() is self.pair
        middle = tuple(self.landscapes.values()) if is_pair else (self.mean_curves,)
        return (self.density, *middle, self.panels.front)

    # -- drawing ------------------------------------------------------------------------------------------

    def show_frame(self, state: KLState, frame: KLFrame) -> None:
        """Draw what differs from the last frame; nothing is emitted."""
        old, old_frame = self._state, self._frame
        self._state, self._frame = state, frame
        if old is None or old.view != state.view:
            self.density.set_x_range(state.view.mu_lo, state.view.mu_hi)
        self.density.set_mixture(state.p)
        self.density.set_q(state.q)
        if old is None or old.knowledge != state.knowledge or _optima_differ(old_frame, frame):
            self._show_optima(state, frame)
        self._middle.setCurrentWidget(self.mean_curves if frame.curves is not None else self.pair)
        if frame.curves is None:
            self.pair.show_frame(state, frame)
        else:
            self.pair.basins.show_state(state, frame)
            self._show_curves(state, frame, frame.curves)
        self.panels.show_state(state, frame)

    def _show_optima(self, state: KLState, frame: KLFrame) -> None:
        best = tuple(point for point in frame.reverse_points if point.kind in ("global", "tied"))
        has_forward, has_reverse = (can_minimise(state.knowledge, d).is_possible for d in DIRECTIONS)
        self.density.set_optima(frame.forward_minimum if has_forward else None, best if has_reverse else ())

    def _show_curves(self, state: KLState, frame: KLFrame, curves: MeanCurves) -> None:
        view = self.mean_curves
        view.set_x_range(state.view.mu_lo, state.view.mu_hi)
        view.set_units(state.units)
        for direction in DIRECTIONS:
            ability = can_minimise(state.knowledge, direction)
            view.set_disabled_reason(direction, None if ability.is_possible else ability.reason)
        view.set_curves(curves.mu, curves.forward, curves.reverse)
        view.set_stationary("forward", (frame.forward_minimum,))
        view.set_stationary("reverse", frame.reverse_points)
        view.set_q(state.q.mu)

    def show_descent(self, player: DescentPlayer) -> None:
        """Draw the ways of both descents, or none."""
        is_curve = self._middle.currentWidget() is not self.pair
        for direction in DIRECTIONS:
            trail = player.trail(direction)
            mu, sigma = (EMPTY, EMPTY) if trail is None else (trail.mu, trail.sigma)
            self.density.set_descent(direction, mu, sigma)
            if is_curve:
                self.mean_curves.set_descent(direction, mu)
            else:
                self.pair.show_trail(direction, mu, sigma)

    # -- edits --------------------------------------------------------------------------------------------

    def _add_component(self, x: float) -> None:
        components = self._editor.state.p
        weight = sum(component.weight for component in components) / len(components)
        self._editor.add_component(Component1D(weight, x, components[-1].sigma))

    def _set_q(self, q: Gaussian1D) -> None:
        self._editor.apply(q=q)

    def _move_mean(self, mu: float) -> None:
        self._editor.move_q(mu, self._editor.state.q.sigma)

    def _change_x_range(self, x_lo: float, x_hi: float, *_: float) -> None:
        view = self._editor.state.view
        self._change_view(x_lo, x_hi, view.sigma_lo, view.sigma_hi)

    def _change_view(self, x_lo: float, x_hi: float, sigma_lo: float, sigma_hi: float) -> None:
        try:
            view = View1D(x_lo, x_hi, sigma_lo, sigma_hi)
        except InputError as error:
            self._editor.refused.emit(str(error))
            return
        self._editor.apply_while_moving(view=view)


def _optima_differ(old: KLFrame | None, new: KLFrame) -> bool:
    return (
        old is None or old.reverse_points != new.reverse_points or old.forward_minimum != new.forward_minimum
    )
