"""The buttons and the table of p under a mouse that stays where it is."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import MAX_COMPONENTS, Component1D
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.tabs.kl.target_section import new_component


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


@pytest.mark.parametrize("dimension", [1, 2])
def test_what_is_added_hides_nothing_that_is_there(tab: KLTab, dimension: int) -> None:
    editor = tab.editor
    tab.store.update(dimension=dimension)
    while len(components := editor.state.p if dimension == 1 else editor.state.p2) < MAX_COMPONENTS:
        assert editor.add_component(new_component(editor.state))
    view = editor.state.view
    widest = view.mu_hi - view.mu_lo if dimension == 1 else 2 * editor.state.view2.half_width
    places = np.array([np.atleast_1d(c.mu if isinstance(c, Component1D) else c.mean) for c in components])
    distances = np.linalg.norm(places[:, None] - places, axis=-1) + 1e9 * np.eye(len(places))
    assert distances.min() > 0.05 * widest


def click(tab: KLTab, place: QPoint) -> None:
    """At a place of the tab, on whatever is there, when the layouts have come to rest."""
    QTest.qWait(30)
    widget = tab.childAt(place)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.mapFrom(tab, place))
    QApplication.processEvents()
