"""Factors of Σ against LAPACK's decompositions of Σ itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.numerics.factor import (
    cholesky_factor,
    describe_covariance,
    factor_of_axes,
    split_factor,
    turned_factor,
)

entries = st.floats(-5, 5).map(lambda x: round(x, 3))
matrices = st.lists(entries, min_size=4, max_size=4).map(lambda v: np.array(v).reshape(2, 2))


def rotated(lengths: tuple[float, float], angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    return turn @ np.diag(np.square(lengths)) @ turn.T


@given(matrices)
def test_every_factor_has_the_same_covariance(A: np.ndarray) -> None:  # noqa: N803
    cov = A @ A.T
    for other in (cholesky_factor(A), turned_factor(A, 1.1)):
        np.testing.assert_allclose(other @ other.T, cov, atol=1e-12)


@given(matrices)
def test_cholesky_is_lower_with_a_diagonal_that_is_not_negative(A: np.ndarray) -> None:  # noqa: N803
    factor = cholesky_factor(A)
    assert factor[0, 1] == 0
    assert (np.diagonal(factor) >= 0).all()
    if abs(np.linalg.det(A)) > 0.05:
        np.testing.assert_allclose(factor, np.linalg.cholesky(A @ A.T), rtol=1e-7, atol=1e-9)


@given(matrices)
def test_description_is_that_of_the_eigenvalue_problem(A: np.ndarray) -> None:  # noqa: N803
    cov = A @ A.T
    shape = describe_covariance(A)
    np.testing.assert_allclose(shape.eigenvalues[::-1], np.linalg.eigvalsh(cov), atol=1e-12)
    np.testing.assert_allclose(cov @ shape.axes, shape.axes * shape.eigenvalues, atol=1e-11)
    np.testing.assert_allclose(np.linalg.det(shape.axes), 1)
    assert -math.pi / 2 < shape.angle <= math.pi / 2
    np.testing.assert_allclose(shape.axes[:, 0], [math.cos(shape.angle), math.sin(shape.angle)], atol=1e-14)


@given(st.floats(0.01, 50), st.floats(0.01, 50), st.floats(-7, 7))
def test_axes_and_rotation_there_and_back(a: float, b: float, angle: float) -> None:
    long, short = max(a, b) * 1.01, min(a, b)
    factor = factor_of_axes((long, short), angle)
    np.testing.assert_allclose(factor @ factor.T, rotated((long, short), angle), rtol=1e-10, atol=1e-12)
    shape = describe_covariance(factor)
    np.testing.assert_allclose(np.sqrt(shape.eigenvalues), [long, short], rtol=1e-9)
    off = (shape.angle - angle) % math.pi  # an ellipse turned by π is the same
    assert min(off, math.pi - off) < 1e-7


def test_correlation() -> None:
    assert describe_covariance(np.array([[2.0, 0], [1.2, 1.6]])).correlation == pytest.approx(0.6)
    assert describe_covariance(np.array([[1.0, 0], [-3.0, 0]])).correlation == -1
    assert math.isnan(describe_covariance(np.array([[0.0, 0], [1.0, 0]])).correlation)


def test_a_narrow_axis_is_not_lost_in_the_wide_one() -> None:
    factor = factor_of_axes((1000.0, 1e-6), 0.3)
    assert math.sqrt(describe_covariance(factor).eigenvalues[1]) == pytest.approx(1e-6, rel=1e-4)


@given(matrices)
def test_a_factor_is_cholesky_after_a_turn(A: np.ndarray) -> None:  # noqa: N803
    split = split_factor(A)
    c, s = math.cos(split.angle), math.sin(split.angle)
    turn = np.array([[c, -s], [s, c]]) @ np.diag([1, -1 if split.is_reflected else 1])
    np.testing.assert_allclose(split.cholesky @ turn, A, atol=1e-12)


def test_singular_factors_have_a_cholesky_factor_too() -> None:
    factor = cholesky_factor(np.array([[0.0, 0.0], [3.0, 4.0]]))
    np.testing.assert_allclose(np.abs(factor @ factor.T), [[0, 0], [0, 25]], atol=1e-14)


def test_cholesky_in_many_dimensions() -> None:
    A = np.random.default_rng(0).normal(size=(6, 6))
    np.testing.assert_allclose(cholesky_factor(A), np.linalg.cholesky(A @ A.T), rtol=1e-8, atol=1e-10)
