"""Ellipses under the hand."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import MAX_COMPONENTS, Component2D, Gaussian2D
from dgm_explorer.core.kl_state import View2D
from dgm_explorer.numerics.stationary2d import StationaryPoint2D
from dgm_explorer.ui.plots.ellipse_geometry import EllipseShape
from dgm_explorer.ui.tabs.kl.plane_layers import Optimum
from dgm_explorer.ui.tabs.kl.plane_plot import PlanePlot
from dgm_explorer.ui.theme import LIGHT, THEMES, Theme
from tests.ui.plots.conftest import Hand

P2 = (Component2D(0.6, (-2.0, -2.0), (0.5, 0.25, 1.0)), Component2D(0.4, (2.0, 2.0), (1.0, -0.24, 0.5)))
Q2 = Gaussian2D((2.0, -2.0), (0.8, 0.2, 0.3))
Q = 2
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Notes:
    """Everything that a plot has signalled."""

    def __init__(self, plot: PlanePlot) -> None:
        self.all: list[tuple[str, object]] = []
        plot.components_changed.connect(lambda value: self.all.append(("components", value)))
        plot.q_changed.connect(lambda value: self.all.append(("q", value)))
        plot.drag_started.connect(lambda: self.all.append(("started", None)))
        plot.drag_finished.connect(lambda: self.all.append(("finished", None)))

    def names(self) -> list[str]:
        return [name for name, _ in self.all]

    def last(self, name: str) -> object:
        return [value for entry, value in self.all if entry == name][-1]


@pytest.fixture
def plot(qtbot: QtBot) -> PlanePlot:
    plot = PlanePlot()
    qtbot.addWidget(plot)
    plot.resize(560, 560)
    plot.set_view(View2D())
    plot.set_components(P2)
    plot.set_q(Q2)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


@pytest.fixture
def notes(plot: PlanePlot) -> Notes:
    return Notes(plot)


@pytest.fixture
def hand(plot: PlanePlot) -> Hand:
    return Hand(plot)


def unit_px(plot: PlanePlot) -> float:
    origin, right = plot.view_to_viewport(0.0, 0.0), plot.view_to_viewport(1.0, 0.0)
    return right.x() - origin.x()


def test_one_unit_is_equally_long_on_both_axes(plot: PlanePlot) -> None:
    plot.resize(800, 420)
    origin = plot.view_to_viewport(0.0, 0.0)
    right, up = plot.view_to_viewport(1.0, 0.0) - origin, plot.view_to_viewport(0.0, 1.0) - origin
    assert right.x() == pytest.approx(-up.y(), rel=1e-3)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_p_is_grey_and_ellipses_are_painted_to_scale(plot: PlanePlot, hand: Hand, theme: Theme) -> None:
    plot.set_theme(theme)
    empty, dense = plot.view_to_viewport(-4.5, 4.5), plot.view_to_viewport(-2.0, -1.7)
    assert hand.color_at(empty) == QColor(theme.plot_background)
    shade = hand.color_at(dense)
    assert shade != QColor(theme.plot_background)
    assert max(shade.red(), shade.green(), shade.blue()) - min(shade.red(), shade.green(), shade.blue()) < 20
    shape = EllipseShape.of(Q2.mean, Q2.cov)
    tip = plot.view_to_viewport(*shape.tip("first"))
    assert is_painted_near(hand, tip, QColor(theme.q_line))
    for index in range(2):
        assert hand.color_at(plot.knob_viewport_position(index, "center")) == QColor(theme.component(index))


def is_painted_near(hand: Hand, at: QPointF, rgb: QColor, reach_px: int = 2) -> bool:
    """Whether a colour like ``rgb`` is painted within some pixels."""
    picture = hand.picture()
    around = range(-reach_px, reach_px + 1)
    pixels = [picture.pixelColor((at + QPointF(dx, dy)).toPoint()) for dx in around for dy in around]
    return (
        min(
            abs(c.red() - rgb.red()) + abs(c.green() - rgb.green()) + abs(c.blue() - rgb.blue())
            for c in pixels
        )
        < 90
    )


def test_dragging_a_centre_moves_the_mean(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    start = plot.knob_viewport_position(0, "center")
    hand.drag(start, start + QPointF(50, -30))
    assert notes.names()[0] == "started"
    assert notes.names()[-1] == "finished"
    components = notes.last("components")
    assert isinstance(components, tuple)
    expected = (-2.0 + 50 / unit_px(plot), -2.0 + 30 / unit_px(plot))
    assert components[0].mean == pytest.approx(expected, abs=1e-9)
    assert components[0].cov == pytest.approx(P2[0].cov)
    assert components[1] == P2[1]
    assert (plot.knob_viewport_position(0, "center") - start - QPointF(50, -30)).manhattanLength() < 1e-6


def test_the_axes_of_the_selected_ellipse_can_be_stretched(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    hand.drag(*2 * (plot.knob_viewport_position(Q, "center"),))
    shape = EllipseShape.of(Q2.mean, Q2.cov)
    tip = plot.knob_viewport_position(Q, "first")
    dx, dy = shape.direction("first")
    hand.drag(tip, tip + QPointF(40 * dx, -40 * dy))
    q = notes.last("q")
    assert isinstance(q, Gaussian2D)
    after = EllipseShape.of(q.mean, q.cov)
    assert after.first == pytest.approx(shape.first + 40 / unit_px(plot), rel=0.02)
    assert after.second == pytest.approx(shape.second, rel=1e-6)
    assert q.mean == Q2.mean


def test_the_arm_turns_the_ellipse(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    plot.select(Q)
    center = plot.knob_viewport_position(Q, "center")
    arm = plot.knob_viewport_position(Q, "rotation") - center
    hand.drag(center + arm, center + QPointF(arm.y(), -arm.x()), steps=20)
    q = notes.last("q")
    assert isinstance(q, Gaussian2D)
    xx, xy, yy = Q2.cov
    assert q.cov == pytest.approx((yy, -xy, xx), abs=0.02)


def test_only_the_selected_ellipse_has_knobs_on_its_tips(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    plot.select(0)
    tip = plot.view_to_viewport(*EllipseShape.of(Q2.mean, Q2.cov).tip("first"))
    hand.drag(tip, tip + QPointF(30, 0))
    assert "q" not in notes.names()


def test_the_wheel_over_a_centre_scales_its_ellipse(
    plot: PlanePlot, hand: Hand, notes: Notes, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(plot.drag_finished):
        hand.wheel(plot.knob_viewport_position(1, "center"), 1)
    components = notes.last("components")
    assert isinstance(components, tuple)
    assert components[1].cov == pytest.approx(tuple(1.21 * v for v in P2[1].cov))
    assert plot.view_range[0][1] - plot.view_range[0][0] > 9.9


def test_shift_drag_upwards_adds_weight(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    start = plot.knob_viewport_position(1, "center")
    hand.drag(start, start + QPointF(25, -20), SHIFT)
    components = notes.last("components")
    assert isinstance(components, tuple)
    weights = [component.weight for component in components]
    assert weights[1] / sum(weights) == pytest.approx(0.4 * math.exp(20 / 80), rel=1e-6)
    assert components[1].mean == P2[1].mean


def test_double_click_adds_and_delete_removes(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    hand.double_click(plot.view_to_viewport(0.0, 4.0))
    added = notes.last("components")
    assert isinstance(added, tuple)
    assert len(added) == 3
    assert added[2].mean == pytest.approx((0.0, 4.0), abs=0.05)
    assert plot.selected == 2
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert notes.last("components") == P2


def test_the_last_component_and_q_cannot_be_deleted(plot: PlanePlot, notes: Notes) -> None:
    plot.set_components(P2[:1])
    for index in (0, 1):
        plot.select(index)
        QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert notes.names() == []


def test_no_more_than_eight_components(plot: PlanePlot, hand: Hand, notes: Notes) -> None:
    plot.set_components([P2[0]] * MAX_COMPONENTS)
    hand.double_click(plot.view_to_viewport(0.0, 4.0))
    assert notes.names() == []


def test_arrow_keys_nudge_by_a_pixel(plot: PlanePlot, notes: Notes, qtbot: QtBot) -> None:
    plot.select(Q)
    with qtbot.waitSignal(plot.drag_finished):
        QTest.keyClick(plot, Qt.Key.Key_Up)
    q = notes.last("q")
    assert isinstance(q, Gaussian2D)
    assert q.mean == pytest.approx((2.0, -2.0 + 1 / unit_px(plot)))


def test_setters_never_emit(plot: PlanePlot, notes: Notes) -> None:
    plot.set_components(P2[:1])
    plot.set_q(Gaussian2D())
    plot.set_view(View2D((1.0, 1.0), 3.0))
    assert notes.names() == []


def test_optima_are_drawn_in_the_colours_of_their_directions(plot: PlanePlot, hand: Hand) -> None:
    forward = Gaussian2D((0.0, 0.0), (9.0, 0.0, 1.0))
    reverse = Gaussian2D((0.0, 0.0), (1.0, 0.0, 9.0))
    plot.set_optima(
        [
            Optimum(StationaryPoint2D(forward, 0.2, "global"), "forward"),
            Optimum(StationaryPoint2D(reverse, 0.3, "global"), "reverse"),
        ]
    )
    assert is_painted_near(hand, plot.view_to_viewport(-3.0, 0.0), QColor(LIGHT.forward))
    assert is_painted_near(hand, plot.view_to_viewport(0.0, 3.0), QColor(LIGHT.reverse))
    assert plot.export_table().columns[0][-2:] == ("forward global", "reverse global")


def test_an_optimum_under_the_mouse_tells_its_divergence_in_the_chosen_unit(plot: PlanePlot) -> None:
    best = Gaussian2D((0.0, 0.0), (9.0, 0.0, 1.0))
    plot.set_optima([Optimum(StationaryPoint2D(best, 0.5 * math.log(2), "global"), "forward")])
    at = plot.view_to_viewport(0.0, 0.0).toPoint()
    for units, text in (("bits", "0.5 bits"), ("nats", "0.346574 nats")):
        plot.set_units(units)  # type: ignore[arg-type]
        event = QHelpEvent(QEvent.Type.ToolTip, at, plot.viewport().mapToGlobal(at))
        QApplication.sendEvent(plot.viewport(), event)
        assert QToolTip.text().startswith(f"global minimum of KL(p‖q) = {text}")
    QToolTip.hideText()


def test_the_table_has_a_row_for_every_gaussian(plot: PlanePlot) -> None:
    table = plot.export_table()
    assert table.columns[0] == ("1", "2", "q")
    np.testing.assert_array_equal(table.columns[2], [-2.0, 2.0, 2.0])
