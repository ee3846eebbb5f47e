"""The buttons and the table of p under a mouse that stays where it is."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import MAX_COMPONENTS
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab


@pytest.mark.parametrize("dimension", [1, 2])
def test_a_second_click_at_the_same_place_hits_the_same_button(
    tab: KLTab, qtbot: QtBot, dimension: int
) -> None:
    tab.store.update(dimension=dimension)
    qtbot.waitUntil(lambda: tab.controls.target.plane_boxes[0].isVisible() == (dimension == 2))
    for name, n_left in (("Add", MAX_COMPONENTS), ("Remove", 1)):
        button = next(b for b in tab.controls.target.findChildren(QPushButton) if b.text() == name)
        place = button.mapTo(tab, button.rect().center())
        for _ in range(MAX_COMPONENTS):
            click(tab, place)
        components = tab.editor.state.p if dimension == 1 else tab.editor.state.p2
        assert len(components) == n_left


def click(tab: KLTab, place: QPoint) -> None:
    """At a place of the tab, on whatever is there, when the layouts have come to rest."""
    QTest.qWait(30)
    widget = tab.childAt(place)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.mapFrom(tab, place))
    QApplication.processEvents()
