"""Play, step, stop and reset of a run, and how far and fast it has come."""

import time

from PySide6.QtCore import QSize, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QHideEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from dgm_explorer.core.device_choice import DEVICE_CHOICES, DeviceChoice
from dgm_explorer.ui.icons import make_icon
from dgm_explorer.ui.run.readings import RunReadings
from dgm_explorer.ui.run.wording import (
    STATE_WORDS,
    describe_device,
    describe_pace,
    describe_picture,
    describe_progress,
)
from dgm_explorer.ui.theme import LIGHT, Theme, blend
from dgm_explorer.ui.widgets.form import ChoiceBox, font_of, label_for, set_color, set_tip
from dgm_explorer.ui.widgets.read_out import ReadOut
from dgm_explorer.ui.widgets.worded_bar import WordedBar

AGE_MS = 200
DEVICES: tuple[tuple[DeviceChoice, str], ...] = (
    ("auto", "auto"),
    ("cpu", "CPU"),
    ("cuda", "CUDA"),
    ("mps", "MPS"),
)
assert {key for key, _ in DEVICES} == set(DEVICE_CHOICES)
BAR_STEPS = 1000
ELSEWHERE = "Another process trains this run; the window follows it. Stop asks it to stop."
PICTURE_TIP = "Ask the process that trains this run for a picture now (.)"
HELD_TIP = "Train as soon as it is prepared (Space)"
_PLAY_TIPS = {
    "idle": "Begin a run with the present settings (Space)",
    "preparing": "Wait before the first step (Space)",
    "running": "Pause: not another step is trained (Space)",
    "paused": "Go on training (Space)",
    "finished": "Go on if the epochs were raised and nothing else; or begin a new run (Space)",
    "stopped": "Go on from the last checkpoint, or begin a new run if other settings have changed (Space)",
    "failed": "Go on from the last checkpoint, or begin a new run if other settings have changed (Space)",
}


