"""What the mouse does to an ellipse, without a window."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.ui.plots.ellipse_geometry import MIN_AXIS_RATIO, EllipseDrag, EllipseShape

TILTED = EllipseShape(1.0, -2.0, 2.0, 0.5, math.radians(30), 0.4)
sigmas = st.floats(0.05, 20.0)
angles = st.floats(-6.0, 6.0)


@given(sigmas, sigmas, angles)
def test_axes_and_covariance_say_the_same(first: float, second: float, angle: float) -> None:
    shape = EllipseShape(0.0, 0.0, first, second, angle)
    xx, xy, yy = shape.cov
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    np.testing.assert_allclose(
        [[xx, xy], [xy, yy]], turn @ np.diag([first**2, second**2]) @ turn.T, rtol=1e-12, atol=1e-12
    )
    back = EllipseShape.of((0.0, 0.0), shape.cov)
    assert back.first == pytest.approx(max(first, second), rel=1e-6)
    assert back.second == pytest.approx(min(first, second), rel=1e-6)
    np.testing.assert_allclose(back.cov, shape.cov, rtol=1e-9, atol=1e-9)


@given(sigmas, sigmas, angles)
def test_axes_keep_their_places_beside_a_previous_shape(first: float, second: float, angle: float) -> None:
    shape = EllipseShape(0.0, 0.0, first, second, angle)
    back = EllipseShape.of(shape.mean, shape.cov, previous=shape)
    if abs(first - second) > 1e-3 * first:
        assert back.first == pytest.approx(first, rel=1e-6)
        assert back.angle == pytest.approx(angle, abs=1e-6)


def test_a_circle_keeps_the_angle_of_its_previous_shape() -> None:
    assert EllipseShape.of((0.0, 0.0), (0.25, 0.0, 0.25), previous=TILTED).angle == TILTED.angle


@pytest.mark.parametrize(("deviations", "share"), [(1.0, 0.393), (2.0, 0.865)])
def test_the_outline_holds_the_share_it_stands_for(deviations: float, share: float) -> None:
    rng = np.random.default_rng(1)
    (xx, xy, yy), n = TILTED.cov, 40_000
    points = rng.multivariate_normal(TILTED.mean, [[xx, xy], [xy, yy]], n)
    x, y = TILTED.outline(deviations)
    radius = np.hypot(x - TILTED.x, y - TILTED.y)
    angle = np.arctan2(y - TILTED.y, x - TILTED.x)
    order = np.argsort(angle)
    dx, dy = (points - TILTED.mean).T
    edge = np.interp(np.arctan2(dy, dx), angle[order], radius[order], period=2 * math.pi)
    assert (np.hypot(dx, dy) < edge).mean() == pytest.approx(share, abs=0.01)


def test_the_centre_follows_the_mouse() -> None:
    moved = EllipseDrag(TILTED, "center", 1.2, -2.1).shape_at(3.2, 0.9)
    assert moved.mean == pytest.approx((3.0, 1.0))
    assert moved.cov == TILTED.cov


@pytest.mark.parametrize("part", ["first", "second"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_tip_follows_the_mouse_and_the_other_axis_stays(part: str, sign: int) -> None:
    tip = TILTED.tip(part, sign)
    dx, dy = TILTED.direction(part)
    target = (tip[0] + 0.3 * sign * dx - 5.0 * dy, tip[1] + 0.3 * sign * dy + 5.0 * dx)
    stretched = EllipseDrag(TILTED, part, *tip).shape_at(*target)
    expected = {"first": (2.3, 0.5), "second": (2.0, 0.8)}[part]
    assert (stretched.first, stretched.second) == pytest.approx(expected)
    assert (stretched.mean, stretched.angle) == (TILTED.mean, TILTED.angle)


def test_the_rotation_knob_turns_by_the_angle_of_the_mouse() -> None:
    dx, dy = TILTED.direction("rotation")
    drag = EllipseDrag(TILTED, "rotation", TILTED.x + 3 * dx, TILTED.y + 3 * dy)
    turned_shape = drag.shape_at(TILTED.x - 7 * dy, TILTED.y + 7 * dx)
    assert turned_shape.angle == pytest.approx(TILTED.angle + math.pi / 2)
    assert (turned_shape.first, turned_shape.second) == (2.0, 0.5)


def test_pulling_a_tip_through_the_centre_leaves_a_gaussian() -> None:
    tip = TILTED.tip("first")
    flat = EllipseDrag(TILTED, "first", *tip).shape_at(TILTED.x - 10, TILTED.y - 10)
    assert flat.first >= MIN_AXIS_RATIO * flat.second
    Gaussian2D(flat.mean, flat.cov)


def test_the_wheel_scales_both_axes_and_back() -> None:
    bigger = TILTED.turned(1.0)
    assert (bigger.first, bigger.second) == pytest.approx((2.2, 0.55))
    assert bigger.turned(-1.0).cov == pytest.approx(TILTED.cov)


def test_shift_drag_changes_the_share_alone() -> None:
    drag = EllipseDrag(TILTED, "center", 0.0, 0.0)
    assert drag.weight_at(0.1, 1.0).share == pytest.approx(0.4 * math.exp(0.1))
    assert drag.weight_at(100.0, 1.0).share < 1
    assert drag.weight_at(0.1, 1.0).cov == TILTED.cov
