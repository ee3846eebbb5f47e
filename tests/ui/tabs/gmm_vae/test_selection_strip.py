"""The strip of selected examples."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.export import data_of
from dgm_explorer.ui.tabs.gmm_vae.selection_strip import MOST_IMAGES, SelectionStrip
from tests.ui.tabs.gmm_vae.latent_cases import make_dataset


@pytest.fixture
def strip(qtbot: QtBot) -> SelectionStrip:
    strip = SelectionStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 120)
    with qtbot.waitExposed(strip):
        strip.show()
    return strip


def test_few_examples_are_all_shown_and_counted_by_label(strip) -> None:
    dataset = make_dataset()
    strip.show_rows(dataset, np.array([0, 4, 8, 1, 2]))
    assert strip.words == "5 selected: 3 “cat”, 1 “dog”, 1 “hen”"
    assert strip.grid.table.images.shape == (5, 4, 4, 1)
    assert strip.grid.table.images[3].ravel() == pytest.approx(dataset.inputs[1])


def test_exporting_no_selection_says_how_to_select(strip) -> None:
    with pytest.raises(InputError, match=r"selected-examples has no data yet: .*draws a lasso"):
        data_of(strip.grid)
    strip.show_rows(make_dataset(), np.array([0, 4]))
    assert len(data_of(strip.grid).columns[0]) == 2 * 16


def test_of_many_some_sixty_are_shown(strip) -> None:
    strip.show_rows(make_dataset(), np.arange(200))
    assert strip.words.endswith("60 shown, and 140 more")
    assert len(strip.grid.table.images) == MOST_IMAGES
    assert (strip.shown_rows[0], strip.shown_rows[-1]) == (0, 199)


def test_a_click_on_a_picture_names_its_row(strip, qtbot) -> None:
    strip.show_rows(make_dataset(), np.array([7, 30, 99]))
    with qtbot.waitSignal(strip.row_chosen, timeout=500) as told:
        at = strip.grid.tile_rect(1).center().toPoint()
        QTest.mouseClick(strip.grid, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert told.args == [30]


def test_points_are_told_as_mean_and_spread(strip) -> None:
    dataset = make_dataset(is_image=False)
    rows = np.arange(50)
    strip.show_rows(dataset, rows)
    mean = dataset.inputs[rows].mean(axis=0)
    assert strip.grid.words.startswith(f"mean ({mean[0]:.3g}")


def test_nothing_selected_says_how_to_select(strip) -> None:
    strip.show_rows(make_dataset(), np.arange(3))
    button = strip.findChild(QToolButton)
    assert button.isVisible()
    strip.show_rows(make_dataset(), np.zeros(0, np.int64))
    assert "lasso" in strip.grid.words
    assert not button.isVisible()


def test_unselect_asks(strip, qtbot) -> None:
    strip.show_rows(make_dataset(), np.arange(3))
    with qtbot.waitSignal(strip.clear_requested, timeout=500):
        QTest.mouseClick(strip.findChild(QToolButton), Qt.MouseButton.LeftButton)
