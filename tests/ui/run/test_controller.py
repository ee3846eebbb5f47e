"""The controller of a run: what Play, Step, Stop and R do in each state, here and in a followed folder."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Command, MetricsTable, RunFailed, RunRequest
from dgm_explorer.runs.folder import RunFolder, make_run_folder
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.ui.run import follower
from dgm_explorer.ui.run.controller import RunController
from dgm_explorer.ui.run.readings import RunOnScreen
from dgm_explorer.ui.training_thread import TrainingThread
from tests.ui.run.fake_run import REQUEST, FakeMaker, FakeRun
from tests.ui.run.small_snapshot import make_snapshot

FOREVER = 10**9


class Witness(QObject):
    """Writes down what a controller says, in order."""

    def __init__(self, controller: RunController) -> None:
        super().__init__()
        self.controller = controller
        self.screens: list[RunOnScreen] = []
        self.states: list[str] = []
        self.pictures: list[int] = []
        self.steps: list[int] = []
        self.sentences: list[str] = []
        controller.run_changed.connect(self.take_run)
        controller.state_changed.connect(self.take_state)
        controller.snapshot_ready.connect(self.take_picture)
        controller.metrics_ready.connect(self.take_metrics)
        for signal in (controller.failed, controller.refused, controller.noticed):
            signal.connect(self.take_sentence)

    @Slot(object)
    def take_run(self, screen: RunOnScreen) -> None:
        self.screens.append(screen)
        self.steps.clear()

    @Slot()
    def take_state(self) -> None:
        self.states.append(self.controller.state)

    @Slot(object)
    def take_picture(self, snapshot: Any) -> None:
        self.pictures.append(snapshot.step)

    @Slot(object)
    def take_metrics(self, tables: tuple[MetricsTable, ...]) -> None:
        self.steps += [int(step) for table in tables for step in table.values[:, 0]]

    @Slot(str)
    def take_sentence(self, sentence: str) -> None:
        self.sentences.append(sentence)


@pytest.fixture
def watch(qapp: object) -> Iterator[Callable[..., Witness]]:
    """Makes controllers, and finishes them behind the test."""
    assert qapp is not None
    controllers: list[RunController] = []

    def make(maker: Any, make_request: Callable[[], RunRequest] = lambda: REQUEST) -> Witness:
        controllers.append(RunController(maker, make_request))
        return Witness(controllers[-1])

    yield make
    for controller in controllers:
        controller.finish(10_000)


def wait_for(qtbot: QtBot, witness: Witness, state: str) -> None:
    qtbot.waitUntil(lambda: witness.controller.state == state, timeout=10_000)


class SlowMaker(FakeMaker):
    """Prepares a run until it is let go on."""

    def __init__(self) -> None:
        super().__init__(n_steps=FOREVER)
        self.gate = threading.Event()

    def __call__(self, request: RunRequest, report: Callable[[str, float | None], bool]) -> FakeRun:
        run = super().__call__(request, report)
        self.gate.wait(10)
        return run


def test_a_pause_that_is_asked_for_in_the_preparation_shows_at_once(
    qtbot: QtBot, watch: Callable[..., Witness]
) -> None:
    maker = SlowMaker()
    witness = watch(maker)
    controller = witness.controller
    controller.play_pause()
    qtbot.waitUntil(lambda: controller.readings.words == "reading data")
    assert controller.is_playing
    for is_playing in (False, True, False):
        n_told = len(witness.states)
        controller.play_pause()
        assert controller.is_playing == is_playing
        assert controller.readings.is_held != is_playing
        assert len(witness.states) == n_told + 1
    maker.gate.set()
    wait_for(qtbot, witness, "paused")
    assert maker.run.step == 0
    assert not controller.readings.is_held


def test_play_pause_step_and_stop(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    witness = watch(maker)
    controller = witness.controller
    assert (controller.state, controller.is_playing) == ("idle", False)
    controller.play_pause()
    wait_for(qtbot, witness, "running")
    assert controller.is_playing
    qtbot.waitUntil(lambda: controller.readings.steps_per_s > 0)
    controller.play_pause()
    assert controller.state == "paused"  # at once, before the thread has answered
    assert not controller.is_playing
    qtbot.waitUntil(lambda: bool(witness.pictures) and witness.pictures[-1] == maker.run.step)
    at_rest = maker.run.step
    assert controller.readings.steps_per_s == 0
    controller.step()
    qtbot.waitUntil(lambda: witness.pictures[-1] == at_rest + 1)
    assert maker.run.step == at_rest + 1
    controller.stop()
    wait_for(qtbot, witness, "stopped")
    assert maker.run.log == ["close stopped"]
    assert witness.steps == list(range(1, at_rest + 2))
    assert not controller.is_training_here


def test_one_step_before_the_first_trains_one(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker()
    witness = watch(maker)
    witness.controller.step()
    qtbot.waitUntil(lambda: witness.pictures[-1:] == [1], timeout=5000)
    qtbot.wait(20)
    assert maker.run.step == 1
    assert witness.controller.state == "paused"


def test_reset_begins_the_same_run_again_in_another_folder(
    qtbot: QtBot, watch: Callable[..., Witness]
) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    witness = watch(maker)
    witness.controller.reset()
    assert maker.runs == []  # nothing to go back from
    witness.controller.play_pause()
    wait_for(qtbot, witness, "running")
    witness.controller.reset()
    qtbot.waitUntil(lambda: len(witness.screens) == 2, timeout=5000)
    assert maker.runs[0].log == ["close stopped"]
    assert witness.screens[0].folder != witness.screens[1].folder
    assert witness.screens[0].request == witness.screens[1].request
    wait_for(qtbot, witness, "running")
    witness.controller.play_pause()
    witness.controller.reset()
    qtbot.waitUntil(lambda: len(witness.screens) == 3, timeout=5000)
    wait_for(qtbot, witness, "paused")  # a paused run goes back and rests there
    assert maker.run.step == 0
    assert witness.pictures[-1] == 0


def test_reset_begins_anew_where_a_start_has_failed(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker(n_steps=FOREVER, no_start=RunFailed("There is no such data set; choose another."))
    witness = watch(maker)
    witness.controller.play_pause()
    wait_for(qtbot, witness, "failed")
    assert witness.controller.on_screen is None
    maker.no_start = None
    witness.controller.reset()
    wait_for(qtbot, witness, "paused")
    assert maker.run.step == 0


def test_a_start_that_fails_leaves_the_run_on_the_screen(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    witness = watch(maker)
    controller = witness.controller
    controller.play_pause()
    wait_for(qtbot, witness, "running")
    controller.stop()
    wait_for(qtbot, witness, "stopped")
    before, step = controller.on_screen, maker.run.step
    assert before is not None
    maker.no_start = RunFailed("Another process writes to this run.")
    for start in (controller.play_pause, controller.reset):
        start()
        qtbot.waitUntil(lambda: witness.sentences[-1:] == ["Another process writes to this run."])
        witness.sentences.clear()
        assert controller.on_screen == before
        assert controller.state == "stopped", "as its pictures, which are still there, show it"
        assert controller.readings.progress is not None
        assert controller.readings.progress.step == step
    maker.no_start = None
    controller.play_pause()
    wait_for(qtbot, witness, "running")
    assert maker.run.request.resume
    controller.branch(0)
    qtbot.waitUntil(lambda: maker.run.request.branch_from == before.folder, timeout=5000)


def test_a_followed_run_is_followed_again_where_a_start_has_failed(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    maker = FakeMaker(no_start=RunFailed("There is no such data set; choose another."))
    witness = watch(maker)
    folder = writer.folder.path
    witness.controller.follow(folder)
    wait_for(qtbot, witness, "running")
    witness.controller.reset()
    qtbot.waitUntil(lambda: bool(witness.sentences), timeout=5000)
    wait_for(qtbot, witness, "running")
    assert witness.controller.on_screen is not None
    assert witness.controller.on_screen.folder == folder
    assert witness.controller.readings.is_followed


def test_play_goes_on_with_a_stopped_run_unless_its_settings_have_changed(
    qtbot: QtBot, watch: Callable[..., Witness]
) -> None:
    maker, wanted = FakeMaker(n_steps=FOREVER), [REQUEST]
    witness = watch(maker, lambda: wanted[0])
    for expected in (False, True):
        witness.controller.play_pause()
        qtbot.waitUntil(lambda: len(witness.screens) == len(maker.runs) > 0, timeout=5000)
        wait_for(qtbot, witness, "running")
        assert maker.run.request.resume == expected
        witness.controller.stop()
        wait_for(qtbot, witness, "stopped")
    assert witness.screens[0].folder == witness.screens[1].folder
    wanted[0] = dataclasses.replace(REQUEST, config="other")
    witness.controller.play_pause()
    qtbot.waitUntil(lambda: len(witness.screens) == 3, timeout=5000)
    assert not maker.run.request.resume
    assert maker.run.request.config == "other"


def test_a_branch_leaves_the_run_where_the_slider_stands(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker(n_steps=FOREVER, step=15)
    witness = watch(maker)
    witness.controller.play_pause()
    wait_for(qtbot, witness, "running")
    witness.controller.branch(17)
    qtbot.waitUntil(lambda: len(witness.screens) == 2, timeout=5000)
    request = maker.run.request
    assert (request.branch_from, request.branch_step) == (witness.screens[0].folder, 17)
    assert maker.runs[0].log == ["close stopped"]
    assert witness.screens[1].request.branch_step == 15  # where its checkpoint is


def test_a_failure_is_said_once_and_play_goes_on_from_the_last_checkpoint(
    qtbot: QtBot, watch: Callable[..., Witness]
) -> None:
    maker = FakeMaker(fail_at=3, error=RunFailed("The loss became NaN; lower the learning rate."))
    wanted = [REQUEST]
    witness = watch(maker, lambda: wanted[0])
    witness.controller.play_pause()
    wait_for(qtbot, witness, "failed")
    assert witness.sentences == ["The loss became NaN; lower the learning rate."]
    assert witness.steps == [1, 2, 3]
    witness.controller.play_pause()
    qtbot.waitUntil(lambda: len(maker.runs) == 2, timeout=5000)
    assert maker.run.request.resume
    wait_for(qtbot, witness, "failed")
    wanted[0] = dataclasses.replace(REQUEST, config="a lower learning rate")
    witness.controller.play_pause()
    qtbot.waitUntil(lambda: len(maker.runs) == 3, timeout=5000)
    assert not maker.run.request.resume


def test_a_failure_is_over_when_training_goes_on(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker(fail_at=3, error=RunFailed("It was killed."))
    witness = watch(maker)
    over: list[str] = []
    witness.controller.went_on.connect(over.append)
    witness.controller.play_pause()
    wait_for(qtbot, witness, "failed")
    maker.settings = {"n_steps": FOREVER}
    assert over == []
    witness.controller.play_pause()
    wait_for(qtbot, witness, "running")
    assert over == ["It was killed."]


def test_a_command_reaches_the_run_and_its_refusal_the_user(
    qtbot: QtBot, watch: Callable[..., Witness]
) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    witness = watch(maker)
    witness.controller.apply(Command("learning_rate", (0.5,)))
    assert witness.sentences == ["No run trains here at present; start one to change it."]
    witness.controller.play_pause()
    wait_for(qtbot, witness, "running")
    witness.controller.apply(Command("learning_rate", (0.5,)))
    witness.controller.apply(Command("nonsense"))
    qtbot.waitUntil(lambda: len(witness.sentences) == 2, timeout=5000)
    assert maker.run.rate == 0.5
    assert "nonsense" in witness.sentences[1]


def test_an_owner_that_goes_without_a_word_takes_the_run_with_it(qtbot: QtBot) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    controller = RunController(maker, lambda: REQUEST)
    controller.play_pause()
    qtbot.waitUntil(lambda: controller.state == "running", timeout=5000)
    controller.deleteLater()
    qtbot.waitUntil(lambda: maker.run.log == ["close stopped"], timeout=5000)
    qtbot.wait(50)


# -- followed run folders ---------------------------------------------------------------------------------


INFO = RunInfo("gmm-vae", DataSource("pinwheel"), GmmVaeConfig())


def write_steps(writer: RunWriter, first: int, last: int) -> None:
    steps = np.arange(first, last + 1, dtype=float)
    values = np.stack([steps, steps / 10, np.zeros_like(steps)], axis=1)
    writer.append_metrics([MetricsTable("train", ("step", "epoch", "phase"), values)])
    writer.write_snapshot(make_snapshot(last))


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunWriter]:
    """A run folder with ten steps of a run that goes on, as another process would write it."""
    monkeypatch.setattr(follower, "POLL_MS", 20)
    monkeypatch.setattr(follower, "IDLE_POLL_MS", 20)
    with RunWriter(make_run_folder(tmp_path / "run")) as run_writer:
        run_writer.write_info(INFO)
        write_steps(run_writer, 1, 10)
        run_writer.write_status(RunStatus("running", 10, 100, 1.0, "pretrain", 640, 50.0, 3200.0))
        yield run_writer


def test_finishing_again_when_qt_has_taken_the_threads_is_no_error(
    qtbot: QtBot, watch: Callable[..., Witness], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[TrainingThread] = []
    begin = TrainingThread.begin
    monkeypatch.setattr(TrainingThread, "begin", lambda self: (threads.append(self), begin(self)))
    witness = watch(FakeMaker(n_steps=3))
    witness.controller.play_pause()
    wait_for(qtbot, witness, "finished")
    witness.controller.finish()
    qtbot.waitUntil(threads[0].isFinished)
    QApplication.processEvents()
    shiboken6.delete(threads[0])
    witness.controller.finish()


def test_nothing_begins_behind_the_end(watch: Callable[..., Witness], writer: RunWriter) -> None:
    maker = FakeMaker()
    controller = watch(maker).controller
    controller.finish()
    controller.play_pause()
    controller.step()
    controller.follow(writer.folder.path)
    assert (controller.is_training_here, controller.state, maker.runs) == (False, "idle", [])


def test_a_running_folder_is_followed_live(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    witness = watch(FakeMaker())
    witness.controller.follow(writer.folder.path)
    wait_for(qtbot, witness, "running")
    assert witness.screens[0].folder == writer.folder.path
    assert witness.screens[0].is_followed
    assert witness.screens[0].request.source == DataSource("pinwheel")
    assert witness.steps == list(range(1, 11))
    assert witness.pictures == [10]
    assert witness.controller.readings.seconds_left == pytest.approx(90 / 50)
    writer.write_status(RunStatus("running", 11, 100, 1.0, "mixture_fit", 640, 0.5, 0.0))
    qtbot.waitUntil(lambda: witness.controller.readings.steps_per_s == 0.5, timeout=5000)
    assert witness.controller.readings.seconds_left is None, "a fit says nothing of the training behind it"
    write_steps(writer, 11, 20)
    writer.write_status(RunStatus("running", 20, 100, 2.0, "pretrain", 1280, 50.0, 3200.0))
    qtbot.waitUntil(lambda: witness.pictures == [10, 20], timeout=5000)
    assert witness.steps == list(range(1, 21))
    witness.controller.play_pause()
    assert "Another process trains this run" in witness.sentences[-1]
    assert witness.controller.state == "running"


def test_a_step_asks_the_process_that_trains_for_a_picture(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    witness = watch(FakeMaker())
    witness.controller.follow(writer.folder.path)
    wait_for(qtbot, witness, "running")
    witness.controller.step()
    qtbot.waitUntil(lambda: writer.take_requests().snapshot, timeout=5000)
    write_steps(writer, 11, 12)
    qtbot.waitUntil(lambda: witness.pictures == [10, 12], timeout=5000)


def test_a_folder_that_may_only_be_read_is_followed_all_the_same(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    witness = watch(FakeMaker())
    witness.controller.follow(writer.folder.path)
    wait_for(qtbot, witness, "running")
    writer.folder.control.rmdir()
    writer.folder.control.touch()  # in its place, so that not even root can write there
    witness.controller.stop()
    qtbot.waitUntil(lambda: "ask on the computer that trains" in witness.sentences[-1], timeout=5000)
    write_steps(writer, 11, 20)
    qtbot.waitUntil(lambda: witness.pictures == [10, 20], timeout=5000)
    assert witness.controller.state == "running"


def test_stop_asks_the_process_that_trains(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    witness = watch(FakeMaker())
    witness.controller.follow(writer.folder.path)
    wait_for(qtbot, witness, "running")
    witness.controller.stop()
    qtbot.waitUntil((writer.folder.control / "stop").exists, timeout=5000)
    writer.write_status(RunStatus("stopped", 10, 100, 1.0, "pretrain"))
    wait_for(qtbot, witness, "stopped")


def test_a_finished_folder_is_shown_and_a_dead_one_can_be_resumed(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    maker = FakeMaker()
    request = RunRequest(INFO.model, INFO.source, INFO.config)
    witness = watch(maker, lambda: request)
    writer.close()  # its lock is gone while the status still says running
    witness.controller.follow(writer.folder.path)
    wait_for(qtbot, witness, "stopped")
    assert "without a word" in witness.controller.readings.words
    witness.controller.play_pause()
    qtbot.waitUntil(lambda: bool(maker.runs), timeout=5000)
    assert maker.run.request.resume
    assert maker.run.request.folder == writer.folder.path


@pytest.mark.parametrize(
    ("changes", "is_same_run"),
    [({}, False), ({"epochs": 50}, True), ({"epochs": 5}, False), ({"epochs": 50, "seed": 1}, False)],
)
def test_a_finished_run_goes_on_with_more_epochs_and_with_nothing_else(
    qtbot: QtBot, watch: Callable[..., Witness], changes: dict[str, int], is_same_run: bool
) -> None:
    maker = FakeMaker(n_steps=20)
    request = RunRequest("fake", DataSource("moons"), GmmVaeConfig(epochs=20), folder=None)
    wanted = [request]
    witness = watch(maker, lambda: wanted[0])
    witness.controller.play_pause()
    wait_for(qtbot, witness, "finished")
    first = maker.run.request.folder
    wanted[0] = dataclasses.replace(request, config=dataclasses.replace(request.config, **changes))
    witness.controller.play_pause()
    qtbot.waitUntil(lambda: len(maker.runs) == 2, timeout=5000)
    assert maker.run.request.config == wanted[0].config
    assert maker.run.request.resume == is_same_run
    assert (maker.run.request.folder == first) == is_same_run
    wait_for(qtbot, witness, "finished")


def test_at_the_end_of_a_plan_there_is_nothing_to_branch(qtbot: QtBot, watch: Callable[..., Witness]) -> None:
    maker = FakeMaker(n_steps=20)
    witness = watch(maker)
    witness.controller.play_pause()
    wait_for(qtbot, witness, "finished")
    witness.controller.branch(20)
    assert witness.sentences == [
        "This is the end of the run's plan: raise the epochs, and Play goes on from here."
    ]
    witness.controller.branch(19)
    qtbot.waitUntil(lambda: len(maker.runs) == 2, timeout=5000)
    assert maker.run.request.branch_step == 19


def test_a_run_that_died_before_its_first_status_is_stopped(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    writer.folder.status_file.unlink()
    witness = watch(FakeMaker())
    witness.controller.follow(writer.folder.path)
    qtbot.waitUntil(lambda: witness.pictures == [10], timeout=5000)
    assert witness.controller.state == "preparing"  # it is written
    writer.close()
    wait_for(qtbot, witness, "stopped")


def test_a_resumed_run_shows_what_was_written_before_and_no_step_twice(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    write_steps(writer, 11, 20)  # beyond the checkpoint that the run goes on from
    maker = FakeMaker(n_steps=60, step=15)
    witness = watch(maker)
    request = dataclasses.replace(REQUEST, folder=writer.folder.path, resume=True)
    witness.controller.start(request)
    wait_for(qtbot, witness, "finished")
    qtbot.waitUntil(lambda: len(witness.steps) >= 60, timeout=5000)
    assert witness.steps == list(range(1, 61))


def test_a_folder_without_a_run_is_one_sentence(
    qtbot: QtBot, watch: Callable[..., Witness], tmp_path: Path
) -> None:
    witness = watch(FakeMaker())
    witness.controller.follow(RunFolder(tmp_path / "nothing").path)
    wait_for(qtbot, witness, "failed")
    assert len(witness.sentences) == 1
    assert "holds no run" in witness.sentences[0]
    assert witness.screens == []


def test_following_leaves_the_run_in_this_window_saved(
    qtbot: QtBot, watch: Callable[..., Witness], writer: RunWriter
) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    witness = watch(maker)
    witness.controller.play_pause()
    wait_for(qtbot, witness, "running")
    witness.controller.follow(writer.folder.path)
    qtbot.waitUntil(lambda: maker.run.log == ["close stopped"], timeout=5000)
    qtbot.waitUntil(lambda: witness.pictures[-1] == 10, timeout=5000)
    assert witness.screens[-1].is_followed
