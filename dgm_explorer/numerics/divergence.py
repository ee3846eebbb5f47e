"""Both divergences between a mixture p and a Gaussian q at single points, with their derivatives.

Values keep their *relative* accuracy down to KL ≈ 1e-16. The textbook integrals subtract numbers of
order one; where little would be left, they are replaced by integrals of non-negative functions
(e^t − 1 − t with t = log p/q), and every log-ratio is formed in coordinates centred on q.
Formulas: Bonnet and Price for the derivatives, ∂E_q[f]/∂μ = E_q[f′], ∂E_q[f]/∂σ² = ½ E_q[f″].
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.normal_cdf import normal_cdf
from dgm_explorer.numerics.quadrature import (
    EXACT,
    FAST,
    distinct,
    gauss_legendre_panels,
    gaussian_panels,
)

LARGEST_EXPONENT = 700.0
"""Of e^x without overflow."""
SMALL_KL = 0.1
"""Below this many nats a divergence is integrated as a non-negative function."""
HALF_LOG_2PI = 0.5 * log(2 * pi)
_SERIES = tuple(1.0 / float(np.prod(np.arange(1.0, n + 1))) for n in range(2, 15))


@dataclass(frozen=True, slots=True)
class Derivatives:
    """A divergence at n points of the (μ, log σ) plane.

    Attributes
    ----------
    value : (n,) nats.
    gradient : (n, 2) with respect to (μ, log σ).
    hessian : (n, 2, 2).
    """

    value: FloatArray
    gradient: FloatArray
    hessian: FloatArray


def reverse_kl(p: Mixture1D, q: Gaussian1D) -> float:
    """KL(q‖p) in nats, relative error about 1e-13."""
    return float(reverse_kl_values(p, np.array([q.mu]), np.array([q.sigma]))[0])


def forward_kl(p: Mixture1D, q: Gaussian1D) -> float:
    """KL(p‖q) in nats, relative error about 1e-13."""
    return float(forward_kl_values(p, np.array([q.mu]), np.array([q.sigma]))[0])


def reverse_kl_values(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """KL(N(μ_i, σ_i²)‖p) at n points, shape (n,)."""
    panels = gaussian_panels(p.complex_zeros(), mu, sigma)
    value = -panels.expectation(_log_ratio(p, mu, sigma, panels.owner, panels.z))
    is_small = value < SMALL_KL
    if is_small.any():
        value[is_small] = _small_reverse_kl(p, mu[is_small], sigma[is_small])
    return value


def forward_kl_values(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """KL(p‖N(μ_i, σ_i²)), any broadcastable shapes.

    The moment match q* of p splits it exactly: KL(p‖q) = KL(p‖q*) + KL(q*‖q).
    """
    log_ratio = np.log(sigma) - 0.5 * log(p.variance)
    relative = (p.variance - sigma**2) / sigma**2
    spread, is_near = relative + 2 * log_ratio, np.abs(relative) < 0.1
    if np.any(is_near):
        spread = np.where(is_near, _log1p_gap(relative), spread)
    return np.asarray(forward_kl_at_moment_match(p) + 0.5 * (spread + ((p.mean - mu) / sigma) ** 2))


def forward_kl_at_moment_match(p: Mixture1D) -> float:
    """Return the least KL(p‖q) over all Gaussians q; it is negentropy, ½ log 2πe v − H(p)."""
    value = 0.5 + HALF_LOG_2PI + 0.5 * log(p.variance) - p.entropy()
    return value if value > SMALL_KL else _small_forward_kl(p, p.mean, p.variance**0.5)


def forward_kl_derivatives(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> Derivatives:
    """KL(p‖q) with gradient and Hessian in (μ, log σ); ``mu`` and ``sigma`` broadcast to (n,)."""
    mu, sigma = _points(mu, sigma)
    z = (mu - p.mean) / sigma
    ratio = p.variance / sigma**2 + z * z
    gradient = np.stack([z / sigma, 1.0 - ratio], axis=-1)
    hessian = _symmetric(sigma**-2.0, -2 * z / sigma, 2 * ratio)
    return Derivatives(forward_kl_values(p, mu, sigma), gradient, hessian)


def reverse_kl_derivatives(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> Derivatives:
    """KL(q‖p) with gradient and Hessian in (μ, log σ); ``mu`` and ``sigma`` broadcast to (n,).

    Only the score f′ is evaluated: E[f⁽¹⁺ⁿ⁾] = σ⁻ⁿ E[f′ He_n(z)]. Where components meet, f″ is a
    spike as high as the squared jump of the slope, which no rule should be asked to resolve.
    """
    mu, sigma = _points(mu, sigma)
    panels = gaussian_panels(p.complex_zeros(), mu, sigma, FAST)
    terms, standardised = _ratio_terms(p, mu, sigma, panels.owner, panels.z)
    peak = terms.max(axis=0)
    terms -= peak
    np.exp(terms, out=terms)
    total = terms.sum(axis=0)
    z, z2 = panels.z, panels.z * panels.z
    standardised /= -p.sigmas[:, None]
    standardised *= terms
    score = standardised.sum(axis=0) / total
    integrands = np.empty((5, len(z)))  # filled in place here and below: np.stack takes longer than the sums
    np.add(np.log(total), peak, out=integrands[0])
    integrands[1] = score
    np.multiply(score, z, out=integrands[2])
    np.multiply(score, z2 - 1, out=integrands[3])
    np.multiply(integrands[2], z2 - 3, out=integrands[4])
    log_ratio, s1, s2, s3, s4 = panels.expectation(integrands)
    gradient = np.empty((len(mu), 2))
    gradient[:, 0], gradient[:, 1] = -s1, -1 - sigma * s2
    hessian = _symmetric(-s2 / sigma, -s3, -2 * sigma * s2 - sigma * s4)
    return Derivatives(-log_ratio, gradient, hessian)


def _points(mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    mu, sigma = np.broadcast_arrays(
        np.atleast_1d(np.asarray(mu, dtype=np.float64)), np.atleast_1d(np.asarray(sigma, dtype=np.float64))
    )
    return mu, sigma


def _symmetric(xx: FloatArray, xy: FloatArray, yy: FloatArray) -> FloatArray:
    matrices = np.empty((len(xx), 2, 2))
    matrices[:, 0, 0], matrices[:, 1, 1] = xx, yy
    matrices[:, 0, 1] = matrices[:, 1, 0] = xy
    return matrices


def _ratio_terms(
    p: Mixture1D, mu: FloatArray, sigma: FloatArray, owner: IntArray, z: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """log of w_k N(x; μ_k, σ_k²)/q(x), and (x − μ_k)/σ_k, both (K, n), at x = μ + σ z.

    With d = (x − μ_k)/σ_k − z formed from μ − μ_k and σ − σ_k, nothing cancels when q is close to a
    component: log ratio = log w_k + log σ/σ_k − d (z + d/2).
    """
    shift = (mu[None] - p.means[:, None]) / p.sigmas[:, None]
    stretch = (sigma[None] - p.sigmas[:, None]) / p.sigmas[:, None]
    log_scale = np.log(sigma[None] / p.sigmas[:, None])
    log_scale = np.where(stretch > -0.5, np.log1p(np.maximum(stretch, -0.5)), log_scale)
    d = stretch[:, owner]
    d *= z
    d += shift[:, owner]
    terms = 0.5 * d
    terms += z
    terms *= d
    np.subtract((p.log_weights[:, None] + log_scale)[:, owner], terms, out=terms)
    d += z
    return terms, d


def _log_ratio(p: Mixture1D, mu: FloatArray, sigma: FloatArray, owner: IntArray, z: FloatArray) -> FloatArray:
    """log p(x)/q(x), accurate relative to itself where p is close to q."""
    terms, _ = _ratio_terms(p, mu, sigma, owner, z)
    peak = terms.max(axis=0)
    log_ratio: FloatArray = peak + np.log(np.exp(terms - peak).sum(axis=0))
    is_near = np.abs(log_ratio) < 0.5
    if is_near.any():
        near, weights, log_weights = terms[:, is_near], p.weights[:, None], p.log_weights[:, None]
        excess = weights * np.expm1(np.minimum(near - log_weights, LARGEST_EXPONENT))
        excess = np.where(log_weights < -LARGEST_EXPONENT, np.exp(near) - weights, excess)
        log_ratio[is_near] = np.log1p(excess.sum(axis=0))
    return log_ratio


def _small_reverse_kl(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """∫ q (e^t − 1 − t) with t = log p/q; out of the reach of q, t is that of the tail masses."""
    panels = gaussian_panels(p.complex_zeros(), mu, sigma, breaks=p.support_breaks())
    inside = panels.expectation(_exp_gap(_log_ratio(p, mu, sigma, panels.owner, panels.z)))
    offset = (mu - p.means[:, None]) / p.sigmas[:, None]
    reach = EXACT.reach * sigma / p.sigmas[:, None]
    tail_q = float(normal_cdf(np.array(-EXACT.reach)))
    for tails in (normal_cdf(offset - reach), normal_cdf(-offset - reach)):
        inside += tail_q * _exp_gap(np.log(np.maximum(p.weights @ tails / tail_q, 1e-300)))
    return inside


def _small_forward_kl(p: Mixture1D, mu: float, sigma: float) -> float:
    """∫ p (e^−t − 1 + t) with t = log p/q, over the reach of both."""
    own = np.arange(-EXACT.reach, EXACT.reach + 0.5)
    edges = distinct(np.concatenate([(p.support_breaks() - mu) / sigma, own]))
    z, weight = gauss_legendre_panels(edges)
    t = _log_ratio(p, np.array([mu]), np.array([sigma]), np.zeros(len(z), dtype=np.int64), z)
    log_q = -0.5 * z * z - HALF_LOG_2PI
    density_p, density_q = np.exp(t + log_q), np.exp(log_q)
    is_moderate = t > -1.0
    gap = np.where(is_moderate, density_p * _exp_gap(-np.maximum(t, -1.0)), density_q + density_p * (t - 1.0))
    return float(weight @ gap)


def _exp_gap(t: FloatArray) -> FloatArray:
    """e^t − 1 − t ≥ 0 without cancellation."""
    series = np.zeros_like(t)
    near = np.clip(t, -0.5, 0.5)
    for coefficient in reversed(_SERIES):
        series *= near
        series += coefficient
    series *= near * near
    return np.where(np.abs(t) < 0.5, series, np.expm1(t) - t)


def _log1p_gap(r: FloatArray) -> FloatArray:
    """r − log(1 + r) ≥ 0 without cancellation, for |r| < 0.1."""
    near = np.clip(r, -0.1, 0.1)
    series = np.zeros_like(near)
    for n in range(18, 1, -1):
        series *= near
        series += (-1) ** n / n
    return np.asarray(series * near * near)
