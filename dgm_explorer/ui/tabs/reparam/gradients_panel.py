"""Pathwise and score-function gradients of E f(z) as two clouds from the same ε around the exact one."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import MAX_ARROWS, MAX_SAMPLES, MapEstimator, ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.tabs.reparam.estimator_words import ESTIMATOR_NAME, ESTIMATOR_TEX, estimator_color
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.gradients_cloud import CloudPicture
from dgm_explorer.ui.tabs.reparam.gradients_heading import CloudHeading
from dgm_explorer.ui.tabs.reparam.gradients_numbers import (
    GradientNumbers,
    GradientRequest,
    compute,
    rows_of,
    score_estimator,
)
from dgm_explorer.ui.tabs.reparam.gradients_plot import GradientPlot
from dgm_explorer.ui.tabs.reparam.gradients_table import GradientModel, GradientTable
from dgm_explorer.ui.tabs.reparam.keyed_plot import KeyedPlot
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import guard_wheel, label_for, row, set_formula, set_text, set_tip
from dgm_explorer.ui.widgets.number_words import number_text
from dgm_explorer.ui.widgets.switch_row import SwitchRow

NO_DENSITY: Final = (
    "Σ is singular: z has no density q, so there is no score function ∇ log q. "
    "The pathwise gradient needs no density and is still there."
)
ALONE: Final = "N = 1 leaves no other samples to average: there is no baseline."
LATE: Final = "computing …"
PAGES: Final = (
    ("arrows", "arrows", "The estimates of ∇μ as arrows"),
    ("numbers", "numbers", "Every entry of the gradient in numbers"),
)
_LEAST_PLOT_EM: Final = 24
"""Width of a plot beside the table, in letters."""


class GradientsPanel(ReparamPanel):
    """Two plots of ∇μ to one scale, and a table of every entry of the gradient in (μ, L).

    In a narrow window the plots and the table take turns.
    """

    numbers_shown = Signal()
    """The clouds of the newest state are on the screen."""

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._numbers: GradientNumbers | None = None
        self._wanted: GradientRequest | None = None
        self._is_wide = True
        self._has_own_scale = False
        self._worker = NewestWorker(compute, self)
        self._worker.finished.connect(self._receive)
        self.pathwise, self.score = GradientPlot("pathwise"), GradientPlot("score")
        self.headings = (CloudHeading(), CloudHeading())
        self._keyed = tuple(map(KeyedPlot, self.headings, (self.pathwise, self.score)))
        self.table = GradientTable(GradientModel(self))
        self.n_samples = self._whole_number("N", "n_samples", MAX_SAMPLES)
        self.n_arrows = self._whole_number("estimates", "n_arrows", MAX_ARROWS)
        self.baseline = QCheckBox("baseline")
        self.own_scale = QCheckBox("own scale")
        self.page = SwitchRow("What is shown", PAGES)
        self._caption = ElidedLabel()
        self._explain()
        self._build()
        self._connect()
        self.page.set_key("arrows")
        self.set_theme(theme)

    # -- building -----------------------------------------------------------------------------------------

    def _whole_number(self, name: str, field: str, largest: int) -> QSpinBox:
        box = QSpinBox()
        box.setAccessibleName(name)
        box.setRange(1, largest)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._editor.apply(**{field: value}))
        guard_wheel(box)
        return box

    def _explain(self) -> None:
        editor = self._editor
        set_formula(
            self.n_samples,
            r"\hat{g} = \frac{1}{N} \sum_{n=1}^{N} g(\varepsilon_n)",
            lambda: f"N = {editor.state.n_samples} samples in every estimate",
        )
        self.n_arrows.setToolTip(
            "How many estimates are made, each from fresh ε; both estimators see the same ε"
        )
        set_formula(
            self.baseline,
            ESTIMATOR_TEX["score_baseline"],
            lambda: (
                "The mean of f over the other samples is taken off: "
                f"{'on' if editor.state.has_baseline else 'off'}. "
                "It leaves the expectation as it is and takes noise away."
            ),
        )
        self.own_scale.setToolTip("Each plot to its own scale, for when one cloud dwarfs the other")
        estimators: tuple[MapEstimator, MapEstimator] = ("pathwise", "score")
        for heading, estimator in zip(self.headings, estimators, strict=True):
            set_formula(heading, ESTIMATOR_TEX[estimator], partial(_heading_tip, heading))

    def _build(self) -> None:
        self._estimates = label_for("estimates", self.n_arrows)
        controls = row(
            label_for("N", self.n_samples),
            self.n_samples,
            self._estimates,
            self.n_arrows,
            self.baseline,
            self.own_scale,
            self.page,
            self._caption,
            stretch=(0, 0, 0, 0, 0, 0, 0, 1),
        )
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._plots = QWidget()
        pair = QHBoxLayout(self._plots)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(4)
        for keyed in self._keyed:
            pair.addWidget(keyed, 1)
        pictures = QHBoxLayout()
        pictures.setSpacing(4)
        pictures.addWidget(self._plots, 1)
        pictures.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(3)
        layout.addLayout(controls)
        layout.addLayout(pictures, 1)

    def _connect(self) -> None:
        self.baseline.clicked.connect(lambda is_on: self._editor.apply(has_baseline=is_on))
        self.own_scale.clicked.connect(lambda is_on: self._editor.apply(has_own_scale=is_on))
        self.page.chosen.connect(self._turn_page)
        for plot, other in ((self.pathwise, self.score), (self.score, self.pathwise)):
            plot.estimate_hovered.connect(self._light_up)
            plot.scale_moved.connect(partial(self._share_scale, plot, other))

    # -- contract -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.pathwise, self.score, *self.headings, self.table, self.page):
            part.set_theme(theme)
        self._arrange()
        if self._numbers is not None:
            self._draw(self._numbers)

    def show_state(self, state: ReparamState) -> None:
        for box, value in ((self.n_samples, state.n_samples), (self.n_arrows, state.n_arrows)):
            if box.value() != value:  # a box that is told what it shows paints itself anew
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)
        self.baseline.setChecked(state.has_baseline)
        self.own_scale.setChecked(state.has_own_scale)
        if self._has_own_scale != state.has_own_scale:
            self._has_own_scale = state.has_own_scale
            self._rescale()

    def plots(self) -> Sequence[ExportablePlot]:
        return self._keyed

    def finish(self) -> None:
        self._worker.close()

    @property
    def numbers(self) -> GradientNumbers | None:
        """What is on the screen."""
        return self._numbers

    @property
    def is_busy(self) -> bool:
        """Whether something is computed beside the window."""
        return self._worker.is_busy

    @property
    def caption(self) -> str:
        """The line beside the controls."""
        return self._caption.text()

    # -- showing ------------------------------------------------------------------------------------------

    def _show(self, frame: ReparamFrame) -> None:
        """Estimate at once what is quick, and the rest beside the window."""
        request = GradientRequest(frame.state, frame.objective)
        if self._wanted is not None and request.is_same(self._wanted):
            return
        self._wanted = request
        if request.is_quick:
            self._worker.forget()
            self._draw(compute(request))
        else:
            self._worker.ask(request)
            self._show_caption()

    def _receive(self, request: object, numbers: object) -> None:
        """From the worker: also shown when something newer is under way, which the caption says."""
        del request
        assert isinstance(numbers, GradientNumbers)
        if self._wanted is not None and not self._wanted.is_quick:
            self._draw(numbers)

    def _draw(self, numbers: GradientNumbers) -> None:
        self._numbers = numbers
        state, d = numbers.request.state, numbers.dimension
        estimators: tuple[MapEstimator, MapEstimator] = ("pathwise", score_estimator(state))
        pictures = [self._picture(numbers, estimator) for estimator in estimators]
        tips = [np.zeros((0, d)) if picture is None else picture.tips for picture in pictures]
        both = np.concatenate(tips)
        for i, plot in enumerate((self.pathwise, self.score)):
            reason = NO_DENSITY if pictures[i] is None else ""
            plot.show_picture(pictures[i], tips[i] if self._has_own_scale else both, reason)
            self._show_heading(self.headings[i], numbers, estimators[i])
        self._show_scale()
        self.table.show_rows(rows_of(numbers))
        self._show_caption()
        if self._wanted is not None and numbers.request.is_same(self._wanted):
            self.numbers_shown.emit()

    def _picture(self, numbers: GradientNumbers, estimator: MapEstimator) -> CloudPicture | None:
        found = numbers.of(estimator)
        if found is None:
            return None
        cloud, d = found[0], numbers.dimension
        summary = cloud.summary
        return CloudPicture(
            cloud.estimates[:, :d],
            numbers.clouds.exact_theta[:d],
            summary.mean[:d],
            summary.mean_error[:d],
            estimator_color(estimator, self.theme),
        )

    def _show_heading(self, heading: CloudHeading, numbers: GradientNumbers, estimator: MapEstimator) -> None:
        found = numbers.of(estimator)
        words = "no density"
        if found is not None:
            total = found[0].summary
            ratio, variance = number_text(total.signal_to_noise, 2), number_text(total.total_variance, 2)
            words = f"SNR {ratio}, Var {variance}"
            if estimator == "score_baseline" and numbers.request.state.n_samples == 1:
                words = f"none at N = 1; {words}"
        heading.set_words(ESTIMATOR_NAME[estimator], estimator_color(estimator, self.theme), words)

    def _show_caption(self) -> None:
        numbers, wanted, words = self._numbers, self._wanted, ""
        if wanted is not None and (numbers is None or not numbers.request.is_same(wanted)):
            words = LATE
        if not words and numbers is not None:
            state = numbers.request.state
            exact = ", ".join(number_text(value) for value in numbers.clouds.exact.gradient.mean.tolist())
            words = f"→ exact ∇μ = {exact if numbers.dimension == 1 else f'({exact})'}"
            if state.has_baseline and state.n_samples == 1:
                words = ALONE
        is_shown = self._is_wide or words in (LATE, ALONE)
        set_text(self._caption, words if is_shown else "")
        set_tip(self._caption, words)

    # -- the hand -----------------------------------------------------------------------------------------

    def _light_up(self, index: int) -> None:
        """The same ε in both plots."""
        for plot in (self.pathwise, self.score):
            plot.set_lit(index)

    def _share_scale(self, plot: GradientPlot, other: GradientPlot) -> None:
        """What one plot shows the other one shows too."""
        if not self._has_own_scale:
            other.take_scale(*plot.scale)
        self._show_scale()

    def _rescale(self) -> None:
        if self._numbers is not None:
            self._draw(self._numbers)
            for plot in (self.pathwise, self.score):
                plot.refit()
            self._show_scale()

    def _show_scale(self) -> None:
        """How much smaller the arrows of the right plot are drawn than those of the left."""
        text = ""
        if self._has_own_scale and self.score.picture is not None:
            (left_lo, left_hi), (right_lo, right_hi) = self.pathwise.view_range[0], self.score.view_range[0]
            ratio = (right_hi - right_lo) / (left_hi - left_lo)
            word = "smaller" if ratio >= 1 else "larger"
            text = f"drawn {number_text(max(ratio, 1 / ratio), 2)} × {word}"
        self.score.set_scale_text(text)

    # -- room ---------------------------------------------------------------------------------------------

    def _turn_page(self, key: str) -> None:
        self.page.set_key(key)
        self._arrange()

    def _arrange(self) -> None:
        """Plots and table side by side where there is room for both."""
        least = 2 * _LEAST_PLOT_EM * self.fontMetrics().horizontalAdvance("n")
        self._is_wide = self.width() >= self.table.sizeHint().width() + least
        is_table = self.page.button("numbers").isChecked()
        self.page.setVisible(not self._is_wide)
        self._estimates.setVisible(self._is_wide)  # makes room for the page; the box has a tip and a name
        self._plots.setVisible(self._is_wide or not is_table)
        self.table.set_names(not self._is_wide)
        self.table.setVisible(self._is_wide or is_table)
        self._show_caption()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def _heading_tip(heading: CloudHeading) -> str:
    return f"{heading.text()}\nof all entries of μ and L together, per estimate"
