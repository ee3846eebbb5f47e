"""Target p and approximation q as exact numbers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import MAX_COMPONENTS, Component1D, Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.component_table import ComponentTable
from dgm_explorer.ui.tabs.kl.formulas import LINE_DENSITY, PLANE_DENSITY
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import label_for, row, section, set_formula, set_tip
from dgm_explorer.ui.widgets.number_edit import NumberEdit

CROWDED = 0.1
"""Nearer than this share of half the view, one handle hides another."""


def new_component(state: KLState) -> Component1D | Component2D:
    """What *add* puts in: near the middle of the view, as heavy as the average component."""
    weight = _total_weight(state) / (len(state.p) if state.dimension == 1 else len(state.p2))
    if state.dimension == 1:
        half = 0.5 * (state.view.mu_hi - state.view.mu_lo)
        mu = _free_place(state.view.mu_lo + half, half, [c.mu for c in state.p])
        return Component1D(weight, mu, state.p[-1].sigma)
    (x, y), half = state.view2.center, state.view2.half_width
    taken = [c.mean[0] for c in state.p2 if abs(c.mean[1] - y) < CROWDED * half]
    return Component2D(weight, (_free_place(x, half, taken), y), state.p2[-1].cov)


def _free_place(middle: float, half: float, taken: Sequence[float]) -> float:
    """The place nearest to the middle that is not behind a handle; the middle where all are."""
    places = [middle + step * 2 * CROWDED * half for step in (0, 1, -1, 2, -2, 3, -3, 4, -4)]
    return next((x for x in places if all(abs(x - mu) > CROWDED * half for mu in taken)), middle)


def _total_weight(state: KLState) -> float:
    return sum(component.weight for component in (state.p if state.dimension == 1 else state.p2))


def _value_text(box: NumberEdit) -> str:
    return f"{box.accessibleName()} = {box.value!r}"


class TargetSection(QWidget):
    """The buttons and the table of p, and the boxes of q."""

    fit_requested = Signal()
    """p shall be fitted to points."""

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.table = ComponentTable(editor, theme)
        self._add = _button("Add", lambda: editor.add_component(new_component(editor.state)))
        self._remove = _button("Remove", lambda: editor.remove_component(self.table.selected_row))
        self._normalise = _button("Σw = 1", editor.normalise_weights)
        self._fit = _button("Fit…", self.fit_requested.emit)
        self._fit.setToolTip(
            "Paint points or load them from a CSV or .npy file, and fit a mixture to them\n"
            "(expectation maximisation, number of components by the Bayesian information criterion)"
        )
        self.mu = self._number("μ of q", self._set_mu)
        self.sigma = self._number("σ of q", self._set_sigma)
        names = ("x of q's mean", "y of q's mean", "Σxx of q", "Σxy of q", "Σyy of q")
        self.plane_boxes = tuple(
            self._number(name, partial(self._set_q2, index)) for index, name in enumerate(names)
        )
        self._boxes_1d = QWidget()
        self._boxes_2d = QWidget()
        self._explain()
        self._build()

    def _explain(self) -> None:
        set_formula(
            self._normalise,
            r"w_k \leftarrow w_k / \sum_j w_j",
            lambda: f"p does not change; Σw = {_total_weight(self._editor.state):.6g}",
        )
        for box in (self.mu, self.sigma):
            set_formula(box, LINE_DENSITY, partial(_value_text, box))
        for box in self.plane_boxes:
            set_formula(box, PLANE_DENSITY, partial(_value_text, box))

    def _number(self, name: str, changed: Callable[[float], None]) -> NumberEdit:
        box = NumberEdit(name, digits=5)
        box.setMinimumWidth(36)
        box.edited.connect(changed)
        box.refused.connect(self._editor.refused)
        return box

    def _build(self) -> None:
        line = row(label_for("q:  μ", self.mu), self.mu, label_for("σ", self.sigma), self.sigma)
        line.setContentsMargins(0, 0, 0, 0)
        self._boxes_1d.setLayout(line)
        plane = QVBoxLayout(self._boxes_2d)
        plane.setContentsMargins(0, 0, 0, 0)
        plane.setSpacing(3)
        x, y, xx, xy, yy = self.plane_boxes
        plane.addLayout(row(label_for("q:  x", x), x, label_for("y", y), y))
        plane.addLayout(row(label_for("Σxx", xx), xx, label_for("xy", xy), xy, label_for("yy", yy), yy))
        both = section("Target p, approximation q")
        inside = QVBoxLayout(both)
        inside.setContentsMargins(8, 4, 8, 6)
        inside.setSpacing(4)
        # above the table, which grows by a row: below, they moved away from under the mouse
        inside.addLayout(row(self._add, self._remove, self._normalise, self._fit))
        inside.addWidget(self.table)
        inside.addWidget(self._boxes_1d)
        inside.addWidget(self._boxes_2d)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(both)

    def set_theme(self, theme: Theme) -> None:
        self.table.set_theme(theme)

    def show_state(self, state: KLState) -> None:
        """Show p and q; never answers back."""
        components = state.p if state.dimension == 1 else state.p2
        self.table.set_components(components)
        self._add.setEnabled(len(components) < MAX_COMPONENTS)
        self._remove.setEnabled(len(components) > 1)
        self._normalise.setEnabled(_total_weight(state) != 1.0)
        set_tip(self._add, f"Add a component in the middle of the view: K = {len(components)} of 8")
        set_tip(self._remove, f"Remove component {self.table.selected_row + 1} (Delete in the table)")
        self._fit.setVisible(state.dimension == 1)
        self._boxes_1d.setVisible(state.dimension == 1)
        self._boxes_2d.setVisible(state.dimension == 2)
        if state.dimension == 1:
            self._show_q1(state)
        else:
            self._show_q2(state)

    def _show_q1(self, state: KLState) -> None:
        self.mu.set_value(state.q.mu)
        self.sigma.set_value(state.q.sigma)

    def _show_q2(self, state: KLState) -> None:
        for box, value in zip(self.plane_boxes, state.q2.mean + state.q2.cov, strict=True):
            box.set_value(value)

    def _set_mu(self, mu: float) -> None:
        self._editor.move_q(mu, self._editor.state.q.sigma)

    def _set_sigma(self, sigma: float) -> None:
        self._editor.move_q(self._editor.state.q.mu, sigma)

    def _set_q2(self, index: int, value: float) -> None:
        old = self._editor.state.q2
        values = [*old.mean, *old.cov]
        values[index] = value
        try:
            q2 = replace(old, mean=(values[0], values[1]), cov=(values[2], values[3], values[4]))
        except InputError as error:
            self._editor.refused.emit(str(error))
            return
        self._editor.apply(q2=q2)


def _button(text: str, clicked: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda _: clicked())
    button.setMinimumWidth(40)
    return button
