"""The five terms and the bounds above them, against scipy, mpmath, Monte Carlo and integration on a grid."""

import itertools
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import Likelihood
from dgm_explorer.core.gmm_vae_snapshot import Layer
from dgm_explorer.numerics.gmm_elbo import (
    Decoder,
    MixturePrior,
    Posterior,
    balanced_noise,
    bound_order,
    bound_terms,
    expected_log_components,
    log_joint,
    log_likelihood,
    log_responsibilities,
    posterior_entropy,
)
from dgm_explorer.numerics.mlp import forward


@dataclass(frozen=True)
class Toy:
    """A small random model and one example."""

    prior: MixturePrior
    decoder: Decoder
    q: Posterior
    x: FloatArray


def make_toy(seed: int, k: int = 3, j: int = 2, likelihood: Likelihood = "bernoulli") -> Toy:
    rng = np.random.default_rng(seed)
    log_pi = np.log(rng.dirichlet(np.ones(k)))
    prior = MixturePrior(log_pi, 1.5 * rng.normal(size=(k, j)), rng.uniform(-1.5, 0.7, size=(k, j)))
    layers = (
        Layer(rng.normal(size=(12, j)).astype(np.float32), rng.normal(size=12).astype(np.float32)),
        Layer((0.6 * rng.normal(size=(4, 12))).astype(np.float32), rng.normal(size=4).astype(np.float32)),
    )
    q = Posterior(rng.normal(size=(1, j)), rng.uniform(-2.5, 0.0, size=(1, j)))
    return Toy(prior, Decoder(layers, likelihood, -0.8), q, rng.uniform(size=(1, 4)))


def components(prior: MixturePrior) -> list[object]:
    return [
        scipy.stats.multivariate_normal(mean, np.diag(np.exp(log_var)))
        for mean, log_var in zip(prior.means, prior.log_vars, strict=True)
    ]


def test_log_joint_and_responsibilities_are_those_of_scipy() -> None:
    toy = make_toy(0)
    z = np.random.default_rng(5).normal(size=(6, 2))
    joint = np.stack([c.logpdf(z) for c in components(toy.prior)], axis=1) + toy.prior.log_pi  # type: ignore[attr-defined]
    np.testing.assert_allclose(log_joint(toy.prior, z), joint, rtol=1e-12)
    np.testing.assert_allclose(
        log_responsibilities(toy.prior, z), scipy.special.log_softmax(joint, axis=1), rtol=1e-12, atol=1e-12
    )


def test_responsibilities_far_from_all_components_are_exact() -> None:
    """Where every density is 10⁻³⁰⁰ or less an added ε would make them uniform; mpmath has no such floor."""
    prior = MixturePrior(np.log([0.25, 0.75]), np.array([[0.0], [1.0]]), np.zeros((2, 1)))
    z = np.array([[-60.0]])
    with mpmath.workdps(60):
        parts = [
            mpmath.mpf(w) * mpmath.exp(-((mpmath.mpf(-60) - m) ** 2) / 2) for w, m in ((0.25, 0), (0.75, 1))
        ]
        expected = [float(mpmath.log(part / sum(parts))) for part in parts]
    np.testing.assert_allclose(log_responsibilities(prior, z)[0], expected, rtol=1e-12, atol=1e-25)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_log_likelihood_is_that_of_scipy(likelihood: Likelihood) -> None:
    toy = make_toy(1, likelihood=likelihood)
    z = np.random.default_rng(2).normal(size=(5, 1, 2))
    out = forward(toy.decoder.layers, z)[:, 0]
    if likelihood == "bernoulli":
        p = scipy.special.expit(out)
        expected = (scipy.special.xlogy(toy.x, p) + scipy.special.xlog1py(1 - toy.x, -p)).sum(axis=1)
    else:
        expected = scipy.stats.norm(out, np.exp(-0.4)).logpdf(toy.x).sum(axis=1)
    np.testing.assert_allclose(log_likelihood(toy.decoder, z, toy.x)[:, 0], expected, rtol=1e-10)


