"""The controls of a run: buttons, words, pace and age."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.core.training import Progress
from dgm_explorer.ui.run.readings import ControllerState, RunReadings
from dgm_explorer.ui.run.run_controls import RunControls
from dgm_explorer.ui.run.wording import describe_progress
from dgm_explorer.ui.theme import THEMES, apply_theme

PROGRESS = Progress(3400, 9000, 34.5, "joint", 217_600)
RUNNING = RunReadings(
    "running", progress=PROGRESS, steps_per_s=812.0, images_per_s=51_968.0, seconds_left=42.0, device="cpu"
)


@pytest.fixture
def controls(qtbot: QtBot) -> RunControls:
    widget = RunControls()
    qtbot.addWidget(widget)
    widget.resize(1280, widget.sizeHint().height())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_each_button_asks_for_its_own(controls: RunControls, qtbot: QtBot) -> None:
    controls.show_readings(RUNNING)
    for button, signal in (
        (controls.play, controls.play_requested),
        (controls.single_step, controls.step_requested),
        (controls.halt, controls.stop_requested),
        (controls.back, controls.reset_requested),
    ):
        with qtbot.waitSignal(signal, timeout=500):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("state", "play", "may_stop", "may_reset"),
    [
        ("idle", "Play", False, False),
        ("preparing", "Pause", True, True),
        ("running", "Pause", True, True),
        ("paused", "Play", True, True),
        ("finished", "Play", False, True),
        ("stopped", "Play", False, True),
        ("failed", "Play", False, True),
    ],
)
def test_buttons_fit_the_state(
    state: ControllerState, play: str, may_stop: bool, may_reset: bool, controls: RunControls
) -> None:
    controls.show_readings(replace(RUNNING, state=state))
    assert controls.play.text() == play
    assert "(Space)" in controls.play.toolTip()
    assert controls.halt.isEnabled() == may_stop
    assert controls.back.isEnabled() == may_reset


def test_a_run_that_will_wait_says_so_and_can_be_let_go(controls: RunControls) -> None:
    preparing = RunReadings("preparing", words="reading data", share=0.5)
    controls.show_readings(preparing)
    assert controls.play.text() == "Pause"
    controls.show_readings(replace(preparing, is_held=True))
    assert controls.play.text() == "Play"
    assert "as soon as it is prepared" in controls.play.toolTip()
    assert controls.bar.format() == "reading data 50 % · then paused"


def test_a_run_of_another_process_can_be_stopped_and_asked_for_a_picture(controls: RunControls) -> None:
    controls.show_readings(replace(RUNNING, is_followed=True))
    assert not controls.play.isEnabled()
    assert controls.single_step.text() == "Picture"
    assert "for a picture now (.)" in controls.single_step.toolTip()
    assert controls.halt.isEnabled()
    assert "Another process" in controls.play.toolTip()
    controls.show_readings(replace(RUNNING, state="stopped", is_followed=True))
    assert controls.play.isEnabled()
    assert controls.single_step.text() == "Step"


def test_the_bar_says_where_the_run_is_and_how_long_it_will_take(controls: RunControls) -> None:
    controls.show_readings(RUNNING)
    assert controls.bar.text() == "joint training · epoch 34.5 · step 3,400 of 9,000 · 42 s left"
    share = controls.bar.value() / controls.bar.maximum()
    assert share == pytest.approx(3400 / 9000, abs=1e-3)
    assert controls.pace.text() == "812 steps/s · 51,968 images/s"
    controls.show_readings(replace(RUNNING, images_per_s=0.0))
    assert controls.pace.text() == "812 steps/s"


def test_the_bar_is_painted_as_far_as_the_run_is(controls: RunControls) -> None:
    controls.show_readings(replace(RUNNING, progress=replace(PROGRESS, step=8000)))
    image = controls.bar.grab().toImage()
    row = image.height() // 4
    light = [QColor(image.pixel(x, row)).lightness() for x in range(4, image.width() - 4)]
    dark = sum(value < 180 for value in light) / len(light)
    assert dark == pytest.approx(8 / 9, abs=0.03)


def test_what_is_prepared_is_said_with_its_share(controls: RunControls) -> None:
    controls.show_readings(RunReadings("preparing", words="downloading mnist", share=0.43))
    assert controls.bar.text() == "downloading mnist 43 %"
    assert controls.bar.value() == 430


def test_the_reason_of_a_failure_is_in_the_tip(controls: RunControls) -> None:
    controls.show_readings(replace(RUNNING, state="failed", words="The loss became NaN."))
    assert controls.bar.toolTip() == "Failed: The loss became NaN."


def test_the_age_of_the_picture_runs_on_by_itself(controls: RunControls, qtbot: QtBot) -> None:
    controls.show_readings(replace(RUNNING, picture_at_s=time.monotonic(), picture_step=3390))
    assert controls.age.text() == "picture 0.0 s old"
    qtbot.waitUntil(lambda: 0.3 <= float(controls.age.text().split()[1]) < 2, timeout=5000)
    controls.show_readings(replace(RUNNING, state="paused", picture_at_s=1.0, picture_step=3400))
    controls.set_shown_step(120)
    assert controls.age.text() == "picture of step 120"
    controls.set_shown_step(None)
    assert controls.age.text() == "picture of step 3,400"


def test_another_device_waits_for_the_next_run_and_says_so(controls: RunControls, qtbot: QtBot) -> None:
    controls.show_readings(RunReadings("preparing"))
    controls.show_readings(replace(RUNNING, device="cpu, 1 thread", memory_mb=12.4))
    assert controls.place.text() == "cpu, 1 thread · 12 MB"
    controls.device.setFocus()
    with qtbot.waitSignal(controls.device_chosen, timeout=500) as chosen:
        QTest.keyClick(controls.device, Qt.Key.Key_End)
        controls.device.activated.emit(controls.device.currentIndex())
    assert chosen.args == ["mps"]
    assert controls.place.text() == "cpu, 1 thread · 12 MB · MPS with the next run"
    assert "takes effect with the next run" in controls.device.toolTip()


@pytest.mark.parametrize("name", THEMES)
def test_everything_fits_into_the_smallest_window(name: str, controls: RunControls, qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, THEMES[name])
    controls.set_theme(THEMES[name])
    controls.show_readings(RUNNING)
    qtbot.wait(1)
    assert controls.minimumSizeHint().width() < 1000
    assert controls.sizeHint().height() <= 70
    width = controls.bar.fontMetrics().horizontalAdvance(controls.bar.text())
    assert width < controls.bar.width()


def test_a_narrow_bar_leaves_phase_and_epoch_out(controls: RunControls) -> None:
    controls.show_readings(replace(RUNNING, state="paused"))
    metrics = controls.bar.fontMetrics()
    full, brief = "paused · joint training · epoch 34.5 · step 3,400 of 9,000", "paused · step 3,400 of 9,000"
    for words in (full, brief):
        controls.bar.resize(metrics.horizontalAdvance(words) + 10, 24)
        assert controls.bar.text() == words
    assert controls.bar.toolTip().startswith(full)


def test_a_run_that_is_over_says_how_it_ended() -> None:
    assert describe_progress(replace(RUNNING, state="finished")).startswith("finished · joint training")
    assert describe_progress(RunReadings()) == "no run yet: Play starts one"
