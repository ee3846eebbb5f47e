"""Monte Carlo gradients of E f(z), z = μ + Lε, with respect to μ and L, all from the same ε.

Pathwise (Kingma & Welling 2014): ∇_μ ← ∇f(z), ∇_L ← ∇f(z) εᵀ; needs ∇f, and a map that is differentiable.
Score function (Williams 1992): f(z) ∇ log q(z) with ∇_μ log q = L⁻ᵀε, ∇_L log q = L⁻ᵀ(εεᵀ − I); needs f
only, and a density q, hence L invertible. With a baseline: f(z_i) − mean of f over the *other* samples
(leave-one-out; Kool, van Hoof & Welling 2019), which is unbiased. One sample leaves no others: then it is 0.
"""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.reparam_state import MapEstimator
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.objectives import Objective


@dataclass(frozen=True, slots=True, eq=False)
class MapGradient:
    """Gradients in (μ, L), or terms of them.

    Attributes
    ----------
    mean : (..., d).
    factor : (..., d, d) for every entry of L; a triangle uses the lower ones.
    """

    mean: FloatArray
    factor: FloatArray


def require_density(gaussian: GaussianMap) -> None:
    """Refuse a map whose z has no density.

    Raises
    ------
    InputError
        If Σ is singular.
    """
    if gaussian.is_singular:
        raise InputError(
            "Σ is singular, so z has no density and no score function; use the pathwise gradient or widen L."
        )


def score_function(gaussian: GaussianMap, epsilon: FloatArray) -> MapGradient:
    """∇ log q(z) at z = μ + Lε for ε (..., d)."""
    return _score_average(gaussian, np.ones((*epsilon.shape[:-1], 1)), epsilon[..., None, :])


def gradient_terms(
    estimator: MapEstimator, gaussian: GaussianMap, objective: Objective, epsilon: FloatArray
) -> MapGradient:
    """Return the gradient of each single sample, (..., N, d) and (..., N, d, d) for ε (..., N, d).

    Raises
    ------
    InputError
        If a score function is wanted of a singular Σ.
    """
    z = gaussian(epsilon)
    if estimator == "pathwise":
        return _pathwise_average(objective.gradient(z)[..., None, :], epsilon[..., None, :])
    require_density(gaussian)
    weights = _score_weights(estimator, objective.value(z))
    return _score_average(gaussian, weights[..., None], epsilon[..., None, :])


def estimate_gradient(
    estimator: MapEstimator, gaussian: GaussianMap, objective: Objective, epsilon: FloatArray
) -> MapGradient:
    """Return the mean over N samples, (..., d) and (..., d, d) for ε (..., N, d).

    Raises
    ------
    InputError
        If a score function is wanted of a singular Σ.
    """
    z = gaussian(epsilon)
    if estimator == "pathwise":
        return _pathwise_average(objective.gradient(z), epsilon)
    require_density(gaussian)
    return _score_average(gaussian, _score_weights(estimator, objective.value(z)), epsilon)


def _pathwise_average(slope: FloatArray, epsilon: FloatArray) -> MapGradient:
    factor = np.einsum("...ni,...nj->...ij", slope, epsilon) / epsilon.shape[-2]
    return MapGradient(np.asarray(slope.mean(axis=-2)), np.asarray(factor))


def _score_weights(estimator: MapEstimator, f: FloatArray) -> FloatArray:
    """f (..., N), or how far each lies above the mean of the others."""
    if estimator == "score":
        return f
    if estimator != "score_baseline":
        raise ValueError(f"{estimator} has no samples")
    return centre_on_others(f)


def centre_on_others(f: FloatArray) -> FloatArray:
    """f_i − mean_{j≠i} f_j = (f_i − f̄) N/(N − 1) along the last axis; f itself if N = 1."""
    n = f.shape[-1]
    return f if n == 1 else np.asarray((f - f.mean(axis=-1, keepdims=True)) * (n / (n - 1)))


def _score_average(gaussian: GaussianMap, weights: FloatArray, epsilon: FloatArray) -> MapGradient:
    """Mean of w_n ∇ log q over N, for weights (..., N) and ε (..., N, d)."""
    n, d = epsilon.shape[-2:]
    inverse = np.linalg.inv(gaussian.factor)
    weighted = weights[..., None] * epsilon
    second = np.einsum("...ni,...nj->...ij", weighted, epsilon) / n
    second[..., np.arange(d), np.arange(d)] -= weights.mean(axis=-1)[..., None]
    return MapGradient(np.asarray(weighted.mean(axis=-2) @ inverse), np.asarray(inverse.T @ second))


@dataclass(frozen=True, slots=True, eq=False)
class CloudSummary:
    """What R estimates of one gradient say about their estimator.

    Attributes
    ----------
    n_estimates : R.
    mean, mean_error : (p,) with standard error; NaN for R = 1.
    variance : (p,) about the exact gradient.
    total_variance, total_variance_error : E ‖ĝ − ∇‖², with standard error.
    signal_to_noise : ‖∇‖ / √total variance, per estimate; infinite without noise.
    """

    n_estimates: int
    mean: FloatArray
    mean_error: FloatArray
    variance: FloatArray
    total_variance: float
    total_variance_error: float
    signal_to_noise: float


def summarise_cloud(estimates: FloatArray, exact: FloatArray) -> CloudSummary:
    """Compare estimates (R, p) with the exact gradient (p,)."""
    n = len(estimates)
    squares = (estimates - exact) ** 2
    lengths = squares.sum(axis=1)
    total = float(lengths.mean())
    root = math.sqrt(n)
    is_many = n > 1
    return CloudSummary(
        n,
        estimates.mean(axis=0),
        estimates.std(axis=0, ddof=1) / root if is_many else np.full(len(exact), math.nan),
        squares.mean(axis=0),
        total,
        float(lengths.std(ddof=1)) / root if is_many else math.nan,
        signal_to_noise(exact, total),
    )


def signal_to_noise(exact: FloatArray, total_variance: float) -> float:
    """‖∇‖ / √total variance; infinite without noise, 0 without a signal."""
    signal = float(np.linalg.norm(exact))
    if total_variance > 0:
        return signal / math.sqrt(total_variance)
    return math.inf if signal > 0 else 0.0
