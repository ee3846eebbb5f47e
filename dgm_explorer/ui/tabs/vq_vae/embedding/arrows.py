"""Straight-through arrows of some encoder outputs, as they lie in the picture: pure, no widget."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.numerics.rotated_gradient import rotated_gradient
from dgm_explorer.ui.plots.latent_plane import LatentPlane

FEW = 12
"""Points with arrows while no code is chosen."""
_LENGTH = 0.5
"""Of a long gradient, in root mean square distances of the dots from their mean."""
_PERCENTILE = 80.0
_TOLERANCE = 2.5


def _nothing() -> FloatArray:
    return np.zeros((0, 2))


@dataclass(frozen=True, slots=True, eq=False)
class StraightThrough:
    """Arrows of a points, all (a, 2) in the coordinates of the picture.

    Attributes
    ----------
    z_e, z_q : where the encoder's output and its code lie.
    arriving : −∂L/∂z_q, times `factor`, drawn at z_q.
    handed : what becomes of it on the way, times `factor`, drawn at z_e: the same where it is straight.
    factor : lengths of gradients in the picture per their own length.
    codes : (a,).
    is_rotated : whether the gradient is turned and scaled on the way.
    """

    z_e: FloatArray = field(default_factory=_nothing)
    z_q: FloatArray = field(default_factory=_nothing)
    arriving: FloatArray = field(default_factory=_nothing)
    handed: FloatArray = field(default_factory=_nothing)
    factor: float = 1.0
    codes: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    is_rotated: bool = False


def make_arrows(
    snapshot: VqVaeSnapshot,
    config: VqVaeConfig,
    plane: LatentPlane,
    spread: float,
    code: int,
    factor: float | None = None,
) -> StraightThrough:
    """Arrows of the points of a code, or of a few without one (-1).

    Parameters
    ----------
    spread : root mean square distance of the dots from their mean, in the picture.
    factor : of the picture before, kept while it suits, so that lengths can be compared over time.
    """
    gradients = snapshot.arrow_gradients.astype(np.float64)
    is_usable = np.isfinite(snapshot.arrow_starts).all(axis=1) & np.isfinite(gradients).all(axis=1)
    factor = _common_factor(plane.place_means(gradients[is_usable]), spread, factor)
    chosen = _choose(np.flatnonzero(is_usable), snapshot.arrow_codes, code)
    codes, gradients = snapshot.arrow_codes[chosen], gradients[chosen]
    z_e, z_q = (
        array.astype(np.float64) for array in (snapshot.arrow_starts[chosen], snapshot.codebook[codes])
    )
    is_rotated = config.estimator == "rotation" and config.quantizer == "vq"
    handed = rotated_gradient(z_e, z_q, gradients) if is_rotated else gradients
    with np.errstate(invalid="ignore"):  # what is not finite stays so
        starts = plane.place_codes(snapshot.arrow_starts)[chosen].astype(np.float64)
        ends = plane.place_means(z_q)
    if z_q.shape[1] == 1:  # heights mean nothing: straight across
        ends[:, 1] = starts[:, 1]
    arriving, passed = (-factor * plane.place_means(vectors) for vectors in (gradients, handed))
    return StraightThrough(starts, ends, arriving, passed, factor, codes, is_rotated)


def _choose(usable: NDArray[np.intp], codes: IntArray, code: int) -> NDArray[np.intp]:
    """All points of a code, or a few of all, taken evenly."""
    if code >= 0:
        of_code: NDArray[np.intp] = usable[codes[usable] == code]
        return of_code
    return usable[np.unique(np.linspace(0, len(usable) - 1, FEW).astype(int))] if len(usable) else usable


def _common_factor(gradients: FloatArray, spread: float, before: float | None) -> float:
    """1, 2 or 5 times a power of ten that gives most gradients (n, 2) a length to be seen."""
    lengths = np.hypot(gradients[:, 0], gradients[:, 1])
    long = float(np.percentile(lengths, _PERCENTILE)) if len(lengths) else 0.0
    if not (long > 0 and math.isfinite(long) and spread > 0 and math.isfinite(spread)):
        return before or 1.0
    wanted = _LENGTH * spread / long
    if before is not None and 1 / _TOLERANCE < before / wanted < _TOLERANCE:
        return before
    power = 10.0 ** math.floor(math.log10(wanted))
    return power * max(step for step in (1, 2, 5) if step * power <= wanted * (1 + 1e-9))
