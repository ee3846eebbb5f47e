"""Numbers on axes."""

import pytest
from PySide6.QtGui import QColor, QFontMetricsF
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.plots.axis import NumberAxis, log_ticks, tick_text, tick_texts
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import PROJECTOR


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.05, "0.05"),
        (-0.5, "−0.5"),
        (10.0, "10"),
        (150.0, "150"),
        (12345.0, "12345"),
        (2e6, "2e6"),
        (1.5e-5, "1.5e−5"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_tick_text(value: float, text: str) -> None:
    assert tick_text(value) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((0.1, 10, 1000, 1e5, 1e7), ["1e−1", "1e1", "1e3", "1e5", "1e7"]),
        ((-5e4, 0, 5e4, 1e5), ["−5e4", "0", "5e4", "1e5"]),
        ((0.3, 100, 30000), ["0.3", "100", "30000"]),
        ((20000, 20000.5), ["20000", "20000.5"]),
    ],
)
def test_numbers_of_one_axis_are_written_alike(values: tuple[float, ...], texts: list[str]) -> None:
    assert tick_texts(values) == texts


def test_log_ticks_of_the_standard_view() -> None:
    assert log_ticks(0.05, 10.0, 9) == pytest.approx((0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10))
    assert log_ticks(0.05, 10.0, 6) == pytest.approx((0.05, 0.1, 0.5, 1, 5, 10))
    assert log_ticks(0.05, 10.0, 3) == pytest.approx((0.1, 1, 10))


@pytest.mark.parametrize(("lo", "hi"), [(1e-6, 1e6), (0.9, 1.1), (0.99999, 1.00001), (0.3, 2.9), (2e5, 1e6)])
@pytest.mark.parametrize("max_count", [2, 4, 10])
def test_log_ticks_lie_inside_and_do_not_crowd(lo: float, hi: float, max_count: int) -> None:
    ticks = log_ticks(lo, hi, max_count)
    assert 1 <= len(ticks) <= max_count
    assert all(lo * (1 - 1e-6) <= tick <= hi * (1 + 1e-6) for tick in ticks)
    assert list(ticks) == sorted(set(ticks))


@pytest.mark.parametrize("high", [0.44, 3.0, 25.0, 7e4])
@pytest.mark.parametrize("size_px", [25.0, 37.0, 60.0, 400.0])
@pytest.mark.usefixtures("qtbot")
def test_numbers_of_an_upright_axis_do_not_touch(high: float, size_px: float) -> None:
    axis = NumberAxis("left", "")
    axis.set_theme(PROJECTOR)
    digit_px = QFontMetricsF(axis.style["tickFont"]).tightBoundingRect("0").height()
    spacing, _ = axis.tickSpacing(0.0, high, size_px)[0]
    assert spacing / high * size_px > digit_px
    assert f"{spacing:e}"[0] in "125"
    if size_px == 400.0:
        assert high / spacing > 2


@pytest.mark.parametrize("high", [1e-320, 2.5e-322, 5e-324])
@pytest.mark.usefixtures("qtbot")
def test_a_range_that_is_hardly_there_is_no_endless_work(high: float) -> None:
    axis = NumberAxis("left", "")
    axis.set_theme(PROJECTOR)
    for spacing, values in axis.tickValues(0.0, high, 300.0):
        assert spacing > 0
        assert len(axis.tickStrings(values, 1.0, spacing)) == len(values) < 100


def test_the_topmost_number_is_not_cut(qtbot: QtBot) -> None:
    plot = Plot(NumberAxis("bottom", "x"), NumberAxis("left", "y"))
    qtbot.addWidget(plot)
    plot.set_theme(PROJECTOR)
    plot.resize(300, 150)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.set_view_range((0.0, 1.0), (0.0, 1.0))  # the 1 belongs at the upper edge
    picture, ground = plot.grab().toImage(), QColor(PROJECTOR.plot_background)
    left_of_the_axis = range(int(plot.getAxis("left").width()) - 4)
    inked = [y for y in range(20) if any(picture.pixelColor(x, y) != ground for x in left_of_the_axis)]
    assert inked
    assert inked[0] > 0


def test_the_name_of_a_short_axis_is_not_cut(qtbot: QtBot) -> None:
    plot = Plot(NumberAxis("bottom", "half-separation d of p"), NumberAxis("left", "nats per x"))
    qtbot.addWidget(plot)
    plot.set_theme(PROJECTOR)
    plot.resize(300, 165)
    with qtbot.waitExposed(plot):
        plot.show()
    for side in ("left", "bottom"):
        label = plot.getAxis(side).label
        seen = plot.mapFromScene(label.sceneBoundingRect()).boundingRect()
        if side == "left":
            assert seen.top() >= 0
            assert seen.bottom() <= plot.height()
        else:
            assert seen.left() >= 0
            assert seen.right() <= plot.width()
