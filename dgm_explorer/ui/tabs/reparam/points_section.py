"""How many ε, which ones, and the one that is marked."""

import math
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QPushButton, QSlider, QWidget

from dgm_explorer.core.reparam_state import MAX_POINTS, ReparamState
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import fix_width, guard_wheel, label_for, row, section, set_formula
from dgm_explorer.ui.widgets.number_edit import NumberEdit

STEPS: Final = 500


def count_of(position: int) -> int:
    """Points at a slider position: evenly spaced in the logarithm, two digits."""
    exact = math.exp(math.log(MAX_POINTS) * position / STEPS)
    unit = 10.0 ** max(0, math.floor(math.log10(exact)) - 1)
    return min(MAX_POINTS, max(1, round(round(exact / unit) * unit)))


def position_of(count: int) -> int:
    """The slider position nearest to a number of points."""
    return round(STEPS * math.log(count) / math.log(MAX_POINTS))


class PointsSection(QWidget):
    """Controls of the noise; setters never answer back."""

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Number of points")
        self.slider.setRange(0, STEPS)
        self.slider.sliderPressed.connect(editor.begin_gesture)
        self.slider.sliderReleased.connect(editor.end_gesture)
        self.slider.valueChanged.connect(self._slide)
        guard_wheel(self.slider)
        self.count = self._whole_number("N", "n_points")
        self.chosen = self._whole_number("marked point", "chosen")
        self.resample = QPushButton("Resample")
        self.resample.clicked.connect(editor.resample)
        self.frozen = QCheckBox("Freeze ε")
        self.frozen.clicked.connect(lambda is_on: editor.apply(is_frozen=is_on))
        self._explain()
        self._build()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Boxes as wide as the largest number."""
        for box in (self.count, self.chosen):
            fix_width(box, "100000", theme)

    def _whole_number(self, name: str, field: str) -> NumberEdit:
        box = NumberEdit(name, digits=6)
        box.edited.connect(partial(self._type, field))
        box.refused.connect(self._editor.refused)
        return box

    def _explain(self) -> None:
        editor = self._editor
        for widget in (self.slider, self.count):
            set_formula(
                widget,
                r"\varepsilon_1, \dots, \varepsilon_N \sim \mathcal{N}(0, I)",
                lambda: f"N = {editor.state.n_points} points, from seed {editor.state.seed}",
            )
        set_formula(
            self.chosen,
            r"\varepsilon_i \mapsto z_i = \mu + L \varepsilon_i",
            lambda: f"the point that stays marked, also in the graph: i = {editor.state.chosen}",
        )
        self.resample.setToolTip("Draw other ε: the points move, μ and L stay")
        self.frozen.setToolTip(
            "On: every step of the optimiser sees the same ε, so that it descends one fixed function.\n"
            "Off: fresh ε at every step, so that it follows the expectation."
        )

    def _build(self) -> None:
        box = section("Noise ε")
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label_for("N", self.count), 0, 0)
        grid.addLayout(row(self.slider, self.count, stretch=(1, 0)), 0, 1)
        marked = label_for("marked", self.chosen)
        line = row(self.resample, self.frozen, marked, self.chosen)
        line.insertStretch(2, 1)
        grid.addLayout(line, 1, 0, 1, 2)
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)

    def show_state(self, state: ReparamState) -> None:
        """Set every control; never answers back."""
        self.slider.blockSignals(True)
        if count_of(self.slider.value()) != state.n_points:
            self.slider.setValue(position_of(state.n_points))
        self.slider.blockSignals(False)
        self.count.set_value(state.n_points)
        self.chosen.set_value(min(state.chosen, state.n_points - 1))
        self.frozen.setChecked(state.is_frozen)

    def _slide(self, position: int) -> None:
        self._editor.apply(n_points=count_of(position))

    def _type(self, field: str, value: float) -> None:
        self._editor.apply(**{field: round(value)})
