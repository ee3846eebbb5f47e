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
from dgm_explorer.core.run_notes import REFUSED_BATCH
from dgm_explorer.core.training import RunRequest
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.ui.run.past import PastRequest, read_past
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
        self.notices: list[str] = []
        desk.message.connect(self.sentences.append)
        desk.noticed.connect(self.notices.append)

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


def write_run(
    folder: Path, model: str = MODEL, refused: tuple[int, ...] = (), source: DataSource = REQUEST.source
) -> Path:
    """A run that has ended, with three recorded pictures."""
    with RunWriter(make_run_folder(folder)) as writer:
        writer.write_info(RunInfo(model, source, REQUEST.config))
        for step in (1, 2, 3):
            writer.write_snapshot(make_snapshot(step))
        for step in refused:
            writer.append_event(REFUSED_BATCH, step, reason="it is not finite")
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


def test_as_long_as_a_run_on_other_data_is_compared_with_it_is_said(
    desk: RunDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    said, over = list[str](), list[str]()
    desk.message.connect(lambda sentence: said.append(sentence) if "compared" in sentence else None)
    desk.message_over.connect(over.append)
    desk.show_folder(str(write_run(tmp_path / "moons")))
    desk.second.open(write_run(tmp_path / "fewer", source=DataSource("moons", limit=500)))
    qtbot.waitUntil(lambda: desk.name == "moons" and desk.second.snapshot is not None, timeout=20_000)
    assert said == []
    desk.second.open(write_run(tmp_path / "arms", source=DataSource("pinwheel")))
    qtbot.waitUntil(lambda: desk.second.snapshot is not None, timeout=20_000)
    assert said == [
        "arms is a run on pinwheel, that on the screen one on moons: "
        "bounds and errors on different data cannot be compared."
    ]
    assert over == []
    desk.put_away()
    assert over == said
    desk.show_folder(str(tmp_path / "moons"))
    qtbot.waitUntil(lambda: len(said) == 2, timeout=20_000)
    desk.second.open(None)
    assert over == said


def test_a_run_of_another_model_is_no_second_run(qtbot: QtBot, tmp_path: Path) -> None:
    second = SecondRun("other")
    with qtbot.waitSignal(second.failed, timeout=20_000) as failed:
        second.open(write_run(tmp_path / "run"))
    assert failed.args == [f"{tmp_path / 'run'} is a run of {MODEL}; choose one of other."]
    assert second.folder is None
    second.close()


def test_refused_batches_are_told_once_and_counted(qtbot: QtBot, tmp_path: Path) -> None:
    maker = FakeMaker(n_steps=FOREVER, spoilt=(3, 70, 500))
    request = dataclasses.replace(REQUEST, folder=tmp_path / "made")
    desk = RunDesk(MODEL, ("first",), maker, lambda: request, LIGHT)
    for widget in (desk.controls, desk.timeline):
        qtbot.addWidget(widget)
    drawer = Drawer(desk)
    desk.controls.play.click()
    qtbot.waitUntil(lambda: _n_refused(desk) == 3, timeout=20_000)
    count = desk.notes.count_of(REFUSED_BATCH)
    assert count is not None
    assert count.last.step == 500
    assert [text for text in drawer.notices if "refused" in text] == [
        "Step 3: refused batch, it is not finite."
    ]
    desk.finish()


def test_refused_batches_of_a_recorded_run_are_told_and_forgotten_with_it(
    desk: RunDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    drawer = Drawer(desk)
    spoilt, sound = write_run(tmp_path / "spoilt", refused=(1, 3)), write_run(tmp_path / "sound")
    desk.show_folder(str(spoilt))
    qtbot.waitUntil(lambda: _n_refused(desk) == 2, timeout=20_000)
    assert drawer.notices == ["Step 1: refused batch, it is not finite."]
    with qtbot.waitSignal(desk.run_changed, timeout=20_000):
        desk.show_folder(str(sound))
    assert _n_refused(desk) == 0


def test_who_goes_on_with_a_run_hears_what_was_refused_before(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "spoilt", refused=(1, 2, 3))
    past = read_past(PastRequest(folder, 2))
    assert [(note.name, note.step, note.reason) for note in past.notes] == [
        (REFUSED_BATCH, 1, "it is not finite"),
        (REFUSED_BATCH, 2, "it is not finite"),
    ]
    assert read_past(PastRequest(tmp_path / "nowhere", 2)).notes == ()


def _n_refused(desk: RunDesk) -> int:
    count = desk.notes.count_of(REFUSED_BATCH)
    return 0 if count is None else count.count
