"""How a Gaussian's handle, a knob on its peak, answers the mouse: pure functions, no Qt.

Coordinates are those of the density plot: x, and density y. Because the height of the peak is
share / (σ √2π), one vertical movement means a narrower σ or a larger weight.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dgm_explorer.core.gaussians import LARGEST
from dgm_explorer.ui.plots.gaussian_curves import peak

Part: TypeAlias = Literal["center", "first", "second", "rotation"]
"""What of a Gaussian is held: its centre, a tip of its first or second axis, or the knob that turns it."""

SIGMA_LO, SIGMA_HI = 1e-6, 1e6
MU_LIMIT = 1e6
SHARE_LO, SHARE_HI = 1e-4, 0.9999
WHEEL_FACTOR = 1.1


@dataclass(frozen=True, slots=True)
class HandleShape:
    """What a handle stands for: share · N(mu, sigma²); q has share 1."""

    mu: float
    sigma: float
    share: float = 1.0

    @property
    def y(self) -> float:
        """Density at the peak."""
        return peak(self.sigma, self.share)

    def shifted(self, dx: float) -> "HandleShape":
        """Moved along x."""
        return replace(self, mu=clamp(self.mu + dx, -MU_LIMIT, MU_LIMIT))

    def raised(self, ratio: float) -> "HandleShape":
        """Peak ``ratio`` times as high, by a smaller σ."""
        return replace(self, sigma=clamp(self.sigma / ratio, SIGMA_LO, SIGMA_HI))

    def weighted(self, ratio: float) -> "HandleShape":
        """Peak ``ratio`` times as high, by a larger share of the mixture."""
        return replace(self, share=weighted(self.share, ratio))

    def turned(self, notches: float) -> "HandleShape":
        """The wheel away from the hand raises and narrows the peak by a tenth a notch."""
        return self.raised(WHEEL_FACTOR**notches)


@dataclass(frozen=True, slots=True)
class HandleDrag:
    """One drag: where it started, and what every later place of the mouse means.

    The peak follows the mouse exactly. A peak above the top of the plot has its handle at the top, and
    then grows in the proportion in which the mouse moves; so nothing jumps when the button goes down.

    Attributes
    ----------
    start : the shape when the button went down.
    x, y : the mouse at that moment.
    shown_y : where the handle was painted, at most at the top of the plot.
    min_y : density that one pixel is worth; the peak is never pulled below.
    """

    start: HandleShape
    x: float
    y: float
    shown_y: float
    min_y: float

    def shape_at(self, x: float, y: float) -> HandleShape:
        """Plain drag: x moves μ, y raises the peak by narrowing."""
        return self.start.shifted(x - self.x).raised(self._ratio(y))

    def weight_at(self, y: float) -> HandleShape:
        """Shift+drag: y raises the peak by the weight; μ and σ stay."""
        return self.start.weighted(self._ratio(y))

    def _ratio(self, y: float) -> float:
        base = max(self.shown_y, 3.0 * self.min_y)
        return max(base + (y - self.y), self.min_y) / base


def weighted(share: float, ratio: float) -> float:
    """A share ``ratio`` times as large, never 0 nor 1."""
    return clamp(max(share, SHARE_LO) * ratio, SHARE_LO, SHARE_HI)


def relative_weight(share: float, weight_of_others: float) -> float:
    """The weight that gives a component ``share`` of the mixture beside others that sum to this.

    Never above `LARGEST`: beside others of 10⁵ a share ends at 0.91 until the weights are normalised.
    """
    return min(share / (1.0 - share) * weight_of_others, LARGEST)


def clamp(value: float, lo: float, hi: float) -> float:
    """The nearest value in the range; what is not finite becomes ``lo``."""
    return min(max(value, lo), hi) if math.isfinite(value) else lo
