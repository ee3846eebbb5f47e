"""Where an objective f(z) is least: the maps that minimise E f(μ + Lε) are these points, with L = 0.

E f ≥ min f, with equality only where z cannot leave the minima: nothing rewards a spread of z.
"""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.numerics.noise_rule import noise_rule
from dgm_explorer.numerics.objectives import Banana, LineTarget, Objective, PlaneTarget, Quadratic, TwoWells

_ROUNDS = 2000
_TIE_NATS = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Minima:
    """The global minima of f.

    Attributes
    ----------
    points : (k, d).
    value : f there.
    """

    points: FloatArray
    value: float

    def distance(self, gaussian: GaussianMap) -> float:
        """Return how far (μ, L) is from (z*, 0) of the nearest minimum z*.

        √(‖μ − z*‖² + ‖L‖²) in the Frobenius norm, which is √E‖z − z*‖².
        """
        away = ((self.points - gaussian.mean) ** 2).sum(axis=1).min()
        return math.sqrt(float(away) + float((gaussian.factor**2).sum()))


def find_minima(objective: Objective, dimension: int) -> Minima:
    """Return the global minima of one of the tab's objectives; dimension 1 or 2.

    For −log p those modes of p that are reached from the means of its components.
    """
    points = _points(objective, dimension)
    values = objective.value(points)
    is_least = values <= values.min() + _TIE_NATS
    return Minima(points[is_least], float(values.min()))


def expected_value(objective: Objective, gaussian: GaussianMap) -> float:
    """E f(z): exact for polynomials, to about 1e-5 for −log p in the plane, where it takes a millisecond."""
    rule = noise_rule(objective, gaussian)
    return float(rule.weights @ objective.value(gaussian(rule.epsilon)))


def _points(objective: Objective, dimension: int) -> FloatArray:
    if isinstance(objective, Quadratic):
        return objective.target[None]
    if isinstance(objective, Banana):
        return np.ones((1, dimension)) if dimension > 1 else np.array([[_bottom_of_section(objective.b)]])
    if isinstance(objective, TwoWells):
        points = np.zeros((2, dimension))
        points[:, 0] = (-objective.a, objective.a)
        return points
    if isinstance(objective, LineTarget):
        return _modes(*_as_matrices(objective.p), objective)
    if isinstance(objective, PlaneTarget):
        return _modes(objective.p.means, objective.p.covs, objective.p, objective)
    raise TypeError(f"no minima for {type(objective).__name__}")


def _bottom_of_section(b: float) -> float:
    """The real root of z − 1 + 2b z³, the derivative of the banana's section z₂ = 0."""
    roots = np.roots([2 * b, 0.0, 1.0, -1.0])
    return float(roots[np.abs(roots.imag).argmin()].real)


def _as_matrices(p: Mixture1D) -> tuple[FloatArray, FloatArray, Mixture1D]:
    """Means (K, 1), covariances (K, 1, 1) of a mixture on the line, and itself."""
    return p.means[:, None], (p.sigmas**2)[:, None, None], p


def _modes(
    means: FloatArray, covariances: FloatArray, p: Mixture1D | Mixture2D, objective: Objective
) -> FloatArray:
    """Climb p from every mean, (k, d), by x ← (Σ r_k Σ_k⁻¹)⁻¹ Σ r_k Σ_k⁻¹ m_k, r the responsibilities at x.

    Carreira-Perpiñán (2000): each round climbs, as EM does.
    """
    precisions = np.linalg.inv(covariances)
    pulls = np.einsum("kij,kj->ki", precisions, means)
    x = means.copy()
    for _ in range(_ROUNDS):
        logs = p.log_components(x[:, 0] if isinstance(p, Mixture1D) else x)
        shares = np.exp(logs - logs.max(axis=0))
        shares /= shares.sum(axis=0)
        matrices = np.einsum("kn,kij->nij", shares, precisions)
        climbed = np.linalg.solve(matrices, (shares.T @ pulls)[..., None])[..., 0]
        is_settled = np.abs(climbed - x).max() <= 1e-14 * (1 + np.abs(x).max())
        x = climbed
        if is_settled:
            break
    order = np.argsort(objective.value(x))
    return _distinct(np.asarray(x[order]), np.sqrt(np.linalg.eigvalsh(covariances)[:, 0].min()))


def _distinct(points: FloatArray, width: float) -> FloatArray:
    """Drop points that repeat an earlier one within a small part of ``width``."""
    kept: list[FloatArray] = []
    for point in points:
        if all(np.abs(point - other).max() > 1e-3 * width for other in kept):
            kept.append(point)
    return np.array(kept)
