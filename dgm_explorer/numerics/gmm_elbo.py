"""The five terms of the GMM-VAE's bound for single examples, and the bounds above it, in float64.

The model is p(c) p(z|c) p(x|z) = π_c N(z; μ_c, diag σ_c²) p(x|z), the approximate posterior
q(z|x) q(c|x) with q(z|x) = N(m, diag v) (VaDE, Jiang et al. 2017, arXiv 1611.05148, eq. 12 with no
constant dropped). Everything is in nats and in log space: no ε is added anywhere.

Shapes: B examples, S samples, K components, J latent dimensions, D numbers per example.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import Likelihood
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot, Layer
from dgm_explorer.numerics.mlp import forward, softplus

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class MixturePrior:
    """p(c) p(z|c).

    Attributes
    ----------
    log_pi : (K,) normalised.
    means, log_vars : (K, J).
    """

    log_pi: FloatArray
    means: FloatArray
    log_vars: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Decoder:
    """p(x|z).

    Attributes
    ----------
    layers : ReLU between them; logits (Bernoulli) or means (Gaussian) at the end.
    likelihood : of x.
    log_var : log variance of the Gaussian likelihood, one for all D.
    """

    layers: Sequence[Layer]
    likelihood: Likelihood
    log_var: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """q(z|x) = N(mean, diag exp(log_var)) of B examples.

    Attributes
    ----------
    mean, log_var : (B, J).
    """

    mean: FloatArray
    log_var: FloatArray

    def sample(self, noise: FloatArray) -> FloatArray:
        """z = m + √v ε, (S, B, J), for ``noise`` (S, J) common to all examples or (S, B, J) of their own."""
        own = noise if noise.ndim == 3 else noise[:, None, :]
        z: FloatArray = self.mean + np.exp(0.5 * self.log_var) * own
        return z


@dataclass(frozen=True, slots=True, eq=False)
class BoundTerms:
    """The five terms, nats; arrays of one shape, such as (S, B)."""

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray
    e: FloatArray

    @property
    def elbo(self) -> FloatArray:
        """Their sum."""
        total: FloatArray = self.a + self.b + self.c + self.d + self.e
        return total

    def stacked(self) -> FloatArray:
        """(5, ...)."""
        return np.stack([self.a, self.b, self.c, self.d, self.e])


@dataclass(frozen=True, slots=True, eq=False)
class BoundOrder:
    """Lower bounds on log p(x) from the loosest to the tightest, (B,) nats each.

    Attributes
    ----------
    one_sample : q(c|x) = p(c|z) at each sampled z: what VaDE maximises.
    averaged : q(c|x) = E_q p(c|z), the average over the samples.
    mean_field : the best q(c|x) beside the given q(z|x): ∝ π_c exp(E_q log p(z|c)).
    collapsed : c summed out, E_q[log p(x|z) + log p(z) − log q(z|x)].
    """

    one_sample: FloatArray
    averaged: FloatArray
    mean_field: FloatArray
    collapsed: FloatArray


def parts_of(snapshot: GmmVaeSnapshot) -> tuple[MixturePrior, Decoder]:
    """Prior and decoder of a snapshot, in float64."""
    prior = MixturePrior(
        _float64(snapshot.log_pi), _float64(snapshot.component_means), _float64(snapshot.component_log_vars)
    )
    return prior, Decoder(snapshot.decoder, snapshot.likelihood, snapshot.decoder_log_var)


def log_joint(prior: MixturePrior, z: FloatArray) -> FloatArray:
    """log π_c + log N(z; μ_c, diag σ_c²) at ``z`` (..., J): (..., K)."""
    squares = (z[..., None, :] - prior.means) ** 2 * np.exp(-prior.log_vars)
    joint: FloatArray = prior.log_pi - 0.5 * (LOG_2PI + prior.log_vars + squares).sum(axis=-1)
    return joint


def log_sum_exp(values: FloatArray) -> FloatArray:
    """log Σ exp over the last axis, without overflow."""
    top = values.max(axis=-1, keepdims=True)
    total: FloatArray = np.log(np.exp(values - top).sum(axis=-1)) + top[..., 0]
    return total


def log_responsibilities(prior: MixturePrior, z: FloatArray) -> FloatArray:
    """log γ_c = log p(c|z) by Bayes: (..., K)."""
    joint = log_joint(prior, z)
    return joint - log_sum_exp(joint)[..., None]


def log_likelihood(decoder: Decoder, z: FloatArray, x: FloatArray) -> FloatArray:
    """log p(x|z) for ``z`` (..., B, J) and ``x`` (B, D): (..., B)."""
    out = forward(decoder.layers, z)
    if decoder.likelihood == "bernoulli":
        terms = x * out - softplus(out)
    else:
        terms = -0.5 * (LOG_2PI + decoder.log_var + (x - out) ** 2 * np.exp(-decoder.log_var))
    total: FloatArray = terms.sum(axis=-1)
    return total


def expected_log_components(prior: MixturePrior, q: Posterior) -> FloatArray:
    """E_q log N(z; μ_c, diag σ_c²) in closed form: (B, K)."""
    spread = np.exp(q.log_var)[:, None, :] + (q.mean[:, None, :] - prior.means) ** 2
    expected: FloatArray = -0.5 * (LOG_2PI + prior.log_vars + spread * np.exp(-prior.log_vars)).sum(axis=-1)
    return expected


def posterior_entropy(q: Posterior) -> FloatArray:
    """−E log q(z|x) in closed form: (B,)."""
    entropy: FloatArray = 0.5 * (1 + LOG_2PI + q.log_var).sum(axis=-1)
    return entropy


def bound_terms(
    prior: MixturePrior, decoder: Decoder, q: Posterior, x: FloatArray, noise: FloatArray
) -> BoundTerms:
    """The five terms for each sample z = m + √v ε, with γ = p(c|z) at that z: (S, B) each.

    (b) and (d) integrate over z in closed form; (b) still varies with the sample through γ.

    Parameters
    ----------
    x : (B, D).
    noise : (S, J) or (S, B, J), standard normal ε; one row of zeros puts z at the mean of q.
    """
    z = q.sample(noise)
    log_gamma = log_responsibilities(prior, z)
    b, c, e = _mixture_terms(prior, expected_log_components(prior, q), log_gamma)
    d = np.broadcast_to(posterior_entropy(q), b.shape)
    return BoundTerms(log_likelihood(decoder, z, x), b, c, d, e)


def bound_order(
    prior: MixturePrior, decoder: Decoder, q: Posterior, x: FloatArray, noise: FloatArray
) -> BoundOrder:
    """The four bounds from the same samples.

    Each step is Jensen's inequality on the samples themselves, so the order holds exactly for any number
    of them, as long as the columns of ``noise`` have mean 0 and variance 1 (see `balanced_noise`), which
    makes closed forms and sample averages of (b) agree.
    """
    z = q.sample(noise)
    expected = expected_log_components(prior, q)
    log_gamma = log_responsibilities(prior, z)
    outside = log_likelihood(decoder, z, x).mean(axis=0) + posterior_entropy(q)
    averaged = log_sum_exp(np.moveaxis(log_gamma, 0, -1)) - np.log(len(noise))
    return BoundOrder(
        outside + _mixture_bound(prior, expected, log_gamma).mean(axis=0),
        outside + _mixture_bound(prior, expected, averaged),
        outside + log_sum_exp(prior.log_pi + expected),
        outside + log_sum_exp(log_joint(prior, z)).mean(axis=0),
    )


def balanced_noise(n_pairs: int, latent_dim: int, seed: int) -> FloatArray:
    """(2·n_pairs, J) normal ε in pairs ±ε, each column scaled to variance 1: fixed by the seed."""
    half = np.random.default_rng(seed).standard_normal((n_pairs, latent_dim))
    half /= np.sqrt((half**2).mean(axis=0))
    return np.concatenate([half, -half])


def _mixture_terms(
    prior: MixturePrior, expected: FloatArray, log_gamma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(b), (c) and (e) for responsibilities (..., B, K)."""
    gamma = np.exp(log_gamma)
    log_gamma = np.where(gamma > 0, log_gamma, 0.0)  # 0 log 0 = 0
    b: FloatArray = (gamma * expected).sum(axis=-1)
    c: FloatArray = (gamma * np.where(gamma > 0, prior.log_pi, 0.0)).sum(axis=-1)
    e: FloatArray = -(gamma * log_gamma).sum(axis=-1)
    return b, c, e


def _mixture_bound(prior: MixturePrior, expected: FloatArray, log_gamma: FloatArray) -> FloatArray:
    """(b) + (c) + (e)."""
    b, c, e = _mixture_terms(prior, expected, log_gamma)
    return b + c + e


def _float64(values: np.ndarray) -> FloatArray:
    return np.asarray(values, dtype=np.float64)
