"""Play, pause, step and everything that decides how E f(z) is descended."""

from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import MAX_SAMPLES, ReparamState
from dgm_explorer.ui.icons import make_icon
from dgm_explorer.ui.tabs.reparam.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.reparam.estimator_words import (
    ESTIMATOR_NAME,
    ESTIMATOR_TEX,
    OPTIMISER_NAME,
    OPTIMISER_TEX,
)
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import LIGHT, Theme, blend
from dgm_explorer.ui.widgets.form import ChoiceBox, font_of, label_for, set_formula, set_text, set_tip
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from dgm_explorer.ui.widgets.read_out import ReadOut
from dgm_explorer.ui.widgets.speed_slider import SpeedSlider

_NUMBER_CHARACTERS: Final = 6


class DescentControls(QWidget):
    """Four rows; what is descended is a matter of the state, whether it plays is not."""

    def __init__(self, editor: ReparamEditor, player: DescentPlayer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._player = editor, player
        self._theme = LIGHT
        self.play, self.single_step, self.back = QPushButton("Play"), QPushButton(), QPushButton()
        self.forget = QPushButton("Forget")
        self.estimator = ChoiceBox("Gradient estimator", tuple(ESTIMATOR_NAME.items()))
        self.optimiser = ChoiceBox("Optimiser", tuple(OPTIMISER_NAME.items()))
        self.learning_rate = NumberEdit("learning rate")
        self.n_samples = NumberEdit("N")
        self.frozen = QCheckBox("Freeze ε")
        self.speed = SpeedSlider()
        self.rate = ReadOut("12345/s", Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        self._connect()
        self._explain()

    def _lay_out(self) -> None:
        rows = (
            (self.play, self.single_step, self.back, self.forget),
            (self.estimator, self.optimiser),
            (
                *(label_for("η", self.learning_rate), self.learning_rate),
                *(label_for("N", self.n_samples), self.n_samples, self.frozen),
            ),
            (label_for("Speed", self.speed), self.speed, self.rate),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for widgets in rows:
            line = QHBoxLayout()
            line.setSpacing(5)
            wide = (self.play, self.estimator, self.frozen, self.speed)
            for widget in widgets:
                line.addWidget(widget, int(widget in wide))
            layout.addLayout(line)

    def _connect(self) -> None:
        editor, player = self._editor, self._player
        self.play.clicked.connect(player.play_pause)
        self.single_step.clicked.connect(player.step)
        self.back.clicked.connect(player.reset)
        self.forget.clicked.connect(player.forget)
        player.playing_changed.connect(self._show_play)
        self.estimator.activated.connect(lambda _: editor.apply(estimator=self.estimator.key))
        self.optimiser.activated.connect(lambda _: editor.apply(optimiser=self.optimiser.key))
        self.learning_rate.edited.connect(lambda value: editor.apply(learning_rate=value))
        self.n_samples.edited.connect(self._type_samples)
        for box in (self.learning_rate, self.n_samples):
            box.refused.connect(editor.refused)
        self.frozen.clicked.connect(lambda is_on: editor.apply(is_frozen=is_on))
        self.speed.sliderPressed.connect(editor.begin_gesture)
        self.speed.sliderReleased.connect(editor.end_gesture)
        self.speed.speed_chosen.connect(lambda hertz: editor.apply(steps_per_second=hertz))

    def _type_samples(self, value: float) -> None:
        if value.is_integer():
            self._editor.apply(n_samples=int(value))
        else:
            self._editor.refused.emit(f"N = {value:g} must be a whole number, 1 … {MAX_SAMPLES}.")

    def _explain(self) -> None:
        for button, name, tip in (
            (self.single_step, "Step", "Exactly one step (.)"),
            (self.back, "Reset", "Back to the map before descent; the way stays in the charts (R)"),
            (self.forget, "Forget", "Remove the earlier descents from the charts"),
        ):
            button.setAccessibleName(name)
            button.setToolTip(tip)
        for button in (self.play, self.single_step, self.back):
            button.setIconSize(QSize(14, 14))
        set_formula(
            self.learning_rate,
            OPTIMISER_TEX["sgd"],
            lambda: f"learning rate η = {self._editor.state.learning_rate!r}",
        )
        set_tip(self.n_samples, "N: samples of ε behind the gradient of each step")
        set_tip(
            self.frozen,
            "The same ε in every step: no noise any more, but what is descended is the mean over these ε",
        )
        set_tip(self.rate, "Steps a second that descent reaches")
        set_formula(
            self.speed,
            r"v\ \mathrm{steps\ per\ second}",
            lambda: (
                f"wished for: {self._editor.state.steps_per_second:.4g} steps/s"
                + (f"\nachieved: {self._player.achieved_rate:.0f}" if self._player.is_playing else "")
            ),
        )

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.single_step.setIcon(self._icon("step"))
        self.back.setIcon(self._icon("reset"))
        font = font_of(self, theme)
        for box in (self.learning_rate, self.n_samples):
            box.setFont(font)
            width = box.fontMetrics().horizontalAdvance("0" * _NUMBER_CHARACTERS)
            box.setFixedWidth(width + 12)
        self._show_play()

    def show_state(self, state: ReparamState) -> None:
        """Set the controls; never answers back."""
        self.estimator.set_key(state.estimator)
        self.optimiser.set_key(state.optimiser)
        self.learning_rate.set_value(state.learning_rate)
        self.n_samples.set_value(float(state.n_samples))
        self.frozen.setChecked(state.is_frozen)
        self.speed.set_speed(state.steps_per_second)
        is_drawn = state.estimator != "exact"
        self.n_samples.setEnabled(is_drawn)
        self.frozen.setEnabled(is_drawn)
        words = partial(self._words, state)
        set_formula(self.estimator, ESTIMATOR_TEX[state.estimator], words)
        set_formula(self.optimiser, OPTIMISER_TEX[state.optimiser], words)

    @staticmethod
    def _words(state: ReparamState) -> str:
        samples = "" if state.estimator == "exact" else f", N = {state.n_samples}"
        return (
            f"{ESTIMATOR_NAME[state.estimator]} gradient, {OPTIMISER_NAME[state.optimiser]},"
            f" η = {state.learning_rate:g}{samples}\nθ = (μ, raw parameters of L)"
        )

    def show_rate(self, achieved_hertz: float) -> None:
        """How many steps a second there are while it plays; 0 says nothing."""
        self.rate.set_text(f"{achieved_hertz:.0f}/s" if achieved_hertz else "")

    def set_can_forget(self, can_forget: bool) -> None:
        """Whether there are earlier descents."""
        self.forget.setEnabled(can_forget)

    def _show_play(self) -> None:
        is_playing = self._player.is_playing
        set_text(self.play, "Pause" if is_playing else "Play")
        self.play.setIcon(self._icon("pause" if is_playing else "play"))
        set_tip(self.play, "Pause descent (Space)" if is_playing else "Descend E f(z) from this map (Space)")

    def _icon(self, name: str) -> QIcon:
        theme = self._theme
        return make_icon(name, theme.text, blend(theme.window, theme.text, 0.45))
