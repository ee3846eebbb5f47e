"""What the hand does to a map, checked on L and Σ."""

import math
from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.core.reparam_state import RAW_LIMITS, DiagonalActivation, ReparamState
from dgm_explorer.numerics.reparam import gaussian_map
from dgm_explorer.ui.tabs.reparam.map_shape import MapDrag, MapShape, nudged, parts_of

TRIANGLE = ReparamState(mean=(1.0, -2.0), raw_diagonal=(0.2, -0.3), off_diagonal=0.7)
FULL = replace(TRIANGLE, form="full", full=(0.9, -0.4, 0.3, 1.1))


def factor(shape: MapShape) -> np.ndarray:
    return gaussian_map(shape.state).factor


def covariance(shape: MapShape) -> np.ndarray:
    return gaussian_map(shape.state).covariance


def test_a_shape_says_where_the_columns_end() -> None:
    shape = MapShape.of(TRIANGLE)
    assert shape.mean == (1.0, -2.0)
    assert shape.tip("first") == pytest.approx((1 + math.exp(0.2), -2 + 0.7))
    assert shape.tip("second") == pytest.approx((1.0, -2 + math.exp(-0.3)))


def test_the_ellipse_has_the_eigenvalues_of_sigma() -> None:
    shape = MapShape.of(FULL)
    values, vectors = np.linalg.eigh(covariance(shape))
    assert (shape.ellipse.second**2, shape.ellipse.first**2) == pytest.approx(tuple(values))
    along = np.array(shape.ellipse.direction("first"))
    assert abs(along @ vectors[:, 1]) == pytest.approx(1.0)


def test_dragging_a_column_moves_its_tip_by_as_much_and_leaves_the_other_alone() -> None:
    start = MapShape.of(FULL)
    after = MapDrag(start, "first", 5.0, 5.0).shape_at(5.3, 4.8, False)
    assert after.columns[0] == pytest.approx((0.9 + 0.3, 0.3 - 0.2))
    assert after.columns[1] == start.columns[1]
    assert after.state.mean == FULL.mean


def test_the_second_column_of_a_triangle_stays_upright() -> None:
    start = MapShape.of(TRIANGLE)
    after = MapDrag(start, "second", 0.0, 0.0).shape_at(0.9, 0.5, False)
    assert after.columns[1][0] == 0.0
    assert after.columns[1][1] == pytest.approx(math.exp(-0.3) + 0.5)
    assert after.columns[0] == start.columns[0]


@pytest.mark.parametrize("activation", RAW_LIMITS)
def test_only_the_identity_lets_a_diagonal_entry_be_negative(activation: DiagonalActivation) -> None:
    raw = (1.0, 1.0) if activation in ("relu", "identity") else (0.0, 0.0)
    start = MapShape.of(replace(TRIANGLE, activation=activation, raw_diagonal=raw))
    after = MapDrag(start, "second", 0.0, 0.0).shape_at(0.0, -9.0, False)
    entry = factor(after)[1, 1]
    if activation == "identity":
        assert entry == pytest.approx(-8.0)
    elif activation == "relu":
        assert entry == 0.0
        assert gaussian_map(after.state).is_singular
        back = MapDrag(after, "second", 0.0, 0.0).shape_at(0.0, 0.4, False)
        assert factor(back)[1, 1] == pytest.approx(0.4)
    else:
        assert 0 < entry < 1e-5


def test_shift_slides_a_column_of_a_full_matrix_along_the_ellipse() -> None:
    start = MapShape.of(FULL)
    after = MapDrag(start, "first", 0.0, 0.0).shape_at(-1.7, 0.6, True)
    np.testing.assert_allclose(covariance(after), covariance(start), rtol=1e-12)
    towards = np.add(start.columns[0], (-1.7, 0.6))
    column = np.array(after.columns[0])
    assert column @ towards == pytest.approx(np.linalg.norm(column) * np.linalg.norm(towards))
    slid = MapDrag(start, "second", 0.0, 0.0).shape_at(-1.7, 0.6, True)
    np.testing.assert_allclose(covariance(slid), covariance(start), rtol=1e-12)
    assert not np.allclose(factor(slid), factor(start))


def test_shift_keeps_the_direction_of_a_column_of_a_triangle() -> None:
    start = MapShape.of(TRIANGLE)
    after = MapDrag(start, "first", 0.0, 0.0).shape_at(0.5, 0.9, True)
    (a, c), (before_a, before_c) = after.columns[0], start.columns[0]
    assert c / a == pytest.approx(before_c / before_a)
    assert a > before_a


def test_axes_and_rotation_take_the_factor_along() -> None:
    start = MapShape.of(replace(TRIANGLE, handles="axes"))
    x, y = start.ellipse.tip("first")
    longer = MapDrag(start, "first", x, y).shape_at(2 * x - 1.0, 2 * y + 2.0, False)
    assert longer.ellipse.first == pytest.approx(2 * start.ellipse.first)
    assert longer.ellipse.second == pytest.approx(start.ellipse.second)
    assert math.sqrt(np.linalg.eigvalsh(covariance(longer))[1]) == pytest.approx(longer.ellipse.first)
    dx, dy = start.ellipse.direction("rotation")
    turned = MapDrag(start, "rotation", 1.0 + dx, -2.0 + dy).shape_at(1.0 - dy, -2.0 + dx, False)
    np.testing.assert_allclose(np.linalg.eigvalsh(covariance(turned)), np.linalg.eigvalsh(covariance(start)))
    assert turned.ellipse.angle - start.ellipse.angle == pytest.approx(math.pi / 2)
    assert factor(turned)[0, 1] == 0.0
    assert (np.diagonal(factor(turned)) > 0).all()


def test_an_ellipse_that_is_turned_keeps_the_names_of_its_axes() -> None:
    shape = MapShape.of(replace(TRIANGLE, handles="axes"))
    angle = shape.ellipse.angle
    for _ in range(90):
        shape = nudged(shape, "rotation", (0.0, 0.0), math.radians(4.0))
        assert shape.ellipse.first > shape.ellipse.second
    assert shape.ellipse.angle == pytest.approx(angle + 2 * math.pi)


def test_dragging_mu_leaves_the_factor_alone() -> None:
    start = MapShape.of(FULL)
    after = MapDrag(start, "center", 0.0, 0.0).shape_at(0.25, -0.5, False)
    assert after.state == replace(FULL, mean=(1.25, -2.5))


def test_the_wheel_scales_every_entry() -> None:
    start = MapShape.of(FULL)
    np.testing.assert_allclose(factor(start.turned(2)), factor(start) * 1.21, rtol=1e-12)


def test_arrow_keys_reach_every_part() -> None:
    for handles in ("columns", "axes"):
        start = MapShape.of(replace(TRIANGLE, handles=handles))
        for part in parts_of(handles):
            after = nudged(start, part, (0.1, 0.0), -0.02)
            is_upright = handles == "columns" and part == "second"
            assert (after.state == start.state) == is_upright, part


def test_a_singular_full_matrix_does_not_turn_towards_anywhere() -> None:
    flat = MapShape.of(replace(FULL, full=(1.0, 2.0, 0.5, 1.0)))
    assert MapDrag(flat, "first", 0.0, 0.0).shape_at(1.0, 2.0, True) == flat
