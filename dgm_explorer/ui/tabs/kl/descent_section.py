"""Play, pause, step and everything that decides how descent runs."""

from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from dgm_explorer.core.kl_state import Direction, Estimator, KLState
from dgm_explorer.numerics.estimators import DIRECTIONS as OF
from dgm_explorer.numerics.knowledge import can_minimise, can_use, nearest_estimator
from dgm_explorer.ui.icons import make_icon
from dgm_explorer.ui.tabs.kl.descent_run import DIRECTIONS
from dgm_explorer.ui.tabs.kl.descent_status import DescentStatus
from dgm_explorer.ui.tabs.kl.estimator_words import ESTIMATOR_NAME
from dgm_explorer.ui.tabs.kl.formulas import ESTIMATOR_FORMULA, OPTIMISER_FORMULA
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.theme import Theme, blend
from dgm_explorer.ui.widgets.form import (
    ChoiceBox,
    font_of,
    label_for,
    row,
    section,
    set_color,
    set_formula,
)
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from dgm_explorer.ui.widgets.read_out import ReadOut
from dgm_explorer.ui.widgets.speed_slider import SpeedSlider

OPTIMISERS: Final = (
    ("gradient", "Gradient descent"),
    ("adam", "Adam"),
    ("natural", "Natural gradient"),
)
ESTIMATORS: Final[dict[Direction, tuple[tuple[Estimator, str], ...]]] = {
    direction: (("exact", "exact"), *(pair for pair in ESTIMATOR_NAME.items() if OF[pair[0]] == direction))
    for direction in DIRECTIONS
}
NOT_POSSIBLE: Final = ("none", "not possible")
PLANE_TIP: Final = "In the plane both descents follow the exact natural gradient."


