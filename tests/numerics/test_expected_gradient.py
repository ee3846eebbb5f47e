"""The exact gradient against closed forms, mpmath, scipy and fine lattices; variances against Monte Carlo."""

import math
from dataclasses import replace
from itertools import product

import mpmath
import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import softmax

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import MapEstimator, ObjectiveName, ReparamState
from dgm_explorer.numerics.expected_gradient import (
    ExpectedGradient,
    estimator_variance,
    expected_gradient,
    quick_gradient,
)
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.map_gradients import estimate_gradient
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.numerics.objectives import (
    Banana,
    LineTarget,
    Objective,
    PlaneTarget,
    Quadratic,
    TwoWells,
    make_objective,
)
from dgm_explorer.numerics.reparam import Parametrisation, parameters_of, parametrisation_of

MEAN = np.array([0.4, -0.3])
FACTOR = np.array([[0.9, 0.2], [0.5, -0.6]])
LINE = [Component1D(0.3, -2.0, 0.5), Component1D(0.7, 3.0, 0.2)]
PLANE = [
    Component2D(0.4, (-1.5, 0.5), (0.3, 0.1, 0.5)),
    Component2D(0.6, (1.0, -0.5), (0.4, -0.2, 0.3)),
]


def by_lattice(objective: Objective, gaussian: GaussianMap, spacing: float = 0.05) -> ExpectedGradient:
    """The trapezoid rule written down plainly, so fine that its error is that of rounding."""
    axis = np.arange(-9, 9 + spacing / 2, spacing)
    d = len(gaussian.mean)
    epsilon = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weight = np.exp(-0.5 * (epsilon**2).sum(axis=1)) * (spacing / math.sqrt(2 * math.pi)) ** d
    z = gaussian.mean + epsilon @ gaussian.factor.T
    slope = objective.gradient(z)
    gradient = type(expected_gradient(Banana(), gaussian).gradient)(
        weight @ slope, np.einsum("n,ni,nj->ij", weight, slope, epsilon)
    )
    return ExpectedGradient(float(weight @ objective.value(z)), gradient, 0.0)


def require_equal(ours: ExpectedGradient, theirs: ExpectedGradient, atol: float) -> None:
    assert ours.value == pytest.approx(theirs.value, abs=atol)
    np.testing.assert_allclose(ours.gradient.mean, theirs.gradient.mean, rtol=0, atol=atol)
    np.testing.assert_allclose(ours.gradient.factor, theirs.gradient.factor, rtol=0, atol=atol)


def test_quadratic_in_closed_form() -> None:
    target = np.array([2.0, -1.0])
    ours = expected_gradient(Quadratic(target), GaussianMap(MEAN, FACTOR))
    assert ours.value == pytest.approx(0.5 * ((MEAN - target) ** 2).sum() + 0.5 * (FACTOR**2).sum())
    np.testing.assert_allclose(ours.gradient.mean, MEAN - target, rtol=1e-14)
    np.testing.assert_allclose(ours.gradient.factor, FACTOR, rtol=1e-13)


@pytest.mark.parametrize("objective", [Banana(), TwoWells()])
@pytest.mark.parametrize("d", [1, 2])
def test_polynomials(objective: Objective, d: int) -> None:
    gaussian = GaussianMap(MEAN[:d], FACTOR[:d, :d])
    require_equal(expected_gradient(objective, gaussian), by_lattice(objective, gaussian, 0.1), 1e-12)


def test_two_wells_on_the_line_by_hand() -> None:
    """E z⁴ = μ⁴ + 6μ²σ² + 3σ⁴, so E f = (that − 2a²(μ² + σ²) + a⁴)/(8a²)."""
    mu, sigma, a2 = 0.7, 1.3, 4.0
    ours = expected_gradient(TwoWells(), GaussianMap(np.array([mu]), np.array([[sigma]])))
    fourth = mu**4 + 6 * mu**2 * sigma**2 + 3 * sigma**4
    assert ours.value == pytest.approx((fourth - 2 * a2 * (mu**2 + sigma**2) + a2**2) / (8 * a2))
    slope = 4 * mu**3 + 12 * mu * sigma**2 - 4 * a2 * mu
    assert ours.gradient.mean[0] == pytest.approx(slope / (8 * a2))
    slope = 12 * mu**2 * sigma + 12 * sigma**3 - 4 * a2 * sigma
    assert ours.gradient.factor[0, 0] == pytest.approx(slope / (8 * a2))


