"""The tabs below the landscapes under the mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.theme import THEMES


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_the_tab_bar_stays_put_whatever_panel_is_chosen(tab: KLTab, theme: object) -> None:
    tab.set_theme(theme)
    panels = tab.scene.panels
    bar = panels.tabBar()
    places = set()
    for index in range(panels.count()):
        at = bar.tabRect(index).center()
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at)
        QTest.qWait(30)
        assert panels.currentIndex() == index
        places.add(bar.mapTo(tab, QPoint(0, 0)).y())
    assert len(places) == 1
