"""What is wanted first is ready before it is wanted, and nothing runs on behind the window."""

import gc
import sys

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_tabs
from dgm_explorer.ui import warm_up
from dgm_explorer.ui.tabs.lazy_tab import NOT_YET, LazyTab
from dgm_explorer.ui.theme import DARK

SOON_MS = 30_000


def test_every_tab_is_built_behind_the_first_picture(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "DELAY_MS", 0)
    tabs = make_tabs()
    for tab in tabs:
        qtbot.addWidget(tab)
    lazy = [tab for tab in tabs if isinstance(tab, LazyTab)]
    assert not any(tab._scene for tab in lazy)
    warm = warm_up.WarmUp(tabs, tabs[0])
    qtbot.waitUntil(lambda: all(tab._scene for tab in lazy), timeout=SOON_MS)
    qtbot.waitUntil(lambda: warm.is_done, timeout=SOON_MS)
    qtbot.waitUntil(warm._lectures.isFinished, timeout=SOON_MS)
    known = set(sys.modules)
    for tab in tabs:
        tab.show()
    assert not {name for name in set(sys.modules) - known if name.startswith("dgm_explorer.ui")}
    assert "ziamath" in sys.modules
    for tab in tabs:
        tab.finish()
    gc.unfreeze()


def test_a_tab_that_is_shown_before_comes_first_and_asks_for_patience(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "DELAY_MS", 0)
    tabs = make_tabs()
    for tab in tabs:
        qtbot.addWidget(tab)
    by_key = {tab.key: tab for tab in tabs if isinstance(tab, LazyTab)}
    wanted, other = by_key["gmm-vae"], by_key["reparam"]
    warm = warm_up.WarmUp(tabs, tabs[0])
    wanted.show()
    assert not wanted._scene
    assert [label.text() for label in wanted.findChildren(QLabel)] == [NOT_YET]
    wanted.set_theme(DARK)
    qtbot.waitUntil(lambda: wanted._scene is not None, timeout=SOON_MS)
    assert not other._scene
    assert wanted.scene.isVisible()
    assert wanted.scene.theme is DARK
    other.step()  # whoever cannot wait has it built at once
    assert other._scene
    qtbot.waitUntil(lambda: warm.is_done, timeout=SOON_MS)
    qtbot.waitUntil(warm._lectures.isFinished, timeout=SOON_MS)
    assert NOT_YET not in [label.text() for label in wanted.findChildren(QLabel)]
    for tab in tabs:
        tab.finish()
    gc.unfreeze()


def test_a_theme_that_changes_while_a_tab_is_built_is_worn_by_all_of_it(qtbot: QtBot) -> None:
    tab = make_tabs()[2]
    assert isinstance(tab, LazyTab)
    qtbot.addWidget(tab)
    for _ in range(3):
        assert tab.prepare_a_part()
    tab.set_theme(DARK)
    tab.show()
    assert not tab.prepare_a_part()
    assert tab.scene.latent.view.theme is DARK
    assert tab.scene.theme is DARK
    tab.finish()