def test_entropy_and_expected_component_density_against_scipy_and_monte_carlo() -> None:
    toy = make_toy(3)
    q = scipy.stats.multivariate_normal(toy.q.mean[0], np.diag(np.exp(toy.q.log_var[0])))
    assert posterior_entropy(toy.q)[0] == pytest.approx(q.entropy(), rel=1e-12)
    z = q.rvs(200_000, random_state=np.random.default_rng(4))
    expected = expected_log_components(toy.prior, toy.q)[0]
    for c, component in enumerate(components(toy.prior)):
        values = component.logpdf(z)  # type: ignore[attr-defined]
        error = values.std() / np.sqrt(len(values))
        assert abs(values.mean() - expected[c]) < 4 * error


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_mean_of_the_terms_is_the_expected_log_ratio(likelihood: Likelihood) -> None:
    """With z' independent of γ's z, E log p(x, z', c) − log q(z') − log q(c) by plain sampling."""
    toy = make_toy(6, likelihood=likelihood)
    rng = np.random.default_rng(7)
    n = 60_000
    terms = bound_terms(toy.prior, toy.decoder, toy.q, toy.x, rng.standard_normal((n, 2))).elbo[:, 0]
    z_gamma, z = (toy.q.sample(rng.standard_normal((n, 2)))[:, 0] for _ in range(2))
    log_gamma = log_responsibilities(toy.prior, z_gamma)
    c = (rng.uniform(size=(n, 1)) > np.exp(log_gamma).cumsum(axis=1)[:, :-1]).sum(axis=1)
    q = scipy.stats.multivariate_normal(toy.q.mean[0], np.diag(np.exp(toy.q.log_var[0])))
    rows = np.arange(n)
    sampled = (
        log_likelihood(toy.decoder, z[:, None], toy.x)[:, 0]
        + log_joint(toy.prior, z)[rows, c]
        - q.logpdf(z)
        - log_gamma[rows, c]
    )
    error = np.hypot(terms.std(), sampled.std()) / np.sqrt(n)
    assert abs(terms.mean() - sampled.mean()) < 4 * error


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    k=st.integers(1, 5),
    j=st.integers(1, 4),
    n_pairs=st.integers(1, 20),
    likelihood=st.sampled_from(["bernoulli", "gaussian"]),
)
def test_bounds_keep_their_order(seed: int, k: int, j: int, n_pairs: int, likelihood: Likelihood) -> None:
    toy = make_toy(seed, k, j, likelihood)
    bounds = bound_order(toy.prior, toy.decoder, toy.q, toy.x, balanced_noise(n_pairs, j, seed))
    order = [bounds.one_sample[0], bounds.averaged[0], bounds.mean_field[0], bounds.collapsed[0]]
    assert all(low <= high + 1e-9 for low, high in itertools.pairwise(order)), order


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_every_bound_lies_below_log_p_by_the_divergence_it_should(seed: int) -> None:
    """log p(x) and KL(q ‖ p(·|x)) by the trapezoidal rule over a two-dimensional latent."""
    toy = make_toy(seed)
    axis = np.linspace(-12.0, 12.0, 401)
    z = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)

    def integrate(values: FloatArray) -> float:
        square = values.reshape(len(axis), len(axis))
        return float(scipy.integrate.trapezoid(scipy.integrate.trapezoid(square, axis), axis))

    log_x = log_likelihood(toy.decoder, z[:, None], toy.x)[:, 0]
    log_zc = np.stack([c.logpdf(z) for c in components(toy.prior)], axis=1) + toy.prior.log_pi  # type: ignore[attr-defined]
    log_z = scipy.special.logsumexp(log_zc, axis=1)
    log_p = np.log(integrate(np.exp(log_x + log_z)))
    q_z = scipy.stats.multivariate_normal(toy.q.mean[0], np.diag(np.exp(toy.q.log_var[0])))
    q, log_q = q_z.pdf(z), q_z.logpdf(z)
    gamma = np.exp(log_zc - log_z[:, None])
    averaged = np.array([integrate(q * gamma[:, c]) for c in range(3)])
    field = np.exp([integrate(q * log_zc[:, c]) for c in range(3)])
    field /= field.sum()
    gaps = {
        "averaged": integrate(q * (log_q - log_x) - q * ((log_zc - np.log(averaged)) @ averaged)) + log_p,
        "mean_field": integrate(q * (log_q - log_x) - q * ((log_zc - np.log(field)) @ field)) + log_p,
        "collapsed": integrate(q * (log_q - log_x - log_z)) + log_p,
    }
    assert 0 < gaps["collapsed"] < gaps["mean_field"] <= gaps["averaged"]

    noise = balanced_noise(20_000, 2, seed)
    bounds = bound_order(toy.prior, toy.decoder, toy.q, toy.x, noise)
    parts = log_likelihood(toy.decoder, toy.q.sample(noise), toy.x)[:, 0]
    error = 4 * parts.std() / np.sqrt(len(parts)) + 0.01
    assert bounds.one_sample[0] < bounds.averaged[0]
    for name, gap in gaps.items():
        assert abs(log_p - getattr(bounds, name)[0] - gap) < error, name


def test_a_component_without_weight_changes_nothing() -> None:
    toy = make_toy(21)
    with np.errstate(divide="ignore"):
        log_pi = np.append(toy.prior.log_pi, np.log(0.0))
    prior = MixturePrior(
        log_pi, np.vstack([toy.prior.means, np.zeros(2)]), np.vstack([toy.prior.log_vars, np.zeros(2)])
    )
    noise = balanced_noise(5, 2, 0)
    without = bound_terms(toy.prior, toy.decoder, toy.q, toy.x, noise).stacked()
    np.testing.assert_allclose(
        bound_terms(prior, toy.decoder, toy.q, toy.x, noise).stacked(), without, rtol=1e-12
    )
