"""Starts for Newton read off a landscape of KL(q‖p), fast enough for every frame of a drag; no Qt.

At any stationary point ∂²KL(q‖p)/∂μ² = 1/σ² > 0. So minima and saddles alike lie in valleys: curves of
minima in μ from one σ to the next. Along a valley, minima of the value are minima of the divergence and
maxima are its saddles.
"""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.numerics.landscape import Grid1D
from dgm_explorer.numerics.stationary import Kind, StationaryPoint

NEAR_CELLS = 3.0
"""A grid minimum this many cells from a true one is its shadow."""
LINK_CELLS = 12
"""How far a valley may shift in μ from one row to the next."""


@dataclass(frozen=True)
class Nodes:
    """Nodes of an (m, n) landscape."""

    rows: IntArray
    columns: IntArray

    def __len__(self) -> int:
        return len(self.rows)

    def chosen(self, which: FloatArray | IntArray) -> "Nodes":
        return Nodes(self.rows[which], self.columns[which])


@dataclass(frozen=True)
class ValleyExtrema:
    """Where the value along a valley is least, and where it is greatest."""

    minima: Nodes
    saddles: Nodes


def valley_extrema(values: FloatArray) -> ValleyExtrema:
    """Follow the valleys of an (m, n) landscape over (log σ, μ), half a millisecond at 256 × 256."""
    valleys = _valleys(values)
    height = values[valleys.rows, valleys.columns]
    table = _by_row(valleys, len(values))
    above, below = (_neighbour_heights(valleys, height, table, step) for step in (1, -1))
    has_both = np.isfinite(above) & np.isfinite(below)
    is_minimum = has_both & (height < above) & (height <= below)
    is_saddle = has_both & (height > above) & (height >= below)
    return ValleyExtrema(valleys.chosen(np.nonzero(is_minimum)[0]), valleys.chosen(np.nonzero(is_saddle)[0]))


def _valleys(values: FloatArray) -> Nodes:
    """Inner minima of every row. Rows are compared end to end: four times as fast as one by one."""
    falls = np.less(values.ravel()[1:], values.ravel()[:-1])
    rows, columns = np.divmod(np.flatnonzero(falls[:-1] > falls[1:]) + 1, values.shape[1])
    is_inner = (columns > 0) & (columns < values.shape[1] - 1)
    return Nodes(rows[is_inner], columns[is_inner])


def _by_row(valleys: Nodes, n_rows: int) -> IntArray:
    """(n_rows + 2, k) numbers of the valleys in each row, −1 where there are fewer than k; row i at i + 1."""
    first = np.searchsorted(valleys.rows, np.arange(n_rows))
    place = np.arange(len(valleys)) - first[valleys.rows]
    table = np.full((n_rows + 2, int(place.max(initial=0)) + 1), -1)
    table[valleys.rows + 1, place] = np.arange(len(valleys))
    return table


def _neighbour_heights(valleys: Nodes, height: FloatArray, table: IntArray, step: int) -> FloatArray:
    """Height of each valley in the next row (``step`` ±1), NaN where it ends."""
    if not len(valleys):
        return height
    candidates = table[valleys.rows + 1 + step]
    away = np.abs(valleys.columns[candidates] - valleys.columns[:, None])
    away[candidates < 0] = LINK_CELLS + 1
    nearest = away.argmin(axis=1)
    every = np.arange(len(valleys))
    return np.where(away[every, nearest] <= LINK_CELLS, height[candidates[every, nearest]], np.nan)


def grid_seeds(values: FloatArray, grid: Grid1D) -> tuple[StationaryPoint, ...]:
    """Every minimum and saddle that a landscape shows, as starts for Newton."""
    found = valley_extrema(values)
    seeds = []
    kinds: tuple[tuple[Nodes, Kind], ...] = ((found.minima, "local"), (found.saddles, "saddle"))
    for nodes, kind in kinds:
        for row, column in zip(nodes.rows, nodes.columns, strict=True):
            mu, sigma = float(grid.mu[column]), float(grid.sigma[row])
            seeds.append(StationaryPoint(mu, sigma, float(values[row, column]), kind))
    return tuple(seeds)


def count_unexplained(values: FloatArray, grid: Grid1D, points: tuple[StationaryPoint, ...]) -> int:
    """Count the minima of a landscape that lie beside no known minimum."""
    found = valley_extrema(values).minima
    minima = [point for point in points if point.is_minimum]
    mu = np.array([point.mu for point in minima])
    log_sigma = np.log([point.sigma for point in minima])
    node_log_sigma = np.log(grid.sigma)
    away_columns = np.abs(grid.mu[found.columns, None] - mu) / (grid.mu[1] - grid.mu[0])
    row_height = node_log_sigma[1] - node_log_sigma[0]
    away_rows = np.abs(node_log_sigma[found.rows, None] - log_sigma) / row_height
    is_explained = (np.maximum(away_columns, away_rows) <= NEAR_CELLS).any(axis=1)
    return int(np.count_nonzero(~is_explained))


def is_complete(points: tuple[StationaryPoint, ...]) -> bool:
    """In (μ, log σ) reverse KL is coercive and has no maxima: saddles = minima − 1."""
    n_minima = sum(point.is_minimum for point in points)
    return n_minima > 0 and len(points) == 2 * n_minima - 1
