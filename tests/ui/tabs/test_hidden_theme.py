"""A theme chosen while a tab is behind another is on it when it comes to the front."""

import pytest
from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_tabs
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import DARK, LIGHT, Theme


def themes_of(tab: Tab) -> set[Theme]:
    return {plot.theme for plot in tab.findChildren(Plot)}


@pytest.mark.parametrize("key", ["kl", "reparam"])
def test_a_tab_behind_another_takes_the_theme_when_it_is_shown(qtbot: QtBot, key: str) -> None:
    window = QTabWidget()
    qtbot.addWidget(window)
    tabs = {tab.key: tab for tab in make_tabs() if tab.key in ("kl", "reparam")}
    for tab in tabs.values():
        window.addTab(tab, tab.title)
        tab.set_theme(LIGHT)
    other = next(tab for name, tab in tabs.items() if name != key)
    window.resize(1000, 700)
    with qtbot.waitExposed(window):
        window.show()
    for tab in (tabs[key], other):
        window.setCurrentWidget(tab)
    assert themes_of(tabs[key]) == {LIGHT}
    for tab in tabs.values():
        tab.set_theme(DARK)
    assert themes_of(other) == {DARK}
    assert themes_of(tabs[key]) == {LIGHT}, "it is dressed when somebody sees it"
    window.setCurrentWidget(tabs[key])
    assert themes_of(tabs[key]) == {DARK}
    for tab in tabs.values():
        tab.finish()
