"""Gradient estimators against torch autograd on the same random numbers, quadrature and a published table."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import (
    DIRECTIONS,
    TERMS,
    Draws,
    Experiment,
    estimates,
    gradient_estimate,
    sample_fraction,
)
from dgm_explorer.numerics.mixture import Mixture1D

ESTIMATORS: tuple[Estimator, ...] = tuple(DIRECTIONS)
UNBIASED = tuple(estimator for estimator in ESTIMATORS if estimator != "snis")
LOG_Z = 2.0


def two_modes(d: float) -> Mixture1D:
    return Mixture1D([Component1D(0.5, -d, 1.0), Component1D(0.5, d, 1.0)])


@dataclass(frozen=True)
class Case:
    """A column of the table; two_modes(d) and q."""

    d: float
    q: Gaussian1D


D2 = Case(2.0, Gaussian1D(0.5, 1.0))
AT_MODE = Case(3.0, Gaussian1D(2.98430598784, 1.02336855966))
BROAD = Case(3.0, Gaussian1D(0.5, 3.0))


def exact_gradient(p: Mixture1D, q: Gaussian1D, estimator: Estimator) -> NDArray[np.float64]:
    """∇ KL in (μ, log σ) by the moments of p (forward) or the trapezoidal rule (reverse)."""
    if DIRECTIONS[estimator] == "forward":
        spread = p.variance + (p.mean - q.mu) ** 2
        return np.array([(q.mu - p.mean) / q.sigma**2, 1 - spread / q.sigma**2])
    z = np.linspace(-12, 12, 20_001)
    weight = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    slope = p.score(q.mu + q.sigma * z)
    return np.array([-(weight @ slope), -1 - q.sigma * (weight @ (slope * z))])


def experiment(case: Case, repeats: int, n_samples: int, log_z: float = 0.0, seed: int = 0) -> Experiment:
    draws = Draws.make(repeats, n_samples, np.random.default_rng(seed))
    return Experiment(two_modes(case.d), case.q, draws, log_z)


def torch_gradient(estimator: Estimator, shared: Experiment) -> NDArray[np.float64]:
    """The same estimate by automatic differentiation of a surrogate loss, for one repeat."""
    theta = torch.tensor([shared.q.mu, math.log(shared.q.sigma)], dtype=torch.float64, requires_grad=True)
    mu, sigma = theta[0], theta[1].exp()
    q = torch.distributions.Normal(mu, sigma)
    p = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.tensor(shared.p.weights)),
        torch.distributions.Normal(torch.tensor(shared.p.means), torch.tensor(shared.p.sigmas)),
    )

    def log_p(x: torch.Tensor) -> torch.Tensor:
        return p.log_prob(x) + shared.log_z

    x = mu + sigma * torch.tensor(shared.draws.epsilon[0])
    still = x.detach()
    a = (q.log_prob(still) - log_p(still)).detach()
    n = len(a)
    if estimator == "maximum_likelihood":
        loss = -q.log_prob(torch.tensor(shared.x_p[0])).mean()
    elif estimator == "snis":
        loss = -(torch.softmax(-a, 0) * q.log_prob(still)).sum()
    elif estimator == "reinforce":
        loss = (a * q.log_prob(still)).mean()
    elif estimator == "reinforce_loo":
        others = torch.stack([(a.sum() - a[i]) / (n - 1) for i in range(n)])
        loss = ((a - others) * q.log_prob(still)).mean()
    elif estimator == "reparametrised":
        loss = -log_p(x).mean() - q.entropy()
    else:
        loss = (torch.distributions.Normal(mu.detach(), sigma.detach()).log_prob(x) - log_p(x)).mean()
    (gradient,) = torch.autograd.grad(loss, theta)
    return gradient.numpy()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("case", [D2, AT_MODE, BROAD])
def test_equals_automatic_differentiation(estimator: Estimator, case: Case) -> None:
    shared = experiment(case, 1, 57, LOG_Z)
    np.testing.assert_allclose(estimates(estimator, shared)[0], torch_gradient(estimator, shared), rtol=1e-10)


@pytest.mark.parametrize("estimator", UNBIASED)
@pytest.mark.parametrize("case", [D2, AT_MODE, BROAD])
def test_is_unbiased(estimator: Estimator, case: Case) -> None:
    shared = experiment(case, 2000, 100, LOG_Z if "reinforce" in estimator else 0.0)
    gradients = estimates(estimator, shared)
    error = gradients.mean(axis=0) - exact_gradient(shared.p, case.q, estimator)
    z = error / (gradients.std(axis=0, ddof=1) / math.sqrt(len(gradients)))
    assert np.abs(z).max() < 4


# Variance × N of (∂μ, ∂log σ), N = 1000, 2000 repeats: an independent program's measurement.
VARIANCES: list[tuple[Estimator, float, Case, tuple[float, float]]] = [
    ("maximum_likelihood", 0, D2, (5.0, 22)),
    ("maximum_likelihood", 0, AT_MODE, (9.3, 358)),
    ("maximum_likelihood", 0, BROAD, (0.13, 0.57)),
    ("reinforce", 0, D2, (1.9, 8.3)),
    ("reinforce", 0, AT_MODE, (0.56, 2.0)),
    ("reinforce", 0, BROAD, (2.6, 178)),
    ("reinforce", LOG_Z, D2, (7.4, 27)),
    ("reinforce", LOG_Z, AT_MODE, (1.7, 5.6)),
    ("reinforce", LOG_Z, BROAD, (2.2, 136)),
    ("reinforce_loo", LOG_Z, D2, (3.4, 14.7)),
    ("reinforce_loo", LOG_Z, AT_MODE, (0.11, 1.4)),
    ("reinforce_loo", LOG_Z, BROAD, (2.3, 157)),
    ("reparametrised", 0, D2, (0.58, 0.40)),
    ("reparametrised", 0, AT_MODE, (0.98, 2.0)),
    ("reparametrised", 0, BROAD, (2.8, 66)),
    ("sticking_the_landing", 0, D2, (2.2, 2.0)),
    ("sticking_the_landing", 0, AT_MODE, (0.046, 0.49)),
    ("sticking_the_landing", 0, BROAD, (2.5, 46)),
    ("snis", 0, BROAD, (0.26, 0.86)),
]


@pytest.mark.parametrize(("estimator", "log_z", "case", "expected"), VARIANCES)
def test_variance_of_the_published_table(
    estimator: Estimator, log_z: float, case: Case, expected: tuple[float, float]
) -> None:
    measured = 500 * estimates(estimator, experiment(case, 1000, 500, log_z)).var(axis=0, ddof=1)
    # 4.5 % sampling error here, 3.2 % there, up to 5 % rounding of two digits; with the baseline at
    # the mode the terms have a kurtosis of 8,500 (variances by quadrature: .1252, 1.602), so 13 % and 6 %
    is_heavy_tailed = estimator == "reinforce_loo" and case is AT_MODE
    np.testing.assert_allclose(measured, expected, rtol=0.5 if is_heavy_tailed else 0.25)


def test_snis_is_heavy_tailed_and_biased_off_the_mode() -> None:
    shared = experiment(D2, 500, 1000)
    gradients = estimates("snis", shared)
    bias = gradients.mean(axis=0) - exact_gradient(shared.p, D2.q, "snis")
    np.testing.assert_allclose(bias, [-0.14, 0.50], atol=0.2)
    assert np.all(1000 * gradients.var(axis=0) > [100, 800])  # maximum likelihood: 5 and 22


def test_snis_at_a_mode_is_blind_and_does_not_know_it() -> None:
    shared = experiment(AT_MODE, 500, 1000)
    exact = exact_gradient(shared.p, AT_MODE.q, "snis")
    mean = estimates("snis", shared).mean(axis=0)
    assert exact[1] == pytest.approx(-17.0525, abs=1e-4)
    assert mean[1] == pytest.approx(-0.55, abs=0.15)
    assert 20 < exact[1] / mean[1] < 45
    assert sample_fraction("snis", shared).mean() == pytest.approx(0.80, abs=0.03)


@pytest.mark.parametrize("estimator", sorted({*ESTIMATORS} - {"reinforce"}))
def test_the_normaliser_cancels(estimator: Estimator) -> None:
    with_z, without = (estimates(estimator, experiment(D2, 5, 50, log_z)) for log_z in (7.0, 0.0))
    np.testing.assert_allclose(with_z, without, rtol=1e-9, atol=1e-9)


def test_sticking_the_landing_is_noiseless_where_q_is_p() -> None:
    q = Gaussian1D(0.3, 0.7)
    draws = Draws.make(4, 30, np.random.default_rng(0))
    shared = Experiment(Mixture1D([Component1D(1.0, q.mu, q.sigma)]), q, draws)
    np.testing.assert_allclose(TERMS["sticking_the_landing"](shared), 0, atol=1e-12)
    assert np.abs(TERMS["reparametrised"](shared)).max() > 1


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_one_sample_is_enough(estimator: Estimator) -> None:
    assert np.isfinite(estimates(estimator, experiment(D2, 8, 1))).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_needles_far_away_stay_finite(estimator: Estimator) -> None:
    p = Mixture1D([Component1D(1.0, -100.0, 1e-6), Component1D(1e-6, 100.0, 1e-6)])
    gradient = gradient_estimate(estimator, p, Gaussian1D(0.0, 1e-6), 100, np.random.default_rng(0))
    assert gradient.shape == (2,)
    assert np.isfinite(gradient).all()


def test_samples_of_p_have_its_moments() -> None:
    p = Mixture1D([Component1D(0.2, -1.0, 0.5), Component1D(0.8, 2.0, 1.5), Component1D(0.0, 99.0, 1.0)])
    draws = Draws.make(1, 400_000, np.random.default_rng(0))
    x = Experiment(p, Gaussian1D(), draws).x_p
    assert x.mean() == pytest.approx(p.mean, abs=4 * math.sqrt(p.variance / x.size))
    assert x.var() == pytest.approx(p.variance, rel=0.01)
