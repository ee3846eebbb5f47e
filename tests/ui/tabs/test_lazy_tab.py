"""What is asked of a tab that somebody builds part by part is done once it is built, and nothing is lost."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_tabs
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.lazy_tab import NOT_YET, LazyTab, TabScene
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.theme import Theme

SOON_MS = 5000


class WrittenPlayer:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.is_playing = False

    def play_pause(self) -> None:
        self.is_playing = not self.is_playing
        self.told.append("play" if self.is_playing else "pause")

    def step(self) -> None:
        if self.told == ["play"]:
            raise InputError("Nothing to step to.")
        self.told.append("step")

    def reset(self) -> None:
        self.told.append("reset")


class PlainScene(TabScene):
    """Nothing but a player."""

    def __init__(self) -> None:
        super().__init__()
        self.player: WrittenPlayer = WrittenPlayer()

    def set_controls_visible(self, is_visible: bool) -> None:
        del is_visible

    def set_theme(self, theme: Theme) -> None:
        del theme


class SlowTab(LazyTab[PlainScene]):
    """Built in three parts."""

    key = "slow"

    def __init__(self) -> None:
        super().__init__(ReparamState(), ())

    def make_scene_in_parts(self, store: Store, theme: Theme) -> Generator[None, None, PlainScene]:
        del store, theme
        yield
        yield
        return PlainScene()


@pytest.fixture
def tab(qtbot: QtBot) -> SlowTab:
    """A tab whose building is left to the test."""
    tab = SlowTab()
    qtbot.addWidget(tab, before_close_func=SlowTab.finish)
    tab.leave_building(True)
    return tab


def build(tab: LazyTab[PlainScene]) -> list[str]:
    """All parts; what the player was told when the last one was done."""
    while tab.prepare_a_part():
        pass
    return list(tab.scene.player.told)


def is_waited_for(tab: LazyTab[PlainScene]) -> bool:
    return NOT_YET in [label.text() for label in tab.findChildren(QLabel) if not label.isHidden()]


def test_what_is_asked_for_meanwhile_is_done_in_its_order(tab: SlowTab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tab.wanted, timeout=SOON_MS):
        tab.reset()
    tab.step()
    tab.play_pause()
    assert is_waited_for(tab)
    assert tab._scene is None
    assert build(tab) == []  # whoever builds is not held up by it
    tab.reset()  # this one came later
    player = tab.scene.player
    qtbot.waitUntil(lambda: len(player.told) == 4, timeout=SOON_MS)
    assert player.told == ["reset", "step", "play", "reset"]
    assert player.is_playing
    assert not is_waited_for(tab)
    tab.play_pause()
    assert player.told[-1] == "pause"  # at once, now that nothing waits


def test_a_tab_that_nobody_builds_is_built_at_once(qtbot: QtBot) -> None:
    tab = SlowTab()
    qtbot.addWidget(tab)
    tab.step()
    assert tab.scene.player.told == ["step"]
    assert not tab.keep_until_built(tab.reset)


def test_it_is_built_for_what_waits_when_the_building_is_given_up(tab: SlowTab, qtbot: QtBot) -> None:
    tab.step()
    tab.leave_building(False)
    assert tab._scene is None
    qtbot.waitUntil(lambda: tab._scene is not None, timeout=SOON_MS)
    assert tab.scene.player.told == ["step"]


def test_a_failure_is_reported_as_ever_and_what_comes_behind_it_is_done(
    tab: SlowTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _traceback: told.append(str(error)))
    tab.play_pause()
    tab.step()
    tab.reset()
    build(tab)
    qtbot.waitUntil(lambda: tab.scene.player.told == ["play", "reset"], timeout=SOON_MS)
    assert told == ["Nothing to step to."]


def test_nothing_is_done_behind_the_end(tab: SlowTab, qtbot: QtBot) -> None:
    tab.step()
    tab.finish()
    build(tab)
    qtbot.wait(20)
    assert tab.scene.player.told == []


def test_a_script_is_there_at_once(qtbot: QtBot) -> None:
    tab = next(tab for tab in make_tabs() if tab.key == "reparam")
    qtbot.addWidget(tab)
    tab.leave_building(True)
    assert "import" in tab.python_script()
    tab.finish()


def test_a_run_is_opened_once_the_tab_is_there_and_not_if_it_was_put_away_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = next(tab for tab in make_tabs() if tab.key == "gmm-vae")
    assert isinstance(tab, TrainingTab)
    qtbot.addWidget(tab, before_close_func=TrainingTab.finish)
    done: list[str] = []
    scene = "dgm_explorer.ui.tabs.training_scene.TrainingScene"
    monkeypatch.setattr(f"{scene}.open_run", lambda _, folder: done.append(f"open {folder.name}"))
    monkeypatch.setattr(f"{scene}.resume_run", lambda _, folder: done.append(f"resume {folder.name}"))
    monkeypatch.setattr(f"{scene}.put_run_away", lambda _: done.append("put away"))
    tab.leave_building(True)
    assert tab.open_run(tmp_path / "a")
    tab.put_run_away()
    assert tab.resume_run(tmp_path / "b")
    assert tab._scene is None
    while tab.prepare_a_part():
        pass
    qtbot.waitUntil(lambda: len(done) == 3, timeout=SOON_MS)
    assert done == ["open a", "put away", "resume b"]
