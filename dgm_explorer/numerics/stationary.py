"""Stationary points of both divergences over Gaussians q: all of them, and what kind they are."""

from dataclasses import dataclass, replace
from math import log
from typing import Literal, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.divergence import (
    SMALL_KL,
    forward_kl_at_moment_match,
    forward_kl_values,
    reverse_kl_derivatives,
    reverse_kl_values,
)
from dgm_explorer.numerics.fixed_sigma import stationary_means
from dgm_explorer.numerics.landscape import Grid1D
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.newton import Polished, descend, scaled, solve_stationary
from dgm_explorer.numerics.search import (
    COARSE_ROWS,
    FINE_ROWS,
    Candidates,
    Seeds,
    find_candidates,
    grid_minima,
)

Kind: TypeAlias = Literal["global", "tied", "local", "saddle", "maximum"]

TIE = 1e-9
"""Minima closer than this, relative to 1 + |KL|, are tied: polished values are good to 1e-13."""
SAME_POINT = 1e-5
"""Distance in (μ/σ, log σ) below which two polished points are one."""
TRACKED_STEPS = 4
TRACKED_MOVE = 0.8
TRACKED_ERROR = 1e-5
"""Last Newton step of a tracked point; the error left behind is its square."""
PROBES = (0.1, 0.3, 1.0)
"""How far from a known point its partner in a saddle-node is looked for."""


@dataclass(frozen=True, slots=True)
class StationaryPoint:
    """q = N(mu, sigma²) at which a divergence is stationary; ``kl`` in nats.

    A minimum is ``global`` (alone), ``tied`` (one of several equal global ones) or ``local``.
    """

    mu: float
    sigma: float
    kl: float
    kind: Kind

    @property
    def is_minimum(self) -> bool:
        return self.kind in ("global", "tied", "local")


def is_inside(view: View1D, point: StationaryPoint) -> bool:
    """Tell whether a point lies in the window that the landscapes show."""
    return view.mu_lo <= point.mu <= view.mu_hi and view.sigma_lo <= point.sigma <= view.sigma_hi


def forward_minimum(p: Mixture1D) -> StationaryPoint:
    """Return the only stationary point of KL(p‖q): q matches the mean and variance of p."""
    return StationaryPoint(p.mean, p.variance**0.5, forward_kl_at_moment_match(p), "global")


def forward_minimum_fixed_sigma(p: Mixture1D, sigma: float) -> StationaryPoint:
    """Return the only minimum of KL(p‖N(μ, sigma²)) in μ, at the mean of p."""
    kl = float(forward_kl_values(p, np.array(p.mean), np.array(sigma)))
    return StationaryPoint(p.mean, sigma, kl, "global")


def find_reverse_stationary(
    p: Mixture1D,
    landscape: FloatArray | None = None,
    grid: Grid1D | None = None,
    with_saddles: bool = True,
) -> tuple[StationaryPoint, ...]:
    """All minima and saddles of KL(q‖p) over (μ, log σ), wherever they are; there are no maxima.

    A landscape that has been computed anyway gives further starts. In (μ, log σ) the divergence is
    coercive without maxima, so saddles = minima − 1; the search goes on until that is so.
    Minima come first, each group sorted by KL, and by μ where that is equal.
    """
    seeds = _known_seeds(p, landscape, grid)
    candidates = find_candidates(p, COARSE_ROWS)
    minima, saddles = _polish(p, candidates, seeds)
    if len(saddles) != len(minima) - 1:
        minima, saddles = _complete(p, minima, saddles)
    if len(saddles) != len(minima) - 1:
        fine = _polish(p, find_candidates(p, FINE_ROWS), seeds)
        minima, saddles = _merge(minima, fine[0]), _merge(saddles, fine[1])
        minima, saddles = _complete(p, minima, saddles)
    found = _evaluated(p, minima.mu, minima.sigma, np.ones(len(minima), dtype=bool))
    if with_saddles:
        found += _evaluated(p, saddles.mu, saddles.sigma, np.zeros(len(saddles), dtype=bool))
    return found


