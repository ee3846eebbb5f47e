"""Columns of metrics as curves: what is painted where, and which range suits it."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.core.training import MetricsTable, Split
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.plots.axis import ScaleAxis
from dgm_explorer.ui.plots.curve_chart import Curve, CurveChart, fit_counts, fit_losses, fit_unit
from dgm_explorer.ui.theme import LIGHT, apply_theme
from tests.ui.plots.conftest import Hand

UP = Curve("train", "up", "up", "{:.1f}".format, 0)
FLAT = Curve("train", "flat", "flat", "{:.1f}".format, 1)
RARE = Curve("held_out", "up", "rare", "{:.1f}".format, 5, is_sparse=True)
N = 400


def make_history(n: int = N, shift: float = 0.0) -> MetricsHistory:
    """``up`` rises from 0 to 10, ``flat`` is 5; held out ``up`` is 2 every 50 steps."""
    history = MetricsHistory()
    add(history, "train", np.arange(1.0, n + 1), n, shift)
    add(history, "held_out", np.arange(50.0, n + 1, 50), 0, 2 + shift)
    return history


def add(history: MetricsHistory, split: Split, steps: np.ndarray, n: int, shift: float) -> None:
    up = (10 * steps / n if n else 0 * steps) + shift
    rows = np.column_stack([steps, steps / 100, up, 5 + 0 * steps + shift])
    history.append((MetricsTable(split, ("step", "epoch", "up", "flat"), rows),))


@pytest.fixture
def chart(qtbot: QtBot, qapp: QApplication) -> CurveChart:
    apply_theme(qapp, LIGHT)
    chart = CurveChart("some-curves", (UP, FLAT, RARE), "value", fit_counts)
    qtbot.addWidget(chart)
    chart.resize(600, 360)
    with qtbot.waitExposed(chart):
        chart.show()
    chart.show_history(make_history())
    return chart


def has_near(picture: QImage, at: QPointF, rgb: str, reach: int = 2, tolerance: int = 60) -> bool:
    wanted, x, y = QColor(rgb), round(at.x()), round(at.y())
    around = [picture.pixelColor(x, y + dy) for dy in range(-reach, reach + 1)]
    return any(
        all(abs(a - b) <= tolerance for a, b in zip(found.getRgb()[:3], wanted.getRgb()[:3], strict=True))
        for found in around
    )


def share_near(chart: CurveChart, y_of: float, rgb: str) -> float:
    """At how many of 60 places along a height something of this colour is painted."""
    picture = Hand(chart).picture()
    steps = np.linspace(100, 300, 60)
    return float(np.mean([has_near(picture, chart.view_to_viewport(x, y_of), rgb) for x in steps]))


def test_each_curve_is_painted_where_its_values_are(chart: CurveChart) -> None:
    picture = Hand(chart).picture()
    for step in (60, 130, 330):
        assert has_near(picture, chart.view_to_viewport(step, 10 * step / N), UP.rgb(LIGHT))
        assert has_near(picture, chart.view_to_viewport(step, 5.0), FLAT.rgb(LIGHT))
    assert not has_near(picture, chart.view_to_viewport(60, 8.0), UP.rgb(LIGHT))


def test_what_is_measured_now_and_then_has_rings(chart: CurveChart) -> None:
    """The middle of a ring has the colour of the ground, and its border that of the curve."""
    picture = Hand(chart).picture()
    at = chart.view_to_viewport(150.0, 2.0)
    assert picture.pixelColor(at.toPoint()).name() == LIGHT.plot_background
    assert has_near(picture, at, RARE.rgb(LIGHT), reach=4)


def test_a_second_run_is_dashed(chart: CurveChart) -> None:
    assert share_near(chart, 5.0, FLAT.rgb(LIGHT)) == 1.0
    chart.show_history(make_history(), make_history(shift=2.0))
    assert 0.3 < share_near(chart, 7.0, FLAT.rgb(LIGHT)) < 0.9


def test_no_curve_of_counts_is_cut(chart: CurveChart) -> None:
    """What is measured now and then may be the highest of all."""
    history = make_history()
    add(history, "held_out", np.array([N + 50.0]), 0, 30.0)
    chart.show_history(history)
    assert chart.view_range[1][1] > 30.0


def test_behind_its_end_a_second_run_has_no_reading(chart: CurveChart) -> None:
    chart.show_history(make_history(), make_history(120))
    for step, has_other in ((120.0, True), (121.0, False), (None, True)):
        readings = chart.readings(step)
        assert all(math.isfinite(reading.other) == has_other for reading in readings)
        assert all(math.isfinite(reading.own) for reading in readings)


def test_readings_are_those_of_the_nearest_step_in_both_runs(chart: CurveChart) -> None:
    chart.show_history(make_history(), make_history(200, shift=1.0))
    up, flat, rare = chart.readings(120.0)
    assert (up.own, up.other) == pytest.approx((3.0, 7.0))
    assert (flat.own, flat.other) == pytest.approx((5.0, 6.0))
    assert (rare.own, rare.other) == pytest.approx((2.0, 3.0))
    assert chart.readings(None)[0].own == pytest.approx(10.0)
    assert chart.epoch_at(120.0) == pytest.approx(1.2)


def test_without_a_second_run_its_values_are_unknown(chart: CurveChart) -> None:
    assert all(math.isnan(reading.other) for reading in chart.readings(100.0))


def test_a_logarithm_is_painted_at_its_value_and_nought_is_left_out(chart: CurveChart) -> None:
    chart.set_log(True)
    picture = Hand(chart).picture()
    for step in (40, 130, 330):
        at = chart.view_to_viewport(step, math.log(10 * step / N))
        assert has_near(picture, at, UP.rgb(LIGHT))
    history = make_history(shift=-5.0)  # flat is 0 everywhere, up is positive in the second half
    chart.show_history(history)
    lo, hi = chart.view_range[1]
    assert hi == pytest.approx(math.log(5.0), abs=0.5)
    assert np.isfinite([lo, hi]).all()


def test_switching_back_shows_the_plain_range_again(chart: CurveChart) -> None:
    before = chart.view_range
    chart.set_log(True)
    assert chart.view_range[0] == before[0]
    chart.set_log(False)
    assert chart.view_range == before


def test_a_level_is_a_line_within_the_range_unless_it_is_far_away(chart: CurveChart) -> None:
    chart.set_level(20.0, "K = 20")
    assert chart.view_range[1][1] > 20.0
    picture = Hand(chart).picture()
    dots = [
        has_near(picture, chart.view_to_viewport(x, 20.0), LIGHT.muted_text, 1)
        for x in np.linspace(50, 250, 60)
    ]
    assert np.mean(dots) > 0.2
    chart.set_level(8000.0, "K = 8,000")
    chart.follow()
    assert chart.view_range[1][1] < 20.0


def test_ranges_suit_their_numbers() -> None:
    assert fit_unit([np.array([0.2])])[1] < 1.1
    lo, hi = fit_counts([np.array([0.0, 0.0]), np.array([7.0])])
    assert -1 < lo < 0 < 7 < hi < 8
    assert fit_counts([np.zeros(1)])[1] > 3
    falling = np.concatenate([np.full(5, 1000.0), np.full(995, 2.0)])
    assert fit_losses([falling, np.zeros(10)])[1] < 3
    assert fit_losses([np.array([1000.0, 2.0, 2.0]), np.array([2.0])])[1] < 3


def test_the_table_holds_every_step_of_every_split(chart: CurveChart) -> None:
    table = chart.export_table()
    assert table.header == ("step", "up", "flat", "held_out_up")
    steps, up, _, rare = (np.asarray(column, dtype=float) for column in table.columns)
    np.testing.assert_array_equal(steps, np.arange(1.0, N + 1))
    np.testing.assert_allclose(up, 10 * steps / N, rtol=1e-6)
    assert np.flatnonzero(np.isfinite(rare)).tolist() == list(range(49, N, 50))


def test_long_runs_are_drawn_in_blocks(chart: CurveChart) -> None:
    assert chart.block_length <= 5
    chart.show_history(make_history(60_000))
    assert chart.block_length >= 200
    assert chart.view_range[0][1] >= 60_000


def test_an_empty_history_and_one_without_held_out_rows_are_no_trouble(chart: CurveChart) -> None:
    chart.show_history(MetricsHistory())
    assert not chart.has_numbers
    assert all(math.isnan(reading.own) for reading in chart.readings(None))
    history = MetricsHistory()
    add(history, "train", np.array([1.0]), 1, 0.0)
    chart.show_history(history)
    assert chart.has_numbers
    chart.grab()


def test_a_zoomed_chart_stays_where_it_is_until_it_is_sent_home(chart: CurveChart) -> None:
    Hand(chart).wheel(chart.view_to_viewport(200.0, 5.0), 8)
    zoomed = chart.view_range
    assert zoomed[0][1] - zoomed[0][0] < N
    chart.show_history(make_history(4000))
    assert chart.view_range == zoomed
    Hand(chart).double_click(chart.view_to_viewport(200.0, 5.0))
    assert chart.view_range[0][1] >= 4000


def test_an_axis_with_a_switch_has_the_ticks_of_either_scale(qapp: QApplication) -> None:
    del qapp
    axis = ScaleAxis("left", "")
    linear = [value for _, values in axis.tickValues(0.0, 10.0, 300.0) for value in values]
    assert 5.0 in linear
    assert axis.tickStrings([5.0], 1.0, 1.0) == ["5"]
    axis.set_log(True)
    logs = axis.tickValues(math.log(0.01), math.log(1.0), 300.0)[0][1]
    assert axis.tickStrings(logs, 1.0, 1.0)[0] == "0.01"
