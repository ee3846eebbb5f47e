"""Bifurcation diagrams: the stationary points of KL(q‖p) while the modes of p are pulled apart.

Half-separation d is half the distance between the outermost means of p.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import (
    StationaryPoint,
    find_reverse_stationary,
    find_reverse_stationary_fixed_sigma,
)

MINIMUM_KINDS = ("global", "tied", "local")
STEEPEST = 3.0
"""A branch that moves faster than this many units of (μ, σ) per unit of d is steep."""
STEEP_WIDTHS = 8.0


@dataclass(frozen=True)
class Sweep:
    """All stationary points over half-separation: N points, sorted by d and within one d as searched.

    Attributes
    ----------
    d, mu, sigma, kl : (N,); kl in nats.
    kind : (N,) ``global``, ``tied``, ``local``, ``saddle`` or ``maximum``.
    """

    d: FloatArray
    mu: FloatArray
    sigma: FloatArray
    kl: FloatArray
    kind: NDArray[np.str_]

    @classmethod
    def of(cls, columns: Iterable[tuple[float, Sequence[StationaryPoint]]]) -> "Sweep":
        """Collect what was found at each d, in any order of d."""
        found = [(d, point) for d, points in sorted(columns, key=lambda c: c[0]) for point in points]
        return cls(
            np.array([d for d, _ in found], dtype=np.float64),
            np.array([point.mu for _, point in found], dtype=np.float64),
            np.array([point.sigma for _, point in found], dtype=np.float64),
            np.array([point.kl for _, point in found], dtype=np.float64),
            np.array([point.kind for _, point in found], dtype="<U7"),
        )

    @property
    def is_minimum(self) -> NDArray[np.bool_]:
        """(N,) which points are minima."""
        return np.isin(self.kind, MINIMUM_KINDS)


def separation(components: Sequence[Component1D]) -> float:
    """Half the distance between the outermost means of the components that carry weight."""
    means = [component.mu for component in components if component.weight > 0]
    return 0.5 * (max(means) - min(means))


def with_separation(components: Sequence[Component1D], d: float) -> tuple[Component1D, ...]:
    """Scale all means about the middle of the outermost two so that the half-separation is ``d``.

    Raises
    ------
    InputError
        If all means coincide (there is nothing to pull apart) or d is negative.
    """
    now = separation(components)
    if now == 0:
        raise InputError("mixture: all means are equal; move one to give p a separation.")
    if not (math.isfinite(d) and d >= 0):
        raise InputError(f"half-separation d = {d:g} must be 0 or more.")
    means = [component.mu for component in components if component.weight > 0]
    middle = 0.5 * (max(means) + min(means))
    return tuple(
        replace(component, mu=middle + (component.mu - middle) * (d / now)) for component in components
    )


def stationary_at(
    components: Sequence[Component1D], d: float, sigma_fixed: float | None = None
) -> tuple[StationaryPoint, ...]:
    """Find all stationary points of KL(q‖p) with p pulled to half-separation ``d``; σ of q free or fixed."""
    p = Mixture1D(with_separation(components, d))
    if sigma_fixed is None:
        return find_reverse_stationary(p)
    return find_reverse_stationary_fixed_sigma(p, sigma_fixed)


def sweep(
    components: Sequence[Component1D], d_values: Iterable[float], sigma_fixed: float | None = None
) -> Sweep:
    """The bifurcation diagram: `stationary_at` for every d."""
    return Sweep.of((d, stationary_at(components, d, sigma_fixed)) for d in d_values)


def refinement(diagram: Sweep, narrowest: float) -> list[float]:
    """Midpoints of the intervals of d that deserve a closer look; computing those too gives the next ones.

    An interval wider than ``narrowest`` is halved where the minima change in number or kind, one wider
    than `STEEP_WIDTHS` times that also where a branch is steep.
    """
    values = np.unique(diagram.d)
    signatures = [_signature(diagram, d) for d in values]
    changes = [before != after for before, after in pairwise(signatures)]
    left, right = links(diagram).T
    rise = np.hypot(diagram.mu[right] - diagram.mu[left], diagram.sigma[right] - diagram.sigma[left])
    steep = diagram.d[left][rise > STEEPEST * (diagram.d[right] - diagram.d[left])]
    wide = STEEP_WIDTHS * narrowest
    return [
        0.5 * float(lo + hi)
        for (lo, hi), is_change in zip(pairwise(values), changes, strict=True)
        if (is_change and hi - lo > narrowest) or (lo in steep and hi - lo > wide)
    ]


def _signature(diagram: Sweep, d: float) -> tuple[str, ...]:
    """Kinds of the minima at one d, from left to right."""
    here = np.flatnonzero((diagram.d == d) & diagram.is_minimum)
    return tuple(diagram.kind[here[np.lexsort((diagram.sigma[here], diagram.mu[here]))]].tolist())


def links(diagram: Sweep) -> IntArray:
    """Pairs (L, 2) of points at neighbouring d that continue each other.

    Two minima, or two other stationary points, belong together when each is the other's nearest and
    the move is no faster than branches move away from their ends.
    """
    values = np.unique(diagram.d)
    pairs: list[tuple[int, int]] = []
    for lo, hi in pairwise(values):
        for is_minimum in (True, False):
            chosen = diagram.is_minimum == is_minimum
            left = np.flatnonzero((diagram.d == lo) & chosen)
            right = np.flatnonzero((diagram.d == hi) & chosen)
            pairs += _mutually_nearest(diagram, left, right, hi - lo)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _mutually_nearest(diagram: Sweep, left: IntArray, right: IntArray, gap: float) -> list[tuple[int, int]]:
    if not (len(left) and len(right)):
        return []
    d_mu = np.abs(diagram.mu[left][:, None] - diagram.mu[right])
    d_sigma = np.abs(diagram.sigma[left][:, None] - diagram.sigma[right])
    distance = np.hypot(d_mu, d_sigma)
    to_right, to_left = distance.argmin(axis=1), distance.argmin(axis=0)
    reach = 4.0 * gap + 0.5 * diagram.sigma[left]
    return [
        (int(left[i]), int(right[j]))
        for i, j in enumerate(to_right)
        if to_left[j] == i and distance[i, j] <= reach[i]
    ]
