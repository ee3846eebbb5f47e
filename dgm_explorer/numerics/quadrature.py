"""Composite Gauss–Legendre quadrature whose panels shrink towards the complex zeros of a density.

log p is analytic up to the zeros of p. A panel that stays at least its own length away from every zero
integrates to rounding error with 16 nodes, so panels that grow threefold away from each zero resolve
kinks of any sharpness with a number of nodes that is only logarithmic in the sharpness.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from dgm_explorer.numerics.mixture import ComplexZeros

ORDER = 16
RING_RATIO = 3.0
"""Growth of neighbouring panels: nearest zero at 2 half-lengths, convergence (2 + √3)^(−2·order)."""
NEEDED_RINGS = 1.5
"""Rings wider than this many panels of q cut nothing that q's own panels do not."""
_NO_BREAKS: FloatArray = np.empty(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """How an expectation under N(μ, σ²) is cut up.

    Attributes
    ----------
    reach : standard deviations covered.
    n_panels : equal panels of that range, before cuts at singularities.
    order : Gauss–Legendre nodes per panel.
    """

    reach: float
    n_panels: int
    order: int

    @property
    def panel(self) -> float:
        """Length of the longest panel in units of σ."""
        return 2 * self.reach / self.n_panels


EXACT = Rule(reach=9.0, n_panels=14, order=ORDER)
"""Relative error 1e-15; what is out of reach weighs 1e-19."""
FAST = Rule(reach=8.5, n_panels=10, order=12)
"""Relative error 1e-14 for values, 2e-12 for second derivatives."""


@dataclass(frozen=True, slots=True)
class GaussianPanels:
    """Nodes for expectations under several Gaussians q_i, one after the other in flat arrays.

    Attributes
    ----------
    owner : (n,) which Gaussian a node belongs to, ascending.
    start : (P,) index of the first node of each Gaussian.
    z : (n,) standardised position; x = μ_i + σ_i z.
    weight : (n,) includes the standard normal density.
    """

    owner: IntArray
    start: IntArray
    z: FloatArray
    weight: FloatArray

    def expectation(self, values: FloatArray) -> FloatArray:
        """E_{q_i}[values] along the last axis, shape (..., P)."""
        return np.asarray(np.add.reduceat(values * self.weight, self.start, axis=-1))


@cache
def gauss_legendre(order: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [−1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights


def gauss_legendre_panels(breaks: FloatArray, order: int = ORDER) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the composite rule on the panels between sorted ``breaks``."""
    return _nodes_between(breaks[:-1], breaks[1:], order)


def distinct(edges: FloatArray) -> FloatArray:
    """Return edges sorted and without repetition.

    As `numpy.unique`, whose first call imports numpy.ma, which is time that the first paint waits for.
    """
    ordered = np.sort(edges)
    is_new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return np.asarray(ordered[is_new])


def _nodes_between(lo: FloatArray, hi: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = gauss_legendre(order)
    half, middle = 0.5 * (hi - lo), 0.5 * (hi + lo)
    return (middle[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()


def graded_breaks(real: FloatArray, abs_imag: FloatArray, largest: float) -> FloatArray:
    """Panel edges at every zero and on rings around it, until the rings reach ``largest``; unsorted."""
    return _graded(real, abs_imag, largest)[0]


def _graded(real: FloatArray, abs_imag: FloatArray, largest: float) -> tuple[FloatArray, FloatArray]:
    """Positions of breaks, and radii of the rings that they belong to, both (B,)."""
    if not len(real):
        return np.empty(0), np.empty(0)
    first = np.maximum(abs_imag, 1e-15 * np.maximum(np.abs(real), largest))
    n_rings = 1 + max(0, int(np.ceil(np.log(largest / first.min()) / np.log(RING_RATIO))))
    radii = first[:, None] * RING_RATIO ** np.arange(n_rings)
    is_needed = radii < NEEDED_RINGS * largest
    centres, radii = np.broadcast_to(real[:, None], radii.shape)[is_needed], radii[is_needed]
    positions = np.concatenate([real, centres + radii, centres - radii])
    return positions, np.concatenate([np.zeros(len(real)), radii, radii])


def gaussian_panels(
    zeros: "ComplexZeros",
    mu: FloatArray,
    sigma: FloatArray,
    rule: Rule = EXACT,
    breaks: FloatArray = _NO_BREAKS,
) -> GaussianPanels:
    """Build nodes for E_{N(μ_i, σ_i²)}: the panels of ``rule``, graded to the zeros of p.

    Parameters
    ----------
    mu, sigma : (P,) the Gaussians.
    breaks : (B,) more positions on the line to cut at, any order.
    """
    own = np.linspace(-rule.reach, rule.reach, rule.n_panels + 1)
    graded, radii = _graded(zeros.real, zeros.abs_imag, rule.panel * float(sigma.max()))
    n_graded = len(own) + len(graded)
    edges = np.empty((len(mu), n_graded + len(breaks)))
    edges[:, : len(own)] = own
    np.subtract(graded, mu[:, None], out=edges[:, len(own) : n_graded])
    np.subtract(breaks, mu[:, None], out=edges[:, n_graded:])
    edges[:, len(own) :] /= sigma[:, None]
    edges[:, len(own) : n_graded][radii >= NEEDED_RINGS * rule.panel * sigma[:, None]] = rule.reach
    np.clip(edges, -rule.reach, rule.reach, out=edges)
    edges.sort(axis=1)
    lo, hi = edges[:, :-1], edges[:, 1:]
    is_panel = hi > lo
    z, weight = _nodes_between(lo[is_panel], hi[is_panel], rule.order)
    weight *= np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    panels_each = is_panel.sum(axis=1)
    start = rule.order * np.concatenate([[0], np.cumsum(panels_each)[:-1]])
    owner = np.repeat(np.arange(len(mu)), rule.order * panels_each)
    return GaussianPanels(owner, start, z, weight)
