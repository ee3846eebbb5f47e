"""Level lines around thin components of p, each on a grid along its own axes; no Qt.

The grid of the whole view has cells of some ten pixels: a needle thinner than that falls between them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.ui.plots.contours import ThinnedGrid, trace_lines

_REACH = 3.2
"""In standard deviations: further out a Gaussian is below 0.6 % of its peak, the lowest line at 2 %."""
_GAP = np.full((1, 2), np.nan)
_N_INSIDE = 27
_OVERLAP = np.array([0.25, 0.5, 1.0, 1.5, 2.0])
"""In cells of the whole view, whose own lines end between a half and one and a half from a thin component."""


@dataclass(frozen=True, slots=True)
class ThinBox:
    """The rectangle along the axes of a thin component that holds its level lines.

    Attributes
    ----------
    mean : (2,) of the component.
    axes : (2, 2) unit vectors in rows, the shorter axis first.
    reach : (2,) half the sides of the rectangle.
    """

    mean: FloatArray
    axes: FloatArray
    reach: FloatArray

    def is_near(self, points: FloatArray, cell: float) -> BoolArray:
        """Which of the points (..., 2) lie in it or within half a cell, so that none of them can jump it."""
        is_within = abs((points - self.mean) @ self.axes.T) < self.reach + 0.5 * cell
        return is_within[..., 0] & is_within[..., 1]

    def grid(self, center: FloatArray, radius: float, cell: float) -> FloatArray | None:
        """Points (m, n, 2), fine inside and somewhat beyond, within a circle; None where they do not meet."""
        middle = self.axes @ (center - self.mean)
        sides = []
        for reach, at in zip(self.reach.tolist(), middle.tolist(), strict=True):
            lo, hi = max(-reach, at - radius), min(reach, at + radius)
            if lo >= hi:
                return None
            inside = np.linspace(lo, hi, max(_N_INSIDE, math.ceil((hi - lo) / cell)))
            sides.append(np.concatenate([lo - cell * _OVERLAP[::-1], inside, hi + cell * _OVERLAP]))
        across, along = np.meshgrid(*sides)
        points: FloatArray = self.mean + np.stack([across, along], axis=-1) @ self.axes
        return points


def thin_boxes(p: Mixture2D, cell: float) -> list[ThinBox]:
    """One for each component that cells of this size are too coarse for, the thinnest first."""
    variances, vectors = np.linalg.eigh(p.covs)
    sigmas = np.sqrt(variances)
    shorter, longer = sigmas.T
    # the radius of curvature at the tips of the 1σ ellipse is shorter²/longer
    is_thin = (shorter**2 < cell * longer) & (shorter < 4 * cell)
    thin = [k for k in np.argsort(shorter).tolist() if is_thin[k]]
    return [ThinBox(p.means[k], vectors[k].T, _REACH * sigmas[k]) for k in thin]


def trace_mixture(
    p: Mixture2D, whole: ThinnedGrid, relative: FloatArray, log_top: float, levels: Sequence[float]
) -> FloatArray:
    """Lines where p exp(-log_top) has certain levels, (k, 2) with gaps of NaN.

    Parameters
    ----------
    whole : the grid of the view, with square cells.
    relative : (m, n) p exp(-log_top) there.
    """
    cell = whole.cell
    boxes = thin_boxes(p, cell)
    if not boxes:
        return whole.trace(relative, levels)
    kept, places = whole.thin(relative), whole.points
    for box in boxes:
        kept[box.is_near(places, cell)] = np.nan
    lines = [whole.trace_thinned(kept, levels)]
    center, radius = places.mean(axis=(0, 1)), 0.5 * math.dist(places[0, 0], places[-1, -1])
    for index, box in enumerate(boxes):
        points = box.grid(center, radius, cell)
        if points is None:
            continue
        log_relative = p.log_pdf(points) - log_top
        for thinner in boxes[:index]:  # where two meet, the thinner one has the lines
            log_relative[thinner.is_near(points, cell)] = np.nan
        lines += [_GAP, trace_lines(points[..., 0], points[..., 1], log_relative, np.log(levels).tolist())]
    return np.concatenate(lines)
