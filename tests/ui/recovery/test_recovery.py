"""What the next start offers, answered as a hand would."""

import dataclasses
import json
import platform
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.status import RunStatus, read_status, write_status
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.session import Session, read_session, write_session
from dgm_explorer.theory.result import CheckResult
from dgm_explorer.ui.lecture.lecturer import Lecturer
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.recovery import diagnostics, recovery
from dgm_explorer.ui.recovery.offers import OfferRequest
from dgm_explorer.ui.recovery.open_work import OpenWork, write_work
from dgm_explorer.ui.recovery.panel import RecoveryPanel
from dgm_explorer.ui.recovery.recovery import Recovery
from dgm_explorer.ui.recovery.trace import TraceFolder
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import DARK
from dgm_explorer.ui.window_settings import WindowSettings
from tests.runs.examples import new_run

NO_KEY = Qt.KeyboardModifier.NoModifier


class KlTab(Tab):
    key = "kl"
    title = "KL"

    def __init__(self) -> None:
        super().__init__(Store(KLState()))


class TrainingTab(Tab):
    key = "gmm-vae"
    title = "GMM-VAE"

    def __init__(self) -> None:
        super().__init__()
        self.resumed: list[Path] = []
        self.busy = ""

    @property
    def busy_sentence(self) -> str:
        return self.busy

    def resume_run(self, path: Path) -> bool:
        self.resumed.append(path)
        return True


