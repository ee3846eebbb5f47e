"""From the numbers of a foreign array to what a model takes."""

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.progress import Report, tell
from dgm_explorer.data.toys import standardised

# Differences beyond these, or their inverses, are no float32.
_SMALLEST_RANGE, _LARGEST_RANGE = 1e-37, 1e38


def require_finite(where: str, array: NDArray[np.generic]) -> None:
    """Refuse NaN and infinity, also where a number is too large for float32.

    Raises
    ------
    InputError
        It names the first such example.
    """
    if array.dtype.kind != "f":
        return
    flat = array.reshape(len(array), -1)
    with np.errstate(over="ignore"):
        is_bad = ~np.isfinite(flat.astype(np.float32)).all(axis=1)
    if is_bad.any():
        row = int(np.flatnonzero(is_bad)[0]) + 1
        raise InputError(f"{where}: example {row} holds NaN, infinity or a huge number; remove it.")


def divided(pixels: NDArray[np.generic], white: int) -> Float32Array:
    """Whole numbers as float32 shares of white, without a copy of another type in between."""
    shares: Float32Array = np.divide(pixels, np.float32(white), dtype=np.float32)
    return shares


def scaled_images(where: str, images: NDArray[np.generic], report: Report) -> Float32Array:
    """(n, d) pixels in [0, 1].

    Numbers that lie there already stay as they are, bytes are divided by 255, and anything else is
    stretched so that its smallest number becomes 0 and its largest 1, which ``report`` is told.

    Raises
    ------
    InputError
        For NaN, infinity, or where every pixel is the same, or nearly, so that there is nothing to stretch.
    """
    flat = images.reshape(len(images), -1)
    require_finite(where, flat)
    lo, hi = flat.min().item(), flat.max().item()
    if lo >= 0 and hi <= 1:
        return flat.astype(np.float32)
    if flat.dtype == np.uint8:
        return divided(flat, 255)
    if lo == hi:
        raise InputError(f"{where}: every pixel is {lo:g}; choose images with something on them.")
    if not _SMALLEST_RANGE <= hi - lo <= _LARGEST_RANGE:
        raise InputError(
            f"{where}: pixels from {lo:g} to {hi:g} cannot be stretched to 0…1; scale them before."
        )
    tell(report, f"values from {lo:g} to {hi:g} are stretched to 0…1")
    offset, factor = np.float32(lo), np.float32(1 / (hi - lo))
    scaled = flat.astype(np.float32)
    scaled -= offset
    scaled *= factor
    return np.clip(scaled, 0, 1, out=scaled)


def scaled_points(where: str, points: NDArray[np.generic], report: Report) -> Float32Array:
    """(n, 2) points with mean 0 and standard deviation 1 on both axes, which ``report`` is told.

    Raises
    ------
    InputError
        For NaN or infinity.
    """
    require_finite(where, points)
    tell(report, "points are shifted and scaled to mean 0 and standard deviation 1")
    return standardised(points.astype(np.float64))
