"""The autosave: some seconds after a change, not during a drag, and never a reason to stop."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.session import Session, read_session, write_session
from dgm_explorer.ui.recovery import autosave as autosave_module
from dgm_explorer.ui.recovery.autosave import Autosave, Autosaved
from dgm_explorer.ui.recovery.open_work import OpenWork, read_work
from dgm_explorer.ui.recovery.trace import TraceFolder


class Screen:
    """What there is to be kept."""

    def __init__(self) -> None:
        self.alpha = 0.25
        self.has_something = True
        self.is_own = True
        self.is_moving = False

    def take(self) -> Autosaved | None:
        if not self.is_own:
            return None
        session = Session(kl=KLState(alpha=self.alpha)) if self.has_something else None
        return Autosaved(session, OpenWork("Untitled", "KL", "", ("/runs/a",)))


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TraceFolder:
    monkeypatch.setattr(autosave_module, "PAUSE_MS", 60)
    monkeypatch.setattr(autosave_module, "WHILE_DRAGGING_MS", 20)
    return TraceFolder(tmp_path)


@pytest.fixture
def autosave(folder: TraceFolder, screen: Screen, qtbot: QtBot) -> Autosave:  # noqa: ARG001
    return Autosave(folder, screen.take, lambda: screen.is_moving)


def kept_alpha(folder: TraceFolder) -> float | None:
    if not folder.session_file.exists():
        return None
    state = read_session(folder.session_file).kl
    assert state is not None
    return state.alpha


def is_kept(autosave: Autosave, qtbot: QtBot) -> bool:
    """Whether what is on the screen now can be written."""
    heard: list[bool] = []
    autosave.save_soon(heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    return heard[0]


def test_many_changes_are_one_write_of_the_last(
    autosave: Autosave, folder: TraceFolder, screen: Screen, qtbot: QtBot
) -> None:
    for index in range(50):
        screen.alpha = index / 100
        autosave.poke()
    assert kept_alpha(folder) is None
    qtbot.waitUntil(lambda: kept_alpha(folder) == 0.49)
    assert read_work(folder.work_file) == OpenWork("Untitled", "KL", "", ("/runs/a",))
    written_at = folder.session_file.stat().st_mtime_ns
    qtbot.wait(150)
    assert folder.session_file.stat().st_mtime_ns == written_at
    autosave.close()


def test_a_drag_comes_to_its_end_first(
    autosave: Autosave, folder: TraceFolder, screen: Screen, qtbot: QtBot
) -> None:
    board = QWidget()
    qtbot.addWidget(board)
    board.show()
    qtbot.waitExposed(board)
    QTest.mousePress(board, Qt.MouseButton.LeftButton)
    autosave.poke()
    qtbot.wait(200)
    assert kept_alpha(folder) is None
    QTest.mouseRelease(board, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kept_alpha(folder) == screen.alpha)
    autosave.close()


def test_a_change_under_way_comes_to_its_end_first(
    autosave: Autosave, folder: TraceFolder, screen: Screen, qtbot: QtBot
) -> None:
    screen.is_moving = True
    autosave.poke()
    qtbot.wait(200)
    assert kept_alpha(folder) is None
    screen.is_moving = False
    qtbot.waitUntil(lambda: kept_alpha(folder) == screen.alpha)
    autosave.close()


def test_what_is_not_the_users_own_is_not_kept_and_what_was_kept_before_stays(
    autosave: Autosave, folder: TraceFolder, screen: Screen, qtbot: QtBot
) -> None:
    autosave.poke()
    screen.alpha, screen.is_own = 0.5, False
    autosave.poke()
    qtbot.waitUntil(lambda: kept_alpha(folder) == 0.25)
    qtbot.wait(100)
    assert kept_alpha(folder) == 0.25
    assert not is_kept(autosave, qtbot)
    autosave.close()


def test_where_nothing_could_be_lost_nothing_is_kept(
    autosave: Autosave, folder: TraceFolder, screen: Screen, qtbot: QtBot
) -> None:
    assert is_kept(autosave, qtbot)
    assert folder.session_file.exists()
    screen.has_something = False
    autosave.poke()
    qtbot.waitUntil(lambda: not folder.session_file.exists())
    autosave.close()


def test_a_disk_that_takes_nothing_is_said_once(tmp_path: Path, screen: Screen, qtbot: QtBot) -> None:
    autosave = Autosave(TraceFolder(tmp_path / "gone"), screen.take, lambda: False)
    said: list[str] = []
    autosave.failed.connect(said.append)
    for _ in range(2):
        autosave.poke()
        autosave._timer.setInterval(0)
        qtbot.wait(100)
    assert len(said) == 1
    assert said[0].startswith("The session is not kept for the case of a crash:")
    assert not is_kept(autosave, qtbot)
    (tmp_path / "gone").mkdir()
    assert is_kept(autosave, qtbot)
    autosave.close()


def test_nobody_waits_for_a_slow_disk_and_what_came_later_counts(
    autosave: Autosave, folder: TraceFolder, screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(
        "dgm_explorer.ui.recovery.autosave.write_session",
        lambda path, session: (gate.wait(10), write_session(path, session)),
    )
    heard: list[float | None] = []
    for alpha in (0.3, 0.4, 0.5):  # the one in the middle is never written: the last one takes its place
        screen.alpha = alpha
        autosave.save_soon(lambda is_written: heard.append(kept_alpha(folder) if is_written else None))
    assert heard == []
    gate.set()
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard[1:] == [0.5, 0.5]
    autosave.close()
