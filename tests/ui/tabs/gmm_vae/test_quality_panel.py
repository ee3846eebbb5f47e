"""Measures over steps and the confusion matrix, as shown."""

from concurrent.futures import Future
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import scipy.optimize
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.training import MetricsTable
from dgm_explorer.numerics.clustering import match_clusters
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui import beside
from dgm_explorer.ui.tabs.gmm_vae import confusion_view
from dgm_explorer.ui.tabs.gmm_vae.confusion_view import ConfusionView, diagonal_order
from dgm_explorer.ui.tabs.gmm_vae.quality_panel import QualityPanel
from dgm_explorer.ui.theme import PROJECTOR
from tests.ui.paint_counter import PaintCounter
from tests.ui.plots.conftest import Hand
from tests.ui.settling import settle
from tests.ui.tabs.gmm_vae.bound_cases import make_dataset, make_history, make_snapshot


@pytest.fixture
def panel(qtbot: QtBot) -> QualityPanel:
    panel = QualityPanel()
    qtbot.addWidget(panel)
    panel.resize(640, 260)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.show_history(make_history())
    panel.show_snapshot(make_snapshot(), make_dataset())
    return panel


def shown_text(panel: QualityPanel) -> str:
    words = [*panel.findChildren(QLabel), *panel.column.keys]
    texts = [part.text() for part in words if part.isVisible()]
    return " ".join([*texts, panel.chart.cursor_words])


def test_matched_components_stand_on_the_diagonal(panel: QualityPanel) -> None:
    """The classes ant, bee, cat belong to components 2, 1 and 3 of the confusion in the snapshot."""
    assert panel.confusion.order.tolist() == [1, 0, 2]
    assert panel.confusion.cell_text(0, 0) == (
        "component 2, class ant: 20 examples\n100 % of the component's 20, 100 % of the class's 20"
    )


def test_a_single_example_is_one(qtbot: QtBot) -> None:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.show_confusion(np.array([[1, 0], [0, 3]]), ("ant", "bee"))
    assert view.cell_text(0, 0).startswith("component 1, class ant: 1 example\n")


def test_in_the_least_height_the_chart_has_room_for_its_axis(panel: QualityPanel) -> None:
    panel.set_theme(PROJECTOR)
    panel.resize(400, 300)
    QApplication.processEvents()
    panel.resize(400, panel.minimumSizeHint().height())
    QApplication.processEvents()
    foot = panel.chart.mapTo(panel.column, panel.chart.rect().bottomLeft()).y()
    assert foot < panel.column.height()


def test_the_note_gives_way_to_the_pictures_where_both_have_no_room(
    panel: QualityPanel, qtbot: QtBot
) -> None:
    holder = QWidget()  # the least height of a window is not its own to say
    qtbot.addWidget(holder)
    holder.resize(500, 400)
    panel.setParent(holder)
    panel.resize(400, 300)
    panel.show()
    holder.show()
    settle()
    for height, has_note in ((300, True), (panel.minimumSizeHint().height(), False), (300, True)):
        panel.resize(400, height)
        settle()
        assert ("training never sees them" in shown_text(panel)) == has_note
        lowest = max(part.geometry().bottom() for part in panel.findChildren(QWidget) if part.isVisible())
        assert lowest < height
    panel.setParent(None)


