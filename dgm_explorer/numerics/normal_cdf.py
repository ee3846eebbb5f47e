"""Φ, the distribution function of the standard normal."""

from math import erfc, sqrt

import numpy as np

from dgm_explorer.core.arrays import FloatArray


def normal_cdf(x: FloatArray) -> FloatArray:
    """Φ(x) = ½ erfc(−x/√2), same shape as ``x``; relative error of a few units in the last place.

    Slower per element than scipy.special.ndtr (80 ns against 20), but a frame asks for some thousand
    elements, and importing scipy.special takes a sixth of the time to the window's first paint.
    """
    scaled = np.asarray(x, dtype=np.float64) * -sqrt(0.5)
    return 0.5 * np.array([erfc(value) for value in scaled.ravel().tolist()]).reshape(scaled.shape)
