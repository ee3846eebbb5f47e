"""Where KL(N(μ, σ²)‖p) is stationary in μ alone, σ being given."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.numerics.blur import BLUR_STEPS, KAPPA, TAIL, blurred_samples
from dgm_explorer.numerics.divergence import reverse_kl_derivatives
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.quadrature import graded_breaks

_Curve: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

MAX_ROUNDS = 80
MAX_GRID = 4000.0
"""Longest stretch, in σ, that is looked at on a grid of steps of 0.4 σ."""
SPLIT = 8
"""Parts of a grid interval that may hold a root."""
SAME_ROOT = 1e-8
"""In units of σ."""
SAMPLES_PER_FEATURE = np.linspace(-4.0, 4.0, 25)


def stationary_means(p: Mixture1D, sigma: float) -> tuple[FloatArray, FloatArray]:
    """All μ at which ∂KL/∂μ = 0, ascending, and ∂²KL/∂μ² there.

    The slope is sampled as densely as p and q can make it vary; where two samples of one sign have a
    turning point between them, that point is sampled too, so that a close pair of roots is not missed.
    """

    def slope(mu: FloatArray) -> tuple[FloatArray, FloatArray]:
        derivatives = reverse_kl_derivatives(p, mu, np.array(sigma))
        return derivatives.gradient[:, 0], derivatives.hessian[:, 0, 0]

    def curvature(mu: FloatArray) -> tuple[FloatArray, FloatArray]:
        derivatives = reverse_kl_derivatives(p, mu, np.array(sigma))
        return derivatives.hessian[:, 0, 0], derivatives.hessian[:, 0, 1] / sigma**2

    mu = _samples(p, sigma)
    slopes, curvatures = slope(mu)
    may_touch = _may_touch(slopes, curvatures)
    turns = _roots(curvature, mu[:-1][may_touch], mu[1:][may_touch])
    if len(turns):
        mu = np.unique(np.concatenate([mu, turns]))
        slopes = slope(mu)[0]
    crosses = _crosses(slopes)
    roots = _without_noise(_roots(slope, mu[:-1][crosses], mu[1:][crosses]), sigma)
    return roots, slope(roots)[1]


def _crosses(slopes: FloatArray) -> BoolArray:
    """Intervals whose ends have slopes of different sign."""
    return np.asarray((slopes[:-1] > 0) != (slopes[1:] > 0))


def _may_touch(slopes: FloatArray, curvatures: FloatArray) -> BoolArray:
    """Intervals in which a slope of one sign first approaches zero and then recedes."""
    is_approaching = (slopes[:-1] * slopes[1:] > 0) & (slopes[:-1] * curvatures[:-1] < 0)
    return np.asarray(is_approaching & (slopes[1:] * curvatures[1:] > 0))


def _without_noise(roots: FloatArray, sigma: float) -> FloatArray:
    """One root for each odd cluster: rounding makes a flat slope cross zero several times."""
    clusters = np.split(roots, np.nonzero(np.diff(roots) > SAME_ROOT * sigma)[0] + 1)
    return np.array([cluster[len(cluster) // 2] for cluster in clusters if len(cluster) % 2])


def _samples(p: Mixture1D, sigma: float) -> FloatArray:
    """Where to look: densely around whatever a grid of 0.4 σ cannot rule out, and at places of symmetry."""
    margin = 3 * (sigma + float(p.sigmas.max()))
    lo, hi = float(p.means.min()) - margin, float(p.means.max()) + margin
    zeros = p.complex_zeros()
    special = np.concatenate([[lo, hi, p.mean], p.means, zeros.real])
    if hi - lo < MAX_GRID * sigma:
        mu, slopes, curvatures = _on_grid(p, sigma, lo, hi)
        at = np.nonzero(_crosses(slopes) | _may_touch(slopes, curvatures))[0]
        parts = [special, (mu[at, None] + (mu[1] - mu[0]) * np.linspace(0, 1, SPLIT + 1)).ravel()]
    else:
        width = np.maximum(zeros.abs_imag, sigma)
        parts = [
            special,
            np.linspace(lo, hi, 97),
            (p.means[:, None] + p.sigmas[:, None] * SAMPLES_PER_FEATURE).ravel(),
            (p.means[:, None] + np.hypot(p.sigmas, sigma)[:, None] * SAMPLES_PER_FEATURE).ravel(),
            (zeros.real[:, None] + width[:, None] * SAMPLES_PER_FEATURE).ravel(),
            graded_breaks(zeros.real, width, hi - lo),
        ]
    return np.unique(np.clip(np.concatenate(parts), lo, hi))


def _on_grid(p: Mixture1D, sigma: float, lo: float, hi: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """μ in steps of σ/κ, with slope and curvature of KL there, by blurring log p."""
    step = sigma / KAPPA
    # σ² = (κ h)² is two equal blurs, the second with the derivatives of its kernel.
    half = int(np.ceil(TAIL * BLUR_STEPS))
    z = np.arange(-half, half + 1) / BLUR_STEPS
    kernel = np.exp(-0.5 * z * z)
    kernel /= kernel.sum()
    count = int(np.ceil((hi - lo) / step)) + 1
    samples = blurred_samples(p.log_pdf, p.complex_zeros(), lo - half * step, step, count + 2 * half)
    slopes = -np.correlate(samples, kernel * z, "valid") / (BLUR_STEPS * step)
    curvatures = -np.correlate(samples, kernel * (z * z - 1), "valid") / (BLUR_STEPS * step) ** 2
    return lo + step * np.arange(count, dtype=np.float64), slopes, curvatures


def _roots(curve: _Curve, lo: FloatArray, hi: FloatArray) -> FloatArray:
    """One root in each bracket [lo_i, hi_i] by Newton's method, bisecting where it would leave."""
    if not len(lo):
        return lo
    tolerance = 1e-13 * (hi - lo)
    is_rising = curve(hi)[0] > 0
    x = 0.5 * (lo + hi)
    for _ in range(MAX_ROUNDS):
        value, derivative = curve(x)
        is_left = (value > 0) != is_rising
        lo, hi = np.where(is_left, x, lo), np.where(is_left, hi, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / derivative
        # a root at the very end of its bracket is overshot by rounding: go to the end, do not bisect
        is_near = (newton > lo - 1e3 * tolerance) & (newton < hi + 1e3 * tolerance)
        following = np.where(is_near, np.clip(newton, lo, hi), 0.5 * (lo + hi))
        following = np.where(value == 0, x, following)
        step = np.abs(following - x)
        x = following
        if (np.minimum(step, hi - lo) <= tolerance + 4e-16 * np.abs(x)).all():
            break
    return x
