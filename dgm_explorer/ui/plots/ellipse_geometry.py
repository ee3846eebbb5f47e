"""How the ellipse of a planar Gaussian answers the mouse: pure functions, no Qt.

The ellipse at n standard deviations holds 1 - exp(-n²/2) of the Gaussian: 39.3 % at 1, 86.5 % at 2.
Coordinates are those of the plane, x to the right and y up; one unit is equally long on both axes.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.handle_geometry import WHEEL_FACTOR, Part, clamp, weighted

SIGMA_LO, SIGMA_HI = 1e-3, 1e3
MIN_AXIS_RATIO = 1e-3
MEAN_LIMIT = 1e5
_UNIT_CIRCLE = np.linspace(0.0, 2.0 * math.pi, 97)


@dataclass(frozen=True, slots=True)
class EllipseShape:
    """share · N(mean, cov) by its principal axes; q has share 1.

    Attributes
    ----------
    x, y : centre.
    first, second : standard deviations along the two axes; either may be the longer one.
    angle : of the first axis against x, radians.
    share : of the mixture.
    """

    x: float
    y: float
    first: float
    second: float
    angle: float
    share: float = 1.0

    @classmethod
    def of(
        cls,
        mean: tuple[float, float],
        cov: tuple[float, float, float],
        share: float = 1.0,
        previous: "EllipseShape | None" = None,
    ) -> "EllipseShape":
        """Find the axes of a covariance (xx, xy, yy); see `of_axes`."""
        xx, xy, yy = cov
        middle, half = 0.5 * (xx + yy), math.hypot(0.5 * (xx - yy), xy)
        longer = math.sqrt(middle + half)
        shorter = math.sqrt((xx * yy - xy * xy) / (middle + half))
        return cls.of_axes(mean, (longer, shorter), 0.5 * math.atan2(2 * xy, xx - yy), share, previous)

    @classmethod
    def of_axes(
        cls,
        mean: tuple[float, float],
        lengths: tuple[float, float],
        angle: float,
        share: float = 1.0,
        previous: "EllipseShape | None" = None,
    ) -> "EllipseShape":
        """Name the axes of an ellipse whose longer one, given first, lies at ``angle``.

        The first axis is the longer one, or the one closest to the first axis of ``previous``, so that
        handles do not swap places while a hand holds one of them. A circle keeps the angle of ``previous``.
        """
        longer, shorter = lengths
        if previous is None:
            return cls(*mean, longer, shorter, angle, share)
        if longer**2 - shorter**2 <= 1e-9 * (longer**2 + shorter**2):
            return cls(*mean, longer, shorter, previous.angle, share)
        quarter_turns = round((previous.angle - angle) / (math.pi / 2))
        first, second = (longer, shorter) if quarter_turns % 2 == 0 else (shorter, longer)
        return cls(*mean, first, second, angle + quarter_turns * math.pi / 2, share)

    @property
    def mean(self) -> tuple[float, float]:
        return self.x, self.y

    @property
    def cov(self) -> tuple[float, float, float]:
        """(xx, xy, yy)."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        a, b = self.first**2, self.second**2
        return a * c * c + b * s * s, (a - b) * c * s, a * s * s + b * c * c

    def direction(self, part: Part) -> tuple[float, float]:
        """Unit vector from the centre towards the knob ``part``; for the rotation, of the first axis."""
        angle = self.angle + (math.pi / 2 if part == "second" else 0.0)
        return math.cos(angle), math.sin(angle)

    def tip(self, part: Part, sign: int = 1) -> tuple[float, float]:
        """The end of an axis at one standard deviation, on its positive or negative side."""
        length = sign * (self.second if part == "second" else self.first)
        dx, dy = self.direction(part)
        return self.x + length * dx, self.y + length * dy

    def outline(self, deviations: float) -> tuple[FloatArray, FloatArray]:
        """Points x and y of the closed ellipse at this many standard deviations."""
        u = deviations * self.first * np.cos(_UNIT_CIRCLE)
        v = deviations * self.second * np.sin(_UNIT_CIRCLE)
        c, s = math.cos(self.angle), math.sin(self.angle)
        return self.x + c * u - s * v, self.y + s * u + c * v

    def shifted(self, dx: float, dy: float) -> "EllipseShape":
        return replace(
            self,
            x=clamp(self.x + dx, -MEAN_LIMIT, MEAN_LIMIT),
            y=clamp(self.y + dy, -MEAN_LIMIT, MEAN_LIMIT),
        )

    def stretched(self, part: Part, ratio: float) -> "EllipseShape":
        """One axis ``ratio`` times as long, not thinner against the other than `MIN_AXIS_RATIO`."""
        if part == "second":
            return replace(self, second=_axis(self.second * ratio, self.first))
        return replace(self, first=_axis(self.first * ratio, self.second))

    def scaled(self, ratio: float) -> "EllipseShape":
        """Both axes ``ratio`` times as long."""
        lo, hi = sorted((self.first, self.second))
        ratio = clamp(ratio, SIGMA_LO / lo, SIGMA_HI / hi)
        return replace(self, first=self.first * ratio, second=self.second * ratio)

    def weighted(self, ratio: float) -> "EllipseShape":
        return replace(self, share=weighted(self.share, ratio))

    def turned(self, notches: float) -> "EllipseShape":
        """The wheel away from the hand enlarges the ellipse by a tenth a notch."""
        return self.scaled(WHEEL_FACTOR**notches)


@dataclass(frozen=True, slots=True)
class EllipseDrag:
    """One drag: where it started, and what every later place of the mouse means.

    Knobs of small ellipses are painted away from the tips, so lengths change in the proportion in which the
    mouse moves away from the centre: nothing jumps when the button goes down.

    Attributes
    ----------
    start : the shape when the button went down.
    part, x, y : what was held, and where, at that moment.
    """

    start: EllipseShape
    part: Part
    x: float
    y: float

    def shape_at(self, x: float, y: float) -> EllipseShape:
        """Plain drag to (x, y)."""
        if self.part == "center":
            return self.start.shifted(x - self.x, y - self.y)
        from_x, from_y = self.x - self.start.x, self.y - self.start.y
        to_x, to_y = x - self.start.x, y - self.start.y
        if self.part == "rotation":
            turn = math.atan2(from_x * to_y - from_y * to_x, from_x * to_x + from_y * to_y)
            return replace(self.start, angle=self.start.angle + turn)
        dx, dy = self.start.direction(self.part)
        before, now = from_x * dx + from_y * dy, to_x * dx + to_y * dy
        return self.start.stretched(self.part, max(now / before, 1e-3)) if before else self.start

    def weight_at(self, y: float, span: float) -> EllipseShape:
        """Shift+drag: the share grows e-fold for every ``span`` upwards."""
        return self.start.weighted(math.exp(clamp((y - self.y) / span, -20.0, 20.0)))


def _axis(length: float, other: float) -> float:
    lo = max(SIGMA_LO, MIN_AXIS_RATIO * other)
    return clamp(length, lo, min(SIGMA_HI, other / MIN_AXIS_RATIO))
