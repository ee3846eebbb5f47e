"""The latent view with its tools: what they offer."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.tabs.gmm_vae.latent_area import LatentArea
from dgm_explorer.ui.theme import LIGHT
from tests.ui.tabs.gmm_vae.bound_cases import make_dataset, make_snapshot


@pytest.fixture
def area(qtbot: QtBot) -> LatentArea:
    area = LatentArea(LIGHT)
    qtbot.addWidget(area)
    area.resize(600, 500)
    with qtbot.waitExposed(area):
        area.show()
    return area


def test_labels_that_nobody_knows_are_not_offered(area: LatentArea) -> None:
    area.set_coloring("label")
    area.show_snapshot(make_snapshot(), make_dataset(has_labels=False), 1000)
    assert area.coloring.key == "cluster", "what the dots show"
    area.set_coloring("label")
    assert area.coloring.key == "cluster"
    QTest.keyClick(area.coloring, Qt.Key.Key_Home)
    assert area.coloring.key == "cluster"
    area.show_snapshot(make_snapshot(), make_dataset(), 1000)
    assert area.coloring.key == "label", "the choice has outlived them"
