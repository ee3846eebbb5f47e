"""Principal planes against scikit-learn, and the steadiness of their axes."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA

from dgm_explorer.numerics.pca import principal_plane


def codes(seed: int = 0, n: int = 800, dimension: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(n, dimension)) * np.linspace(3.0, 0.5, dimension) @ _rotation(dimension, seed) + 1.5
    )


def _rotation(dimension: int, seed: int) -> np.ndarray:
    q, _ = np.linalg.qr(np.random.default_rng(seed + 100).normal(size=(dimension, dimension)))
    return q


def test_axes_and_shares_are_those_of_scikit_learn() -> None:
    z = codes()
    plane, reference = principal_plane(z), PCA(2).fit(z)
    assert np.abs(np.sum(plane.axes * reference.components_, axis=1)) == pytest.approx([1, 1], abs=1e-9)
    assert plane.shares == pytest.approx(reference.explained_variance_ratio_, rel=1e-9)
    assert plane.mean == pytest.approx(reference.mean_, abs=1e-12)


def test_lifting_is_the_inverse_of_projecting_on_the_plane() -> None:
    z, reference = codes(), PCA(2).fit(codes())
    plane = principal_plane(z)
    lifted = plane.lift(plane.project(z))
    assert lifted == pytest.approx(reference.inverse_transform(reference.transform(z)), abs=1e-9)
    assert plane.project(lifted) == pytest.approx(plane.project(z), abs=1e-9)


def test_projected_covariances_are_those_of_projected_samples() -> None:
    plane = principal_plane(codes())
    variances = np.array([0.5, 2.0, 0.1, 1.0, 3.0])
    n = 200_000
    samples = plane.project(np.random.default_rng(1).normal(size=(n, 5)) * np.sqrt(variances))
    expected, found = plane.project_variances(variances[None])[0], np.cov(samples.T)
    errors = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / n)
    assert np.all(np.abs(found - expected) < 4 * errors)


def test_a_moved_code_projects_to_its_place_and_changes_in_the_plane_only() -> None:
    plane, code = principal_plane(codes()), np.array([1.0, -2.0, 0.5, 3.0, 0.0])
    moved = plane.moved(code, np.array([4.0, -1.0]))
    assert plane.project(moved) == pytest.approx([4.0, -1.0])
    off_plane = np.eye(5) - plane.axes.T @ plane.axes
    assert off_plane @ moved == pytest.approx(off_plane @ code)


def test_first_axes_have_a_fixed_sign() -> None:
    for seed in range(5):
        axes = principal_plane(codes(seed)).axes
        assert all(axis[np.abs(axis).argmax()] > 0 for axis in axes)


@pytest.mark.parametrize("seed", range(10))
def test_axes_of_equal_variance_neither_flip_nor_spin(seed) -> None:
    """Two leading variances that are equal leave the eigenvectors without a direction."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(3000, 4)) * [2.0, 2.0, 0.3, 0.3]
    plane = principal_plane(z)
    for _ in range(5):
        z = z + rng.normal(0.0, 0.02, z.shape) * [1.0, 1.0, 0.1, 0.1]
        older, plane = plane, principal_plane(z, plane)
        assert np.sum(plane.axes * older.axes, axis=1) == pytest.approx([1, 1], abs=1e-3)


def test_a_turned_plane_is_the_same_plane_with_true_shares() -> None:
    z = codes()
    older = principal_plane(z)
    angle = 0.6
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = principal_plane(z, type(older)(older.mean, turn @ older.axes, older.shares, turn))
    assert turned.turned_by_deg(0) == pytest.approx(np.degrees(angle))
    variance = np.var(turned.project(z), axis=0) / np.var(z, axis=0).sum()
    assert turned.shares == pytest.approx(variance, rel=1e-9)


def test_rows_that_are_not_finite_are_left_out() -> None:
    z = codes()
    with_nan = np.concatenate([z, [[np.nan] * 5, [np.inf] * 5]])
    assert principal_plane(with_nan).axes == pytest.approx(principal_plane(z).axes)


@pytest.mark.parametrize("z", [np.zeros((0, 3)), np.full((4, 3), np.nan), np.ones((5, 3))])
def test_codes_without_spread_still_give_a_plane(z) -> None:
    plane = principal_plane(z)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2))
    assert plane.shares == pytest.approx([0, 0])


def test_a_plane_of_another_dimension_is_ignored() -> None:
    older = principal_plane(codes(dimension=4))
    assert principal_plane(codes(), older).axes == pytest.approx(principal_plane(codes()).axes)


def test_axes_settle_on_the_components_a_little_at_a_time() -> None:
    z = codes()
    fresh = principal_plane(z)
    angle = np.radians(33)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    plane = replace(fresh, axes=spin @ fresh.axes)
    for _ in range(12):
        older, plane = plane, principal_plane(z, plane, settle_deg=3.0)
        cosines = np.clip(np.sum(older.axes * plane.axes, axis=1), -1, 1)
        assert np.degrees(np.arccos(cosines)).max() < 3.001
    assert np.abs(plane.turn) == pytest.approx(np.eye(2), abs=1e-9)
    assert plane.shares == pytest.approx(fresh.shares, rel=1e-9)


def test_axes_of_equal_variances_do_not_spin() -> None:
    rng = np.random.default_rng(0)
    first = principal_plane(rng.normal(size=(5000, 4)))
    second = principal_plane(
        rng.normal(size=(5000, 4)) @ np.diag([1.0, 1.0, 0.5, 0.5]), first, settle_deg=3.0
    )
    third = principal_plane(
        rng.normal(size=(5000, 4)) @ np.diag([1.0, 1.0, 0.5, 0.5]), second, settle_deg=3.0
    )
    assert np.sum(second.axes * third.axes, axis=1) == pytest.approx([1, 1], abs=0.01)
