"""Both landscapes side by side."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Direction, KLState
from dgm_explorer.numerics.knowledge import can_minimise
from dgm_explorer.ui.plots.landscape_view import LandscapeView
from dgm_explorer.ui.tabs.kl.basin_overlay import BasinOverlay
from dgm_explorer.ui.tabs.kl.descent_run import DIRECTIONS
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.theme import Theme

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.kl.estimator_panel import EstimatorPanel


TITLES: dict[Direction, str] = {"forward": "KL(p‖q) covers modes", "reverse": "KL(q‖p) seeks modes"}


class LandscapePair(QWidget):
    """KL(p‖q) and KL(q‖p) over (μ, log σ); q is dragged on either."""

    q_moved = Signal(float, float)
    drag_started = Signal()
    drag_finished = Signal()
    view_changed = Signal(float, float, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: KLState | None = None
        self._frame: KLFrame | None = None
        self.views: dict[Direction, LandscapeView] = {
            "forward": LandscapeView(TITLES["forward"], "forward"),
            "reverse": LandscapeView(TITLES["reverse"], "reverse"),
        }
        self.basins = BasinOverlay(self.views["reverse"], self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for view in self.views.values():
            layout.addWidget(view)
            view.q_moved.connect(self.q_moved)
            view.drag_started.connect(self.drag_started)
            view.drag_finished.connect(self.drag_finished)
            view.view_changed.connect(self.view_changed)

    def set_theme(self, theme: Theme) -> None:
        for view in self.views.values():
            view.set_theme(theme)

    def show_frame(self, state: KLState, frame: KLFrame) -> None:
        """Draw what differs from the frame shown before; nothing is emitted."""
        old, old_frame = self._state, self._frame
        self._state, self._frame = state, frame
        window = state.view
        if old is None or old.view != window:
            for view in self.views.values():
                view.set_view(window.mu_lo, window.mu_hi, window.sigma_lo, window.sigma_hi)
        if old is None or old.units != state.units:
            for view in self.views.values():
                view.set_units(state.units)
        if old is None or old.knowledge != state.knowledge:
            for direction, view in self.views.items():
                ability = can_minimise(state.knowledge, direction)
                view.set_disabled_reason(None if ability.is_possible else ability.reason)
        if old_frame is None or old_frame.reverse is not frame.reverse:
            self.views["forward"].set_landscape(frame.forward, frame.grid)
            self.views["reverse"].set_landscape(frame.reverse, frame.grid)
        if old is None or old.q != state.q:
            for view in self.views.values():
                view.set_q(state.q.mu, state.q.sigma)
        if old_frame is None or old_frame.forward_minimum != frame.forward_minimum:
            self.views["forward"].set_stationary((frame.forward_minimum,))
        if old_frame is None or old_frame.reverse_points != frame.reverse_points:
            self.views["reverse"].set_stationary(frame.reverse_points)
        self.basins.show_state(state, frame)

    def show_trail(self, direction: Direction, mu: FloatArray, sigma: FloatArray) -> None:
        self.views[direction].set_trail(mu, sigma)

    def show_arrows(self, panel: "EstimatorPanel") -> None:
        """The gradient estimates of the microscope, or none."""
        for direction in DIRECTIONS:
            arrows = panel.arrows(direction)
            if arrows is None:
                self.views[direction].set_arrows((0.0, 1.0))
            else:
                self.views[direction].set_arrows(arrows.origin, arrows.clouds, arrows.exact)
