"""How the noise of each gradient grows with the dimension and falls with N, measured beside the window."""

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import MapEstimator, ReparamState
from dgm_explorer.numerics.variance_growth import ESTIMATORS, sweep_of
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.estimator_words import ESTIMATOR_NAME, estimator_color
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.growth_curves import (
    FIT_FROM,
    GrowthView,
    Measurement,
    by_estimator,
    fit_slope,
)
from dgm_explorer.ui.tabs.reparam.growth_plot import GrowthPlot
from dgm_explorer.ui.tabs.reparam.growth_run import GrowthRun, rounded
from dgm_explorer.ui.tabs.reparam.keyed_plot import KeyedPlot
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import font_of, row, set_formula, set_text
from dgm_explorer.ui.widgets.number_words import number_text, plus_minus
from dgm_explorer.ui.widgets.switch_row import SwitchRow
from dgm_explorer.ui.widgets.worded_bar import WordedBar

AXES: Final = (
    ("dimension", "d", "Against the dimension of z, 1 … 512, with the N of the gradients"),
    ("samples", "N", "Against the number of samples behind one estimate, in the highest dimension"),
)
QUANTITIES: Final = (
    ("variance", "variance", "E ‖ĝ − ∇‖² of one estimate: its total variance about the exact gradient"),
    ("snr", "S/N", "Signal-to-noise ratio ‖∇‖/√variance of one estimate"),
)
BLOCKS: Final = (
    ("mean", "in μ", "The part of the gradient that belongs to μ"),
    ("scale", "in σ", "The part of the gradient that belongs to σ₁ … σ_d"),
)
FORMULA: Final = (
    r"f(z) = \frac{1}{2} \| z - t \|^2, \quad z = \mu + \sigma \epsilon, \quad"
    r" \mathrm{variance} = \mathbb{E}\, \| \hat{g} - \nabla \|^2"
)


