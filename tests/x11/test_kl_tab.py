"""The KL tab under a real mouse: what the pointer does is in the state, and stays with the handle."""

import math

import pytest
from PySide6.QtCore import QPoint, QPointF

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.plots.density_plot import DensityPlot
from dgm_explorer.ui.plots.landscape_view import LandscapeView
from tests.x11.mouse import Mouse

pytestmark = pytest.mark.x11

Q = 2
"""Number of q's handle in the start state of two components."""
PIXEL = 1.5
"""A hand cannot do better than the pixel that the pointer is on, and its own rounding."""


def density_of(window: MainWindow) -> DensityPlot:
    plot = window.findChild(DensityPlot)
    assert plot is not None
    return plot


def state_of(window: MainWindow) -> KLState:
    store = window.current_tab.store
    assert store is not None
    state = store.state
    assert isinstance(state, KLState)
    return state


def handle(window: MainWindow, index: int) -> QPoint:
    """Screen pixel of a handle."""
    plot = density_of(window)
    return plot.viewport().mapToGlobal(plot.handle_viewport_position(index).toPoint())


def visible_landscapes(window: MainWindow) -> list[LandscapeView]:
    """Forward, then reverse."""
    return [view for view in window.findChildren(LandscapeView) if view.isVisible()]


def landscape_pixel(view: LandscapeView, mu: float, sigma: float) -> QPoint:
    scene = view.view_box.mapViewToScene(QPointF(mu, math.log(sigma)))
    return view.viewport().mapToGlobal(view.mapFromScene(scene))


def mu_per_pixel(plot: DensityPlot | LandscapeView) -> float:
    (lo, hi), _ = plot.view_range
    return (hi - lo) / plot.view_box.width()


@pytest.mark.parametrize("way", [QPoint(60, 0), QPoint(-45, 30), QPoint(20, -40)])
def test_a_component_follows_the_pointer(window: MainWindow, mouse: Mouse, way: QPoint) -> None:
    before = state_of(window).p[1]
    start = handle(window, 1)
    mouse.drag(start, start + way)
    after = state_of(window).p[1]
    assert after.mu - before.mu == pytest.approx(
        way.x() * mu_per_pixel(density_of(window)), abs=PIXEL * mu_per_pixel(density_of(window))
    )
    assert (after.sigma < before.sigma) == (way.y() < 0) or way.y() == 0
    assert after.weight == before.weight
    assert state_of(window).p[0] == KLState().p[0]


def test_the_handle_lies_under_the_pointer_while_it_is_held(window: MainWindow, mouse: Mouse) -> None:
    start = handle(window, 0)
    end = start + QPoint(90, 25)
    mouse.move(start)
    mouse.press()
    mouse.move_along(start, end)
    off = handle(window, 0) - end
    mouse.release()
    assert abs(off.x()) <= 2
    assert abs(off.y()) <= 2


def test_one_drag_is_one_step_for_undo(window: MainWindow, mouse: Mouse) -> None:
    before = state_of(window)
    start = handle(window, 0)
    mouse.drag(start, start + QPoint(50, 10))
    moved = state_of(window)
    assert moved.p != before.p
    mouse.key("ctrl+z")
    assert state_of(window).p == before.p
    mouse.key("ctrl+y")
    assert state_of(window).p == moved.p


def test_the_wheel_over_a_handle_changes_sigma_alone(window: MainWindow, mouse: Mouse) -> None:
    before = state_of(window).p[0]
    mouse.wheel(handle(window, 0), -3)
    after = state_of(window).p[0]
    assert after.sigma > before.sigma
    assert (after.mu, after.weight) == (before.mu, before.weight)


def test_shift_drag_changes_the_weight_alone(window: MainWindow, mouse: Mouse) -> None:
    before = state_of(window).p
    start = handle(window, 0)
    mouse.hold("shift")
    mouse.drag(start, start + QPoint(0, 30))
    mouse.let_go("shift")
    after = state_of(window).p
    assert (after[0].mu, after[0].sigma) == (before[0].mu, before[0].sigma)
    assert after[0].weight / after[1].weight < before[0].weight / before[1].weight


def test_a_double_click_adds_a_component_and_delete_removes_it(window: MainWindow, mouse: Mouse) -> None:
    plot = density_of(window)
    (x_lo, x_hi), (y_lo, y_hi) = plot.view_range
    empty = plot.view_box.mapViewToScene(QPointF(x_lo + 0.9 * (x_hi - x_lo), y_lo + 0.8 * (y_hi - y_lo)))
    mouse.double_click(plot.viewport().mapToGlobal(plot.mapFromScene(empty)))
    p = state_of(window).p
    assert len(p) == 3
    assert p[2].mu == pytest.approx(x_lo + 0.9 * (x_hi - x_lo), abs=PIXEL * mu_per_pixel(plot))
    mouse.click(handle(window, 2))
    mouse.key("Delete")
    assert state_of(window).p == p[:2]


@pytest.mark.parametrize("which", [0, 1])
def test_q_is_dragged_on_either_landscape(window: MainWindow, mouse: Mouse, which: int) -> None:
    view = visible_landscapes(window)[which]
    q = state_of(window).q
    start = landscape_pixel(view, q.mu, q.sigma)
    end = landscape_pixel(view, -2.0, 2.0)
    mouse.drag(start, end)
    q = state_of(window).q
    assert q.mu == pytest.approx(-2.0, abs=2 * PIXEL * mu_per_pixel(view))
    assert q.sigma == pytest.approx(2.0, rel=0.05)


def test_space_plays_and_pauses_the_descent(window: MainWindow, mouse: Mouse) -> None:
    tab = window.current_tab
    mouse.click(handle(window, Q))
    mouse.key("space")
    assert tab.is_playing
    mouse.key("space")
    assert not tab.is_playing
