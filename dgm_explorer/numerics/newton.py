"""Newton's method on KL(q‖p) from many starts at once, in steps measured in units of σ.

Steps are taken in (μ/σ, log σ), where the curvature in the first coordinate is 1 at every stationary
point. Each start keeps a trust radius: an evaluation that does not help shrinks it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.numerics.divergence import Derivatives, reverse_kl_derivatives
from dgm_explorer.numerics.mixture import Mixture1D

LARGEST_STEP = 0.6
CONVERGED_STEP = 1e-10
ACCEPTED_STEP = 1e-6
"""A start whose last Newton step is longer than this did not arrive anywhere."""
MAX_EVALUATIONS = 60

_Steps: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
_Merit: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Polished:
    """Stationary points that were reached.

    Attributes
    ----------
    mu, sigma : (n,).
    direction : (n, 2) eigenvector of the least curvature, in (μ/σ, log σ).
    least_curvature : (n,) its eigenvalue; negative at a saddle.
    """

    mu: FloatArray
    sigma: FloatArray
    direction: FloatArray
    least_curvature: FloatArray

    def __len__(self) -> int:
        return len(self.mu)

    def chosen(self, index: IntArray) -> "Polished":
        return Polished(self.mu[index], self.sigma[index], self.direction[index], self.least_curvature[index])


def descend(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> Polished:
    """Go downhill from every start until the gradient vanishes."""
    return _iterate(p, mu, sigma, _downhill_steps, lambda value, _: value)


def solve_stationary(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> Polished:
    """Solve gradient = 0 from every start: minima and saddles alike."""
    return _iterate(p, mu, sigma, newton_steps, lambda _, gradient: (gradient**2).sum(axis=1))


def scaled(derivatives: Derivatives, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient (n, 2) and Hessian (n, 2, 2) in (μ/σ, log σ), σ held fixed in the scale."""
    scale = np.ones((len(sigma), 2))
    scale[:, 0] = sigma
    return derivatives.gradient * scale, derivatives.hessian * scale[:, :, None] * scale[:, None, :]


def newton_steps(gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """−H⁻¹ g, (n, 2)."""
    return _along_eigenvectors(gradient, *np.linalg.eigh(hessian))


def _downhill_steps(gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """−|H|⁻¹ g: Newton's step near a minimum, away from saddles elsewhere."""
    curvature, vectors = np.linalg.eigh(hessian)
    return _along_eigenvectors(gradient, np.abs(curvature), vectors)


def _along_eigenvectors(gradient: FloatArray, curvature: FloatArray, vectors: FloatArray) -> FloatArray:
    floor = 1e-12 * np.abs(curvature).max(axis=1, keepdims=True) + 1e-300
    divisor = np.copysign(np.maximum(np.abs(curvature), floor), curvature)
    along = np.einsum("nij,ni->nj", vectors, gradient) / divisor
    return np.asarray(-np.einsum("nij,nj->ni", vectors, along))


def _iterate(p: Mixture1D, mu: FloatArray, sigma: FloatArray, steps: _Steps, merit: _Merit) -> Polished:
    """Trust-region loop: one evaluation per round for every start that is still moving."""
    here = np.stack([mu, np.log(sigma)], axis=1)
    n = len(here)
    lowest, radius, length = np.full(n, np.inf), np.full(n, LARGEST_STEP), np.full(n, np.inf)
    newton, hessians = np.zeros((n, 2)), np.tile(np.eye(2), (n, 1, 1))
    moving = np.arange(n)
    narrowest = np.log(0.1 * p.sigmas.min())
    widest = np.log(10 * (np.ptp(p.means) + p.sigmas.max()))
    for _ in range(MAX_EVALUATIONS):
        if not len(moving):
            break
        step = newton[moving] * np.minimum(1.0, radius[moving] / np.maximum(length[moving], 1e-300))[:, None]
        there = here[moving] + step * np.stack([np.exp(here[moving, 1]), np.ones(len(moving))], axis=1)
        np.clip(there[:, 1], narrowest, widest, out=there[:, 1])
        width = np.exp(there[:, 1])
        derivatives = reverse_kl_derivatives(p, there[:, 0], width)
        gradient, hessian = scaled(derivatives, width)
        value = merit(derivatives.value, gradient)
        has_helped = value <= lowest[moving] + np.minimum(1e-13 * np.abs(value), 1e-13)
        better, at = moving[has_helped], has_helped
        here[better], lowest[better], hessians[better] = there[at], value[at], hessian[at]
        newton[better] = steps(gradient[at], hessian[at])
        length[better] = np.linalg.norm(newton[better], axis=1)
        radius[better] = np.minimum(2 * radius[better], LARGEST_STEP)
        worse = moving[~has_helped]
        radius[worse] = np.linalg.norm(step[~has_helped], axis=1) / 4
        moving = moving[(length[moving] > CONVERGED_STEP) & (radius[moving] > CONVERGED_STEP)]
    has_arrived = length < ACCEPTED_STEP
    curvature, vectors = np.linalg.eigh(hessians)
    reached = Polished(here[:, 0], np.exp(here[:, 1]), vectors[:, :, 0], curvature[:, 0])
    return reached.chosen(np.nonzero(has_arrived)[0])