@pytest.mark.parametrize("sigma", [1.0, -1.0, 0.02, 4.0])
@pytest.mark.parametrize("mu", [0.0, 1.6])
def test_a_target_on_the_line_against_scipy(mu: float, sigma: float) -> None:
    objective = LineTarget(Mixture1D(LINE))
    ours = expected_gradient(objective, GaussianMap(np.array([mu]), np.array([[sigma]])))

    def slope(epsilon: float) -> float:
        z = mu + sigma * epsilon
        shares = softmax([math.log(c.weight) + stats.norm.logpdf(z, c.mu, c.sigma) for c in LINE])
        return float(sum(s * (z - c.mu) / c.sigma**2 for s, c in zip(shares, LINE, strict=True)))

    def kinks(lo: int) -> list[float]:
        """Where the components change places, at 1.57 and 6.33, and a little on both sides."""
        places = [(place - mu) / sigma for place in (1.5, 1.57, 1.65, 6.25, 6.33, 6.4)]
        return [place for place in places if lo < place < lo + 1]

    for power, entry in ((0, ours.gradient.mean[0]), (1, ours.gradient.factor[0, 0])):
        expected = sum(
            integrate.quad(
                lambda e, power=power: slope(e) * e**power * stats.norm.pdf(e),
                lo,
                lo + 1,
                points=kinks(lo) or None,
                epsabs=1e-12,
                limit=200,
            )[0]
            for lo in range(-9, 9)
        )
        assert entry == pytest.approx(expected, abs=1e-9)


def test_one_gaussian_in_the_plane_in_closed_form() -> None:
    cov = np.array([[0.5, 0.2], [0.2, 0.8]])
    p = Mixture2D([Component2D(1.0, (1.0, 2.0), (0.5, 0.2, 0.8))])
    ours = expected_gradient(PlaneTarget(p), GaussianMap(MEAN, FACTOR))
    np.testing.assert_allclose(ours.gradient.mean, np.linalg.solve(cov, MEAN - [1, 2]), rtol=1e-11)
    np.testing.assert_allclose(ours.gradient.factor, np.linalg.solve(cov, FACTOR), rtol=1e-11)
    assert ours.error < 1e-9


@pytest.mark.parametrize("factor", [FACTOR, 0.05 * FACTOR, 2 * FACTOR.T])
def test_a_target_in_the_plane(factor: np.ndarray) -> None:
    objective, gaussian = PlaneTarget(Mixture2D(PLANE)), GaussianMap(MEAN, factor)
    truth = by_lattice(objective, gaussian, 0.05)
    require_equal(expected_gradient(objective, gaussian), truth, 1e-9)
    quick = quick_gradient(objective, gaussian)
    require_equal(quick, truth, quick.error + 1e-12)
    assert quick.error < 0.01


@pytest.mark.parametrize("thickness", [0.0, 1e-9, 1e-6, 1e-4, 1e-3, 1.4e-3, 2e-3, 1e-2])
@pytest.mark.parametrize("angle", [0.0, 0.6])
def test_thin_maps(thickness: float, angle: float) -> None:
    """A map onto a line, or nearly: against a lattice along it that is fine, and smooth across."""
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    factor = np.array([[1.1, 0.0], [-0.4, 0.0]]) + thickness * np.array([[0.0, 0.4], [0.0, 1.1]])
    objective, gaussian = PlaneTarget(Mixture2D(PLANE)), GaussianMap(MEAN, factor @ turn)
    require_equal(expected_gradient(objective, gaussian), by_lattice(objective, gaussian, 0.05), 1e-8)


def test_a_constant_map_sees_one_point() -> None:
    plane = PlaneTarget(Mixture2D(PLANE))
    ours = expected_gradient(plane, GaussianMap(MEAN, np.zeros((2, 2))))
    np.testing.assert_allclose(ours.gradient.mean, plane.gradient(MEAN), rtol=1e-12)
    np.testing.assert_allclose(ours.gradient.factor, 0, atol=1e-15)
    line = LineTarget(Mixture1D(LINE))
    ours = expected_gradient(line, GaussianMap(MEAN[:1], np.zeros((1, 1))))
    np.testing.assert_allclose(ours.gradient.mean, line.gradient(MEAN[:1]), rtol=1e-12)
    np.testing.assert_allclose(ours.gradient.factor, 0, atol=1e-15)


