"""How values become colours, contour levels and ticks of a colour bar: arrays only, no Qt."""

import math
from bisect import bisect
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray

N_COLORS = 256


@dataclass(frozen=True, slots=True)
class ColorScale:
    """Logarithmic above the minimum: position = log1p((z − lo) / softness), scaled to 0 … 1.

    A divergence runs over five decades on one landscape; what matters happens near its minimum. Below
    ``softness`` the scale is linear, above it logarithmic.

    Attributes
    ----------
    lo, hi : smallest and largest finite value.
    softness : same unit as the values.
    """

    lo: float = 0.0
    hi: float = 1.0
    softness: float = 0.1

    @classmethod
    def of(cls, z: FloatArray, softness: float = 0.1) -> "ColorScale":
        """The scale that spans the finite values of ``z``; 0 … 1 where there are none."""
        lo, hi = float(np.min(z)), float(np.max(z))
        if not (math.isfinite(lo) and math.isfinite(hi)):
            finite = z[np.isfinite(z)]
            if not finite.size:
                return cls(softness=softness)
            lo, hi = float(finite.min()), float(finite.max())
        return cls(lo, max(hi, lo + 1e-12 * max(1.0, abs(lo))), softness)

    @property
    def span(self) -> float:
        """Length of the whole scale before it is brought to 0 … 1."""
        return math.log1p((self.hi - self.lo) / self.softness)

    def position(self, z: FloatArray, out: FloatArray | Float32Array | None = None) -> FloatArray:
        """Place of each value on the scale, 0 at ``lo``, 1 at ``hi``; values below ``lo`` count as ``lo``."""
        result = np.subtract(z, self.lo, out=out)
        np.maximum(result, 0.0, out=result)
        np.divide(result, self.softness, out=result)
        np.log1p(result, out=result)
        return np.divide(result, self.span, out=result)

    def value(self, position: FloatArray) -> FloatArray:
        """The value at each place; inverse of `position`."""
        return self.lo + self.softness * np.expm1(np.asarray(position) * self.span)

    def levels(self, count: int) -> FloatArray:
        """``count`` values, evenly spaced on the scale, strictly inside it."""
        return self.value(np.arange(1, count + 1) / (count + 1))

    def ticks(self, factor: float, min_gap: float) -> tuple[tuple[float, float], ...]:
        """Round values with their positions, no two closer than ``min_gap``.

        Parameters
        ----------
        factor : shown value per stored value (1 for nats, 1/log 2 for bits).
        min_gap : in units of position.

        Returns
        -------
        pairs of position and shown value, from low to high.
        """
        lo, hi = self.lo * factor, self.hi * factor
        candidates = np.concatenate(_round_values(lo, hi, self.softness * factor))
        inside = candidates[(candidates >= lo) & (candidates <= hi)]
        chosen: list[tuple[float, float]] = []
        for at, shown in zip(self.position(inside / factor).tolist(), inside.tolist(), strict=True):
            place = bisect(chosen, (at, shown))
            if place and at - chosen[place - 1][0] < min_gap:
                continue
            if place < len(chosen) and chosen[place][0] - at < min_gap:
                continue
            chosen.insert(place, (at, shown))
        return tuple(chosen)


def _round_values(lo: float, hi: float, softness: float) -> list[FloatArray]:
    """Candidates for ticks, the roundest first: powers of ten, 1-2-5 a decade, ever finer steps above lo."""
    width = hi - lo
    smallest = math.floor(math.log10(min(width, softness)))
    decades = 10.0 ** np.arange(smallest, math.ceil(math.log10(max(abs(lo), abs(hi)))) + 1)
    powers = np.concatenate([decades[::-1], [0.0], -decades])
    positive = np.multiply.outer(decades[::-1], [1.0, 5.0, 2.0]).ravel()
    finer = np.concatenate([positive, -5 * decades, -2 * decades])
    first = math.floor(math.log10(width / 2))
    steps = [10.0**e for e in range(first, min(first, smallest) - 1, -1)]
    return [powers, finer, *(step * (math.ceil(lo / step) + np.arange(20.0)) for step in steps)]
