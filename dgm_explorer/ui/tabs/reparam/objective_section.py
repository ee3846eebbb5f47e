"""Which f(z) is averaged and descended."""

from functools import partial

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.tabs.reparam.words import OBJECTIVE_FORMULA, OBJECTIVE_NAME
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import ChoiceBox, fix_width, label_for, row, section, set_formula
from dgm_explorer.ui.widgets.number_edit import NumberEdit


class ObjectiveSection(QWidget):
    """Choice of f and, for the quadratic, of its target; setters never answer back."""

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.objective = ChoiceBox("Objective f(z)", tuple(OBJECTIVE_NAME.items()))
        self.objective.activated.connect(lambda _: editor.apply(objective=self.objective.key))
        self.target = tuple(self._number(f"t{'₁₂'[axis]}", axis) for axis in (0, 1))
        self._target_label: QLabel = label_for("target t", self.target[0])
        box = section("Objective  f(z)")
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(3)
        grid.addWidget(self.objective, 0, 0)
        line = row(self._target_label, *self.target)
        line.addStretch(1)
        grid.addLayout(line, 1, 0)
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Boxes as wide as an ordinary number."""
        for box in self.target:
            fix_width(box, "−0.8888", theme)

    def _number(self, name: str, axis: int) -> NumberEdit:
        box = NumberEdit(name, digits=4)
        box.edited.connect(partial(self._editor.set_target, axis))
        box.refused.connect(self._editor.refused)
        set_formula(
            box,
            OBJECTIVE_FORMULA["quadratic"],
            lambda: f"{name} = {self._editor.state.target[axis]:.6g}, where the quadratic has its minimum",
        )
        return box

    def show_state(self, state: ReparamState) -> None:
        """Set every control; never answers back."""
        self.objective.set_key(state.objective)
        set_formula(
            self.objective,
            OBJECTIVE_FORMULA[state.objective],
            lambda: f"{OBJECTIVE_NAME[self._editor.state.objective]}: E f(z) is what descent makes small",
        )
        for axis, box in enumerate(self.target):
            box.set_value(state.target[axis])
            box.setVisible(state.objective == "quadratic" and axis < state.dimension)
        self._target_label.setVisible(state.objective == "quadratic")