def test_until_the_library_is_there_rows_stand_in_the_order_of_the_components(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming: Future[ModuleType] = Future()
    asked: list[str] = []

    def begin_beside(_work: object, name: str) -> Future[ModuleType]:
        asked.append(name)
        return coming

    monkeypatch.setattr(confusion_view, "is_imported", lambda _name: False)
    monkeypatch.setattr(beside, "begin_beside", begin_beside)
    view = ConfusionView()
    qtbot.addWidget(view)
    view.show_confusion(make_snapshot().confusion, ("ant", "bee", "cat"))
    view.show_confusion(make_snapshot().confusion + 1, ("ant", "bee", "cat"))
    qtbot.wait(20)
    assert asked == ["scipy.optimize"]
    assert view.order.tolist() == [0, 1, 2]
    coming.set_result(scipy.optimize)
    qtbot.waitUntil(lambda: view.order.tolist() == [1, 0, 2])
    view.show_confusion(make_snapshot().confusion[::-1], ("ant", "bee", "cat"))
    assert view.order.tolist() == [1, 2, 0], "from then on at once"


def test_components_without_a_class_come_last_the_fullest_first() -> None:
    confusion = np.array([[0, 5], [3, 3], [0, 50], [40, 0], [4, 4]])
    assert diagonal_order(confusion, match_clusters(confusion)).tolist() == [3, 2, 4, 1, 0]


def test_counts_that_are_the_same_are_not_painted_again(panel: QualityPanel) -> None:
    QApplication.processEvents()
    counter = PaintCounter(panel.confusion)
    panel.show_snapshot(replace(make_snapshot(), confusion=make_snapshot().confusion.copy()), make_dataset())
    QApplication.processEvents()
    assert counter.n_painted == 0
    panel.show_snapshot(replace(make_snapshot(), confusion=make_snapshot().confusion + 1), make_dataset())
    QApplication.processEvents()
    assert counter.n_painted == 1


def test_full_cells_are_painted_stronger_than_empty_ones(panel: QualityPanel) -> None:
    picture, y = panel.confusion.grab().toImage(), panel.confusion.height() - 10
    first_x = {
        cell: x
        for x in range(panel.confusion.width() - 1, 0, -1)
        if (cell := panel.confusion.cell_at(QPointF(x, y))) is not None
    }
    light = [picture.pixelColor(first_x[2, column] + 6, y).lightness() for column in range(3)]
    assert light[2] < light[1] < light[0]


def test_a_low_table_says_component_in_full(qtbot: QtBot) -> None:
    """The word is longer than all cells are high together: its ink is as long as in a high table."""
    view = ConfusionView()
    qtbot.addWidget(view)
    view.set_theme(PROJECTOR)
    metrics = QFontMetrics(PROJECTOR.font(0.85))
    low = metrics.horizontalAdvance("component") + 4
    view.show_confusion(make_snapshot().confusion, ("ant", "bee", "cat"))
    lengths = []
    for height in (3 * low, low):
        view.resize(300, height)
        picture = view.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        strip = range(metrics.height())  # at the left, without the numbers
        rows = [y for y in range(height) if any(picture.pixelColor(x, y).red() < 128 for x in strip)]
        lengths.append(rows[-1] - rows[0])
    assert abs(lengths[0] - lengths[1]) <= 1


def test_the_key_has_the_values_of_the_step_under_the_mouse(panel: QualityPanel) -> None:
    assert "accuracy 1.000" in shown_text(panel)
    hand = Hand(panel.chart)
    hand.move(panel.chart.view_to_viewport(600.0, 0.5), is_down=False)
    text = shown_text(panel)
    assert "step 600" in text
    assert "accuracy 0.500" in text
    assert "NMI 0.500" in text
    assert "ARI 0.250" in text


def test_before_the_mixture_fit_words_stand_where_measures_will(panel: QualityPanel) -> None:
    history = MetricsHistory()
    row = np.array([[12.0, 1.0, np.nan, np.nan, np.nan]])
    history.append([MetricsTable("quality", ("step", "epoch", "accuracy", "nmi", "ari"), row)])
    panel.show_history(history)
    panel.show_snapshot(replace(make_snapshot(), confusion=np.zeros((0, 0), np.int64)), make_dataset())
    assert "mixture" in panel.chart.cover.reason
    assert "mixture" in panel.confusion.reason
    assert "accuracy –" in shown_text(panel)
    panel.show_history(make_history())
    assert not panel.chart.cover.reason


def test_the_key_stays_with_the_step_looked_back_on(panel: QualityPanel) -> None:
    panel.column.set_shown_step(600.0)
    assert "accuracy 0.500" in shown_text(panel)
    hand = Hand(panel.chart)
    hand.move(QPointF(-5.0, 2.0), is_down=False)
    assert "step 600" in shown_text(panel)
    panel.column.set_shown_step(None)
    assert "accuracy 1.000" in shown_text(panel)


def test_the_panel_says_that_labels_only_measure(panel: QualityPanel) -> None:
    assert "Labels are used for measuring only" in shown_text(panel)
    assert "one to one" in shown_text(panel)


def test_without_labels_words_stand_where_axes_would(panel: QualityPanel) -> None:
    snapshot = replace(make_snapshot(), confusion=np.zeros((0, 0), dtype=np.int64))
    panel.show_snapshot(snapshot, make_dataset(has_labels=False))
    assert not panel.chart.isVisible()
    assert "no labels" in panel.confusion.reason
    panel.show_snapshot(make_snapshot(), make_dataset())
    assert panel.chart.isVisible()
