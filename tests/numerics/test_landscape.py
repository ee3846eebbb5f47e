"""Whole landscapes against point values and independent integrals, on every kind of hard mixture."""

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.divergence import forward_kl_values, reverse_kl_derivatives, reverse_kl_values
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape, forward_landscape
from dgm_explorer.numerics.mixture import ComplexZeros, Mixture1D
from dgm_explorer.numerics.pyramid import GaussianPyramid
from tests.numerics import line_reference as reference

VIEW = View1D()
GRID = Grid1D.of(VIEW)
LANDSCAPE = ReverseLandscape(GRID)


def some_points(rng: np.random.Generator, grid: Grid1D, n: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, len(grid.sigma), n), rng.integers(0, len(grid.mu), n)


def assert_agrees_with_points(grid: Grid1D, value: np.ndarray, p: Mixture1D, rtol: float) -> None:
    """Compare at random points and at the lowest ones, where relative accuracy is hardest."""
    rows, columns = some_points(np.random.default_rng(0), grid, 150)
    lowest = np.argsort(value, axis=None)[:30]
    rows = np.concatenate([rows, lowest // len(grid.mu)])
    columns = np.concatenate([columns, lowest % len(grid.mu)])
    expected = reverse_kl_values(p, grid.mu[columns], grid.sigma[rows])
    np.testing.assert_allclose(value[rows, columns], expected, rtol=rtol)


def test_grid_covers_the_view_in_log_sigma() -> None:
    assert (GRID.mu[0], GRID.mu[-1]) == (VIEW.mu_lo, VIEW.mu_hi)
    assert GRID.sigma[[0, -1]] == pytest.approx([VIEW.sigma_lo, VIEW.sigma_hi], rel=1e-15)
    np.testing.assert_allclose(np.diff(np.log(GRID.sigma)), np.log(200) / 255, rtol=1e-9)


@pytest.mark.parametrize("seed", range(21))
def test_reverse_landscape_of_hard_mixtures(seed: int) -> None:
    p = reference.hard_case(seed).p
    assert_agrees_with_points(GRID, LANDSCAPE.evaluate(p), p, rtol=5e-11)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_reverse_landscape_against_an_independent_integral(seed: int) -> None:
    case = reference.hard_case(seed)
    value = LANDSCAPE.evaluate(case.p)
    for row, column in zip(*some_points(np.random.default_rng(seed), GRID, 6), strict=True):
        q = Gaussian1D(float(GRID.mu[column]), float(GRID.sigma[row]))
        expected = reference.reverse_kl(case.components, q)
        assert value[row, column] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("view", "shape"),
    [
        (View1D(-8, 8, 1e-6, 10), (64, 64)),
        (View1D(-8, 8, 1e-5, 1e-3), (20, 256)),
        (View1D(-8, 8, 0.05, 1e6), (64, 100)),
        (View1D(2.99, 3.01, 0.05, 10), (40, 256)),
        (View1D(-5000, 5000, 0.5, 10), (40, 256)),
        (View1D(3, 3.001, 1e-5, 1e-3), (40, 33)),
        (View1D(-8, 8, 1.0, 1.001), (1, 2)),
    ],
)
def test_any_view_is_served(view: View1D, shape: tuple[int, int]) -> None:
    """Rows far narrower or wider than a column, zooms and overviews."""
    p = Mixture1D([Component1D(0.5, 3, 0.002), Component1D(0.3, -3, 1), Component1D(0.2, 2, 0.3)])
    grid = Grid1D.of(view, n_mu=shape[1], n_sigma=shape[0])
    value = ReverseLandscape(grid).evaluate(p)
    assert value.shape == shape
    assert_agrees_with_points(grid, value, p, rtol=5e-11)


@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_gradient_field_agrees_with_point_derivatives(seed: int) -> None:
    p = reference.hard_case(seed).p
    field = LANDSCAPE.evaluate_with_gradient(p)
    rows, columns = some_points(np.random.default_rng(1), GRID, 100)
    expected = reverse_kl_derivatives(p, GRID.mu[columns], GRID.sigma[rows])
    size = (1 + np.abs(expected.value)) / GRID.sigma[rows]
    np.testing.assert_array_less(np.abs(field.d_mu[rows, columns] - expected.gradient[:, 0]) / size, 1e-9)
    np.testing.assert_array_less(
        np.abs(field.d_log_sigma[rows, columns] - expected.gradient[:, 1]) / (1 + np.abs(expected.value)),
        1e-9,
    )
    np.testing.assert_allclose(field.value, LANDSCAPE.evaluate(p), rtol=1e-9)


def test_forward_landscape_is_the_closed_form() -> None:
    p = Mixture1D([Component1D(0.3, -2, 0.5), Component1D(0.7, 3, 1)])
    value = forward_landscape(p, GRID)
    mean, variance = 1.5, 0.3 * (0.25 + 3.5**2) + 0.7 * (1 + 1.5**2)
    entropy = 1.8204953675189342899  # kl_reference.json, easy_asym
    expected = (
        -entropy
        + np.log(GRID.sigma)[:, None]
        + 0.5 * np.log(2 * np.pi)
        + (variance + (mean - GRID.mu) ** 2) / (2 * GRID.sigma[:, None] ** 2)
    )
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(value[7], forward_kl_values(p, GRID.mu, GRID.sigma[7]), rtol=1e-14)


def test_pyramid_blurs_any_function() -> None:
    """E cos(kx) = cos(kμ) exp(−k²σ²/2), with derivatives; the rows need not be ordered."""
    mu, sigma = np.linspace(-3, 3, 61), np.array([2.0, 0.01, 0.3, 5.0, 1e-4])
    pyramid = GaussianPyramid(mu, sigma, has_derivatives=True)
    fields = pyramid.expectation(lambda x: np.cos(0.7 * x), ComplexZeros(np.empty(0), np.empty(0)))
    damped = np.exp(-0.5 * (0.7 * sigma[:, None]) ** 2)
    np.testing.assert_allclose(fields[0], damped * np.cos(0.7 * mu), atol=1e-12)
    np.testing.assert_allclose(fields[1], -0.7 * damped * np.sin(0.7 * mu), atol=1e-9)
    np.testing.assert_allclose(fields[2], -0.49 * damped * np.cos(0.7 * mu), atol=1e-5)