@dataclass(frozen=True, slots=True)
class Followed:
    """Stationary points of a mixture, each followed from one of a neighbouring mixture.

    Attributes
    ----------
    points : minima first, each group sorted by KL.
    came_from : for each of them the index among the points before.
    """

    points: tuple[StationaryPoint, ...]
    came_from: tuple[int, ...]


def track(p: Mixture1D, previous: tuple[StationaryPoint, ...]) -> tuple[StationaryPoint, ...] | None:
    """Follow known points while p moves a little; the points of `follow`."""
    followed = follow(p, previous)
    return None if followed is None else followed.points


def follow(
    p: Mixture1D, previous: tuple[StationaryPoint, ...], guess: FloatArray | None = None
) -> Followed | None:
    """Follow known points while p moves a little: a few Newton steps of a third of a millisecond.

    Returns None when a point was lost, changed its kind or met another one: search again then. A new
    pair that appears elsewhere is not seen.

    Parameters
    ----------
    guess : (n, 2) where the points may have moved to, as μ and log σ; by default they start where they were.
    """
    before = np.array([(point.mu, log(point.sigma)) for point in previous])
    mu, log_sigma = (before if guess is None else guess).T
    length = np.inf
    for _ in range(TRACKED_STEPS):
        sigma = np.exp(log_sigma)
        here = reverse_kl_derivatives(p, mu, sigma)
        gradient, hessian = scaled(here, sigma)
        step, determinant = _newton_steps_in_the_plane(gradient, hessian)
        length = float(np.hypot(step[:, 0], step[:, 1]).max())
        if not length < TRACKED_MOVE:
            return None
        mu, log_sigma = mu + step[:, 0] * sigma, log_sigma + step[:, 1]
        if length < TRACKED_ERROR:
            break
    moved = np.hypot((mu - before[:, 0]) / np.exp(before[:, 1]), log_sigma - before[:, 1])
    is_minimum = determinant > 0
    was_minimum = np.array([point.is_minimum for point in previous])
    if length >= TRACKED_ERROR or moved.max() > TRACKED_MOVE or (is_minimum != was_minimum).any():
        return None
    sigma = np.exp(log_sigma)
    if len(_distinct(mu, sigma)) < len(mu):
        return None
    kl = here.value + 0.5 * (gradient * step).sum(axis=1)
    is_small = kl < SMALL_KL
    if is_small.any():
        kl[is_small] = reverse_kl_values(p, mu[is_small], sigma[is_small])
    order = _order(mu, kl, is_minimum)
    return Followed(_classified(mu, sigma, kl, is_minimum, order), tuple(order.tolist()))


def _newton_steps_in_the_plane(gradient: FloatArray, hessian: FloatArray) -> tuple[FloatArray, FloatArray]:
    """−H⁻¹ g by Cramer's rule, (n, 2), not finite where H is singular, and the determinants of H, (n,)."""
    xx, xy, yy = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    determinant = xx * yy - xy * xy
    step = np.empty_like(gradient)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        step[:, 0] = (xy * gradient[:, 1] - yy * gradient[:, 0]) / determinant
        step[:, 1] = (xy * gradient[:, 0] - xx * gradient[:, 1]) / determinant
    return step, determinant


def find_reverse_stationary_fixed_sigma(p: Mixture1D, sigma: float) -> tuple[StationaryPoint, ...]:
    """All minima and maxima of KL(N(μ, sigma²)‖p) in μ; minima first, each group sorted by KL."""
    mu, curvature = stationary_means(p, sigma)
    found = _evaluated(p, mu, np.full_like(mu, sigma), curvature > 0)
    return tuple(replace(point, kind="maximum") if point.kind == "saddle" else point for point in found)


def _known_seeds(p: Mixture1D, landscape: FloatArray | None, grid: Grid1D | None) -> Seeds:
    parts = [Seeds(p.means, p.sigmas)]
    if landscape is not None and grid is not None:
        rows, columns = grid_minima(landscape)
        parts.append(Seeds(grid.mu[columns], grid.sigma[rows]))
    return Seeds.joined(parts)


def _polish(p: Mixture1D, candidates: Candidates, seeds: Seeds) -> tuple[Polished, Polished]:
    downhill = Seeds.joined([seeds, candidates.minima])
    reached = descend(p, downhill.mu, downhill.sigma)
    solved = solve_stationary(p, candidates.roots.mu, candidates.roots.sigma)
    return _sorted_out(_joined([reached, solved]))