class Start:
    """A window, and the recovery that looks after it."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.kl, self.training = KlTab(), TrainingTab()
        self.window = MainWindow(
            [self.kl, self.training],
            WindowSettings(None),
            folder / "last.dgm.json",
            lambda key: CheckResult(key, ()),
        )
        qtbot.addWidget(self.window, before_close_func=MainWindow.close_silently)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.own = TraceFolder(folder / "windows" / "4000000-aaaaaa")
        self.own.path.mkdir(parents=True, exist_ok=True)
        request = OfferRequest(folder, folder / "windows", folder / "runs")
        self.recovery = Recovery(self.window, self.own, request)
        qtbot.waitUntil(lambda: not self.recovery.is_looking)

    @property
    def panel(self) -> RecoveryPanel:
        assert self.recovery.panel is not None
        return self.recovery.panel

    def words(self) -> list[str]:
        labels = self.panel.findChildren(QLabel)
        return [label.text() for label in labels if label.text() and not label.isHidden()]

    def click(self, text: str, index: int = 0) -> None:
        found = [b for b in self.panel.findChildren(QPushButton) if b.text() == text and b.isVisible()]
        QTest.mouseClick(found[index], Qt.MouseButton.LeftButton)


@pytest.fixture
def start(tmp_path: Path, qtbot: QtBot) -> object:
    """Starts windows, and ends their recovery with the test."""
    begun: list[Start] = []

    def begin() -> Start:
        begun.append(Start(tmp_path, qtbot))
        return begun[-1]

    yield begin
    for one in begun:
        one.recovery.finish()


@pytest.fixture
def lost(tmp_path: Path) -> TraceFolder:
    """A session that a killed window left, changed since its file was saved."""
    folder = TraceFolder(tmp_path / "windows" / "1-000000")
    folder.path.mkdir(parents=True)
    folder.lock_file.write_text(json.dumps({"host": platform.node(), "pid": 1}))
    write_session(folder.session_file, Session(kl=KLState(alpha=0.75)))
    write_work(folder.work_file, OpenWork("Untitled", "KL"))
    return folder


@pytest.fixture
def cut_off(tmp_path: Path) -> RunFolder:
    """A run that says that it trains while nobody writes it."""
    folder = new_run(tmp_path / "runs")
    status = read_status(folder)
    assert status is not None
    write_status(folder, dataclasses.replace(status, state="running", step=7, n_steps=900))
    return folder


Begin = Callable[[], Start]


def test_a_proper_end_offers_nothing(start: Begin, tmp_path: Path) -> None:
    new_run(tmp_path / "runs")
    one = start()
    assert one.recovery.panel is None
    assert not one.window.banner.notices.isVisible()


def test_a_lost_session_comes_back_and_is_kept_before_its_trace_goes(
    start: Begin, lost: TraceFolder, qtbot: QtBot
) -> None:
    one = start()
    before = one.window.tab_widget.geometry()
    assert one.panel.isVisible()
    assert "not closed properly" in one.words()[0]
    assert any(words.startswith("Session Untitled, KL tab, kept ") for words in one.words())
    one.click("Restore")
    assert one.kl.store is not None
    assert one.kl.store.state.alpha == 0.75
    assert one.window.document.is_modified
    assert not one.panel.isVisible()
    qtbot.waitUntil(lambda: not lost.path.exists())
    kept = read_session(one.own.session_file).kl
    assert kept is not None
    assert kept.alpha == 0.75
    assert one.window.tab_widget.geometry() == before
    one.window.undo()
    assert one.kl.store.state.alpha == KLState().alpha


def test_a_session_of_a_file_is_unsaved_there(start: Begin, lost: TraceFolder, tmp_path: Path) -> None:
    file = tmp_path / "mine.dgm.json"
    write_session(file, Session(kl=KLState(alpha=0.1)))
    write_work(lost.work_file, OpenWork("mine", "KL", str(file)))
    one = start()
    one.click("Restore")
    document = one.window.document
    assert (document.path, document.name, document.is_modified) == (file, "mine", True)
    one.window.sessions.save()
    saved = read_session(file).kl
    assert saved is not None
    assert saved.alpha == 0.75


def test_a_session_whose_file_is_gone_has_none(start: Begin, lost: TraceFolder, tmp_path: Path) -> None:
    write_work(lost.work_file, OpenWork("mine", "KL", str(tmp_path / "gone.dgm.json")))
    one = start()
    one.click("Restore")
    assert one.window.document.path is None
    assert one.kl.store is not None
    assert one.kl.store.state.alpha == 0.75


def test_discard_is_for_good_and_later_is_not(start: Begin, lost: TraceFolder, qtbot: QtBot) -> None:
    one = start()
    one.click("Later")
    assert not one.panel.isVisible()
    one.recovery.finish()
    assert lost.session_file.exists()
    two = start()
    two.click("Discard")
    qtbot.waitUntil(lambda: not lost.path.exists())
    assert two.kl.store is not None
    assert two.kl.store.state == KLState()
    assert start().recovery.panel is None


def test_a_damaged_autosave_is_one_sentence_and_can_be_discarded(
    start: Begin, lost: TraceFolder, qtbot: QtBot
) -> None:
    lost.session_file.write_bytes(b"\x00not json")
    lost.work_file.write_bytes(b"{}")
    one = start()
    one.click("Restore")
    assert one.window.banner.tone == "warning"
    assert str(lost.session_file) in one.window.banner.text
    assert one.panel.isVisible()
    one.click("Discard")
    qtbot.waitUntil(lambda: not lost.path.exists())


def test_an_interrupted_run_is_resumed_in_its_tab(start: Begin, cut_off: RunFolder) -> None:
    one = start()
    (words,) = [words for words in one.words() if "GMM-VAE" in words]
    assert words.startswith("GMM-VAE on painted, cut off at step 7 of 900, just now; goes on from step 3")
    one.training.busy = "The GMM-VAE is training (step 3)."
    one.click("Resume")
    assert one.training.resumed == []
    assert "stop it before another run is resumed" in one.window.banner.text
    one.training.busy = ""
    one.click("Resume")
    assert one.training.resumed == [cut_off.path]
    assert one.window.current_tab is one.training
    assert not one.panel.isVisible()


def test_a_run_that_is_left_is_not_offered_again_and_stays(
    start: Begin, cut_off: RunFolder, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    settle = recovery.settle_run

    def note(folder: RunFolder) -> None:
        threads.append(threading.current_thread())
        settle(folder)

    monkeypatch.setattr(recovery, "settle_run", note)
    one = start()
    one.click("Leave")
    qtbot.waitUntil(lambda: not one.recovery._leaving)
    assert threading.main_thread() not in threads, "the lock may have to be waited for"
    status = read_status(cut_off)
    assert status is not None
    assert (status.state, status.step) == ("stopped", 7)
    assert start().recovery.panel is None
    assert one.training.resumed == []


def test_a_run_that_is_left_while_somebody_writes_it_says_so(
    start: Begin, cut_off: RunFolder, qtbot: QtBot
) -> None:
    one = start()
    writer = RunWriter(cut_off)
    one.click("Leave")
    qtbot.waitUntil(lambda: str(cut_off.path) in one.window.banner.text)
    assert one.window.banner.tone == "warning"
    writer.close()


def test_a_run_is_left_even_if_the_window_closes_at_once(start: Begin, cut_off: RunFolder) -> None:
    one = start()
    one.click("Leave")
    one.recovery.finish()
    status = read_status(cut_off)
    assert status is not None
    assert status.state == "stopped"


def test_a_run_that_is_written_is_not_offered(start: Begin, cut_off: RunFolder) -> None:
    writer = RunWriter(cut_off)
    writer.write_status(RunStatus("running", step=5))
    assert start().recovery.panel is None
    writer.close()


def test_a_run_that_its_own_process_saved_is_offered_with_the_window_that_lost_it(
    start: Begin, lost: TraceFolder, cut_off: RunFolder
) -> None:
    write_status(cut_off, RunStatus("stopped", step=3, n_steps=900))
    write_work(lost.work_file, OpenWork("Untitled", "KL", "", (str(cut_off.path), "/no/such/run")))
    one = start()
    assert sum("GMM-VAE on painted" in words for words in one.words()) == 1


def test_the_keyboard_reaches_every_button_and_escape_puts_off(
    start: Begin, lost: TraceFolder, cut_off: RunFolder
) -> None:
    del cut_off
    one = start()
    one.window.activateWindow()
    one.window.setFocus()
    reached: set[str] = set()
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget() or one.window, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if isinstance(widget, QPushButton) and one.panel.isAncestorOf(widget):
            assert widget.accessibleName() or widget.text()
            reached.add(widget.text())
    assert reached == {"Restore", "Discard", "Resume", "Leave", "Copy diagnostics", "Later"}
    QTest.keyClick(one.window, Qt.Key.Key_Escape)
    assert not one.panel.isVisible()
    assert lost.session_file.exists()


def test_a_crash_is_named_and_its_log_put_aside(
    start: Begin, lost: TraceFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnostics, "state_dir", lambda: tmp_path)
    lost.crash_file.write_text("Fatal Python error: Segmentation fault\n\nThread 0x1:\n")
    one = start()
    assert one.words()[0] == "DGM Explorer crashed the last time (Fatal Python error: Segmentation fault)."
    assert not lost.crash_file.exists()
    one.click("Copy diagnostics")
    assert "Segmentation fault" in QApplication.clipboard().text()
    assert len(list((tmp_path / "crashes").iterdir())) == 1
    one.window.wear(DARK)
    assert one.panel.palette().window().color().lightness() < 100


def test_a_crash_that_cost_nothing_is_told_once(start: Begin, lost: TraceFolder) -> None:
    lost.session_file.unlink()
    lost.crash_file.write_text("Fatal Python error: Aborted\n")
    one = start()
    assert "(Fatal Python error: Aborted)" in one.words()[0]
    one.click("Close")
    assert not one.panel.isVisible()
    assert start().recovery.panel is None


def test_a_lecture_is_not_kept(start: Begin, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    one = start()
    assert one.kl.store is not None
    one.kl.store.update(alpha=0.6)
    assert one.recovery.autosave is not None
    heard: list[bool] = []
    one.recovery.autosave.save_soon(heard.append)
    qtbot.waitUntil(lambda: heard == [True])
    monkeypatch.setattr(Lecturer, "is_running", True)
    one.kl.store.update(alpha=0.9)
    one.recovery.autosave.save_soon(heard.append)
    assert heard == [True, False]
    kept = read_session(one.own.session_file).kl
    assert kept is not None
    assert kept.alpha == 0.6
