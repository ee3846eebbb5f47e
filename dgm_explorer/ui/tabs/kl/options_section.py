"""Fixed σ, basins of attraction, and the window on (μ, σ)."""

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtWidgets import QCheckBox, QGridLayout, QPushButton, QSizePolicy, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Component2D
from dgm_explorer.core.kl_state import KLState, View1D, View2D
from dgm_explorer.ui.tabs.kl.formulas import FLOW_FORMULA
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for, row, section, set_formula
from dgm_explorer.ui.widgets.number_edit import NumberEdit

METRICS: Final = (("euclidean", "Euclidean"), ("natural", "Fisher"))


def view_of(p: tuple[Component1D, ...]) -> View1D:
    """A window that holds every component with 4σ around it, and both widths that q may take."""
    lo = min(c.mu - 4 * c.sigma for c in p if c.weight > 0)
    hi = max(c.mu + 4 * c.sigma for c in p if c.weight > 0)
    narrowest = min(c.sigma for c in p if c.weight > 0)
    return View1D(lo, hi, max(1e-6, narrowest / 5), min(1e6, max((hi - lo) / 1.6, narrowest)))


def view2_of(p2: tuple[Component2D, ...]) -> View2D:
    """A square that holds every component with 3σ around it."""
    kept = [c for c in p2 if c.weight > 0]
    low = [min(c.mean[axis] - 3 * c.cov[2 * axis] ** 0.5 for c in kept) for axis in (0, 1)]
    high = [max(c.mean[axis] + 3 * c.cov[2 * axis] ** 0.5 for c in kept) for axis in (0, 1)]
    half_width = max(high[axis] - low[axis] for axis in (0, 1)) / 2
    return View2D((0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])), max(1e-3, half_width))


def _range_text(box: NumberEdit) -> str:
    return f"{box.accessibleName()} of both landscapes = {box.value!r}; the wheel over a plot zooms"


class OptionsSection(QWidget):
    """Switches of the landscapes."""

    def __init__(self, editor: StateEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.fixed_sigma = QCheckBox("Fix σ of q, only μ unknown")
        self.fixed_sigma.clicked.connect(lambda is_on: editor.apply(is_sigma_fixed=is_on))
        self.basins = QCheckBox("Basins of KL(q‖p)")
        self.basins.clicked.connect(lambda is_on: editor.apply(are_basins_shown=is_on))
        self.metric_choice = ChoiceBox("Metric of the gradient flow", METRICS)
        self.metric_choice.activated.connect(lambda _: editor.apply(metric=self.metric_choice.key))
        self.mu_lo = self._number("least μ", "mu_lo")
        self.mu_hi = self._number("greatest μ", "mu_hi")
        self.sigma_lo = self._number("least σ", "sigma_lo")
        self.sigma_hi = self._number("greatest σ", "sigma_hi")
        self.fit = QPushButton("Fit\nto p")
        self.fit.clicked.connect(self._fit_to_p)
        self.fit.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self._line_only: tuple[QWidget, ...] = ()
        self._explain()
        self._build()

    def _number(self, name: str, field: str) -> NumberEdit:
        box = NumberEdit(name, digits=4)
        box.setMinimumWidth(40)
        box.edited.connect(partial(self._change_view, field))
        box.refused.connect(self._editor.refused)
        return box

    def _build(self) -> None:
        mu_from, mu_to = label_for("μ from", self.mu_lo), label_for("to", self.mu_hi)
        sigma_from, sigma_to = label_for("σ from", self.sigma_lo), label_for("to", self.sigma_hi)
        box = section("Landscapes")
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(3)
        grid.addWidget(self.fixed_sigma, 0, 0, 1, 3)
        grid.addLayout(row(self.basins, self.metric_choice, stretch=(0, 1)), 1, 0, 1, 3)
        grid.addWidget(mu_from, 2, 0)
        grid.addLayout(row(self.mu_lo, mu_to, self.mu_hi), 2, 1)
        grid.addWidget(sigma_from, 3, 0)
        grid.addLayout(row(self.sigma_lo, sigma_to, self.sigma_hi), 3, 1)
        grid.addWidget(self.fit, 2, 2, 2, 1)
        self._line_only = (self.fixed_sigma, self.basins, self.metric_choice, mu_from, mu_to, sigma_from)
        self._line_only += (sigma_to, self.mu_lo, self.mu_hi, self.sigma_lo, self.sigma_hi)
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)

    def show_state(self, state: KLState) -> None:
        """Set the switches; never answers back."""
        self.fixed_sigma.setChecked(state.is_sigma_fixed)
        self.basins.setChecked(state.are_basins_shown)
        self.metric_choice.set_key(state.metric)
        is_line = state.dimension == 1
        for widget in self._line_only:
            widget.setVisible(is_line)
        self.fit.setText("Fit\nto p" if is_line else "Fit to p")
        self.basins.setEnabled(not state.is_sigma_fixed)
        self.metric_choice.setEnabled(not state.is_sigma_fixed and state.are_basins_shown)
        view = state.view
        for box, value in (
            (self.mu_lo, view.mu_lo),
            (self.mu_hi, view.mu_hi),
            (self.sigma_lo, view.sigma_lo),
            (self.sigma_hi, view.sigma_hi),
        ):
            box.set_value(value)
        for widget in (self.basins, self.metric_choice):
            set_formula(widget, FLOW_FORMULA[state.metric], self._basin_text)

    def _explain(self) -> None:
        set_formula(
            self.fixed_sigma,
            r"q = \mathcal{N}(\mu, \sigma^2), \quad \sigma\ \mathrm{given},\ \mu\ \mathrm{unknown}",
            lambda: f"The homework's setting: only μ unknown, σ = {self._editor.state.q.sigma:.6g}",
        )
        for box, symbol in (
            (self.mu_lo, r"\mu \geq"),
            (self.mu_hi, r"\mu \leq"),
            (self.sigma_lo, r"\sigma \geq"),
            (self.sigma_hi, r"\sigma \leq"),
        ):
            set_formula(box, symbol, partial(_range_text, box))
        self.fit.setToolTip("Show every component of p with 4σ (3σ in the plane) around it")

    def _basin_text(self) -> str:
        metric = dict(METRICS)[self._editor.state.metric]
        return f"Which minimum of KL(q‖p) the gradient flow ends in; {metric} metric"

    def _change_view(self, field: str, value: float) -> None:
        try:
            view = replace(self._editor.state.view, **{field: value})
        except InputError as error:
            self._editor.refused.emit(str(error))
            return
        self._editor.apply(view=view)

    def _fit_to_p(self) -> None:
        state = self._editor.state
        if state.dimension == 1:
            self._editor.apply(view=view_of(state.p))
        else:
            self._editor.apply(view2=view2_of(state.p2))
