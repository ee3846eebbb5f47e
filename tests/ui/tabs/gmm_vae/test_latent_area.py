"""The latent view with its tools: what they offer."""

import gc
import weakref

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


def test_a_comparison_that_is_over_holds_no_examples(area: LatentArea) -> None:
    dataset, other = make_dataset(), make_dataset()
    examples = weakref.ref(dataset.inputs)
    area.show_snapshot(make_snapshot(), dataset, 1000)
    area.show_second(make_snapshot(), "run b", "run a")
    area.show_second(None, "")
    area.show_snapshot(make_snapshot(), other, 1000)
    del dataset
    gc.collect()
    assert examples() is None


def test_a_run_that_is_put_away_holds_no_examples(area: LatentArea) -> None:
    dataset = make_dataset()
    examples = weakref.ref(dataset.inputs)
    area.show_snapshot(make_snapshot(), dataset, 1000)
    area.clear("Nothing is trained yet.")
    del dataset
    gc.collect()
    assert examples() is None
    QTest.mouseClick(area.view.viewport(), Qt.MouseButton.LeftButton)
    assert area.picker.pin is None