class RunControls(QWidget):
    """Two rows: what the hand does and how far the run is, and below it the small print.

    Shows what `show_readings` is given and answers by signals only. The age of the picture runs on by
    itself while the widget is visible.
    """

    play_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
    reset_requested = Signal()

    device_chosen = Signal(str)
    """A `DeviceChoice` for the next run."""

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._readings = RunReadings()
        self._shown_step: int | None = None
        self._started_on: str | None = None
        self.play = _button("Play", self.play_requested)
        self.single_step = _button("Step", self.step_requested)
        self.halt = _button("Stop", self.stop_requested)
        self.back = _button("Reset", self.reset_requested)
        self.bar = WordedBar()
        self.device = ChoiceBox("Device of the next run", DEVICES)
        self.device.activated.connect(self._choose_device)
        self.pace = ReadOut("100,000 steps/s · 10,000,000 images/s")
        self.place = ReadOut("cpu, 16 threads · 100,000 MB")
        self.age = ReadOut("picture of step 1,000,000", Qt.AlignmentFlag.AlignRight)
        self._timer = QTimer(self)
        self._timer.setInterval(AGE_MS)
        self._timer.timeout.connect(self._show_age)
        self._build()
        self.set_theme(theme)
        self.show_readings(self._readings)

    def _build(self) -> None:
        self.bar.setRange(0, BAR_STEPS)
        self.bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.bar.setMinimumWidth(220)
        self.bar.setAccessibleName("Progress of the run")
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self.play, self.single_step, self.halt, self.back):
            buttons.addWidget(button)
        self.device_label = label_for("Device", self.device)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addLayout(buttons)
        first.addWidget(self.bar, 1)
        first.addWidget(self.device_label)
        first.addWidget(self.device)
        second = QHBoxLayout()
        second.setSpacing(12)
        second.addWidget(self.pace)
        second.addWidget(self.place, 1)
        second.addWidget(self.age)
        layout = QGridLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setVerticalSpacing(2)
        layout.addLayout(first, 0, 0)
        layout.addLayout(second, 1, 0)

    def set_theme(self, theme: Theme) -> None:
        """Icons, colours and sizes."""
        self._theme = theme
        small = font_of(self, theme, 0.85)
        for text in (self.pace, self.place, self.age):
            text.setFont(small)
            text.updateGeometry()
            set_color(text, theme.muted_text)
        for button, name in ((self.single_step, "step"), (self.halt, "stop"), (self.back, "reset")):
            button.setIcon(self._icon(name))
        self.play.setText("Pause")  # the longer of its two words: the bar beside it shall not move
        self.play.setMinimumWidth(self.play.sizeHint().width())
        self.single_step.setText("Picture")
        self.single_step.setMinimumWidth(self.single_step.sizeHint().width())
        self._show_play()

    def set_device(self, choice: DeviceChoice) -> None:
        """Show the device of the next run; never answers back."""
        self.device.set_key(choice)
        self._show_device()

    @Slot(object)
    def set_shown_step(self, step: int | None) -> None:
        """The views look back on this step; None while they show the newest picture."""
        self._shown_step = step
        self._show_age()

    @Slot(object)
    def show_readings(self, readings: RunReadings) -> None:
        """Show how the run stands."""
        old, self._readings = self._readings, readings
        is_elsewhere = readings.is_followed and readings.is_active
        self.play.setEnabled(not is_elsewhere)
        self.halt.setEnabled(readings.is_active)
        self.back.setEnabled(readings.state != "idle")
        if _standing(readings) != _standing(old):
            self._show_play()
        if readings.state == "preparing" and old.state != "preparing":
            self._started_on = None if readings.is_followed else self.device.key
        self._show_progress(readings)
        self.pace.set_text(describe_pace(readings))
        set_tip(self.pace, "Optimiser steps and training examples per second, over the last three seconds.")
        self._show_device()
        self._show_age()

    def _show_progress(self, readings: RunReadings) -> None:
        self.bar.setValue(round(BAR_STEPS * _share_done(readings)))
        words = describe_progress(readings)
        self.bar.set_words(words, describe_progress(readings, is_brief=True))
        tip = f"{words}\nHow much of the planned training is done, in all phases together."
        if readings.words and readings.state in ("stopped", "failed"):
            tip = f"{STATE_WORDS[readings.state].capitalize()}: {readings.words}"
        set_tip(self.bar, tip)

    def _show_play(self) -> None:
        is_playing = self._readings.is_playing
        self.play.setText("Pause" if is_playing else "Play")
        self.play.setIcon(self._icon("pause" if is_playing else "play"))
        is_elsewhere = self._readings.is_followed and self._readings.is_active
        tip = HELD_TIP if self._readings.is_held else _PLAY_TIPS[self._readings.state]
        self.play.setToolTip(ELSEWHERE if is_elsewhere else tip)
        self.single_step.setText("Picture" if is_elsewhere else "Step")
        self.single_step.setToolTip(
            PICTURE_TIP if is_elsewhere else "Exactly one optimiser step, then rest (.)"
        )
        self.halt.setToolTip("End the run behind the present step and save it; Play goes on from there.")
        self.back.setToolTip(
            "Begin again with the present settings and their seed, in a new run folder (R).\n"
            "The run before stays on the disk."
        )

    def _show_device(self) -> None:
        """The device at work, and the one chosen where that waits for the next run."""
        is_late = self._started_on not in (None, self.device.key) and self._readings.is_active
        later = f"{self.device.currentText()} with the next run" if is_late else ""
        self.place.set_text(" · ".join(filter(None, (describe_device(self._readings), later))))
        at_work = f"\nAt present: {self._readings.device}." if self._readings.device else ""
        set_tip(
            self.device,
            "Where the next run trains; auto takes the first of CUDA, MPS and CPU that is there.\n"
            f"A change takes effect with the next run.{at_work}",
        )
        set_tip(
            self.place,
            "Where the run trains, and the memory that it holds there.\n"
            "A busy window does not slow a run in a process of its own, and a crash there leaves the window.",
        )

    def _show_age(self) -> None:
        self.age.set_text(describe_picture(self._readings, time.monotonic(), self._shown_step))
        set_tip(
            self.age,
            f"The newest picture shows step {self._readings.picture_step:,}. New ones come as fast as they "
            "are drawn, for at most a twentieth of the training time.",
        )
        is_ageing = self._readings.is_active and self.isVisible()
        if is_ageing != self._timer.isActive():
            self._timer.start() if is_ageing else self._timer.stop()

    def _choose_device(self) -> None:
        self.device_chosen.emit(self.device.key)
        self._show_device()

    def _icon(self, name: str) -> QIcon:
        theme = self._theme
        return make_icon(name, theme.text, blend(theme.window, theme.text, 0.45))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_age()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def _standing(readings: RunReadings) -> tuple[object, ...]:
    """What the words on the buttons depend on."""
    return readings.state, readings.is_held, readings.is_followed


def _share_done(readings: RunReadings) -> float:
    """0 … 1 of what is going on."""
    if readings.state == "preparing":
        return readings.share or 0.0
    progress = readings.progress
    return min(1.0, progress.step / progress.n_steps) if progress is not None and progress.n_steps else 0.0


def _button(text: str, clicked: SignalInstance) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setIconSize(QSize(14, 14))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(clicked)
    return button
