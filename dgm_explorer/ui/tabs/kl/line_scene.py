"""The pictures on the line: density, both landscapes or the curves of fixed σ, and the lower panels."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Direction, KLState, View1D
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.density_plot import DensityPlot
from dgm_explorer.ui.plots.landscape_view import LandscapeView
from dgm_explorer.ui.tabs.kl.basin_overlay import BasinOverlay
from dgm_explorer.ui.tabs.kl.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.kl.descent_run import DIRECTIONS
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.integrand_panel import IntegrandPanel
from dgm_explorer.ui.tabs.kl.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.tabs.kl.stationary_table import StationaryPanel
from dgm_explorer.ui.theme import Theme

VIEW_GESTURE_MS = 400
"""Zooming and panning within this time of each other are one step back."""
EMPTY = np.empty(0)


class LineScene(QWidget):
    """Draws frames and turns the mouse into edits; keeps what it has drawn to redraw only the difference."""

    drag_started = Signal()
    drag_finished = Signal()

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._state: KLState | None = None
        self._frame: KLFrame | None = None
        self.density = DensityPlot()
        self.landscapes: dict[Direction, LandscapeView] = {
            "forward": LandscapeView("KL(p‖q) covers modes", "forward"),
            "reverse": LandscapeView("KL(q‖p) seeks modes", "reverse"),
        }
        self._basins = BasinOverlay(self.landscapes["reverse"], self)
        self.stationary = StationaryPanel(theme)
        self.integrand = IntegrandPanel(theme)
        self.panels = LowerPanels()
        self._view_pause = QTimer(self)
        self._view_pause.setSingleShot(True)
        self._view_pause.setInterval(VIEW_GESTURE_MS)
        self._view_pause.timeout.connect(self._finish_view_gesture)
        self._build()
        self._connect()
        self.set_theme(theme)

    def _build(self) -> None:
        self.panels.add_panel(
            "stationary", "Stationary points", self.stationary, "Where ∇KL = 0; click a row to move q there"
        )
        self.panels.add_panel(
            "integrand", "Integrand", self.integrand, "Where on the x-axis each divergence comes from"
        )
        pair = QWidget()
        side_by_side = QHBoxLayout(pair)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(4)
        for view in self.landscapes.values():
            side_by_side.addWidget(view)
        self._middle = QStackedWidget()
        self._middle.addWidget(pair)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        for widget, stretch in ((self.density, 36), (self._middle, 42), (self.panels, 22)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
            widget.setMinimumHeight(90)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([360, 420, 220])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _connect(self) -> None:
        editor = self._editor
        self.density.component_changed.connect(editor.set_component)
        self.density.component_added.connect(self._add_component)
        self.density.component_removed.connect(editor.remove_component)
        self.density.q_changed.connect(self._set_q)
        self.density.view_changed.connect(self._change_x_range)
        self.stationary.point_chosen.connect(editor.move_q)
        self.panels.panel_chosen.connect(lambda key: editor.apply(panel=key))
        for plot in (self.density, *self.landscapes.values()):
            plot.drag_started.connect(self.drag_started)
            plot.drag_finished.connect(self.drag_finished)
        for view in self.landscapes.values():
            view.q_moved.connect(editor.move_q)
            view.view_changed.connect(self._change_view)

    def set_theme(self, theme: Theme) -> None:
        self.density.set_theme(theme)
        for view in self.landscapes.values():
            view.set_theme(theme)
        self.panels.set_theme(theme)

    def close_workers(self) -> None:
        """Wait for what runs beside the window."""
        self._basins.close()

    @property
    def basin_caption(self) -> str:
        """What the basins shown say of themselves; empty when there are none."""
        return self._basins.caption

    def plots(self) -> Sequence[ExportablePlot]:
        """What is visible, the most important first."""
        middle: list[ExportablePlot] = list(self.landscapes.values())
        return (self.density, *middle, self.panels.front)

    # -- drawing ------------------------------------------------------------------------------------------

    def show_frame(self, state: KLState, frame: KLFrame) -> None:
        """Draw what differs from the last frame; nothing is emitted."""
        old, old_frame = self._state, self._frame
        self._state, self._frame = state, frame
        if old is None or old.view != state.view:
            self._show_view(state.view)
        if old is None or old.units != state.units:
            for view in self.landscapes.values():
                view.set_units(state.units)
        self.density.set_mixture(state.p)
        self.density.set_q(state.q)
        if old_frame is None or old_frame.reverse is not frame.reverse:
            self.landscapes["forward"].set_landscape(frame.forward, frame.grid)
            self.landscapes["reverse"].set_landscape(frame.reverse, frame.grid)
        if old is None or old.q != state.q:
            for view in self.landscapes.values():
                view.set_q(state.q.mu, state.q.sigma)
        if _optima_differ(old_frame, frame):
            self._show_optima(frame)
        self._basins.show_state(state, frame)
        self.panels.show_state(state, frame)

    def _show_view(self, view: View1D) -> None:
        self.density.set_x_range(view.mu_lo, view.mu_hi)
        for landscape in self.landscapes.values():
            landscape.set_view(view.mu_lo, view.mu_hi, view.sigma_lo, view.sigma_hi)

    def _show_optima(self, frame: KLFrame) -> None:
        best = tuple(point for point in frame.reverse_points if point.kind in ("global", "tied"))
        self.density.set_optima(frame.forward_minimum, best)
        self.landscapes["forward"].set_stationary((frame.forward_minimum,))
        self.landscapes["reverse"].set_stationary(frame.reverse_points)

    def show_descent(self, player: DescentPlayer) -> None:
        """Draw the ways of both descents, or none."""
        for direction in DIRECTIONS:
            trail = player.trail(direction)
            mu, sigma = (EMPTY, EMPTY) if trail is None else (trail.mu, trail.sigma)
            self.density.set_descent(direction, mu, sigma)
            self.landscapes[direction].set_trail(mu, sigma)

    # -- edits --------------------------------------------------------------------------------------------

    def _add_component(self, x: float) -> None:
        components = self._editor.state.p
        weight = sum(component.weight for component in components) / len(components)
        self._editor.add_component(Component1D(weight, x, components[-1].sigma))

    def _set_q(self, q: Gaussian1D) -> None:
        self._editor.apply(q=q)

    def _change_x_range(self, x_lo: float, x_hi: float, *_: float) -> None:
        view = self._editor.state.view
        self._change_view(x_lo, x_hi, view.sigma_lo, view.sigma_hi)

    def _change_view(self, x_lo: float, x_hi: float, sigma_lo: float, sigma_hi: float) -> None:
        if not self._view_pause.isActive():
            self._editor.begin_gesture()
        self._view_pause.start()
        try:
            view = View1D(x_lo, x_hi, sigma_lo, sigma_hi)
        except InputError as error:
            self._editor.refused.emit(str(error))
            return
        self._editor.apply(view=view)

    def _finish_view_gesture(self) -> None:
        self._editor.end_gesture()


def _optima_differ(old: KLFrame | None, new: KLFrame) -> bool:
    return (
        old is None
        or old.reverse_points != new.reverse_points
        or old.forward_minimum != new.forward_minimum
    )
