"""What is wanted first is ready before it is wanted, and nothing runs on behind the window."""

import gc
import sys

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_tabs
from dgm_explorer.ui import warm_up
from dgm_explorer.ui.tabs.lazy_tab import LazyTab

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
