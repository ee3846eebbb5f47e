"""Both divergences over the mean, under the hand."""

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.plots.mean_curve_view import MeanCurveView
from dgm_explorer.ui.theme import DARK, LIGHT

MU = np.linspace(-8.0, 8.0, 257)
FORWARD = 1.0 + 0.5 * MU**2
REVERSE = 0.6 + 0.05 * (np.abs(MU) - 2.0) ** 2


@dataclass(frozen=True)
class Point:
    mu: float
    sigma: float
    kl: float
    kind: str


@pytest.fixture
def view(qtbot: QtBot) -> MeanCurveView:
    view = MeanCurveView()
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.set_curves(MU, FORWARD, REVERSE)
    view.set_stationary("forward", [Point(0.0, 1.0, 1.0, "global")])
    view.set_stationary(
        "reverse",
        [Point(-2.0, 1.0, 0.6, "tied"), Point(2.0, 1.0, 0.6, "tied"), Point(0.0, 1.0, 0.8, "maximum")],
    )
    view.set_q(1.0)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_stars_and_knobs_are_painted_in_their_colours(view, hand_of, theme) -> None:
    view.set_theme(theme)
    picture = hand_of(view).picture()
    for mu, value, rgb in (
        (0.0, 1.0, theme.forward),
        (-2.0, 0.6, theme.reverse),
        (2.0, 0.6, theme.reverse),
        (1.0, 1.5, theme.forward),
        (1.0, 0.65, theme.reverse),
    ):
        assert picture.pixelColor(view.view_to_viewport(mu, value).toPoint()) == QColor(rgb)


def test_dragging_the_line_moves_mu(view, hand_of) -> None:
    events: list[object] = []
    view.drag_started.connect(lambda: events.append("started"))
    view.q_moved.connect(events.append)
    view.drag_finished.connect(lambda: events.append("finished"))
    start = view.view_to_viewport(1.0, 1.2) + QPointF(5, 0)
    per_px = 16.0 / view.view_box.rect().width()
    hand_of(view).drag(start, start + QPointF(-120, 30))
    assert (events[0], events[-1]) == ("started", "finished")
    assert events[-2] == pytest.approx(1.0 - 120 * per_px, abs=1.01 * per_px)
    assert view.value_at("forward", events[-2]) == pytest.approx(1.0 + 0.5 * events[-2] ** 2, abs=1e-3)


def test_escape_puts_the_line_back_and_ends_the_drag(view, hand_of) -> None:
    events: list[object] = []
    view.q_moved.connect(events.append)
    view.drag_finished.connect(lambda: events.append("finished"))
    start, hand = view.view_to_viewport(1.0, 1.2), hand_of(view)
    hand.press(start)
    hand.move(start + QPointF(-120, 30))
    assert events[-1] < 0
    QTest.keyClick(view, Qt.Key.Key_Escape)
    hand.move(start + QPointF(-160, 30))
    hand.release(start + QPointF(-160, 30))
    assert events[-2:] == [1.0, "finished"]


def test_a_press_beside_the_line_does_not_make_it_jump(view, hand_of) -> None:
    moves: list[float] = []
    view.q_moved.connect(moves.append)
    beside = view.view_to_viewport(1.0, 1.2) + QPointF(9, 0)
    hand = hand_of(view)
    hand.press(beside)
    hand.release(beside)
    assert all(mu == pytest.approx(1.0, abs=16.0 / view.view_box.rect().width()) for mu in moves)


def test_arrow_keys_move_the_line_by_a_pixel(view) -> None:
    moves: list[float] = []
    view.q_moved.connect(moves.append)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert moves == [pytest.approx(1.0 - 16.0 / view.view_box.rect().width())]


def test_bits_stretch_the_values_and_the_axis_with_them(view) -> None:
    nats = view.value_at("reverse", 0.0)
    top = view.view_range[1][1]
    view.set_units("bits")
    assert view.value_at("reverse", 0.0) == pytest.approx(nats / np.log(2))
    assert view.view_range[1][1] > top


def test_a_mouse_at_rest_reads_the_present_curves(view, hand_of) -> None:
    at = view.view_to_viewport(-2.0, 1.2)
    hand_of(view).move(at, is_down=False)
    assert "KL(p‖q) 3.0" in view._read_out.text
    view.set_curves(MU, 2 * FORWARD, REVERSE)
    assert "KL(p‖q) 6.0" in view._read_out.text
    view.set_disabled_reason("forward", "not known")
    assert "KL(p‖q)" not in view._read_out.text
    hand_of(view).move(QPointF(1, 1), is_down=False)
    view.set_curves(MU, FORWARD, REVERSE)
    assert view._read_out.text == ""


def test_a_curve_that_is_not_known_goes_and_comes_back(view, hand_of) -> None:
    star = view.view_to_viewport(0.0, 1.0).toPoint()
    view.set_disabled_reason("forward", "only an unnormalised density is known")
    assert hand_of(view).picture().pixelColor(star) == QColor(LIGHT.plot_background)
    view.set_disabled_reason("forward", None)
    assert hand_of(view).picture().pixelColor(star) == QColor(LIGHT.forward)


def test_a_descent_is_drawn_along_its_curve(view, hand_of) -> None:
    view.set_descent("reverse", np.array([1.0, 3.0, 5.0]))
    dot = view.view_to_viewport(5.0, 0.6 + 0.05 * 9)
    assert hand_of(view).color_at(dot) == QColor(LIGHT.reverse)
    view.set_descent("reverse", np.empty(0))
    assert hand_of(view).color_at(dot + QPointF(0, 4)) == QColor(LIGHT.plot_background)


def test_the_table_holds_both_curves_in_nats(view) -> None:
    view.set_units("bits")
    table = view.export_table()
    assert table.header == ("mu", "forward_kl_nats", "reverse_kl_nats")
    np.testing.assert_array_equal(np.asarray(table.columns[2]), REVERSE)
