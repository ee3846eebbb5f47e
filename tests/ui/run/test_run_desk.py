"""The desk of a run: what a hand on its controls and its timeline makes the tab draw."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import MODEL, GmmVaeConfig
from dgm_explorer.core.training import RunRequest
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.ui.run.run_desk import RunDesk
from dgm_explorer.ui.run.second_run import SecondRun
from dgm_explorer.ui.theme import LIGHT
from tests.ui.run.fake_run import FakeMaker
from tests.ui.run.small_snapshot import make_snapshot

FOREVER = 10**9
REQUEST = RunRequest(MODEL, DataSource("moons"), GmmVaeConfig(likelihood="gaussian"))


class Drawer(QObject):
    """A tab that writes down what it should draw."""

    def __init__(self, desk: RunDesk) -> None:
        super().__init__()
        self.pictures: list[int] = []
        self.n_curves = 0
        self.sentences: list[str] = []
        desk.picture_changed.connect(self.take_picture)
        desk.curves_due.connect(self.take_curves)
        desk.message.connect(self.sentences.append)

    @Slot(object)
    def take_picture(self, snapshot: Any) -> None:
        self.pictures.append(snapshot.step)

    @Slot()
    def take_curves(self) -> None:
        self.n_curves += 1


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[RunDesk]:
    request = dataclasses.replace(REQUEST, folder=tmp_path / "made")
    desk = RunDesk(MODEL, ("first", "second"), FakeMaker(n_steps=FOREVER), lambda: request, LIGHT)
    for widget in (desk.controls, desk.timeline):
        qtbot.addWidget(widget)
    yield desk
    desk.finish()


def write_run(folder: Path, model: str = MODEL) -> Path:
    """A run that has ended, with three recorded pictures."""
    with RunWriter(make_run_folder(folder)) as writer:
        writer.write_info(RunInfo(model, REQUEST.source, REQUEST.config))
        for step in (1, 2, 3):
            writer.write_snapshot(make_snapshot(step))
        writer.write_status(RunStatus("finished", step=3, n_steps=3))
    return folder


def test_the_hand_plays_and_the_tab_gets_pictures_curves_and_examples(desk: RunDesk, qtbot: QtBot) -> None:
    drawer = Drawer(desk)
    assert desk.describe_work("FAKE") == ""
    assert not desk.takes_commands
    with qtbot.waitSignal(desk.examples_changed, timeout=20_000):
        desk.controls.play.click()
    qtbot.waitUntil(lambda: len(drawer.pictures) > 1 and drawer.n_curves > 1, timeout=20_000)
    assert desk.dataset is not None
    assert desk.dataset.name == "moons"
    assert desk.name == "made"
    assert desk.takes_commands
    assert desk.training_request is not None
    assert desk.phase == "pretrain"
    assert desk.describe_work("FAKE").startswith("The FAKE is training (step ")
    desk.controls.halt.click()
    qtbot.waitUntil(lambda: desk.training_request is None, timeout=20_000)
    assert list(desk.history.steps("train")) == sorted(desk.history.steps("train"))


def test_looking_back_and_live_again(desk: RunDesk, qtbot: QtBot, tmp_path: Path) -> None:
    drawer = Drawer(desk)
    desk.show_folder(str(write_run(tmp_path / "run")))
    qtbot.waitUntil(lambda: drawer.pictures == [3] and len(desk.source.marks) == 3, timeout=20_000)
    desk.timeline.track.moved.emit(1)
    qtbot.waitUntil(lambda: drawer.pictures[-1] == 1, timeout=20_000)
    assert not desk.is_live
    assert "step 1" in desk.controls.age.text()
    desk.timeline.go_live()
    assert drawer.pictures[-1] == 3
    assert desk.is_live


def test_a_second_run_is_read_from_its_folder(desk: RunDesk, qtbot: QtBot, tmp_path: Path) -> None:
    desk.second.open(write_run(tmp_path / "run"))
    qtbot.waitUntil(lambda: desk.second.snapshot is not None, timeout=20_000)
    assert desk.second.snapshot.step == 3
    assert desk.second.name == "run"


def test_a_run_of_another_model_is_no_second_run(qtbot: QtBot, tmp_path: Path) -> None:
    second = SecondRun("other")
    with qtbot.waitSignal(second.failed, timeout=20_000) as failed:
        second.open(write_run(tmp_path / "run"))
    assert failed.args == [f"{tmp_path / 'run'} is a run of {MODEL}; choose one of other."]
    assert second.folder is None
    second.close()
