"""Critical half-separations of the symmetric pair p = ½ N(−d, s²) + ½ N(d, s²) under KL(q‖p).

Everything depends on d/s, so the critical values are universal numbers:

* σ of q fixed: the minimum at μ = 0 becomes a maximum in a pitchfork, where R_μμ(0) = 0;
* μ and σ free: two side minima appear by a saddle-node (R_μ = R_ℓ = det R'' = 0, ℓ = log σ), and
  overtake the middle at the Maxwell point, where their values are equal.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.divergence import reverse_kl_derivatives
from dgm_explorer.numerics.mixture import Mixture1D


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A half-separation ``d`` at which the stationary points change, and what happens there."""

    d: float
    name: str


@dataclass(frozen=True, slots=True)
class SaddleNode:
    """Where the side minima of the symmetric pair with s = 1 are born; (mu, sigma) is the one at mu > 0."""

    d: float
    mu: float
    sigma: float
    kl: float


@dataclass(frozen=True, slots=True)
class MaxwellPoint:
    """Where side and middle minima of the symmetric pair with s = 1 have the same value ``kl``."""

    d: float
    side_mu: float
    side_sigma: float
    middle_sigma: float
    kl: float


def symmetric_pair_sigma(components: Sequence[Component1D]) -> float | None:
    """The common σ if p is two components of equal weight and width, else None."""
    kept = [component for component in components if component.weight > 0]
    if len(kept) != 2:
        return None
    a, b = kept
    is_symmetric = math.isclose(a.weight, b.weight, rel_tol=1e-9) and math.isclose(
        a.sigma, b.sigma, rel_tol=1e-9
    )
    return a.sigma if is_symmetric else None


def critical_points(
    components: Sequence[Component1D], sigma_fixed: float | None = None
) -> tuple[CriticalPoint, ...]:
    """The known critical half-separations of p, in the units of x; none unless p is a symmetric pair."""
    s = symmetric_pair_sigma(components)
    if s is None:
        return ()
    if sigma_fixed is not None:
        return (CriticalPoint(s * pitchfork(sigma_fixed / s), "pitchfork"),)
    return (
        CriticalPoint(s * saddle_node().d, "saddle-node"),
        CriticalPoint(s * maxwell_point().d, "Maxwell point"),
    )


def pitchfork(sigma_over_s: float) -> float:
    """d/s at which μ = 0 stops being a minimum when σ of q is fixed: the root of 1 = d² E[sech²(d r z)].

    Here r = σ/s and z is standard normal, from R_μμ(0) = −E_q[(log p)''] with s = 1. The right side
    grows with d from 0 without bound, so that bisection finds the one root.
    """
    lo, hi = 1.0, 2.0 + 2.0 * sigma_over_s
    while hi - lo > 4e-16 * hi:
        middle = 0.5 * (lo + hi)
        if middle in (lo, hi):
            break
        if middle**2 * _mean_sech_squared(middle * sigma_over_s) < 1.0:
            lo = middle
        else:
            hi = middle
    return 0.5 * (lo + hi)


def _mean_sech_squared(c: float) -> float:
    """E[sech²(c z)], z standard normal, by the trapezoidal rule, which converges exponentially here.

    Its error is exp(−2π·strip/h) for a pole at distance ``strip`` = π/(2c), and exp(−2π²/h²) from the
    Gaussian.
    """
    h = min(0.5, 0.25 / c)
    reach = min(9.0, 22.0 / c)
    z = h * np.arange(-math.ceil(reach / h), math.ceil(reach / h) + 1)
    terms = np.exp(-0.5 * z * z) / np.cosh(c * z) ** 2
    return float(h * terms.sum() / math.sqrt(2 * math.pi))


@cache
def saddle_node() -> SaddleNode:
    """Solve R_μ = R_ℓ = det R'' = 0 for the symmetric pair with s = 1; d = 2.41222971801281898."""

    def residual(unknown: FloatArray) -> FloatArray:
        mu, log_sigma, d = unknown
        at = reverse_kl_derivatives(_pair(d), np.array([mu]), np.array([math.exp(log_sigma)]))
        return np.array([*at.gradient[0], np.linalg.det(at.hessian[0])])

    mu, log_sigma, d = _newton(residual, np.array([2.15, math.log(1.29), 2.41]))
    at = reverse_kl_derivatives(_pair(d), np.array([mu]), np.array([math.exp(log_sigma)]))
    return SaddleNode(float(d), float(mu), math.exp(log_sigma), float(at.value[0]))


@cache
def maxwell_point() -> MaxwellPoint:
    """Solve for equal values at side and middle minima of the pair with s = 1; d = 2.80008221758323925."""

    def residual(unknown: FloatArray) -> FloatArray:
        mu, log_side, log_middle, d = unknown
        at = reverse_kl_derivatives(_pair(d), np.array([mu, 0.0]), np.exp([log_side, log_middle]))
        return np.array([*at.gradient[0], at.gradient[1, 1], at.value[0] - at.value[1]])

    mu, log_side, log_middle, d = _newton(residual, np.array([2.77, math.log(1.04), math.log(2.6), 2.8]))
    at = reverse_kl_derivatives(_pair(d), np.array([mu]), np.array([math.exp(log_side)]))
    return MaxwellPoint(float(d), float(mu), math.exp(log_side), math.exp(log_middle), float(at.value[0]))


def _pair(d: float) -> Mixture1D:
    return Mixture1D([Component1D(0.5, -float(d), 1.0), Component1D(0.5, float(d), 1.0)])


def _newton(residual: Callable[[FloatArray], FloatArray], start: FloatArray) -> FloatArray:
    """Newton's method; differences in the Jacobian cost speed of convergence, not accuracy."""
    unknown, h = start.astype(np.float64), 1e-4
    for _ in range(20):
        jacobian = np.stack(
            [(residual(unknown + h * e) - residual(unknown - h * e)) / (2 * h) for e in np.eye(len(start))],
            axis=1,
        )
        step = np.linalg.solve(jacobian, residual(unknown))
        unknown = unknown - step
        if np.abs(step).max() < 1e-13:
            break
    return unknown