class GrowthPanel(ReparamPanel):
    """Runs while it is in front and holds still otherwise; starts again only for another setting.

    It is of the map that the store holds, whatever descent makes of it meanwhile.
    """

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._state: ReparamState | None = None
        self._hovered: Measurement | None = None
        self.run = GrowthRun(self)
        self.plot = GrowthPlot()
        self.axis = SwitchRow("Sweep over", AXES)
        self.quantity = SwitchRow("Quantity", QUANTITIES)
        self.block = SwitchRow("Part of the gradient", BLOCKS)
        self.progress = WordedBar()
        self._count = QLabel()
        self.button = QPushButton("Cancel")
        self._legend = QLabel()
        self._keyed = KeyedPlot(self._legend, self.plot)
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Progress of the sweep")
        self.progress.setMinimumWidth(60)
        self.progress.setToolTip("How much of the sweep is measured, and how long the rest takes")
        set_formula(self._legend, FORMULA, self._explain)
        self._legend.setWordWrap(True)
        head = row(self.axis, self.quantity, self.block, self.progress, self._count, self.button)
        for filling in (self.progress, self._count):
            head.setStretchFactor(filling, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._keyed, 1)

    def _connect(self) -> None:
        self.axis.chosen.connect(lambda key: self._editor.apply(growth=key))
        self.quantity.chosen.connect(lambda key: self._editor.apply(growth_quantity=key))
        self.block.chosen.connect(lambda key: self._editor.apply(growth_block=key))
        self.button.clicked.connect(self._press)
        self.plot.hovered.connect(self._show_hovered)
        self.run.progressed.connect(self._draw)
        self.destroyed.connect(self.run.close, Qt.ConnectionType.DirectConnection)

    @property
    def legend(self) -> str:
        """The key to the curves, rich text."""
        return self._legend.text()

    @property
    def words(self) -> str:
        """What is said of the point under the mouse, or of the setting."""
        return self.plot.words

    # -- what the scene asks ------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)
        for switch in (self.axis, self.quantity, self.block):
            switch.set_theme(theme)
        self._legend.setFont(font_of(self, theme, 0.9))
        self._draw()

    def show_state(self, state: ReparamState) -> None:
        self._state = state
        self.axis.set_key(state.growth)
        self.quantity.set_key(state.growth_quantity)
        self.block.set_key(state.growth_block)
        if self.isVisible():
            self.run.want(sweep_of(state))
            self._draw()

    def _show(self, frame: ReparamFrame) -> None:
        """Nothing of a frame is shown: `show_state` has seen to it."""

    def plots(self) -> tuple[ExportablePlot, ...]:
        return (self._keyed,)

    def finish(self) -> None:
        self.run.close()

    # -- drawing ------------------------------------------------------------------------------------------

    @property
    def view(self) -> GrowthView:
        """What is drawn."""
        state = self._editor.state if self._state is None else self._state
        return GrowthView(state.growth, state.growth_quantity, state.growth_block)

    @Slot()
    def _draw(self) -> None:
        if self._state is None or not self.isVisible():
            return
        sweep, view = rounded(sweep_of(self._state)), self.view
        points = self.run.points if self.run.sweep == sweep else ()
        measured = tuple(view.measure(sweep, point) for point in points if point.n_estimates > 1)
        self.plot.show_growth(view, sweep, measured)
        self._show_legend(view, measured)
        self._show_progress()
        self._show_hovered(self._hovered)

    def _show_legend(self, view: GrowthView, measured: tuple[Measurement, ...]) -> None:
        curves = by_estimator(measured)
        set_text(self._legend, " &ensp; ".join(self._entry(e, view, curves[e]) for e in ESTIMATORS))

    def _entry(self, estimator: MapEstimator, view: GrowthView, curve: tuple[Measurement, ...]) -> str:
        rgb = estimator_color(estimator, self.theme)
        slope = fit_slope(curve, view.axis)
        words = "…" if slope is None else plus_minus(slope.value, slope.error)
        text = f"{ESTIMATOR_NAME[estimator]} {view.known_power(estimator)}: {words}"
        return f'<b><span style="color:{rgb}">●</span></b>&nbsp;{text.replace(" ", "&nbsp;")}'

    def _show_progress(self) -> None:
        run = self.run
        self.progress.setValue(round(1000 * run.share))
        self.progress.setVisible(not run.is_complete)
        self._count.setVisible(run.is_complete)
        if run.is_complete:
            words = f"{run.sweep.repeats} estimates each" if run.sweep is not None else ""
            set_text(self._count, words)
        elif run.is_cancelled:
            words = f"stopped at {100 * run.share:.0f} %"
        else:
            left_s = run.left_s
            words = f"{100 * run.share:.0f} %" + ("" if left_s is None else f", {_duration(left_s)} left")
        self.progress.set_words(words)
        is_on = run.is_running
        set_text(self.button, "Cancel" if is_on else "Run again")
        self.button.setToolTip("Stop here and keep the points" if is_on else "Measure all of it again")

    @Slot(object)
    def _show_hovered(self, measurement: Measurement | None) -> None:
        self._hovered = measurement
        self.plot.set_words(self._setting() if measurement is None else _words_of(measurement, self.view))

    def _setting(self) -> str:
        if self._state is None:
            return ""
        sweep = sweep_of(self._state)
        is_quadratic = self._state.objective == "quadratic"
        other = f"N = {sweep.places[0][1]}" if self.view.axis == "dimension" else f"d = {sweep.places[-1][0]}"
        setting = f"δ = {tick_text(sweep.offset, 3)}, σ = {tick_text(sweep.sigma, 3)}, {other}"
        return f"{setting}; lines: closed forms{'' if is_quadratic else ', of the quadratic'}"

    def _explain(self) -> str:
        """Of the tool tip."""
        return (
            "in every dimension the same: μ lies δ from the target t, z scatters by σ about μ\n"
            f"{self._setting()}\n"
            "behind each colon: slope on logarithmic axes ± standard error,"
            f" fitted to the points from {'d' if self.view.axis == 'dimension' else 'N'} ="
            f" {FIT_FROM[self.view.axis]} on"
        )

    # -- hands --------------------------------------------------------------------------------------------

    @Slot()
    def _press(self) -> None:
        if self.run.is_running:
            self.run.cancel()
        else:
            self.run.restart()
            self._draw()

    # -- Qt -----------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.run.set_active(True)
        if self._state is not None:
            self.show_state(self._state)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.run.set_active(False)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _words_of(measurement: Measurement, view: GrowthView) -> str:
    point = measurement.point
    place = f"d = {point.dimension}" if view.axis == "dimension" else f"N = {point.n_samples}"
    away = (measurement.value - measurement.exact) / measurement.error if measurement.error > 0 else 0.0
    return (
        f"{place}, {ESTIMATOR_NAME[point.estimator]}: {plus_minus(measurement.value, measurement.error)},"
        f" exact {number_text(measurement.exact, 4)} ({away:+.1f} s.e.)".replace("-", "−")
    )
