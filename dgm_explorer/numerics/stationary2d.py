"""Stationary points of KL(q‖p) and KL(p‖q) over q's mean in the plane, q's covariance held fixed."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.core.kl_state import View2D
from dgm_explorer.numerics.divergence2d import SampledPlane, expectation_under, square_root
from dgm_explorer.numerics.gaussian_chart import (
    ExpectationRule,
    Located,
    distance,
    find_stationary,
    follow,
    follow_minimum,
    minimise_all,
)
from dgm_explorer.numerics.landscape2d import Grid2D, ReverseLandscape2D
from dgm_explorer.numerics.mixture2d import Mixture2D, gaussian_2d
from dgm_explorer.numerics.stationary import Kind

TIE_TOLERANCE = 1e-9  # of 1 + |KL|, on quadrature values; grid values of a true tie differ by 1e-4
_MAX_SUBSET_COMPONENTS = 5
_SEARCH_NODES = 129
_MAX_OTHER_SEEDS = 32


@dataclass(frozen=True)
class StationaryPoint2D:
    """A Gaussian at which the divergence is stationary, and its divergence in nats, by quadrature."""

    q: Gaussian2D
    kl: float
    kind: Kind


def subset_moments(p: Mixture2D) -> list[tuple[FloatArray, FloatArray]]:
    """Return mean (2,), covariance (2, 2) of all sub-mixtures; beyond 5 components of singles, pairs, all."""
    sizes = range(1, len(p) + 1) if len(p) <= _MAX_SUBSET_COMPONENTS else (1, 2, len(p))
    return [p.moments(s) for size in sizes for s in itertools.combinations(range(len(p)), size)]


def find_reverse_stationary_2d(
    p: Mixture2D, cov: FloatArray, rule: ExpectationRule = expectation_under
) -> tuple[StationaryPoint2D, ...]:
    """Find all stationary points of KL(q‖p) over q's mean.

    Seeds are the components' means, the means of their subsets and the extrema and saddles of a coarse
    landscape around all components; each is polished with Newton's method on quadrature values, which also
    decide its kind. There are as many minima and maxima as saddles plus one. ``rule`` gives the exact
    expectations under q; it may raise to abandon the search.

    Returns
    -------
    Minima by value, then saddles, then maxima.
    """
    frame = square_root(cov)
    near = _landscape_seeds(p, cov)
    plane = SampledPlane.resolving(p, cov)
    starts = [*(mean for mean, _ in subset_moments(p)), *near.minima]
    rough = minimise_all(p, [(mean, frame) for mean in starts], "mean", plane.expectation)
    found = minimise_all(p, [(mean, frame) for mean in [*(f.mean for f in rough), *p.means]], "mean", rule)
    for mean in near.others[:_MAX_OTHER_SEEDS]:
        point = find_stationary(p, mean, frame, rule, found)
        if point is not None:
            found.append(point)
    kept = distinct(found, 1e-5)
    return (*classify_minima([f for f in kept if f.curvatures[0] > 0]), *_others(kept))


def track_stationary_2d(
    p: Mixture2D, cov: FloatArray, points: Sequence[StationaryPoint2D]
) -> tuple[StationaryPoint2D, ...]:
    """Follow stationary points while p or q's covariance is dragged; approximate, finds no new ones."""
    frame, plane = square_root(cov), SampledPlane.resolving(p, cov)
    followed: list[Located] = []
    for point in points:
        mean, rule = np.array(point.q.mean), plane.expectation
        if point.kind in ("saddle", "maximum"):
            found = follow(p, mean, frame, "mean", rule)
            followed += [] if found is None else [found]
        else:
            followed.append(follow_minimum(p, mean, frame, "mean", rule))
    kept = distinct(followed, 1e-2)
    return (*classify_minima([f for f in kept if f.curvatures[0] > 0]), *_others(kept))


def distinct(found: Sequence[Located], closer_than: float) -> list[Located]:
    """Drop what lies closer than ``closer_than`` to a better converged one, or is the same object."""
    kept: list[Located] = []
    for point in sorted(found, key=lambda f: float(np.linalg.norm(f.gradient))):
        if all(distance(other, point) > closer_than for other in kept):
            kept.append(point)
    return kept


def classify_minima(minima: Sequence[Located]) -> tuple[StationaryPoint2D, ...]:
    """Sort minima by value and call them global, tied or local."""
    ordered = sorted(minima, key=lambda f: f.kl)
    if not ordered:
        return ()
    lowest = ordered[0].kl
    n_lowest = sum(f.kl - lowest <= TIE_TOLERANCE * (1 + abs(lowest)) for f in ordered)
    kinds: list[Kind] = ["tied" if n_lowest > 1 else "global"] * n_lowest
    kinds += ["local"] * (len(ordered) - n_lowest)
    return tuple(_point(f, kind) for f, kind in zip(ordered, kinds, strict=True))


def _others(found: Sequence[Located]) -> list[StationaryPoint2D]:
    saddles = [f for f in found if f.curvatures[0] <= 0 < f.curvatures[-1]]
    maxima = [f for f in found if f.curvatures[-1] <= 0]
    return [
        *(_point(f, "saddle") for f in sorted(saddles, key=lambda f: f.kl)),
        *(_point(f, "maximum") for f in sorted(maxima, key=lambda f: f.kl)),
    ]


def _point(found: Located, kind: Kind) -> StationaryPoint2D:
    return StationaryPoint2D(gaussian_2d(found.mean, found.cov), found.kl, kind)


@dataclass(frozen=True)
class _Seeds:
    minima: list[FloatArray]
    others: list[FloatArray]


def _landscape_seeds(p: Mixture2D, cov: FloatArray) -> _Seeds:
    """Read extrema and saddles off a coarse landscape that covers all components."""
    spread = np.sqrt(np.diagonal(p.covs, axis1=1, axis2=2))
    low = (p.means - 2 * spread).min(axis=0)
    high = (p.means + 2 * spread).max(axis=0)
    center = 0.5 * (low + high)
    view = View2D((float(center[0]), float(center[1])), float(np.clip(0.5 * (high - low).max(), 1e-3, 1e4)))
    grid = Grid2D.of(view, _SEARCH_NODES)
    values = ReverseLandscape2D(grid, cov, max_nodes=320).evaluate(p)
    return _Seeds(*(_nodes(grid, mask) for mask in grid_features(values)))


def _nodes(grid: Grid2D, mask: FloatArray) -> list[FloatArray]:
    return [np.array([grid.x[j], grid.y[i]]) for i, j in np.argwhere(mask)]


def grid_features(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return masks (m, n) of grid minima, and of grid maxima and saddles, by the eight neighbours.

    Walking round a node, the sign of neighbour minus node changes twice on a slope and at least four times
    at a saddle.
    """
    inner = values[1:-1, 1:-1]
    m, n = inner.shape
    ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    is_higher = np.stack([values[i : i + m, j : j + n] >= inner for i, j in ring])
    n_changes = (is_higher != np.roll(is_higher, 1, axis=0)).sum(axis=0)
    minima, others = np.zeros(values.shape, dtype=bool), np.zeros(values.shape, dtype=bool)
    minima[1:-1, 1:-1] = is_higher.all(axis=0)
    others[1:-1, 1:-1] = ~is_higher.any(axis=0) | (n_changes >= 4)
    return minima, others
