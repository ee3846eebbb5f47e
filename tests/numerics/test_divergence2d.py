"""Point values in the plane: published digits, 1-D values by mpmath, closed forms, finite differences."""

import math

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.numerics.divergence2d import (
    SampledPlane,
    expectation_under,
    forward_kl_2d,
    reverse_kl_2d,
    square_root,
)
from dgm_explorer.numerics.gaussian_chart import locate, moved
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix, gaussian_2d, rotation
from tests.numerics.planar_cases import BISHOP, CASES, FIVE, THIN, mixture

POINTS = {
    "a": Gaussian2D((0.5, 0.3), (0.25, 0.0, 0.25)),
    "b": Gaussian2D((-1.0, 0.5), (1.0, 0.32, 0.16)),
    "c": Gaussian2D((2.0, -2.0), (0.04, -0.015, 0.0225)),
    "d": Gaussian2D((0.0, 0.0), (4.0, 0.9, 2.25)),
}
REVERSE = [  # twelve digits, nested quadrature agreeing for two rotations
    ("homework", "a", 2.14312518147),
    ("homework", "b", 1.89311261056),
    ("homework", "c", 5.37433434136),
    ("homework", "d", 0.494531739818),
    ("bishop", "a", 1.33217592356),
    ("bishop", "b", 2.46457291534),
    ("bishop", "c", 7.55081741173),
    ("bishop", "d", 1.44288088317),
    ("thin", "a", 43.7932537222),
    ("thin", "b", 13.9600337102),
    ("thin", "c", 1.82221102111),
    ("thin", "d", 22.7744430897),
    ("five", "a", 2.16374502499),
    ("five", "b", 3.38650115317),
    ("five", "c", 6.1114047988),
    ("five", "d", 2.00069855848),
]
# mpmath, 20 digits: means, sigmas, weights of p; (mu, sigma) of q; KL(p‖q), KL(q‖p)
ON_THE_LINE = [
    ((-4, 4), (0.05, 0.05), (0.5, 0.5), (0.0, 1.0), 9.803835092994045684, 2120.5819125493982764),
    ((-4, 4), (0.05, 0.05), (0.5, 0.5), (0.01, 0.05), 3199.3268528194400547, 3135.6059853694520235),
    ((0, 1), (0.02, 2), (0.5, 0.5), (0.0, 1.0), 1.7142048938472107164, 0.97262361609254251289),
    ((-6, 6), (0.005, 2), (0.01, 0.99), (-6.0, 0.05), 29299.815083659626162, 14.995008043898808619),
    ((-6, 6), (0.005, 2), (0.01, 0.99), (6.0, 2.0), 0.1789131449900983467, 0.010050333397159435588),
    ((0, 0.3), (2, 0.02), (0.9999, 0.0001), (0.3, 0.5), 6.2929369404979100879, 0.92849154115484877777),
]


@pytest.mark.parametrize(("name", "point", "expected"), REVERSE)
def test_reverse_kl_has_the_published_digits(name: str, point: str, expected: float) -> None:
    value = reverse_kl_2d(CASES[name], POINTS[point])
    assert value.kl == pytest.approx(expected, rel=5e-12)
    assert value.error < 1e-11 * expected


@pytest.mark.parametrize(("means", "sigmas", "weights", "q", "forward", "reverse"), ON_THE_LINE)
def test_a_turned_product_with_a_normal_has_the_1d_values(
    means: tuple[float, float],
    sigmas: tuple[float, float],
    weights: tuple[float, float],
    q: tuple[float, float],
    forward: float,
    reverse: float,
) -> None:
    """Along e p is the 1-D mixture, across it both are N(0, 1), which adds nothing to either divergence."""
    turn = rotation(0.4)

    def turned(mu: float, sigma: float) -> Gaussian2D:
        return gaussian_2d(turn @ [mu, 0.0], turn @ np.diag([sigma**2, 1.0]) @ turn.T)

    parts = [turned(m, s) for m, s in zip(means, sigmas, strict=True)]
    p = mixture(*((w, g.mean, g.cov) for w, g in zip(weights, parts, strict=True)))
    assert reverse_kl_2d(p, turned(*q)).kl == pytest.approx(reverse, rel=1e-10)
    assert forward_kl_2d(p, turned(*q)).kl == pytest.approx(forward, rel=1e-10)


