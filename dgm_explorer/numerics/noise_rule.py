"""Nodes and weights for expectations over ε ~ N(0, I), chosen to suit an objective and a map."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.divergence2d import SampledPlane
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.line_mixtures import graded_panels
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.numerics.objectives import LineTarget, Objective, PlaneTarget
from dgm_explorer.numerics.quadrature import gauss_legendre, gaussian_panels

_PANEL_ORDER = 12
_THIN = 0.03
"""Of the narrowest bend of log p: five nodes across a map this thin err by its tenth power."""
_NODES_ACROSS = 5
_REACH = 9.0
SPACING = 0.15
"""Of the square lattice on which log p in the plane is sampled."""


@dataclass(frozen=True, slots=True, eq=False)
class NoiseRule:
    """E[g(ε)] ≈ Σ_m w_m g(ε_m).

    Attributes
    ----------
    epsilon : (m, d).
    weights : (m,), their sum is 1.
    is_exact : whether the error is that of rounding, or of quadrature that follows every bend of f.
    """

    epsilon: FloatArray
    weights: FloatArray
    is_exact: bool = True


def noise_rule(objective: Objective, gaussian: GaussianMap) -> NoiseRule:
    """Return a rule for f², f ∇f and ∇f² times polynomials up to degree 4 in ε; d is 1 or 2."""
    if objective.degree is not None:
        return _hermite_rule(objective.degree + 3, gaussian.dimension)
    if isinstance(objective, LineTarget):
        return _line_rule(objective.p, gaussian)
    if isinstance(objective, PlaneTarget):
        return thin_rule(objective.p, gaussian) or lattice_rule(SPACING)
    raise TypeError(f"no rule for {type(objective).__name__}")


@cache
def _hermite(order: int) -> tuple[FloatArray, FloatArray]:
    """Gauss–Hermite nodes and weights for N(0, 1): exact for polynomials up to degree 2·order − 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(order)
    return nodes, weights / weights.sum()


@cache
def _hermite_rule(order: int, d: int) -> NoiseRule:
    nodes, weights = _hermite(order)
    if d == 1:
        return NoiseRule(nodes[:, None], weights)
    return _product((nodes, weights), (nodes, weights))


def _product(first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]) -> NoiseRule:
    """Tensor product of two rules on the line."""
    x, y = np.meshgrid(first[0], second[0], indexing="ij")
    return NoiseRule(np.stack([x.ravel(), y.ravel()], axis=-1), np.outer(first[1], second[1]).ravel())


def _line_rule(p: Mixture1D, gaussian: GaussianMap) -> NoiseRule:
    """Gauss–Legendre panels graded to the complex zeros of p; a constant map needs one node."""
    sigma = float(gaussian.factor[0, 0])
    bend = _narrowest_bend(p.sigmas, p.means[:, None])
    if abs(sigma) < _THIN * bend:
        nodes, weights = _hermite(_NODES_ACROSS)
        return NoiseRule(nodes[:, None], weights)
    panels = gaussian_panels(p.complex_zeros(), gaussian.mean, np.array([abs(sigma)]))
    return NoiseRule(math.copysign(1.0, sigma) * panels.z[:, None], panels.weight)


def thin_rule(p: Mixture2D, gaussian: GaussianMap) -> NoiseRule | None:
    """Return a rule for maps onto a line or a point, or nearly so; None for the others.

    Along the map's long axis: panels graded to the zeros of p on that line. Across it: five nodes.
    """
    axes, lengths, turn = np.linalg.svd(gaussian.factor)
    thin = _THIN * _narrowest_bend(np.sqrt(np.linalg.eigvalsh(p.covs)[:, 0]), p.means)
    if lengths[1] >= thin:
        return None
    along = _hermite(_NODES_ACROSS)
    if lengths[0] >= thin:
        along = _panels_on_line(p, gaussian.mean, np.stack([axes[:, 1], axes[:, 0] * lengths[0]], axis=1))
    rule = _product(along, _hermite(_NODES_ACROSS))
    return NoiseRule(np.asarray(rule.epsilon @ turn), rule.weights)


def _panels_on_line(p: Mixture2D, mean: FloatArray, frame: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for N(0, 1) on ``mean + frame @ (0, s)``."""
    _, left, length = graded_panels(*p.along_lines(mean, frame).zeros_on_lines(np.zeros(1)))
    nodes, weights = gauss_legendre(_PANEL_ORDER)
    half = 0.5 * length[:, None]
    s = (left[:, None] + half + half * nodes).ravel()
    return s, (half * weights).ravel() * np.exp(-0.5 * s * s) / math.sqrt(2 * math.pi)


def _narrowest_bend(widths: FloatArray, means: FloatArray) -> float:
    """Return a lower bound on the length over which log p turns: w²/Δ between components Δ apart."""
    extent = float(np.linalg.norm(np.ptp(means, axis=0)))
    narrowest = float(widths.min())
    return narrowest**2 / (extent + float(widths.max()))


@cache
def lattice_rule(spacing: float) -> NoiseRule:
    """Return the trapezoid rule on a square lattice; only as good as f is smooth on the scale of L."""
    plane = SampledPlane.of(spacing, _REACH)
    return NoiseRule(plane.z, plane.weights, is_exact=False)
