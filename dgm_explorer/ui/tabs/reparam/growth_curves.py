"""What the growth of the estimators' noise looks like on logarithmic axes; no Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import GradientBlock, GrowthAxis, GrowthQuantity, MapEstimator
from dgm_explorer.numerics.variance_growth import ESTIMATORS, Blocks, GrowthPoint, Sweep, total_variance

EXPONENTS: Final[dict[MapEstimator, int]] = {"pathwise": 1, "score": 3, "score_baseline": 2}
"""Of d, in the total variance where d is large."""
FIT_FROM: Final[dict[GrowthAxis, int]] = {"dimension": 16, "samples": 8}
"""Least d or N that a slope is fitted to: lower powers of d, and the baseline's own noise, have faded."""
_LINE_POINTS = 90


@dataclass(frozen=True, slots=True)
class Measurement:
    """One estimator at one place, in the quantity shown.

    Attributes
    ----------
    point : what was measured.
    x : d or N.
    value, error, exact : the quantity with standard error, and in closed form.
    """

    point: GrowthPoint
    x: int
    value: float
    error: float
    exact: float


class Slope(NamedTuple):
    """Of log value over log x, with standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class GrowthView:
    """What is drawn of a sweep.

    Attributes
    ----------
    axis : what runs to the right.
    quantity : total variance, or ‖∇‖ / √(total variance).
    block : of the gradient in μ or in σ.
    """

    axis: GrowthAxis
    quantity: GrowthQuantity
    block: GradientBlock

    def measure(self, sweep: Sweep, point: GrowthPoint) -> Measurement:
        """The quantity at a point; the error of a ratio to first order."""
        x = point.dimension if self.axis == "dimension" else point.n_samples
        variance, error, exact = (self._of(blocks) for blocks in (point.measured, point.error, point.exact))
        if self.quantity == "variance":
            return Measurement(point, x, variance, error, exact)
        signal = self.signal(sweep, point.dimension)
        ratio = signal / math.sqrt(variance) if variance > 0 else math.inf
        relative = 0.5 * error / variance if variance > 0 else math.nan
        return Measurement(point, x, ratio, ratio * relative, signal / math.sqrt(exact))

    def signal(self, sweep: Sweep, dimension: int) -> float:
        """‖∇‖ of the block: √d δ or √d σ."""
        return math.sqrt(dimension) * abs(sweep.offset if self.block == "mean" else sweep.sigma)

    def line(self, sweep: Sweep, estimator: MapEstimator) -> tuple[FloatArray, FloatArray]:
        """The closed form between the first and the last place: x, and values."""
        ends = [place[0 if self.axis == "dimension" else 1] for place in sweep.places]
        x = np.unique(np.geomspace(ends[0], ends[-1], _LINE_POINTS).round()).astype(np.int64)
        d_fixed, n_fixed = sweep.places[-1]
        values = []
        for at in x.tolist():
            d, n = (at, n_fixed) if self.axis == "dimension" else (d_fixed, at)
            variance = self._of(total_variance(estimator, d, n, sweep.offset, sweep.sigma))
            is_ratio = self.quantity == "snr"
            values.append(self.signal(sweep, d) / math.sqrt(variance) if is_ratio else variance)
        return x.astype(np.float64), np.array(values)

    def known_power(self, estimator: MapEstimator) -> str:
        """The closed form's power of d or N, such as ``∝ d³``."""
        if self.axis == "samples":
            return "∝ 1∕N" if self.quantity == "variance" else "∝ √N"
        power = EXPONENTS[estimator]
        if self.quantity == "variance":
            return f"∝ d{('', '²', '³')[power - 1]}"
        return {1: "constant", 2: "∝ 1∕√d", 3: "∝ 1∕d"}[power]

    def _of(self, blocks: Blocks) -> float:
        return blocks.mean if self.block == "mean" else blocks.scale


def fit_slope(measured: Sequence[Measurement], axis: GrowthAxis) -> Slope | None:
    """Least squares of log value on log x, weighted by the errors; None from fewer than three places.

    From `FIT_FROM` on.
    """
    used = [m for m in measured if m.x >= FIT_FROM[axis] and m.value > 0 and 0 < m.error < m.value]
    if len(used) < 3:
        return None
    x = np.log([m.x for m in used])
    y = np.log([m.value for m in used])
    weights = np.array([m.value / m.error for m in used]) ** 2
    x_mean = float(weights @ x / weights.sum())
    spread = float(weights @ (x - x_mean) ** 2)
    return Slope(float(weights @ ((x - x_mean) * y)) / spread, 1 / math.sqrt(spread))


def by_estimator(measured: Sequence[Measurement]) -> dict[MapEstimator, tuple[Measurement, ...]]:
    """Each estimator's, in the order of the places."""
    return {
        estimator: tuple(sorted((m for m in measured if m.point.estimator == estimator), key=lambda m: m.x))
        for estimator in ESTIMATORS
    }
