"""The bifurcation diagram of the present p, with the present p on it."""

import math
import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.bifurcation import separation
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.lower_panel import LowerPanel
from dgm_explorer.ui.tabs.kl.sweep_plot import Ordinate, SweepPlot
from dgm_explorer.ui.tabs.kl.sweep_run import SweepRun, SweepTarget, target_of
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import ChoiceBox, font_of, row, set_formula, set_text, set_tip

NO_SEPARATION = "All means of p are equal: there is nothing to pull apart. Move one to give p a separation."
AGE_STEP_MS = 250
_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


class SweepPanel(LowerPanel):
    """Where the stationary points of KL(q‖p) go while the modes of p are pulled apart.

    Dragging the line asks for another separation of p. The diagram is computed beside the window and says
    how old it is while it belongs to an earlier p.

    Signals
    -------
    separation_changed : the half-separation that the hand asks for.
    drag_started, drag_finished : around a drag of the line, for one undo step.
    """

    separation_changed = Signal(float)
    drag_started = Signal()
    drag_finished = Signal()
    export_name = "bifurcation-diagram"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._d_max = 0.0
        self._is_range_chosen = False
        self._is_dragging = False
        self._outdated_since_s: float | None = None
        self.run = SweepRun(self)
        self.plot = SweepPlot()
        self.ordinate_box = ChoiceBox("Drawn upwards", [("mu", "μ of q"), ("sigma", "σ of q")])
        self._legend = QLabel()
        self._status = ElidedLabel()
        self._cover = Cover(self.plot.view_box)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(AGE_STEP_MS)
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self._status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._legend.setMinimumWidth(1)  # on a projector there may be no room for all of it
        self._head = row(self.ordinate_box, self._legend, self._status)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 0)
        layout.setSpacing(2)
        layout.addLayout(self._head)
        layout.addWidget(self.plot, 1)
        self.stand_alone(False)

    def _connect(self) -> None:
        self.ordinate_box.activated.connect(self._draw)
        self.run.progressed.connect(self._draw)
        self._clock.timeout.connect(self._say)
        self.plot.separation_changed.connect(self.separation_changed)
        self.plot.zoom_requested.connect(self._zoom)
        self.plot.zoom_reset_requested.connect(self._reset_zoom)
        self.plot.drag_started.connect(self._begin_drag)
        self.plot.drag_finished.connect(self._finish_drag)
        self.destroyed.connect(self.run.close, Qt.ConnectionType.DirectConnection)

    @property
    def legend(self) -> str:
        return self._legend.text()

    @property
    def status(self) -> str:
        return self._status.text()

    def stand_alone(self, is_alone: bool) -> None:
        """On paper there is the height for a second line, and nobody to widen the window."""
        self._legend.setWordWrap(is_alone)
        self._head.setStretchFactor(self._legend, int(is_alone))
        self._head.setStretchFactor(self._status, int(not is_alone))
        across = QSizePolicy.Policy.Preferred if is_alone else QSizePolicy.Policy.Ignored
        self._status.setSizePolicy(across, QSizePolicy.Policy.Preferred)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._legend.setFont(font_of(self, theme, 0.85))
        self.plot.set_theme(theme)
        self._cover.set_theme(theme)
        self._show_legend()

    def close_workers(self) -> None:
        self._clock.stop()
        self.run.close()

    # -- state --------------------------------------------------------------------------------------------

    def _show(self, state: KLState, frame: KLFrame) -> None:
        """Put the present p on the diagram and ask for another diagram if it needs one."""
        del frame  # `_draw` takes it from what was given
        self.run.make_way()
        sigma_fixed = state.q.sigma if state.is_sigma_fixed else None
        d = separation(state.p)
        self._choose_range(state.p, d)
        target = target_of(state.p, sigma_fixed, self._d_max)
        self._cover.set_reason("" if target is not None else NO_SEPARATION)
        if target != self.run.target:
            if self._outdated_since_s is None:
                self._outdated_since_s = time.monotonic()
            self.run.want(target)
        self._show_choice(state)
        self._draw()

    def _choose_range(self, p: tuple[Component1D, ...], d: float) -> None:
        """A round range that holds d and the usual bifurcations; it stays while d moves about inside it."""
        widest = _widest(p)
        is_roomy = self._d_max > 0 and 0.02 * self._d_max <= d <= 0.95 * self._d_max
        if self._is_dragging or self._is_range_chosen or (is_roomy and self._d_max >= 3.0 * widest):
            return
        self._d_max = round_up(max(1.5 * d, 4.5 * widest))

    def _zoom(self, factor: float) -> None:
        if self._given is None:
            return
        p = self._given[0].p
        self._is_range_chosen = True
        limits = 0.1 * _widest(p), 10.0 * (separation(p) + 4.5 * _widest(p))
        self._d_max = min(max(self._d_max * factor, limits[0]), limits[1])
        self._show_again()

    def _reset_zoom(self) -> None:
        self._is_range_chosen, self._d_max = False, 0.0
        self._show_again()

    def _show_choice(self, state: KLState) -> None:
        self.ordinate_box.setEnabled(not state.is_sigma_fixed)
        if state.is_sigma_fixed:
            set_tip(self.ordinate_box, f"σ of q is fixed at {state.q.sigma:g}: only μ moves.")
        else:
            set_tip(self.ordinate_box, "Which parameter of the stationary q is drawn upwards.")
        d = separation(state.p)
        set_formula(
            self.plot,
            r"d = \tfrac{1}{2} \left( \max_k \mu_k - \min_k \mu_k \right)",
            lambda: (
                f"d = {d:.6g} at present; drag the line, or use ← and →,\n"
                "to pull the modes apart; the wheel changes the range, a double click resets it"
            ),
        )

    @property
    def _ordinate(self) -> Ordinate:
        is_fixed = self._given is not None and self._given[0].is_sigma_fixed
        return "sigma" if self.ordinate_box.key == "sigma" and not is_fixed else "mu"

    # -- drawing ------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._given is None or not self.isVisible():
            return
        state, frame = self._given
        has_target = self.run.target is not None
        kept = [component.mu for component in state.p if component.weight > 0]
        center = 0.5 * (min(kept) + max(kept))
        self.plot.set_diagram(self.run.diagram, center, self._d_max, self._ordinate)
        self.plot.critical.set_points(self.run.critical if self.run.shown_target == self.run.target else ())
        self.plot.set_present(separation(state.p) if has_target else None, frame.reverse_points)
        if self.run.shown_target == self.run.target:
            self._outdated_since_s = None
        self._show_legend()
        self._say()

    def _show_legend(self) -> None:
        is_fixed = self._given is not None and self._given[0].is_sigma_fixed
        set_text(self._legend, _legend(self._theme, is_fixed))

    def _say(self) -> None:
        words = self._status_text()
        set_text(self._status, words)
        set_tip(self._status, words)
        if self._outdated_since_s is not None and self.isVisible() and self.run.target is not None:
            self._clock.start()

    def _status_text(self) -> str:
        target, shown = self.run.target, self.run.shown_target
        if target is None or (self.run.is_complete and shown == target):
            return _given_sigma(target)
        if shown is None:
            return "computing …"
        if shown == target:
            return f"computing … {100 * self.run.progress:.0f} %"
        age_s = time.monotonic() - (self._outdated_since_s or time.monotonic())
        return f"{age_s:.1f} s old, computing …"

    def export_table(self) -> PlotTable:
        return self.plot.export_table()

    # -- drag ---------------------------------------------------------------------------------------------

    def _begin_drag(self) -> None:
        self._is_dragging = True
        self.drag_started.emit()

    def _finish_drag(self) -> None:
        self._is_dragging = False
        self.drag_finished.emit()
        self._show_again()

    # -- Qt -----------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
        if not self.run.is_complete:
            self.run.want(None)


def _widest(p: tuple[Component1D, ...]) -> float:
    return max(component.sigma for component in p if component.weight > 0)


def round_up(value: float) -> float:
    """The next round number, 1 to 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _ROUND if step * power >= value), 10.0 * power)


def _given_sigma(target: SweepTarget | None) -> str:
    if target is None:
        return ""
    return "q free" if target.sigma_fixed is None else f"σ = {target.sigma_fixed:g}"


def _legend(theme: Theme, is_sigma_fixed: bool) -> str:
    """Only what the diagram can show, the best known last, since a projector leaves little room."""

    def swatch(rgb: str, text: str) -> str:
        return f'<span style="color:{rgb}">{text}</span>'

    entries = (
        f"<b>{swatch(theme.reverse, '━━')}</b> ★ global",
        f"{swatch(theme.reverse, '──')} ○ local",
        f"{swatch(theme.muted_text, '╌╌')} {'◆ maximum' if is_sigma_fixed else '× saddle'}",
        f"<b>{swatch(theme.accent, '┃')}</b> present p",
        "(points of KL(q‖p))",
    )
    return " &ensp; ".join(f'<span style="white-space:nowrap">{entry}</span>' for entry in entries)