def _complete(p: Mixture1D, minima: Polished, saddles: Polished) -> tuple[Polished, Polished]:
    """Walk from every saddle down both sides, and from every point along its softest direction."""
    known = _joined([minima, saddles])
    for _ in range(3):
        probes = [_shifted(known, sign * reach) for reach in PROBES for sign in (-1.0, 1.0)]
        around = Seeds.joined(probes)
        solved = solve_stationary(p, around.mu, around.sigma)
        sides = Seeds.joined([_shifted(saddles, sign * 0.05) for sign in (-1.0, 1.0)])
        reached = descend(p, sides.mu, sides.sigma)
        count = len(known)
        minima, saddles = _sorted_out(_joined([known, solved, reached]))
        known = _joined([minima, saddles])
        if len(saddles) == len(minima) - 1 or len(known) == count:
            break
    return minima, saddles


def _shifted(points: Polished, reach: float) -> Seeds:
    step = reach * points.direction
    return Seeds(points.mu + step[:, 0] * points.sigma, points.sigma * np.exp(step[:, 1]))


def _joined(parts: list[Polished]) -> Polished:
    return Polished(
        np.concatenate([part.mu for part in parts]),
        np.concatenate([part.sigma for part in parts]),
        np.concatenate([part.direction for part in parts]),
        np.concatenate([part.least_curvature for part in parts]),
    )


def _merge(first: Polished, second: Polished) -> Polished:
    both = _joined([first, second])
    return both.chosen(_distinct(both.mu, both.sigma))


def _sorted_out(points: Polished) -> tuple[Polished, Polished]:
    """Minima and saddles, each found once."""
    minima = points.chosen(np.nonzero(points.least_curvature > 0)[0])
    saddles = points.chosen(np.nonzero(points.least_curvature <= 0)[0])
    return (
        minima.chosen(_distinct(minima.mu, minima.sigma)),
        saddles.chosen(_distinct(saddles.mu, saddles.sigma)),
    )


def _distinct(mu: FloatArray, sigma: FloatArray) -> IntArray:
    """Indices of the first of each group of coinciding points."""
    gap_mu = np.abs(mu[:, None] - mu) / np.minimum(sigma[:, None], sigma)
    gap_sigma = np.abs(np.log(sigma[:, None] / sigma))
    is_same = np.tril(np.maximum(gap_mu, gap_sigma) < SAME_POINT, -1)
    return np.nonzero(~is_same.any(axis=1))[0]


def _evaluated(
    p: Mixture1D, mu: FloatArray, sigma: FloatArray, is_minimum: BoolArray
) -> tuple[StationaryPoint, ...]:
    if not len(mu):
        return ()
    kl = reverse_kl_values(p, mu, sigma)
    return _classified(mu, sigma, kl, is_minimum, _order(mu, kl, is_minimum))


def _order(mu: FloatArray, kl: FloatArray, is_minimum: BoolArray) -> IntArray:
    """Minima first, each group sorted by KL, and by μ where that is equal but for rounding."""
    by_kl = np.lexsort((kl, ~is_minimum))
    ranked = kl[by_kl]
    is_above = np.diff(ranked, prepend=ranked[:1]) > TIE * (1 + np.abs(ranked))
    level = np.empty(len(kl), dtype=np.int64)
    level[by_kl] = np.cumsum(is_above)
    return np.lexsort((mu, level, ~is_minimum))


def _classified(
    mu: FloatArray, sigma: FloatArray, kl: FloatArray, is_minimum: BoolArray, order: IntArray
) -> tuple[StationaryPoint, ...]:
    least = kl[is_minimum].min() if is_minimum.any() else np.nan
    is_least = is_minimum & (kl - least <= TIE * (1 + abs(least)))
    best: Kind = "global" if is_least.sum() == 1 else "tied"
    points = []
    for i in order:
        kind: Kind = best if is_least[i] else "local" if is_minimum[i] else "saddle"
        points.append(StationaryPoint(float(mu[i]), float(sigma[i]), float(kl[i]), kind))
    return tuple(points)
