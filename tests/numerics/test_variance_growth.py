"""Variance in many dimensions: closed forms against quadrature, Monte Carlo and known rates of growth."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from dgm_explorer.core.reparam_state import MapEstimator, ReparamState
from dgm_explorer.numerics.variance_growth import (
    ESTIMATORS,
    GrowthPoint,
    Sweep,
    run_sweep,
    sweep_of,
    total_variance,
)

SETTINGS = ((0.7, 1.3), (-2.0, 0.4), (0.0, 1.0))


def by_quadrature(estimator: MapEstimator, d: int, n: int, offset: float, sigma: float) -> list[float]:
    """Variance of the *estimate* by Gauss–Hermite over all N·d random numbers, exact for polynomials."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    total = d * n
    epsilon = np.array(list(product(nodes, repeat=total))).reshape(-1, n, d)
    weight = np.prod(np.array(list(product(weights / weights.sum(), repeat=total))), axis=1)
    slope = offset + sigma * epsilon
    f = 0.5 * (slope**2).sum(axis=2)
    if estimator == "pathwise":
        mean, scale = slope, slope * epsilon
    else:
        if estimator == "score_baseline" and n > 1:
            f = f - (f.sum(axis=1, keepdims=True) - f) / (n - 1)
        mean = f[..., None] * epsilon / sigma
        scale = f[..., None] * (epsilon**2 - 1) / sigma
    return [
        float(weight @ ((terms.mean(axis=1) - exact) ** 2).sum(axis=1))
        for terms, exact in ((mean, offset), (scale, sigma))
    ]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(("d", "n"), [(1, 1), (2, 1), (4, 1), (1, 2), (2, 2), (1, 4)])
@pytest.mark.parametrize(("offset", "sigma"), SETTINGS)
def test_closed_form_against_quadrature(
    estimator: MapEstimator, d: int, n: int, offset: float, sigma: float
) -> None:
    ours = total_variance(estimator, d, n, offset, sigma)
    np.testing.assert_allclose(ours, by_quadrature(estimator, d, n, offset, sigma), rtol=1e-11)


@pytest.fixture(scope="module")
def measured() -> list[GrowthPoint]:
    places = ((1, 10), (3, 1), (17, 4), (64, 10), (512, 2))
    sweep = Sweep(0.7, 1.3, places, repeats=4000, seed=1)
    last = {(p.dimension, p.n_samples, p.estimator): p for column in run_sweep(sweep) for p in column}
    return list(last.values())


def test_closed_form_against_the_measurement(measured: list[GrowthPoint]) -> None:
    assert len(measured) == 15
    for point in measured:
        for value, error, exact in zip(point.measured, point.error, point.exact, strict=True):
            assert abs(value - exact) < 4.5 * error, point


@pytest.mark.parametrize("wrong", [0.5, 2.0])
def test_a_wrong_constant_would_be_seen(measured: list[GrowthPoint], wrong: float) -> None:
    for estimator in ESTIMATORS:
        points = [point for point in measured if point.estimator == estimator]
        assert max(abs(p.measured.mean - wrong * p.exact.mean) / p.error.mean for p in points) > 10


@pytest.mark.parametrize(("estimator", "power"), [("pathwise", 1), ("score", 3), ("score_baseline", 2)])
def test_growth_with_dimension(estimator: MapEstimator, power: int) -> None:
    """At σ = 1, δ = 1 and large N: d for pathwise, d³ for the score function, d² with a baseline."""
    first, second = (total_variance(estimator, d, 1000, 1.0, 1.0).mean for d in (2**14, 2**15))
    assert math.log2(second / first) == pytest.approx(power, abs=0.01)


def test_signal_to_noise_of_the_pathwise_gradient_does_not_fall_with_dimension(
    measured: list[GrowthPoint],
) -> None:
    for point in measured:
        if point.estimator == "pathwise":
            noise = math.sqrt(point.exact.mean)
            assert point.signal_to_noise.mean == pytest.approx(0.7 * math.sqrt(point.dimension) / noise)
            assert point.signal_to_noise.mean == pytest.approx(0.7 / 1.3 * math.sqrt(point.n_samples))


def test_a_sweep_comes_in_pieces_and_twice_the_same() -> None:
    sweep = Sweep(1.0, 1.0, ((512, 10), (2, 10)), repeats=100, seed=3)
    first, second = list(run_sweep(sweep)), list(run_sweep(sweep))
    assert first == second
    counts = [column[0].n_estimates for column in first if column[0].dimension == 512]
    assert counts == sorted(set(counts))
    assert len(counts) > 3
    assert counts[-1] == first[-1][0].n_estimates == 100
    assert [point.estimator for point in first[0]] == list(ESTIMATORS)


def test_a_single_estimate_has_no_standard_error() -> None:
    (column,) = run_sweep(Sweep(1.0, 1.0, ((2, 3),), repeats=1))
    assert math.isnan(column[0].error.mean)
    assert math.isfinite(column[0].measured.scale)


def test_a_sweep_of_the_state() -> None:
    state = ReparamState(
        mean=(2.0, 0.0), target=(1.0, 1.0), raw_diagonal=(0.0, 0.0), off_diagonal=0.0, n_samples=7
    )
    sweep = sweep_of(replace(state, sweep_dimensions=(1, 5)))
    assert (sweep.offset, sweep.sigma, sweep.places) == (1.0, 1.0, ((1, 7), (5, 7)))
    over_n = sweep_of(replace(state, growth="samples", sweep_dimensions=(1, 5)))
    assert {d for d, _ in over_n.places} == {5}
    assert over_n.places[0] == (5, 1)
    dead = sweep_of(replace(state, activation="relu", raw_diagonal=(-1.0, -1.0)))
    assert dead.sigma == 1e-3
