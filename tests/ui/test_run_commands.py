"""Runs, data files and a busy tab, as the window meets them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.runs.folder import RUNS_VARIABLE, RunFolder, create_run_folder
from dgm_explorer.runs.run_info import RunInfo, write_info
from dgm_explorer.runs.status import RunStatus, write_status
from dgm_explorer.theory.result import CheckResult
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.window_settings import WindowSettings

NO_KEY = Qt.KeyboardModifier.NoModifier


class TrainingTab(Tab):
    """Takes runs and arrays, and trains when it is told that it does."""

    key = "gmm-vae"
    title = "GMM-VAE"
    has_runs = True

    def __init__(self) -> None:
        super().__init__()
        self.is_built = True
        self.kept: list[Callable[[], None]] = []
        self.runs: list[Path] = []
        self.paths: list[Path] = []
        self.busy = ""
        self.is_finished = False

    @property
    def busy_sentence(self) -> str:
        return self.busy

    def keep_until_built(self, action: Callable[[], None]) -> bool:
        if not self.is_built:
            self.kept.append(action)
        return not self.is_built

    def open_path(self, path: Path) -> bool:
        if path.suffix != ".npz":
            return False
        self.paths.append(path)
        return True

    def open_run(self, path: Path) -> bool:
        self.runs.append(path)
        return True

    def finish(self) -> None:
        self.is_finished = True


class OtherTab(Tab):
    key = "kl"
    title = "KL"


def check_nothing(key: str) -> CheckResult:
    """Stands for the checks of the claims, which need torch."""
    return CheckResult(key, ())


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, TrainingTab]:
    """A window whose second tab trains."""
    tab = TrainingTab()
    window = MainWindow([OtherTab(), tab], WindowSettings(None), tmp_path / "last.dgm.json", check_nothing)
    qtbot.addWidget(window, before_close_func=MainWindow.close_silently)
    window.show()
    qtbot.waitExposed(window)
    return window, tab


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A finished run where runs are kept."""
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    folder = create_run_folder(tmp_path / "runs", "gmm-vae", "moons")
    write_info(folder, RunInfo("gmm-vae", DataSource("moons"), GmmVaeConfig()))
    write_status(folder, RunStatus("finished", 9000, 9000))
    return folder


def drop(window: MainWindow, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(window.rect().center(), action, data, button, NO_KEY)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(window.rect().center()), action, data, button, NO_KEY)
        QApplication.sendEvent(window, event)
    return enter.isAccepted()


def test_data_dropped_on_another_tab_bring_the_one_that_trains_to_the_front(
    shown: tuple[MainWindow, TrainingTab], tmp_path: Path
) -> None:
    window, tab = shown
    assert window.current_tab.key == "kl"
    assert drop(window, tmp_path / "faces.npz")
    assert tab.paths == [tmp_path / "faces.npz"]
    assert window.current_tab is tab


def test_data_dropped_while_the_tab_is_being_built_wait_for_it_in_front(
    shown: tuple[MainWindow, TrainingTab], tmp_path: Path
) -> None:
    window, tab = shown
    tab.is_built = False
    assert drop(window, tmp_path / "faces.npz")
    assert window.current_tab is tab
    assert tab.paths == []
    tab.is_built = True
    for action in tab.kept:
        action()
    assert tab.paths == [tmp_path / "faces.npz"]


def test_what_no_tab_can_use_is_refused_by_name(
    shown: tuple[MainWindow, TrainingTab], tmp_path: Path
) -> None:
    window, _ = shown
    assert drop(window, tmp_path / "song.mp3")
    assert "song.mp3 is nothing that a tab can use" in window.banner.text
    assert window.current_tab.key == "kl"
    assert not drop(window, tmp_path / "a.npz", tmp_path / "b.npz")


def test_a_run_folder_dropped_on_the_window_is_shown(
    shown: tuple[MainWindow, TrainingTab], run: RunFolder
) -> None:
    window, tab = shown
    assert drop(window, run.path)
    assert tab.runs == [run.path]
    assert window.current_tab is tab


def test_a_run_is_opened_by_the_menu_and_from_the_recent_ones(
    shown: tuple[MainWindow, TrainingTab], run: RunFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window, tab = shown
    monkeypatch.setattr(file_dialogs, "ask_run_to_open", lambda *_: run.path)
    window.actions_by_key["file.open_run"].trigger()
    menu = window.submenus["recent_runs"]
    menu.aboutToShow.emit()
    assert [action.isEnabled() for action in menu.actions()] == [False]  # the disk is asked beside the window
    qtbot.waitUntil(lambda: menu.actions()[0].isEnabled())
    (action,) = menu.actions()
    assert action.text().startswith("gmm-vae · moons · ")
    assert action.text().endswith(" · finished at step 9,000")
    action.trigger()
    assert tab.runs == [run.path, run.path]


def test_a_folder_without_a_run_is_one_sentence(
    shown: tuple[MainWindow, TrainingTab], tmp_path: Path
) -> None:
    window, tab = shown
    window.runs.open_run(tmp_path / "nothing")
    assert "holds no run" in window.banner.text
    assert tab.runs == []


def answer_with(text: str, seen: list[str]) -> None:
    """Press the button of the question that opens next."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(box.text())
        QTest.mouseClick(next(b for b in box.buttons() if b.text() == text), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)


@pytest.mark.parametrize(("answer", "is_closed"), [("Stop and close", True), ("Keep training", False)])
def test_closing_while_something_trains_asks(
    answer: str, is_closed: bool, shown: tuple[MainWindow, TrainingTab]
) -> None:
    window, tab = shown
    tab.busy = "GMM-VAE is training (step 340 of 9,000)."
    seen: list[str] = []
    answer_with(answer, seen)
    assert window.close() is is_closed
    assert seen == ["GMM-VAE is training (step 340 of 9,000)."]
    assert tab.is_finished is is_closed
    assert window.isVisible() is not is_closed


@pytest.mark.parametrize(("answer", "is_closed"), [("Close", True), ("Stay", False)])
def test_the_question_says_so_where_the_training_ends_behind_it(
    answer: str, is_closed: bool, shown: tuple[MainWindow, TrainingTab]
) -> None:
    window, tab = shown
    tab.busy = "GMM-VAE is training (step 340 of 9,000)."

    def end() -> None:
        tab.busy = ""
        tab.playing_changed.emit()

    QTimer.singleShot(0, end)
    seen: list[str] = []
    answer_with(answer, seen)
    assert window.close() is is_closed
    assert seen == ["Nothing trains any more."]
    assert window.isVisible() is not is_closed


def test_a_script_closes_without_a_question_and_still_stops_what_trains(
    shown: tuple[MainWindow, TrainingTab],
) -> None:
    window, tab = shown
    tab.busy = "GMM-VAE is training."
    window.close_silently()
    assert tab.is_finished


def test_a_run_of_a_model_without_a_tab_is_refused(
    shown: tuple[MainWindow, TrainingTab], run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, tab = shown
    monkeypatch.setattr(tab, "open_run", lambda _: False)
    window.runs.open_run(run.path)
    assert "is a run of gmm-vae, and no tab of this window shows those" in window.banner.text
