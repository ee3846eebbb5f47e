"""Both divergences over the mean of q at one fixed σ, fast enough for every frame of a drag."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.divergence import (
    forward_kl_values,
    reverse_kl_derivatives,
    reverse_kl_values,
)
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import TIE, Kind, StationaryPoint

N_CURVE = 256
N_SEARCH = 512
POLISHING_STEPS = 3


@dataclass(frozen=True, eq=False)
class MeanCurves:
    """KL(p‖q) and KL(q‖p) in nats over μ of q, (n,) each, at fixed ``sigma``."""

    sigma: float
    mu: FloatArray
    forward: FloatArray
    reverse: FloatArray


class MeanCurveEngine:
    """One-row landscapes; their kernels are kept while neither σ nor the range changes."""

    def __init__(self) -> None:
        self._curve_row: ReverseLandscape | None = None
        self._search_row: ReverseLandscape | None = None

    def curves(self, p: Mixture1D, view: View1D, sigma: float) -> MeanCurves:
        """Both curves over the μ of a view."""
        row = self._curve_row = _row(self._curve_row, view.mu_lo, view.mu_hi, N_CURVE, sigma)
        mu = row.grid.mu
        forward = forward_kl_values(p, mu, np.array(sigma))
        return MeanCurves(sigma, mu, forward, row.evaluate(p)[0])

    def stationary(self, p: Mixture1D, view: View1D, sigma: float) -> tuple[StationaryPoint, ...]:
        """Minima and maxima of KL(q‖p) in μ wherever the slope changes its sign from node to node.

        About a millisecond. A pair closer than two nodes is missed; a full search finds it.
        """
        lo = min(view.mu_lo, float(p.means.min()) - sigma)
        hi = max(view.mu_hi, float(p.means.max()) + sigma)
        row = self._search_row = _row(self._search_row, lo, hi, N_SEARCH, sigma)
        slope = row.evaluate_with_gradient(p).d_mu[0]
        mu = _polished(p, _crossings(row.grid.mu, slope), sigma, row.grid.mu[1] - row.grid.mu[0])
        return _classified(p, mu, sigma)


def _row(old: ReverseLandscape | None, lo: float, hi: float, n: int, sigma: float) -> ReverseLandscape:
    if old is not None and (old.grid.mu[0], old.grid.mu[-1], old.grid.sigma[0]) == (lo, hi, sigma):
        return old
    return ReverseLandscape(Grid1D(np.linspace(lo, hi, n), np.array([sigma])))


def _crossings(mu: FloatArray, slope: FloatArray) -> FloatArray:
    """Where the slope crosses 0, by linear interpolation between nodes."""
    before = np.nonzero((slope[:-1] < 0) != (slope[1:] < 0))[0]
    share = slope[before] / (slope[before] - slope[before + 1])
    crossings: FloatArray = mu[before] + share * (mu[before + 1] - mu[before])
    return crossings


def _polished(p: Mixture1D, mu: FloatArray, sigma: float, spacing: float) -> FloatArray:
    """Newton steps, none longer than the distance of the nodes."""
    for _ in range(POLISHING_STEPS if len(mu) else 0):
        found = reverse_kl_derivatives(p, mu, np.full_like(mu, sigma))
        curvature = found.hessian[:, 0, 0]
        step = found.gradient[:, 0] / np.where(curvature == 0, np.inf, curvature)
        mu = mu - np.clip(step, -spacing, spacing)
    return mu


def _classified(p: Mixture1D, mu: FloatArray, sigma: float) -> tuple[StationaryPoint, ...]:
    """Minima and maxima alternate, beginning with a minimum: far out the divergence rises on both sides."""
    if not len(mu):
        return ()
    mu = np.sort(mu)
    kl = reverse_kl_values(p, mu, np.full_like(mu, sigma))
    is_minimum = np.arange(len(mu)) % 2 == 0
    least = kl[is_minimum].min()
    is_least = is_minimum & (kl - least <= TIE * (1 + abs(least)))
    best: Kind = "global" if is_least.sum() == 1 else "tied"
    points = []
    for i in np.lexsort((kl, ~is_minimum)):
        kind: Kind = best if is_least[i] else "local" if is_minimum[i] else "maximum"
        points.append(StationaryPoint(float(mu[i]), sigma, float(kl[i]), kind))
    return tuple(points)
