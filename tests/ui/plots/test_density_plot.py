"""Gaussians under the hand."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy.stats import norm

from dgm_explorer.core.gaussians import LARGEST, Component1D, Gaussian1D
from dgm_explorer.ui.plots.density_plot import DensityPlot
from dgm_explorer.ui.theme import LIGHT, THEMES, Theme

P = (Component1D(0.5, -3.0, 1.0), Component1D(0.3, 2.0, 0.8), Component1D(0.2, 5.0, 0.5))
SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True)
class Optimum:
    mu: float
    sigma: float
    kl: float = 0.5
    kind: str = "global"


class Notes:
    """Everything that a plot has signalled."""

    def __init__(self, plot: DensityPlot) -> None:
        self.all: list[tuple[object, ...]] = []
        for name in (
            "component_changed",
            "component_added",
            "component_removed",
            "q_changed",
            "drag_started",
            "drag_finished",
            "view_changed",
        ):
            getattr(plot, name).connect(lambda *values, name=name: self.all.append((name, *values)))

    def names(self) -> list[object]:
        return [entry[0] for entry in self.all]

    def last(self, name: str) -> tuple[object, ...]:
        return [entry[1:] for entry in self.all if entry[0] == name][-1]


@pytest.fixture
def plot(qtbot: QtBot) -> DensityPlot:
    plot = DensityPlot()
    qtbot.addWidget(plot)
    plot.resize(900, 300)
    plot.set_x_range(-8.0, 8.0)
    plot.set_mixture(P)
    plot.set_q(Gaussian1D(0.0, 1.5))
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


@pytest.fixture
def notes(plot) -> Notes:
    return Notes(plot)


def px(plot: DensityPlot, x: float, y: float) -> QPointF:
    return plot.view_to_viewport(x, y)


def per_px(plot: DensityPlot) -> tuple[float, float]:
    rect, ((x_lo, x_hi), (_, top)) = plot.view_box.rect(), plot.view_range
    return (x_hi - x_lo) / rect.width(), top / rect.height()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_p_is_filled_and_handles_have_the_component_colours(plot, hand_of, theme: Theme) -> None:
    plot.set_theme(theme)
    hand = hand_of(plot)
    inside, outside = hand.color_at(px(plot, -3.0, 0.05)), hand.color_at(px(plot, -3.0, 0.25))
    assert outside == QColor(theme.plot_background)
    assert inside != outside
    for index in range(3):
        assert hand.color_at(plot.handle_viewport_position(index)) == QColor(theme.component(index))
    assert hand.color_at(plot.handle_viewport_position(3)) == QColor(theme.q_line)


def test_handles_sit_on_the_peaks(plot) -> None:
    expected = px(plot, 2.0, 0.3 * norm.pdf(0) / 0.8)
    assert (plot.handle_viewport_position(1) - expected).manhattanLength() < 0.01


def test_dragging_a_handle_moves_and_narrows_and_the_peak_stays_under_the_mouse(plot, hand_of, notes) -> None:
    start = plot.handle_viewport_position(1)
    end = start + QPointF(-60, -40)
    hand_of(plot).drag(start, end)
    assert notes.names()[0] == "drag_started"
    assert notes.names()[-1] == "drag_finished"
    assert notes.names().count("drag_started") == 1
    index, component = notes.last("component_changed")
    assert index == 1
    dx, dy = per_px(plot)
    assert component.mu == pytest.approx(2.0 - 60 * dx, abs=1e-9)
    assert component.sigma == pytest.approx(0.3 * norm.pdf(0) / (0.3 * norm.pdf(0) / 0.8 + 40 * dy), rel=1e-9)
    assert component.weight == 0.3
    where = plot.handle_viewport_position(1)
    assert (where - end).manhattanLength() < 1.5
    assert hand_of(plot).color_at(where) == QColor(LIGHT.component(1))


def test_no_move_is_lost_and_none_is_invented(plot, hand_of, notes) -> None:
    start = plot.handle_viewport_position(0)
    hand = hand_of(plot)
    hand.press(start)
    for i in range(1, 201):
        hand.move(start + QPointF(i, 0))
    hand.release(start + QPointF(200, 0))
    changes = notes.names().count("component_changed")
    assert changes == 200
    assert notes.last("component_changed")[1].mu == pytest.approx(-3.0 + 200 * per_px(plot)[0], abs=1e-9)


def test_pressing_beside_the_middle_of_a_handle_changes_nothing(plot, hand_of, notes) -> None:
    where = plot.handle_viewport_position(0) + QPointF(7, -6)
    hand = hand_of(plot)
    hand.press(where)
    hand.release(where)
    assert notes.names() == ["drag_started", "drag_finished"]
    assert plot.selected == 0


def test_a_release_elsewhere_counts_as_the_last_move(plot, hand_of, notes) -> None:
    start = plot.handle_viewport_position(3)
    hand = hand_of(plot)
    hand.press(start)
    hand.release(start + QPointF(90, 0))
    assert notes.last("q_changed")[0].mu == pytest.approx(90 * per_px(plot)[0], abs=1e-9)


def test_shift_drag_changes_only_the_weight(plot, hand_of, notes) -> None:
    start = plot.handle_viewport_position(2)
    height = 0.2 * norm.pdf(0) / 0.5
    hand_of(plot).drag(start, start + QPointF(30, -30), SHIFT)
    _, component = notes.last("component_changed")
    assert (component.mu, component.sigma) == (5.0, 0.5)
    share = component.weight / (component.weight + 0.8)
    assert share == pytest.approx(0.2 * (height + 30 * per_px(plot)[1]) / height, rel=1e-9)


def test_shift_drag_ends_at_the_largest_weight(plot, hand_of, notes) -> None:
    plot.set_mixture(tuple(replace(component, weight=0.5 * LARGEST) for component in P))
    start = plot.handle_viewport_position(0)
    hand_of(plot).drag(start, QPointF(start.x(), 5), SHIFT)
    _, component = notes.last("component_changed")
    assert component.weight == LARGEST


def test_shift_drag_of_a_single_component_keeps_its_weight(plot, hand_of, notes) -> None:
    plot.set_mixture((Component1D(2.0, -3.0, 1.0),))
    start = plot.handle_viewport_position(0)
    hand_of(plot).drag(start, start + QPointF(0, 40), SHIFT)
    assert all(component.weight == 2.0 for name, *rest in notes.all for component in rest[1:])


def test_q_beyond_the_top_can_be_pulled_back_without_a_jump(plot, hand_of, notes) -> None:
    plot.set_q(Gaussian1D(0.0, 0.01))
    where = plot.handle_viewport_position(3)
    assert where.y() > px(plot, 0.0, plot.view_range[1][1]).y()
    hand = hand_of(plot)
    hand.press(where)
    hand.move(where + QPointF(0, 1))
    hand.release(where + QPointF(0, 1))
    assert notes.last("q_changed")[0].sigma == pytest.approx(0.01, rel=0.02)


def test_the_y_axis_grows_while_dragging_and_shrinks_on_release(plot, hand_of) -> None:
    before = plot.view_range[1][1]
    start = plot.handle_viewport_position(0)
    hand = hand_of(plot)
    hand.press(start)
    hand.move(start - QPointF(0, 150))
    grown = plot.view_range[1][1]
    assert grown > before
    hand.move(start)
    assert plot.view_range[1][1] == grown
    hand.release(start)
    assert plot.view_range[1][1] < grown


def test_the_wheel_over_a_handle_changes_sigma_as_one_gesture(plot, hand_of, notes, qtbot) -> None:
    hand = hand_of(plot)
    for _ in range(3):
        hand.wheel(plot.handle_viewport_position(0), 1)
    assert notes.last("component_changed")[1].sigma == pytest.approx(1.0 / 1.1**3)
    qtbot.waitUntil(lambda: notes.names()[-1] == "drag_finished", timeout=2000)
    assert notes.names().count("drag_started") == 1
    assert "view_changed" not in notes.names()


def test_the_wheel_elsewhere_zooms_x_alone(plot, hand_of, notes) -> None:
    top = plot.view_range[1]
    hand_of(plot).wheel(px(plot, -6.5, 0.3), 2)
    x_lo, x_hi, *_ = notes.last("view_changed")
    assert -8.0 < x_lo < -6.5 < x_hi < 8.0
    assert plot.view_range[1] == pytest.approx(top)


def test_double_click_adds_where_it_is_empty_only(plot, hand_of, notes) -> None:
    hand = hand_of(plot)
    hand.double_click(px(plot, -6.5, 0.3))
    assert notes.last("component_added")[0] == pytest.approx(-6.5, abs=per_px(plot)[0])
    count = notes.names().count("component_added")
    hand.double_click(plot.handle_viewport_position(0))
    assert notes.names().count("component_added") == count


def test_delete_removes_the_selected_component_but_never_q_nor_the_last(plot, hand_of, notes) -> None:
    hand = hand_of(plot)

    def select(index: int) -> None:
        hand.press(plot.handle_viewport_position(index))
        hand.release(plot.handle_viewport_position(index))

    select(1)
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert notes.last("component_removed") == (1,)
    plot.set_mixture((P[0], P[2]))
    select(2)
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    plot.set_mixture(P[:1])
    select(0)
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert notes.names().count("component_removed") == 1


def test_tab_goes_through_the_handles_and_then_on(plot) -> None:
    plot.setFocus()
    seen = []
    for _ in range(5):
        QTest.keyClick(plot, Qt.Key.Key_Tab)
        seen.append(plot.selected)
    assert seen == [0, 1, 2, 3, None]
    QTest.keyClick(plot, Qt.Key.Key_Backtab)
    assert plot.selected == 3


def test_arrow_keys_nudge_the_selected_handle(plot, notes, qtbot) -> None:
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    before = plot.handle_viewport_position(0)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Up)
    after = plot.handle_viewport_position(0)
    assert (after.x() - before.x(), before.y() - after.y()) == (pytest.approx(1.0), pytest.approx(1.0))
    QTest.keyClick(plot, Qt.Key.Key_Up, SHIFT)
    assert notes.last("component_changed")[1].weight > 0.5
    qtbot.waitUntil(lambda: notes.names()[-1] == "drag_finished", timeout=2000)
    assert notes.names().count("drag_started") == 1


def test_hovering_a_handle_makes_it_grow(plot, hand_of) -> None:
    where = plot.handle_viewport_position(0)
    rim = where + QPointF(0, -8)
    hand = hand_of(plot)
    cold = hand.color_at(rim)
    hand.move(where, is_down=False)
    assert hand.color_at(rim) != cold
    hand.move(where - QPointF(0, 60), is_down=False)
    assert hand.color_at(rim) == cold


def test_optima_and_descents_are_painted_in_their_colours(plot, hand_of) -> None:
    plot.set_optima(Optimum(0.0, 3.5), (Optimum(-3.0, 1.0, kind="tied"), Optimum(1.0, 2.0, kind="local")))
    plot.set_descent("forward", np.array([0.0, -6.0]), np.array([1.5, 1.0]))
    assert hand_of(plot).color_at(px(plot, -6.0, norm.pdf(0))) == QColor(LIGHT.forward)
    picture, below = hand_of(plot).picture(), px(plot, -2.2, 0.0)
    column = [picture.pixelColor(int(below.x()) + dx, y) for dx in range(12) for y in range(300)]
    assert any(pixel == QColor(LIGHT.reverse) for pixel in column)
    plot.set_descent("forward", np.empty(0), np.empty(0))
    assert hand_of(plot).color_at(px(plot, -6.0, norm.pdf(0))) == QColor(LIGHT.plot_background)


def test_setters_do_not_answer_back(plot, notes) -> None:
    plot.set_mixture(P[:2])
    plot.set_q(Gaussian1D(1.0, 0.2))
    plot.set_x_range(-4.0, 4.0)
    plot.set_optima(None, ())
    assert not notes.all


@pytest.mark.parametrize("away", [30.0, 38.0, 38.5, 38.55, 39.0, 1000.0])
def test_the_window_may_be_far_from_p(plot, away: float) -> None:
    """38.5 σ away the highest density is the smallest number but zero, of which an axis has no tenth."""
    plot.set_mixture((Component1D(1.0, 0.0, 1.0),))
    plot.set_x_range(away, away + 1.0)
    assert plot.view_range[1][1] >= 1e-30
    assert not plot.grab().isNull()
    plot.set_x_range(-8.0, 8.0)
    assert 0.4 < plot.view_range[1][1] < 1.0


def test_a_needle_does_not_hide_p_and_the_table_is_the_density(plot) -> None:
    plot.set_q(Gaussian1D(0.0, 1e-3))
    p_top = 0.5 * norm.pdf(0)
    assert plot.view_range[1][1] < 8 * p_top
    x, p, q = (np.asarray(column) for column in plot.export_table().columns)
    expected = sum(c.weight * norm.pdf(x, c.mu, c.sigma) for c in P)
    np.testing.assert_allclose(p, expected, rtol=1e-12)
    np.testing.assert_allclose(q, norm.pdf(x, 0.0, 1e-3), rtol=1e-10, atol=1e-300)
    assert math.isfinite(q.sum())


def test_the_component_of_a_double_click_is_the_one_that_delete_removes(plot: DensityPlot) -> None:
    notes = Notes(plot)
    plot.component_added.connect(lambda x: plot.set_mixture((*P, Component1D(0.3, x, 0.5))))
    at = plot.handle_viewport_position(0).toPoint()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert plot.selected == 0
    QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x() + 90, 60))
    assert plot.selected == 3
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert notes.last("component_removed") == (3,)


def test_q_stays_selected_when_components_come_and_go(plot: DensityPlot) -> None:
    at = plot.handle_viewport_position(3).toPoint()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    plot.set_mixture(P[:2])
    assert plot.selected == 2


def test_the_knob_of_the_highest_peak_sits_on_it_in_a_low_plot(plot: DensityPlot) -> None:
    plot.set_q(Gaussian1D(0.0, 0.7))
    for height in (300, 190, 150):
        plot.resize(900, height)
        QTest.qWait(1)
        top = plot.view_range[1][1]
        shown = plot.pixel_to_view(
            plot.view_box.mapFromScene(plot.mapToScene(plot.handle_viewport_position(3).toPoint()))
        )[1]
        assert shown == pytest.approx(norm.pdf(0, 0, 0.7), abs=2 * top / plot.view_box.rect().height())


def test_what_is_dropped_on_a_plot_is_for_the_window(plot: DensityPlot) -> None:
    assert not plot.acceptDrops()
    assert not plot.viewport().acceptDrops()
