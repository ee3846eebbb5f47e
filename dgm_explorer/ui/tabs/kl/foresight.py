"""Where stationary points will have moved to in the next frame of a drag; no Qt."""

from dataclasses import dataclass
from math import log

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.stationary import StationaryPoint

LONGEST_LOOK_AHEAD = 3.0
"""In lengths of the step before: further on, a hand has turned."""


@dataclass(frozen=True)
class Motion:
    """Stationary points in two successive frames of a drag.

    Attributes
    ----------
    old_components, components : p of the first frame, and of the second.
    old_points : those of the first frame, in the order of their successors.
    points : those of the second.
    """

    old_components: tuple[Component1D, ...]
    components: tuple[Component1D, ...]
    old_points: tuple[StationaryPoint, ...]
    points: tuple[StationaryPoint, ...]

    def ahead(self, components: tuple[Component1D, ...]) -> FloatArray | None:
        """Guess the points of a third p, (n, 2) as μ and log σ, on the straight line through the two known.

        The hand goes on its way at another speed: of its next step the part along the last one counts. What
        the guess misses is of second order in the steps, which saves Newton an evaluation in three. None
        where the two frames had the same p.
        """
        last = _coordinates(self.components) - _coordinates(self.old_components)
        following = _coordinates(components) - _coordinates(self.components)
        square = float(last @ last)
        if not square:
            return None
        ratio = min(max(float(following @ last) / square, -LONGEST_LOOK_AHEAD), LONGEST_LOOK_AHEAD)
        here, before = _places(self.points), _places(self.old_points)
        guess: FloatArray = here + ratio * (here - before)
        return guess


def _coordinates(components: tuple[Component1D, ...]) -> FloatArray:
    """All parameters of a mixture in one vector, (3 K,)."""
    return np.array([v for c in components for v in (c.weight, c.mu, log(c.sigma))])


def _places(points: tuple[StationaryPoint, ...]) -> FloatArray:
    return np.array([(point.mu, log(point.sigma)) for point in points])
