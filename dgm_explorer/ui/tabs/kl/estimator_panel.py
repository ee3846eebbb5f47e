"""The estimator microscope: every gradient estimator at the present q, on the same random numbers."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Direction, KLState
from dgm_explorer.numerics.divergence import forward_kl_derivatives, reverse_kl_derivatives
from dgm_explorer.numerics.estimators import DIRECTIONS
from dgm_explorer.numerics.knowledge import can_minimise, can_use
from dgm_explorer.numerics.microscope import Cloud, repeats_for, summarise
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.arrows import ArrowCloud
from dgm_explorer.ui.tabs.kl.estimator_observer import EstimatorObserver, Subject
from dgm_explorer.ui.tabs.kl.estimator_plot import CloudPlot
from dgm_explorer.ui.tabs.kl.estimator_table import EstimatorModel, EstimatorRow, EstimatorTable
from dgm_explorer.ui.tabs.kl.estimator_words import estimator_color
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.lower_panel import LowerPanel
from dgm_explorer.ui.tabs.kl.wording import in_units
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import font_of, guard_wheel, label_for, row, set_color, set_text, set_tip

MAX_SAMPLES = 100_000
SLIDER_STEPS = 500
MAX_ARROWS = 24
NOT_POSSIBLE = "log p is not known"


@dataclass(frozen=True, eq=False)
class Arrows:
    """What `LandscapeView.set_arrows` draws at q: downhill directions, minus the gradients.

    Attributes
    ----------
    origin : (μ, σ) of q.
    clouds : up to `MAX_ARROWS` estimates of every admissible estimator.
    exact : (2,) in (μ, log σ).
    """

    origin: tuple[float, float]
    clouds: tuple[ArrowCloud, ...]
    exact: FloatArray


def samples_of(position: int) -> int:
    """N at a slider position, evenly spaced in its logarithm from 1 to `MAX_SAMPLES`."""
    return round(math.exp(math.log(MAX_SAMPLES) * position / SLIDER_STEPS))


def position_of(n_samples: int) -> int:
    """The slider position nearest to N."""
    return round(SLIDER_STEPS * math.log(n_samples) / math.log(MAX_SAMPLES))


def estimated_subject(state: KLState) -> Subject:
    """What the microscope looks at: every estimator that what is known about p allows."""
    usable = tuple(e for e in DIRECTIONS if can_use(state.knowledge, e).is_possible)
    log_z = state.log_z if state.knowledge == "unnormalised" else 0.0
    return Subject(state.p, state.q, usable, state.n_samples, state.seed, log_z)


class EstimatorPanel(LowerPanel):
    """Clouds of gradient estimates of both divergences, and a table of what they are worth.

    Signals
    -------
    n_samples_changed, seed_changed : the user asks for another sample size or other random numbers.
    drag_started, drag_finished : around a drag of the slider, for one undo step.
    arrows_changed : `arrows` has something new, or nothing any more.
    """

    n_samples_changed = Signal(int)
    seed_changed = Signal(object)  # an int up to 2³² − 1, which does not fit Qt's int
    drag_started = Signal()
    drag_finished = Signal()
    arrows_changed = Signal()
    export_name = "gradient-estimators"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: KLState | None = None
        self._exact: dict[Direction, FloatArray] = {}
        self._clouds: tuple[Cloud, ...] = ()
        self.observer = EstimatorObserver(self)
        self.observer.progressed.connect(self._show_clouds)
        self.plots: dict[Direction, CloudPlot] = {
            "forward": CloudPlot("forward"),
            "reverse": CloudPlot("reverse"),
        }
        self._headings: dict[Direction, ElidedLabel] = {"forward": ElidedLabel(), "reverse": ElidedLabel()}
        self.model = EstimatorModel(self)
        self.table = EstimatorTable(self.model)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.count_box = QSpinBox()
        self.again = QPushButton("New random numbers")
        self._caption = ElidedLabel()
        self._set_up_controls()
        self._lay_out()
        self.set_theme(theme)

    def _set_up_controls(self) -> None:
        self.slider.setAccessibleName("Samples per estimate")
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setMinimumWidth(90)
        self.slider.valueChanged.connect(self._choose_position)
        self.slider.sliderPressed.connect(self.drag_started)
        self.slider.sliderReleased.connect(self.drag_finished)
        self.count_box.setAccessibleName("N")
        self.count_box.setRange(1, MAX_SAMPLES)
        self.count_box.setGroupSeparatorShown(True)
        self.count_box.setKeyboardTracking(False)
        self.count_box.valueChanged.connect(self.n_samples_changed)
        for control in (self.slider, self.count_box):
            guard_wheel(control)
        self.again.clicked.connect(self._draw_again)
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        controls = row(label_for("N", self.count_box), self.count_box, self.slider, self.again, self._caption)
        controls.setStretchFactor(self.slider, 2)
        controls.setStretchFactor(self._caption, 3)
        pictures = QHBoxLayout()
        pictures.setSpacing(4)
        for direction, plot in self.plots.items():
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(self._headings[direction])
            column.addWidget(plot, 1)
            pictures.addLayout(column, 1)
        pictures.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setSpacing(3)
        layout.addLayout(controls)
        layout.addLayout(pictures, 1)

    @property
    def caption(self) -> str:
        return self._caption.text()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for plot in self.plots.values():
            plot.set_theme(theme)
        for heading, rgb in zip(self._headings.values(), (theme.forward, theme.reverse), strict=True):
            heading.setFont(font_of(self, theme, 0.92))
            set_color(heading, rgb)
            heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table.set_theme(theme)
        if self._clouds:
            self.arrows_changed.emit()

    def _show(self, state: KLState, frame: KLFrame) -> None:
        """Look at the present q; the numbers come between the events that follow."""
        self._show_controls(state)
        subject = estimated_subject(state)
        if subject == self.observer.subject and self._shown is not None and self.observer.is_complete:
            self._show_clouds()  # units or a fixed σ change what is shown, not what was drawn
        self.observer.look_at(frame.p, subject)
        self._show_caption()

    def arrows(self, direction: Direction) -> Arrows | None:
        """The arrows for the landscape of a divergence; None when there are none or the panel is hidden."""
        if self._shown is None or not self.isVisible():
            return None
        clouds = tuple(
            ArrowCloud(-cloud.gradients[:MAX_ARROWS], estimator_color(cloud.estimator, self._theme))
            for cloud in self._clouds
            if DIRECTIONS[cloud.estimator] == direction
        )
        q = self._shown.q
        return Arrows((q.mu, q.sigma), clouds, -self._exact[direction])

    def export_table(self) -> PlotTable:
        """One row per estimator; numbers that do not exist are NaN."""
        rows = self.model.rows
        nothing = np.full(2, math.nan)
        parts = [("bias", "bias"), ("bias_se", "bias_se"), ("variance_n", "variance_times_n"), ("snr", "snr")]
        header, columns = ["estimator"], [tuple(row.estimator for row in rows)]
        table: list[FloatArray] = []
        for field, name in parts:
            values = [nothing if r.summary is None else getattr(r.summary, field) for r in rows]
            for component, suffix in enumerate(("d_mu", "d_log_sigma")):
                header.append(f"{name}_{suffix}")
                table.append(np.array([value[component] for value in values]))
        header.append("ess_over_n")
        table.append(np.array([math.nan if r.summary is None else r.summary.sample_fraction for r in rows]))
        return PlotTable(tuple(header), (*columns, *table))

    # -- showing ------------------------------------------------------------------------------------------

    def _show_controls(self, state: KLState) -> None:
        for control in (self.slider, self.count_box):
            control.blockSignals(True)
        if samples_of(self.slider.value()) != state.n_samples:
            self.slider.setValue(position_of(state.n_samples))
        self.count_box.setValue(state.n_samples)
        for control in (self.slider, self.count_box):
            control.blockSignals(False)
        repeats = repeats_for(state.n_samples)
        tip = f"N = {state.n_samples} samples in every estimate; {repeats} estimates are compared"
        set_tip(self.slider, tip)
        set_tip(self.count_box, tip)
        set_tip(self.again, f"Draw other random numbers for all estimators alike; the seed is {state.seed}")

    def _show_caption(self) -> None:
        subject = self.observer.subject
        if subject is None:
            return
        done, wanted = self.observer.repeats, repeats_for(subject.n_samples)
        if not done:
            text = "waits for p and q to rest" if subject.n_samples > 1000 else ""
        else:
            count = f"{done}" if done == wanted else f"{done} of {wanted}"
            text = f"{count} estimates each, N = {subject.n_samples:,}"
        set_text(self._caption, text)

    def _show_clouds(self) -> None:
        if self._given is None:
            return
        state, frame = self._given
        self._shown = state
        unit = in_units(1.0, state.units)
        self._clouds = tuple(
            Cloud(cloud.estimator, cloud.gradients * unit, cloud.sample_fraction)
            for cloud in self.observer.clouds
        )
        mu, sigma = np.array([state.q.mu]), np.array([state.q.sigma])
        self._exact = {
            "forward": forward_kl_derivatives(frame.p, mu, sigma).gradient[0] * unit,
            "reverse": reverse_kl_derivatives(frame.p, mu, sigma).gradient[0] * unit,
        }
        for direction, plot in self.plots.items():
            ability = can_minimise(state.knowledge, direction)
            plot.show_clouds(
                [cloud for cloud in self._clouds if DIRECTIONS[cloud.estimator] == direction],
                self._exact[direction],
                has_lanes=state.is_sigma_fixed,
                reason="" if ability.is_possible else NOT_POSSIBLE,
                unit=state.units,
            )
            set_text(self._headings[direction], plot.heading.replace(" = ", " =\n"))
            set_tip(self._headings[direction], ability.reason or plot.heading)
        self.table.show_rows(self._rows(state), state.n_samples, state.is_sigma_fixed)
        self._show_caption()
        self.arrows_changed.emit()

    def _rows(self, state: KLState) -> tuple[EstimatorRow, ...]:
        seen = {cloud.estimator: cloud for cloud in self._clouds}
        return tuple(
            EstimatorRow(
                estimator,
                can_use(state.knowledge, estimator).reason,
                summarise(seen[estimator], state.n_samples, self._exact[direction])
                if estimator in seen
                else None,
            )
            for estimator, direction in DIRECTIONS.items()
        )

    # -- the user -----------------------------------------------------------------------------------------

    def _choose_position(self, position: int) -> None:
        self.n_samples_changed.emit(samples_of(position))

    def _draw_again(self) -> None:
        seed = self._given[0].seed if self._given else 0
        self.seed_changed.emit((seed + 1) % 2**32)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.observer.stop()
        self.arrows_changed.emit()