class DescentSection(QWidget):
    """Controls of a `DescentPlayer`; what it does is a matter of the state, whether it plays is not."""

    play_pause_requested = Signal()
    step_requested = Signal()
    reset_requested = Signal()

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._theme = theme
        self._is_playing = False
        self.play = _button("Play", self.play_pause_requested)
        self.single_step = _button("Step", self.step_requested)
        self.back = _button("Reset", self.reset_requested)
        self.optimiser = ChoiceBox("Optimiser", OPTIMISERS)
        self.optimiser.activated.connect(self._choose_optimiser)
        self.learning_rate = NumberEdit("learning rate")
        self.learning_rate.setMaximumWidth(64)
        self.learning_rate.edited.connect(lambda value: editor.apply(learning_rate=value))
        self.learning_rate.refused.connect(editor.refused)
        self.speed = SpeedSlider()
        self.speed.sliderPressed.connect(editor.begin_gesture)
        self.speed.sliderReleased.connect(editor.end_gesture)
        self.speed.speed_chosen.connect(lambda hertz: editor.apply(steps_per_second=hertz))
        set_formula(
            self.speed,
            r"v\ \mathrm{steps\ per\ second}",
            lambda: f"wished for: {editor.state.steps_per_second:.4g} steps/s",
        )
        self.rate = ReadOut("10000 steps/s, achieved 10000")
        self.estimators = {direction: self._estimator_box(direction) for direction in DIRECTIONS}
        self._estimator_labels = {
            "forward": label_for("KL(p‖q) by", self.estimators["forward"]),
            "reverse": label_for("KL(q‖p) by", self.estimators["reverse"]),
        }
        self.status = ReadOut("KL(p‖q): converged 10000\n", Qt.AlignmentFlag.AlignTop)
        self._build()
        self.set_theme(theme)

    def _estimator_box(self, direction: Direction) -> ChoiceBox:
        box = ChoiceBox(f"Gradient estimator of {direction} KL", (*ESTIMATORS[direction], NOT_POSSIBLE))
        box.set_possible("none", False, "")
        field = "forward_estimator" if direction == "forward" else "reverse_estimator"
        box.activated.connect(lambda _: self._editor.apply(**{field: box.key}))
        return box

    def _build(self) -> None:
        box = section("Descent from q")
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        grid.addLayout(row(self.play, self.single_step, self.back, stretch=(2, 1, 1)), 0, 0, 1, 2)
        eta = label_for("η", self.learning_rate)
        grid.addLayout(row(self.optimiser, eta, self.learning_rate, stretch=(1, 0, 0)), 1, 0, 1, 2)
        grid.addWidget(label_for("Speed", self.speed), 2, 0)
        grid.addWidget(self.speed, 2, 1)
        grid.addWidget(self.rate, 3, 1)
        for number, direction in enumerate(DIRECTIONS):
            grid.addWidget(self._estimator_labels[direction], 4 + number, 0)
            grid.addWidget(self.estimators[direction], 4 + number, 1)
        grid.addWidget(self.status, 6, 0, 1, 2)
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        small = font_of(self, theme, 0.85)
        for label in (self.rate, self.status):
            label.setFont(small)
            set_color(label, theme.muted_text)
        set_color(self._estimator_labels["forward"], theme.forward)
        set_color(self._estimator_labels["reverse"], theme.reverse)
        self.single_step.setIcon(self._icon("step"))
        self.back.setIcon(self._icon("reset"))
        self._show_play()

    def show_state(self, state: KLState) -> None:
        """Set the controls; never answers back."""
        is_line = state.dimension == 1
        self.optimiser.set_key(state.optimiser if is_line else "natural")
        self.optimiser.setEnabled(is_line)
        self.learning_rate.set_value(state.learning_rate)
        self.speed.set_speed(state.steps_per_second)
        for widget in (self.optimiser, self.learning_rate):
            optimiser = state.optimiser if is_line else "natural"
            set_formula(widget, OPTIMISER_FORMULA[optimiser], self._learning_rate_text)
        for direction in DIRECTIONS:
            self._show_estimators(direction, state)

    def _show_estimators(self, direction: Direction, state: KLState) -> None:
        box = self.estimators[direction]
        for estimator, _ in ESTIMATORS[direction]:
            ability = can_use(state.knowledge, estimator)
            box.set_possible(estimator, ability.is_possible, ability.reason)
        wish = state.forward_estimator if direction == "forward" else state.reverse_estimator
        if state.dimension == 2:
            box.set_key("exact")
            box.setEnabled(False)
            return
        used = nearest_estimator(state.knowledge, direction, wish)
        box.set_key(used or "none")
        box.setEnabled(used is not None)
        self._estimator_labels[direction].setEnabled(used is not None)
        if used is None:
            used = "exact"
        set_formula(box, ESTIMATOR_FORMULA[direction, used], partial(self._estimator_text, direction))

    def _learning_rate_text(self) -> str:
        state = self._editor.state
        text = f"learning rate η = {state.learning_rate!r}"
        return text if state.dimension == 1 else f"{PLANE_TIP}\n{text}"

    def _estimator_text(self, direction: Direction) -> str:
        """Whether and how the direction is minimised; asked when the tip opens."""
        state = self._editor.state
        box = self.estimators[direction]
        if state.dimension == 2:
            return PLANE_TIP
        if not box.isEnabled():
            return can_minimise(state.knowledge, direction).reason
        reason = next(
            can_use(state.knowledge, estimator).reason
            for estimator, _ in ESTIMATORS[direction]
            if estimator == box.key
        )
        return reason if box.key == "exact" else f"{reason}\nN = {state.n_samples} samples a step"

    def show_status(self, status: DescentStatus, wished_hz: float) -> None:
        """Show how far and how fast descent has come."""
        if status.is_playing != self._is_playing:
            self._is_playing = status.is_playing
            self._show_play()
        wished = f"{wished_hz:.3g}" if wished_hz < 100 else f"{wished_hz:.0f}"
        achieved = f", achieved {status.achieved_rate:.0f}" if status.achieved_rate > 0 else ""
        self.rate.set_text(f"{wished} steps/s{achieved}")
        self.status.set_text(status.text)

    def _show_play(self) -> None:
        self.play.setText("Pause" if self._is_playing else "Play")
        self.play.setIcon(self._icon("pause" if self._is_playing else "play"))
        self.play.setToolTip(
            "Pause descent (Space)" if self._is_playing else "Descend both divergences from q (Space)"
        )
        self.single_step.setToolTip("Exactly one step of each descent (.)")
        self.back.setToolTip("Both descents back to q (R)")

    def _icon(self, name: str) -> QIcon:
        theme = self._theme
        return make_icon(name, theme.text, blend(theme.window, theme.text, 0.45))

    def _choose_optimiser(self) -> None:
        self._editor.apply(optimiser=self.optimiser.key)


def _button(text: str, clicked: SignalInstance) -> QPushButton:
    button = QPushButton(text)
    button.setIconSize(QSize(14, 14))
    button.clicked.connect(clicked)
    return button
