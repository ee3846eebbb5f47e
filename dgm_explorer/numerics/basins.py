"""Basins of attraction of gradient flow on a landscape over (μ, log σ)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.kl_state import Metric
from dgm_explorer.numerics.landscape import Grid1D
from dgm_explorer.numerics.stationary import StationaryPoint

LEAVES_VIEW = -1
"""Label of starting points whose path ends at none of the minima inside the view."""

_STEP_PX = 0.125
_LONGEST_STEP = 32.0
_DOUBLINGS = 16
_CAPTURE_PX = 3.0


def basins(
    value: FloatArray,
    d_mu: FloatArray,
    d_log_sigma: FloatArray,
    grid: Grid1D,
    metric: Metric,
    minima: Sequence[StationaryPoint] | None = None,
) -> IntArray:
    """Label every grid point with the minimum that gradient flow reaches from it.

    The flow d(μ, log σ)/dt = −G⁻¹ ∇ is integrated for all grid points at once by doubling: one short
    Euler step of length `_STEP_PX` pixels is the flow map φ_t, and φ_2t = φ_t ∘ φ_t with bilinear
    interpolation. Only the orbits matter, so every step has the same length wherever the gradient is
    not tiny. Paths that reach the edge of the view slide along it.

    Parameters
    ----------
    value, d_mu, d_log_sigma : (m, n); a landscape and its partial derivatives on ``grid``.
    grid : σ must be spaced evenly in log σ, as `Grid1D.of` does.
    metric : ``euclidean`` in (μ, log σ), G = 1; or ``natural``, the Fisher metric of N(μ, σ²),
        G = diag(1/σ², 2).
    minima : what the labels index; without it the grid's own interior minima, lowest first.

    Returns
    -------
    (m, n) labels, `LEAVES_VIEW` where the path ends at no listed minimum inside the view.
    """
    velocity = _velocity_px(d_mu, d_log_sigma, grid, metric)
    sinks = _grid_minima_px(value) if minima is None else _positions_px(minima, grid)
    return _nearest_sink(_flow_ends_px(*velocity), sinks)


def _velocity_px(
    d_mu: FloatArray, d_log_sigma: FloatArray, grid: Grid1D, metric: Metric
) -> tuple[FloatArray, FloatArray]:
    """Velocity of the flow along rows (log σ) and columns (μ), in grid steps per unit time."""
    rows_per_log_sigma, columns_per_mu = _density(grid)
    row, column = -d_log_sigma * rows_per_log_sigma, -d_mu * columns_per_mu
    if metric == "natural":
        row, column = 0.5 * row, column * (grid.sigma**2)[:, None]
    return row, column


def _density(grid: Grid1D) -> tuple[float, float]:
    rows = (len(grid.sigma) - 1) / np.log(grid.sigma[-1] / grid.sigma[0])
    columns = (len(grid.mu) - 1) / (grid.mu[-1] - grid.mu[0])
    return float(rows), float(columns)


def _positions_px(minima: Sequence[StationaryPoint], grid: Grid1D) -> FloatArray:
    """Rows and columns (k, 2) of the minima, fractions kept."""
    rows_per_log_sigma, columns_per_mu = _density(grid)
    mu = np.array([point.mu for point in minima])
    sigma = np.array([point.sigma for point in minima])
    return np.stack(
        [np.log(sigma / grid.sigma[0]) * rows_per_log_sigma, (mu - grid.mu[0]) * columns_per_mu], axis=1
    )


def _grid_minima_px(value: FloatArray) -> FloatArray:
    """Rows and columns (k, 2) of interior points not above any of their 8 neighbours, lowest first."""
    row, column = np.ogrid[1 : value.shape[0] - 1, 1 : value.shape[1] - 1]
    inner = value[1:-1, 1:-1]
    is_minimum = np.ones(inner.shape, dtype=bool)
    for d_row in (-1, 0, 1):
        for d_column in (-1, 0, 1):
            is_minimum &= inner <= value[row + d_row, column + d_column]
    found = np.argwhere(is_minimum) + 1
    order = np.argsort(value[found[:, 0], found[:, 1]], kind="stable")
    return found[order].astype(np.float64)


def _flow_ends_px(row_velocity: FloatArray, column_velocity: FloatArray) -> FloatArray:
    """Where the flow carries every grid point: rows and columns (2, m, n)."""
    shape = np.array(row_velocity.shape)
    speed = np.hypot(row_velocity, column_velocity)
    with np.errstate(divide="ignore"):
        duration = np.minimum(_STEP_PX / speed, _LONGEST_STEP)
    ends = np.indices(row_velocity.shape, dtype=np.float32)
    ends[0] += row_velocity * duration
    ends[1] += column_velocity * duration
    np.clip(ends, 0.0, (shape - 1)[:, None, None], out=ends)
    for _ in range(_DOUBLINGS):
        ends = _compose(ends)
    return ends.astype(np.float64)


def _compose(ends: NDArray[np.float32]) -> NDArray[np.float32]:
    """The flow map applied to itself, bilinear between grid points: (2, m, n) float32."""
    _, n_rows, n_columns = ends.shape
    row = np.minimum(ends[0].astype(np.int32), n_rows - 2)
    column = np.minimum(ends[1].astype(np.int32), n_columns - 2)
    down, right = ends[0] - row, ends[1] - column
    corner = row * n_columns + column
    both = down * right
    out = np.empty_like(ends)
    for axis in range(2):
        flat = ends[axis].ravel()
        out[axis] = (
            (1.0 - down - right + both) * flat[corner]
            + (right - both) * flat[corner + 1]
            + (down - both) * flat[corner + n_columns]
            + both * flat[corner + n_columns + 1]
        )
    return out


def _nearest_sink(ends: FloatArray, sinks: FloatArray) -> IntArray:
    """Index of the sink within `_CAPTURE_PX` of each end (2, m, n) → (m, n)."""
    if not len(sinks):
        return np.full(ends.shape[1:], LEAVES_VIEW, dtype=np.int64)
    distance_px = np.hypot(*(ends[None] - sinks[:, :, None, None]).swapaxes(0, 1))
    labels: IntArray = distance_px.argmin(axis=0)
    labels[distance_px.min(axis=0) > _CAPTURE_PX] = LEAVES_VIEW
    return labels
