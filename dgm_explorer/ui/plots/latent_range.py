"""Which part of a latent space to show while nobody has chosen one: arrays only, no Qt."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray

_SAMPLE = 1000
_TAIL = 0.005
_REACH = 0.5
_MARGIN = 0.06
_LEAST_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the plane: from and to on both axes."""

    x_lo: float
    x_hi: float
    y_lo: float
    y_hi: float

    def grown(self, margin: float) -> "Box":
        """Wider by ``margin`` of its own width on either side, likewise its height."""
        dx, dy = margin * (self.x_hi - self.x_lo), margin * (self.y_hi - self.y_lo)
        return Box(self.x_lo - dx, self.x_hi + dx, self.y_lo - dy, self.y_hi + dy)

    def is_good_for(self, wanted: "Box") -> bool:
        """Whether this part shows all of ``wanted`` and not much more, so that nothing needs to move."""
        shows_all = (
            self.x_lo <= wanted.x_lo
            and self.x_hi >= wanted.x_hi
            and self.y_lo <= wanted.y_lo
            and self.y_hi >= wanted.y_hi
        )
        across = (wanted.x_hi - wanted.x_lo) / (self.x_hi - self.x_lo)
        down = (wanted.y_hi - wanted.y_lo) / (self.y_hi - self.y_lo)
        return shows_all and max(across, down) >= _LEAST_SHARE


def box_of(positions: Float32Array, marks: FloatArray) -> Box | None:
    """The box that holds the dots (n, 2) and the marks (m, 2); None where there is nothing finite.

    What is far off, beyond half the width of the box of 99 % of the dots, does not count: one stray dot
    shall not shrink the picture to a speck.
    """
    sample = positions[:: max(1, len(positions) // _SAMPLE)]
    sample = sample[np.isfinite(sample).all(axis=1)].astype(np.float64)
    points = np.concatenate([sample, marks[np.isfinite(marks).all(axis=1)]])
    if not len(points):
        return None
    body = np.sort(sample if len(sample) else points, axis=0)
    tail = int(_TAIL * len(body))
    lo, hi = body[tail], body[-1 - tail]
    reach = _REACH * (hi - lo)
    lo, hi = np.maximum(points.min(axis=0), lo - reach), np.minimum(points.max(axis=0), hi + reach)
    half = np.maximum(0.5 * (hi - lo), 1e-3 * np.maximum(1.0, np.abs(0.5 * (lo + hi))))
    middle = 0.5 * (lo + hi)
    (x_lo, y_lo), (x_hi, y_hi) = (middle - half).tolist(), (middle + half).tolist()
    return Box(x_lo, x_hi, y_lo, y_hi).grown(_MARGIN)
