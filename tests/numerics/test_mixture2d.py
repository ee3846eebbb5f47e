"""Mixtures in the plane, against closed forms, finite differences and scipy."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix

COMPONENTS = (
    Component2D(3.0, (-2.0, -2.0), (0.09, 0.24, 1.0)),
    Component2D(1.0, (2.0, 1.0), (1.0, -0.24, 0.5)),
    Component2D(0.0, (9.0, 9.0), (1.0, 0.0, 1.0)),
)
POINTS = np.array([[0.0, 0.0], [-2.0, -1.5], [2.0, 1.0], [5.0, -7.0]])


@pytest.fixture
def p() -> Mixture2D:
    return Mixture2D(COMPONENTS)


def scipy_log_pdf(x: np.ndarray) -> np.ndarray:
    parts = [
        np.log(w) + multivariate_normal(c.mean, covariance_matrix(c.cov)).logpdf(x)
        for w, c in zip((0.75, 0.25), COMPONENTS[:2], strict=True)
    ]
    return np.logaddexp(*parts)


def test_zero_weights_are_dropped_and_the_rest_normalised(p: Mixture2D) -> None:
    assert p.weights == pytest.approx([0.75, 0.25])
    assert len(p) == 2


def test_log_pdf_is_scipys(p: Mixture2D) -> None:
    np.testing.assert_allclose(p.log_pdf(POINTS), scipy_log_pdf(POINTS), rtol=1e-12)


def test_score_is_the_slope_of_log_pdf(p: Mixture2D) -> None:
    step = 1e-6
    slopes = [
        (scipy_log_pdf(POINTS + step * e) - scipy_log_pdf(POINTS - step * e)) / (2 * step) for e in np.eye(2)
    ]
    np.testing.assert_allclose(p.score(POINTS), np.stack(slopes, axis=1), rtol=1e-6, atol=1e-6)


def test_grid_and_points_agree(p: Mixture2D) -> None:
    x, y = np.linspace(-5, 5, 7), np.linspace(-4, 6, 5)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    np.testing.assert_allclose(p.log_pdf_on_grid(x, y), scipy_log_pdf(points), rtol=1e-11)


def test_moments_are_those_of_a_large_sample(p: Mixture2D) -> None:
    n = 200_000
    points = p.sample(n, np.random.default_rng(7))
    standard_error = points.std(axis=0) / np.sqrt(n)
    assert np.all(np.abs(points.mean(axis=0) - p.mean) < 5 * standard_error)
    np.testing.assert_allclose(np.cov(points.T), p.cov, atol=0.03)


def test_entropy_of_one_gaussian_is_half_log_det() -> None:
    one = Mixture2D([Component2D(1.0, (3.0, -2.0), (0.5, 0.25, 1.0))])
    assert one.entropy() == pytest.approx(0.5 * np.log((2 * np.pi * np.e) ** 2 * (0.5 - 0.0625)), rel=1e-14)


def test_entropy_is_monte_carlos(p: Mixture2D) -> None:
    log_p = scipy_log_pdf(p.sample(100_000, np.random.default_rng(3)))
    assert abs(p.entropy() + log_p.mean()) < 5 * log_p.std() / np.sqrt(len(log_p))


def test_entropy_of_a_product_is_the_sum_of_the_1d_entropies() -> None:
    """x is the separated pair of needles of the 1-D reference (20 digits by mpmath), y a unit normal."""
    pair = Mixture2D([Component2D(1.0, (m, 0.0), (0.05**2, 0.0, 1.0)) for m in (-4.0, 4.0)])
    assert pair.entropy() == pytest.approx(-0.8836465598 + 0.5 * np.log(2 * np.pi * np.e), abs=1e-10)
    assert pair.entropy_error() < 1e-11


def test_no_components_are_refused() -> None:
    with pytest.raises(InputError, match="components"):
        Mixture2D([])