def test_one_component_is_the_closed_form_between_gaussians() -> None:
    a, b = Gaussian2D((1.0, -2.0), (0.5, 0.3, 0.7)), Gaussian2D((0.0, 0.5), (2.0, -0.4, 1.0))

    def closed_form(first: Gaussian2D, second: Gaussian2D) -> float:
        s, t = covariance_matrix(first.cov), covariance_matrix(second.cov)
        d = np.subtract(second.mean, first.mean)
        log_ratio = np.linalg.slogdet(t)[1] - np.linalg.slogdet(s)[1]
        return float(0.5 * (np.trace(np.linalg.solve(t, s)) + d @ np.linalg.solve(t, d) - 2 + log_ratio))

    p = mixture((1.0, a.mean, a.cov))
    assert forward_kl_2d(p, b).kl == pytest.approx(closed_form(a, b), rel=1e-13)
    assert reverse_kl_2d(p, b).kl == pytest.approx(closed_form(b, a), rel=1e-13)


def random_case(seed: int) -> tuple[Mixture2D, Gaussian2D]:
    rng = np.random.default_rng(seed)

    def cov(widest: float) -> tuple[float, float, float]:
        a = rotation(rng.uniform(0, np.pi)) @ np.diag(widest * 10 ** rng.uniform(-2.3, 0, 2))
        return gaussian_2d(np.zeros(2), a @ a.T).cov

    n = int(rng.integers(2, 6))
    centers = rng.uniform(-4, 4, (n, 2)).tolist()
    p = mixture(*((10 ** rng.uniform(-4, 0), (x, y), cov(2.0)) for x, y in centers))
    return p, Gaussian2D((centers[0][0], centers[0][1]), cov(1.5))


@pytest.mark.parametrize("seed", range(8))
def test_the_value_does_not_depend_on_the_direction_of_the_lines(seed: int) -> None:
    p, q = random_case(seed)
    one, other = reverse_kl_2d(p, q, angle=0.7), reverse_kl_2d(p, q, angle=2.0)
    assert one.kl == pytest.approx(other.kl, rel=1e-11)


@pytest.mark.parametrize("seed", range(3))
def test_monte_carlo_agrees_on_both_divergences(seed: int) -> None:
    p, q = random_case(seed)
    rng = np.random.default_rng(seed)
    q_mixture = mixture((1.0, q.mean, q.cov))
    for sampled, value, sign in ((q_mixture, reverse_kl_2d(p, q), 1), (p, forward_kl_2d(p, q), -1)):
        x = sampled.sample(40_000, rng)
        terms = sign * (q_mixture.log_pdf(x) - p.log_pdf(x))
        assert abs(terms.mean() - value.kl) < 5 * terms.std() / math.sqrt(len(x))


@pytest.mark.parametrize("p", [BISHOP, THIN], ids=["bishop", "thin"])
def test_derivatives_in_the_chart_are_those_of_the_value(p: Mixture2D) -> None:
    mean, frame = np.array([0.4, -0.3]), square_root(np.array([[0.5, 0.2], [0.2, 0.3]]))
    here = locate(p, mean, frame, "mean and covariance")

    def value(step: np.ndarray) -> float:
        new_mean, new_frame = moved(mean, frame, step)
        return reverse_kl_2d(p, gaussian_2d(new_mean, new_frame @ new_frame.T)).kl

    h = 1e-4
    steps = h * np.eye(5)
    gradient = [(value(s) - value(-s)) / (2 * h) for s in steps]
    hessian = [
        [(value(s + t) - value(s - t) - value(t - s) + value(-s - t)) / (4 * h * h) for s in steps]
        for t in steps
    ]
    np.testing.assert_allclose(here.gradient, gradient, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(here.hessian, hessian, rtol=1e-4, atol=1e-4)


def test_the_sampled_plane_is_the_quadrature_where_p_is_smooth() -> None:
    mean, frame = np.array([0.3, 1.2]), square_root(0.25 * np.eye(2))
    sampled = SampledPlane.of().expectation(BISHOP, mean, frame, 4).moments
    np.testing.assert_allclose(sampled, expectation_under(BISHOP, mean, frame, 4).moments, atol=1e-6)
    assert SampledPlane.of().entropy(FIVE) == pytest.approx(FIVE.entropy(), rel=1e-5)
