"""What is wanted first is ready before it is wanted, and nothing runs on behind the window."""

import gc
import sys
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_tabs
from dgm_explorer.ui import heavy_imports, warm_up
from dgm_explorer.ui.formula import is_typeset
from dgm_explorer.ui.tabs.lazy_tab import NOT_YET, LazyTab, TabScene
from dgm_explorer.ui.theme import DARK
from dgm_explorer.ui.what_is_this.texts import panel_texts

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
    qtbot.waitUntil(warm._words.isFinished, timeout=SOON_MS)
    known = set(sys.modules)
    for tab in tabs:
        tab.show()
    assert not {name for name in set(sys.modules) - known if name.startswith("dgm_explorer.ui")}
    for text in (text for tab in tabs for text in panel_texts(tab.key).values()):
        assert is_typeset(text.formula, True) or not text.formula, text.title
    for tab in tabs:
        tab.finish()
    gc.unfreeze()


def test_the_window_imports_nothing_while_another_thread_does(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would wait, with the window, for any module that both of them want."""
    monkeypatch.setattr(heavy_imports, "_load_libraries", lambda: None)
    monkeypatch.setattr(warm_up, "DELAY_MS", 0)
    begun, may_end = threading.Event(), threading.Event()

    def import_something() -> None:
        with heavy_imports.heavy_imports():
            begun.set()
            assert may_end.wait(SOON_MS / 1e3)

    parent, steps = QObject(), iter(["first", "second"])
    warm = warm_up.WarmUp((), parent)
    warm._steps = steps
    other = threading.Thread(target=import_something)
    other.start()
    assert begun.wait(SOON_MS / 1e3)
    warm._go_on()
    may_end.set()
    other.join()
    assert next(steps) == "first", "nothing was done"
    warm._go_on()
    assert next(steps, "") == ""
    qtbot.waitUntil(lambda: warm.is_done and warm._words.isFinished(), timeout=SOON_MS)
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
    built: list[str] = []
    take = LazyTab._take

    def note(tab: LazyTab[TabScene], scene: TabScene) -> None:
        built.append(tab.key)
        take(tab, scene)

    monkeypatch.setattr(LazyTab, "_take", note)
    warm = warm_up.WarmUp(tabs, tabs[0])
    wanted.show()
    assert not wanted._scene
    assert [label.text() for label in wanted.findChildren(QLabel)] == [NOT_YET]
    wanted.set_theme(DARK)
    qtbot.waitUntil(lambda: wanted._scene is not None, timeout=SOON_MS)
    assert built[0] == "gmm-vae"
    assert wanted.scene.isVisible()
    assert wanted.scene.theme is DARK
    assert other.python_script()  # whoever cannot wait has it built at once
    assert other._scene
    qtbot.waitUntil(lambda: warm.is_done, timeout=SOON_MS)
    qtbot.waitUntil(warm._words.isFinished, timeout=SOON_MS)
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
