"""Landscapes over q's mean, against quadrature at single points."""

import tracemalloc

import numpy as np
import pytest

from dgm_explorer.core.kl_state import View2D
from dgm_explorer.numerics.divergence2d import forward_kl_2d, reverse_kl_2d
from dgm_explorer.numerics.landscape2d import Grid2D, ReverseLandscape2D, forward_landscape_2d
from dgm_explorer.numerics.mixture2d import Mixture2D, gaussian_2d
from tests.numerics.planar_cases import BISHOP, FIVE, HOMEWORK, THIN

GRID = Grid2D.of(View2D((0.5, 0.0), 5.0), 256)
ROUND = np.array([[0.25, 0.0], [0.0, 0.25]])
TILTED = np.array([[1.0, 0.32], [0.32, 0.16]])
NODES = np.random.default_rng(5).integers(0, 256, (12, 2))


@pytest.mark.parametrize(
    ("p", "cov", "tolerance"),
    [
        (HOMEWORK, ROUND, 1e-11),
        (BISHOP, ROUND, 1e-11),
        (BISHOP, TILTED, 1e-11),
        (FIVE, ROUND, 1e-10),
        (THIN, ROUND, 2e-5),
        (THIN, TILTED, 2e-5),
    ],
)
def test_reverse_landscape_is_the_quadrature_at_its_nodes(
    p: Mixture2D, cov: np.ndarray, tolerance: float
) -> None:
    values = ReverseLandscape2D(GRID, cov).evaluate(p)
    assert values.shape == (256, 256)
    for i, j in NODES:
        exact = reverse_kl_2d(p, gaussian_2d(np.array([GRID.x[j], GRID.y[i]]), cov)).kl
        assert values[i, j] == pytest.approx(exact, rel=tolerance)


def test_it_says_when_kinks_are_too_sharp_for_its_samples() -> None:
    smooth, sharp = ReverseLandscape2D(GRID, ROUND), ReverseLandscape2D(GRID, ROUND)
    smooth.evaluate(BISHOP)
    sharp.evaluate(THIN)
    assert smooth.is_resolved
    assert not sharp.is_resolved


def test_the_same_object_serves_a_moving_target() -> None:
    landscape = ReverseLandscape2D(GRID, ROUND)
    landscape.evaluate(THIN)
    np.testing.assert_allclose(landscape.evaluate(BISHOP), ReverseLandscape2D(GRID, ROUND).evaluate(BISHOP))


def test_forward_landscape_is_the_point_value_at_its_nodes() -> None:
    values = forward_landscape_2d(FIVE, TILTED, GRID)
    for i, j in NODES:
        exact = forward_kl_2d(FIVE, gaussian_2d(np.array([GRID.x[j], GRID.y[i]]), TILTED)).kl
        assert values[i, j] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("p", [BISHOP, FIVE, THIN], ids=["bishop", "five", "thin"])
@pytest.mark.parametrize(
    "cov", [0.017**2 * np.eye(2), 0.04**2 * np.eye(2), np.diag([1.0, 0.05**2])], ids=["dot", "small", "long"]
)
def test_a_narrow_q_is_right_for_a_picture_and_takes_few_samples(p: Mixture2D, cov: np.ndarray) -> None:
    landscape = ReverseLandscape2D(GRID, cov)
    tracemalloc.start()
    values = landscape.evaluate(p)
    peak_mb = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert peak_mb < 60, "of 1536 samples a side alone 18 MB for each array"
    assert not landscape.is_resolved
    colours = 1e-5 * np.ptp(values)
    for i, j in NODES:
        exact = reverse_kl_2d(p, gaussian_2d(np.array([GRID.x[j], GRID.y[i]]), cov)).kl
        assert values[i, j] == pytest.approx(exact, abs=colours)


@pytest.mark.parametrize(
    ("half_width", "cov", "tolerance"),
    [
        (1000.0, ROUND, 2e-3),
        (1e5, ROUND, 1e-9),
        (5.0, np.diag([100.0, 4e-4]), 3e-2),
    ],
)
def test_a_window_too_wide_to_sample_q_in_takes_no_more_memory(
    half_width: float, cov: np.ndarray, tolerance: float
) -> None:
    grid = Grid2D.of(View2D((0.0, 0.0), half_width), 64)
    tracemalloc.start()
    landscape = ReverseLandscape2D(grid, cov)
    values = landscape.evaluate(BISHOP)
    peak_mb = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert peak_mb < 50
    assert not landscape.is_resolved
    for i, j in NODES[:4] // 4:
        exact = reverse_kl_2d(BISHOP, gaussian_2d(np.array([grid.x[j], grid.y[i]]), cov)).kl
        assert values[i, j] == pytest.approx(exact, rel=tolerance)


def test_a_long_narrow_q_in_a_wide_window_is_right_for_a_picture() -> None:
    grid, cov = Grid2D.of(View2D((0.0, 0.0), 200.0)), np.diag([400.0, 0.25])
    values = ReverseLandscape2D(grid, cov).evaluate(BISHOP)
    assert values.shape == (256, 256)
    half_a_colour = np.ptp(values) / 512
    for i, j in NODES:
        exact = reverse_kl_2d(BISHOP, gaussian_2d(np.array([grid.x[j], grid.y[i]]), cov)).kl
        assert values[i, j] == pytest.approx(exact, abs=half_a_colour)
