"""Charts over the same steps: one zoom, one step under the mouse, one key each."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.plots.curve_chart import Curve, CurveChart, CurveReading, fit_counts
from dgm_explorer.ui.theme import LIGHT, PROJECTOR, apply_theme
from dgm_explorer.ui.widgets.chart_column import ChartColumn
from dgm_explorer.ui.widgets.curve_key import CurveKey
from tests.ui.plots.conftest import Hand

UPPER = Curve("train", "u", "above", "{:.1f}".format, 0, tex=r"u^2", meaning="what is above")
LOWER = Curve("train", "v", "below", "{:.1f}".format, 1)
N = 300


def make_history(n: int = N) -> MetricsHistory:
    history = MetricsHistory()
    steps = np.arange(1.0, n + 1)
    rows = np.column_stack([steps, steps / 100, steps / 10, 2 * steps])
    history.append((MetricsTable("train", ("step", "epoch", "u", "v"), rows),))
    return history


@pytest.fixture
def column(qtbot: QtBot, qapp: QApplication) -> ChartColumn:
    apply_theme(qapp, LIGHT)
    charts = [CurveChart(curve.title, (curve,), "", fit_counts) for curve in (UPPER, LOWER)]
    column = ChartColumn([(chart, 1) for chart in charts])
    qtbot.addWidget(column)
    column.resize(500, 400)
    with qtbot.waitExposed(column):
        column.show()
    column.show_history(make_history())
    return column


def point_at(column: ChartColumn, step: float, index: int = 1) -> None:
    chart = column.charts[index]
    (_, _), (lo, hi) = chart.view_range
    Hand(chart).move(chart.view_to_viewport(step, (lo + hi) / 2), is_down=False)


def texts(column: ChartColumn) -> list[str]:
    return [key.text() for key in column.keys]


def test_a_step_under_the_mouse_is_read_out_for_every_chart(column: ChartColumn) -> None:
    assert texts(column) == ["above 30.0", "below 600.0"]
    point_at(column, 120.0)
    assert texts(column) == ["above 12.0", "below 240.0"]
    assert column.charts[0].cursor_words == "step 120, epoch 1.2"
    Hand(column.charts[1]).move(QPointF(1.0, 1.0), is_down=False)
    assert texts(column) == ["above 30.0", "below 600.0"]


def test_a_step_looked_back_on_stays_marked_behind_the_mouse(column: ChartColumn) -> None:
    column.set_shown_step(50.0)
    assert texts(column)[1] == "below 100.0"
    point_at(column, 120.0)
    assert texts(column)[1] == "below 240.0"
    Hand(column.charts[1]).move(QPointF(1.0, 1.0), is_down=False)
    assert texts(column)[0] == "above 5.0"
    assert column.charts[0].cursor_words == "step 50, epoch 0.5"


@pytest.mark.parametrize("index", [0, 1])
def test_zooming_one_zooms_the_other_and_a_brings_all_back(column: ChartColumn, index: int) -> None:
    zoomed, other = column.charts[index], column.charts[1 - index]
    Hand(zoomed).wheel(zoomed.view_to_viewport(150.0, 10.0), 8)
    assert other.view_range[0] == pytest.approx(zoomed.view_range[0])
    assert not other.is_following
    QTest.keyClick(zoomed, Qt.Key.Key_A)
    assert other.is_following
    assert other.view_range[0] == pytest.approx(zoomed.view_range[0])
    assert other.view_range[0][1] >= N


def test_all_plots_begin_and_end_at_the_same_pixels(column: ChartColumn) -> None:
    edges = [[chart.view_to_viewport(step, 0.0).x() for step in (0.0, float(N))] for chart in column.charts]
    assert edges[0] == pytest.approx(edges[1])


def test_hidden_it_reads_nothing_and_shown_it_has_the_newest(qtbot: QtBot) -> None:
    column = ChartColumn([(CurveChart("u", (UPPER,), "", fit_counts), 1)])
    qtbot.addWidget(column)
    column.show_history(make_history())
    assert not column.has_numbers
    with qtbot.waitSignal(column.drawn):
        column.show()
    assert column.has_numbers


def test_the_second_run_stands_behind_the_first(column: ChartColumn) -> None:
    column.show_history(make_history(), make_history(200))
    assert texts(column)[1] == "below 600.0 ╌ 400.0"


def test_a_key_takes_as_many_lines_as_it_needs(qtbot: QtBot) -> None:
    key = CurveKey()
    qtbot.addWidget(key)
    key.show()
    readings = [CurveReading(UPPER, 1.0, math.nan)] * 4
    key.resize(1000, 20)
    key.show_readings(readings)
    one = key.height()
    key.resize(160, key.height())
    key.show_readings(readings)
    assert key.height() >= 2 * one - 2
    key.set_theme(PROJECTOR)
    assert key.height() > 2 * one


def test_a_chart_is_exported_under_its_key(column: ChartColumn) -> None:
    """Both the swatch of the key and the curve are in the picture."""
    for plot, chart, curve in zip(column.plots, column.charts, (UPPER, LOWER), strict=True):
        assert plot.export_name == chart.export_name
        picture, key = plot.grab().toImage(), plot.key.height()
        rows = [
            y
            for y in range(picture.height())
            if any(
                picture.pixelColor(x, y).name() == curve.rgb(LIGHT).lower() for x in range(picture.width())
            )
        ]
        assert rows[0] < key < rows[-1]


def test_entries_keep_their_place_while_values_get_shorter(qtbot: QtBot) -> None:
    """What is painted right of the first entry does not move."""
    key = CurveKey()
    qtbot.addWidget(key)
    key.resize(600, 20)
    key.show()

    def first_column_of_second(value: float) -> int:
        key.show_readings([CurveReading(UPPER, value, math.nan), CurveReading(LOWER, 1.0, math.nan)])
        picture = key.grab().toImage()
        wanted = LOWER.rgb(LIGHT).lower()
        y = picture.height() // 2
        return next(x for x in range(picture.width()) if picture.pixelColor(x, y).name() == wanted)

    assert first_column_of_second(10000.0) == first_column_of_second(1.0)


def test_pointing_at_an_entry_explains_its_curve(column: ChartColumn) -> None:
    key = column.keys[0]
    place = QPoint(8, key.height() // 2)
    QApplication.sendEvent(key, QHelpEvent(QEvent.Type.ToolTip, place, key.mapToGlobal(place)))
    assert "what is above" in QToolTip.text()
    assert "now: 30.0" in QToolTip.text()
    assert "<img" in QToolTip.text()
    QToolTip.hideText()