def test_the_value_on_the_line_against_mpmath() -> None:
    """E −log p of one Gaussian: ½ log 2πs² + (σ² + (μ − m)²)/(2s²)."""
    p = Mixture1D([Component1D(1.0, -1.0, 0.3)])
    ours = expected_gradient(LineTarget(p), GaussianMap(np.array([0.7]), np.array([[1.9]])))
    value = mpmath.log(2 * mpmath.pi * 0.3**2) / 2 + (1.9**2 + 1.7**2) / (2 * 0.3**2)
    assert ours.value == pytest.approx(float(value), rel=1e-12)


def case(name: ObjectiveName, dimension: int) -> tuple[Objective, Parametrisation, np.ndarray]:
    """An objective, and a θ at which estimators scatter."""
    state = ReparamState(
        dimension=dimension, objective=name, mean=(0.6, -0.4), raw_diagonal=(-0.3, -0.6), off_diagonal=0.3
    )
    objective = make_objective(state, replace(KLState(), p2=tuple(PLANE)))
    return objective, parametrisation_of(state), parameters_of(state)


def squared_errors(
    estimator: MapEstimator,
    objective: Objective,
    parametrisation: Parametrisation,
    theta: np.ndarray,
    epsilon: np.ndarray,
) -> np.ndarray:
    """(ĝ − ∇)² of each estimate, (R, p)."""
    gaussian = parametrisation.make_map(theta)
    exact = parametrisation.pull_back(theta, expected_gradient(objective, gaussian).gradient)
    gradient = estimate_gradient(estimator, gaussian, objective, epsilon)
    return (parametrisation.pull_back(theta, gradient) - exact) ** 2


@pytest.mark.parametrize("estimator", ["pathwise", "score", "score_baseline"])
@pytest.mark.parametrize("name", ["quadratic", "banana", "two_wells"])
@pytest.mark.parametrize(("dimension", "n_samples"), [(1, 1), (2, 1), (1, 2), (2, 2), (1, 4)])
def test_variance_of_an_estimate_of_a_polynomial(
    estimator: MapEstimator, name: ObjectiveName, dimension: int, n_samples: int
) -> None:
    """Against Gauss–Hermite over all the random numbers of an estimate at once, which is exact."""
    objective, parametrisation, theta = case(name, dimension)
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    size = dimension * n_samples
    epsilon = np.array(list(product(nodes, repeat=size))).reshape(-1, n_samples, dimension)
    weight = np.prod(np.array(list(product(weights / weights.sum(), repeat=size))), axis=1)
    expected = weight @ squared_errors(estimator, objective, parametrisation, theta, epsilon)
    ours = estimator_variance(estimator, parametrisation, theta, objective, n_samples)
    np.testing.assert_allclose(ours.variance, expected, rtol=1e-10)
    assert ours.total == pytest.approx(expected.sum())
    assert ours.is_exact


@pytest.mark.parametrize("estimator", ["pathwise", "score", "score_baseline"])
@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("n_samples", [1, 2, 5])
def test_variance_of_an_estimate_of_a_target(estimator: MapEstimator, dimension: int, n_samples: int) -> None:
    """Against the scatter of many estimates, in units of its own standard error."""
    objective, parametrisation, theta = case("kl_target", dimension)
    repeats = 20_000
    epsilon = np.random.default_rng(n_samples).standard_normal((repeats, n_samples, dimension))
    squares = squared_errors(estimator, objective, parametrisation, theta, epsilon)
    ours = estimator_variance(estimator, parametrisation, theta, objective, n_samples)
    z = (squares.mean(axis=0) - ours.variance) / (squares.std(axis=0) / math.sqrt(repeats))
    assert np.abs(z).max() < 4.5
    assert ours.is_exact == (dimension == 1)


def test_variance_of_the_exact_gradient_is_zero_and_a_singular_score_has_none() -> None:
    state = ReparamState(activation="relu", raw_diagonal=(1.0, -1.0))
    parametrisation, theta = parametrisation_of(state), parameters_of(state)
    assert estimator_variance("exact", parametrisation, theta, Banana(), 10).total == 0
    assert estimator_variance("pathwise", parametrisation, theta, Banana(), 10).total > 0
    with pytest.raises(InputError, match="Σ is singular"):
        estimator_variance("score", parametrisation, theta, Banana(), 10)
