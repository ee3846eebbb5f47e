"""The plane as a whole: exact values after rest, live ones while something moves, stale ones dropped."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component2D, Gaussian2D
from dgm_explorer.core.kl_state import KLState, View2D
from dgm_explorer.numerics.divergence2d import forward_kl_2d, reverse_kl_2d
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.ui.tabs.kl.plane_exact import SETTLE_MS
from dgm_explorer.ui.tabs.kl.plane_frame import FixedShape, Search, find_stationary
from dgm_explorer.ui.tabs.kl.plane_scene import PlaneScene
from tests.ui.plots.conftest import Hand

BISHOP = (Component2D(0.5, (-1.0, -1.0), (0.5, 0.25, 1.0)), Component2D(0.5, (1.0, 1.0), (0.5, -0.25, 1.0)))
STATE = KLState(dimension=2, p2=BISHOP)
EXACT_MS = 20_000


@pytest.fixture
def scene(qtbot: QtBot) -> PlaneScene:
    scene = PlaneScene()
    qtbot.addWidget(scene, before_close_func=PlaneScene.close_workers)
    scene.resize(1000, 650)
    scene.show_state(STATE)
    with qtbot.waitExposed(scene):
        scene.show()
    return scene


class LoopBack:
    """Plays the store: takes edits and shows the new state."""

    def __init__(self, scene: PlaneScene) -> None:
        self.state, self._scene = STATE, scene
        scene.p2_changed.connect(lambda p2: self.take(p2=p2))
        scene.q2_changed.connect(lambda q2: self.take(q2=q2))
        scene.view2_changed.connect(lambda view2: self.take(view2=view2))

    def take(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)
        self._scene.show_state(self.state)


@pytest.fixture
def loop(scene: PlaneScene) -> LoopBack:
    return LoopBack(scene)


def settle(qtbot: QtBot, scene: PlaneScene) -> None:
    qtbot.waitUntil(lambda: scene.is_settled, timeout=EXACT_MS)


def test_at_rest_all_numbers_are_by_quadrature(scene: PlaneScene, qtbot: QtBot) -> None:
    first = scene.numbers()
    assert first is not None
    assert first.tag == "grid"
    settle(qtbot, scene)
    numbers = scene.numbers()
    assert numbers is not None
    assert numbers.tag == "quadrature"
    p = Mixture2D(STATE.p2)
    assert numbers.kl_reverse == pytest.approx(reverse_kl_2d(p, STATE.q2).kl, rel=1e-12)
    assert numbers.kl_forward == pytest.approx(forward_kl_2d(p, STATE.q2).kl, rel=1e-12)
    assert first.kl_reverse == pytest.approx(numbers.kl_reverse, rel=1e-4)
    assert [line.tag for line in scene.readings()] == ["quadrature"] * 3


def test_the_textbook_figure_shows_q_optimised(scene: PlaneScene, qtbot: QtBot) -> None:
    settle(qtbot, scene)
    frame = scene.frame
    assert frame is not None
    np.testing.assert_allclose(frame.forward_minimum.q.cov, (1.5, 1.0, 2.0), rtol=1e-12)
    assert [point.kind for point in frame.minima] == ["global"]
    assert frame.minima[0].kl == pytest.approx(0.2007112606, abs=1e-9)
    assert [point.kind for point in frame.stationary] == ["global", "local", "saddle"]
    assert frame.stationary[0].kl == pytest.approx(1.035732605726, rel=1e-10)
    names = scene.export_table().columns[0]
    assert names == ("1", "2", "q", "forward global", "reverse global")


def test_landscapes_and_numbers_follow_a_drag(scene: PlaneScene, loop: LoopBack, qtbot: QtBot) -> None:
    settle(qtbot, scene)
    before = scene.frame
    start = scene.plane.knob_viewport_position(0, "center")
    hand = Hand(scene.plane)
    hand.press(start)
    hand.move(start + QPointF(-30, 20))
    during = scene.frame
    assert before is not None
    assert during is not None
    assert during.reverse is not before.reverse
    assert not during.numbers.is_exact
    assert len(during.minima) == 1
    hand.release(start + QPointF(-30, 20))
    settle(qtbot, scene)
    assert scene.frame is not None
    p = Mixture2D(loop.state.p2)
    assert scene.frame.numbers.entropy == pytest.approx(p.entropy(), rel=1e-12)


def test_q_can_be_dragged_on_a_landscape(scene: PlaneScene, loop: LoopBack) -> None:
    view = scene.landscapes["reverse"]
    start = view.view_to_viewport(*STATE.q2.mean)
    end = view.view_to_viewport(1.0, 1.0)
    Hand(view).drag(start, end)
    assert loop.state.q2.mean == pytest.approx((1.0, 1.0), abs=0.06)
    assert loop.state.q2.cov == STATE.q2.cov


def test_results_for_an_older_state_are_dropped(scene: PlaneScene, loop: LoopBack, qtbot: QtBot) -> None:
    three = (*STATE.p2, Component2D(0.5, (3.0, -3.0), (0.2, 0.0, 0.2)))
    qtbot.wait(SETTLE_MS + 30)
    loop.take(p2=three)
    settle(qtbot, scene)
    assert scene.frame is not None
    assert len(scene.frame.p) == 3
    assert any(np.allclose(point.q.mean, (3, -3), atol=0.01) for point in scene.frame.minima)


def test_a_search_is_given_up_when_it_is_no_longer_wanted() -> None:
    search = Search(find_stationary)
    shape = FixedShape(STATE.p2, STATE.q2.cov)
    assert search.run(shape) is None
    search.wanted = shape
    points = search.run(shape)
    assert points is not None
    assert [point.kind for point in points] == ["global", "local", "saddle"]


def test_while_hidden_a_state_costs_nothing(scene: PlaneScene, qtbot: QtBot) -> None:
    settle(qtbot, scene)
    scene.hide()
    before = scene.frame
    scene.show_state(replace(STATE, q2=Gaussian2D((1.0, 1.0), (1.0, 0.0, 1.0))))
    assert scene.frame is before
    scene.show()
    settle(qtbot, scene)
    assert scene.frame is not before


def test_zooming_one_plot_moves_all(scene: PlaneScene, loop: LoopBack) -> None:
    at = scene.plane.view_to_viewport(3.0, 3.0)
    Hand(scene.plane).wheel(at, 2)
    assert loop.state.view2.half_width < View2D().half_width
    (x_lo, x_hi), (y_lo, y_hi) = scene.landscapes["forward"].view_range
    half = loop.state.view2.half_width
    assert min(x_hi - x_lo, y_hi - y_lo) == pytest.approx(2 * half, rel=0.02)
    assert scene.frame is not None
    assert scene.frame.grid.x[0] == pytest.approx(x_lo)


@pytest.mark.parametrize(("knowledge", "estimate"), [("samples", "−E_p[log q]"), ("unnormalised", "−ELBO")])
def test_what_is_not_known_says_why(scene: PlaneScene, knowledge: str, estimate: str) -> None:
    state = replace(STATE, knowledge=knowledge, n_samples=10_000)
    scene.show_state(state)
    unknown, estimated = scene.readings()[:3], scene.readings()[3]
    assert all(not line.is_known and line.explanation for line in unknown)
    assert estimated.name == estimate
    p = Mixture2D(state.p2)
    exact = {
        "samples": forward_kl_2d(p, state.q2).kl + p.entropy(),
        "unnormalised": reverse_kl_2d(p, state.q2).kl - state.log_z,
    }[knowledge]
    value, error = (float(part.replace("−", "-")) for part in estimated.text.split("±"))
    assert abs(value - exact) < 5 * error


def test_descent_of_both_divergences_ends_at_their_optima(
    scene: PlaneScene, loop: LoopBack, qtbot: QtBot
) -> None:
    loop.take(steps_per_second=2000.0, learning_rate=0.2)
    scene.descent.play_pause()
    assert scene.descent.is_playing
    qtbot.waitUntil(lambda: not scene.descent.is_playing, timeout=EXACT_MS)
    np.testing.assert_allclose(scene.descent.path("forward")[-1].cov, (1.5, 1.0, 2.0), atol=1e-4)
    np.testing.assert_allclose(scene.descent.path("reverse")[-1].mean, (-0.15608, -0.10324), atol=1e-3)
    scene.descent.reset()
    assert scene.descent.path("reverse") == ()
    scene.descent.step()
    assert len(scene.descent.path("reverse")) == 2


def test_who_only_presses_play_sees_one_cover_and_the_other_seek(scene: PlaneScene, loop: LoopBack) -> None:
    loop.take(p2=KLState().p2)
    for _ in range(4 * int(STATE.steps_per_second)):
        scene.descent.step()
    np.testing.assert_allclose(scene.descent.path("forward")[-1].mean, (0.0, 0.0), atol=0.1)
    np.testing.assert_allclose(scene.descent.path("reverse")[-1].mean, KLState().p2[1].mean, atol=0.1)


def test_what_is_shown_again_follows_no_points_of_another_p(scene: PlaneScene, qtbot: QtBot) -> None:
    """From far away they would end anywhere; and of the same p they are still known."""
    settle(qtbot, scene)
    assert scene.frame is not None
    known = scene.frame.minima
    scene.hide()
    scene.show()
    assert scene.frame.minima == known
    scene.hide()
    far = (Component2D(0.5, (-30.0, 4.0), (1.0, 0.0, 1.0)), Component2D(0.5, (40.0, 4.0), (2.0, 0.0, 1.0)))
    scene.show_state(replace(STATE, p2=far))
    scene.show()
    assert scene.frame.minima == scene.frame.stationary == ()
    settle(qtbot, scene)
    assert {round(point.q.mean[0]) for point in scene.frame.minima} == {-30, 40}
