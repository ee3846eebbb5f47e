"""z = μ + Lε has mean μ and covariance LLᵀ; and the picture's grid, circles and sample moments."""

import math

import numpy as np
import pytest

from dgm_explorer.numerics.gaussian_map import (
    GaussianMap,
    circle,
    draw_epsilon,
    grid_lines,
    mapped_moments,
    sample_moments,
)

TILTED = GaussianMap(np.array([3.0, -1.0]), np.array([[1.2, 0.4], [-0.7, 0.9]]))


@pytest.mark.parametrize("d", [1, 2, 3, 20])
@pytest.mark.parametrize("shape", [(), (7,), (4, 3)])
def test_is_the_affine_map(d: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(d)
    mean, factor, epsilon = rng.normal(size=d), rng.normal(size=(d, d)), rng.normal(size=(*shape, d))
    gaussian = GaussianMap(mean, factor)
    z = gaussian(epsilon)
    np.testing.assert_allclose(z, mean + np.einsum("ij,...j->...i", factor, epsilon), rtol=0, atol=1e-13)


def test_mean_and_covariance_of_the_points_are_those_of_the_map() -> None:
    moments = sample_moments(TILTED(draw_epsilon(5, 100_000)), TILTED.covariance)
    assert np.abs((moments.mean - TILTED.mean) / moments.mean_error).max() < 4
    off = (moments.covariance - TILTED.covariance) / moments.covariance_error
    assert np.abs(off).max() < 4


def test_a_missing_transpose_is_seen_at_once() -> None:
    moments = sample_moments(TILTED(draw_epsilon(5, 100_000)), TILTED.covariance)
    wrong = TILTED.factor.T @ TILTED.factor
    assert np.abs((moments.covariance - wrong) / moments.covariance_error).max() > 10


def test_standard_errors_are_the_scatter_over_many_samples() -> None:
    n, repeats = 20, 20_000
    z = TILTED(np.random.default_rng(1).standard_normal((repeats, n, 2)))
    one = sample_moments(z[0], TILTED.covariance)
    np.testing.assert_allclose(one.covariance, np.cov(z[0].T), rtol=1e-12)
    offsets = z - z.mean(axis=1, keepdims=True)
    covariances = np.einsum("rni,rnj->rij", offsets, offsets) / (n - 1)
    # a standard deviation over R repeats errs by 1/√(2R) of itself, more for the skew of χ²
    np.testing.assert_allclose(covariances.std(axis=0), one.covariance_error, rtol=0.03)
    np.testing.assert_allclose(z.mean(axis=1).std(axis=0), one.mean_error, rtol=0.03)
    assert (one.n, one.mean.shape, one.covariance.shape) == (n, (2,), (2, 2))


@pytest.mark.parametrize("n", [1, 2, 500])
def test_moments_of_the_noise_are_mapped_to_those_of_the_points(n: int) -> None:
    epsilon = draw_epsilon(4, n)
    ours = mapped_moments(TILTED, sample_moments(epsilon, np.eye(2)))
    points = sample_moments(TILTED(epsilon), TILTED.covariance)
    for name in ("mean", "mean_error", "covariance", "covariance_error"):
        np.testing.assert_allclose(getattr(ours, name), getattr(points, name), rtol=1e-10, atol=1e-13)


def test_one_point_has_no_covariance() -> None:
    moments = sample_moments(TILTED(draw_epsilon(0, 1)), TILTED.covariance)
    assert np.isnan(moments.covariance).all()
    assert np.isnan(moments.covariance_error).all()
    assert np.isfinite(moments.mean_error).all()


@pytest.mark.parametrize(("radius", "share"), [(1.0, 0.3934693402873666), (2.0, 0.8646647167633873)])
def test_the_image_of_a_circle_holds_what_the_circle_holds(radius: float, share: float) -> None:
    outline = TILTED(circle(radius, 721))
    z = TILTED(draw_epsilon(9, 40_000))
    # winding: a point is inside a convex polygon if it is left of every edge
    edges = np.roll(outline[:-1], -1, axis=0) - outline[:-1]
    is_inside = np.ones(len(z), dtype=bool)
    for start, edge in zip(outline[:-1], edges, strict=True):
        is_inside &= edge[0] * (z[:, 1] - start[1]) - edge[1] * (z[:, 0] - start[0]) > 0
    error = math.sqrt(share * (1 - share) / len(z))
    assert abs(is_inside.mean() - share) < 4 * error + 1e-5


def test_a_circle_is_closed_and_round() -> None:
    outline = circle(2.0, 37)
    np.testing.assert_allclose(outline[0], [2, 0])
    np.testing.assert_allclose(outline[-1], [2, 0], atol=1e-14)
    np.testing.assert_allclose(np.hypot(*outline.T), 2)


def test_grid_lines_cover_the_square() -> None:
    lines = grid_lines(3.0, 0.5)
    assert lines.shape == (26, 2, 2)
    upright = lines[lines[:, 0, 0] == lines[:, 1, 0]]
    np.testing.assert_allclose(np.sort(upright[:, 0, 0]), np.arange(-3, 3.25, 0.5))
    assert (np.abs(lines).max(axis=(1, 2)) == 3).all()


def test_images_of_grid_lines_are_straight() -> None:
    line = grid_lines(2.0, 1.0)[3]
    middle = TILTED(0.5 * (line[0] + line[1]))
    np.testing.assert_allclose(middle, TILTED(line).mean(axis=0), atol=1e-15)


def test_more_points_begin_with_the_same_ones() -> None:
    few, many = draw_epsilon(3, 50), draw_epsilon(3, 5000)
    np.testing.assert_array_equal(few, many[:50])
    assert not np.array_equal(few, draw_epsilon(4, 50))
    with pytest.raises(ValueError, match="read-only"):
        few[0] = 0


@pytest.mark.parametrize(
    ("factor", "is_singular"),
    [
        ([[1.0, 0.0], [2.0, 0.0]], True),
        ([[0.0, 0.0], [0.0, 0.0]], True),
        ([[1e-6, 0.0], [1000.0, 1e-6]], True),
        ([[1.0, 0.0], [0.0, 1e-6]], False),
        ([[-1.0, 0.0], [0.0, -1.0]], False),
        ([[0.0]], True),
        ([[1e-6]], False),
    ],
)
def test_singular_maps_are_known(factor: list[list[float]], is_singular: bool) -> None:
    assert GaussianMap(np.zeros(len(factor)), np.array(factor)).is_singular == is_singular
