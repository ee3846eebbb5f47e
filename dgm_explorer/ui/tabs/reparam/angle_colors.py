"""A colour for every ε, which its z keeps: twins are told by it."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.theme import Theme

_STEPS = 360
_CHROMA = 0.13
_LINE_SHARE = 0.8
"""Of the circle of hues that a line takes, so that its ends differ."""


def noise_colors(epsilon: FloatArray, theme: Theme) -> NDArray[np.uint8]:
    """Colours (n, 3) of ε (n, d): by its angle in the plane, by Φ(ε) on the line."""
    if epsilon.shape[1] == 1:
        from scipy.special import ndtr

        turn = _LINE_SHARE * ndtr(epsilon[:, 0])
    else:
        turn = np.arctan2(epsilon[:, 1], epsilon[:, 0]) / (2 * math.pi)
    steps = np.floor(turn * _STEPS).astype(np.int64) % _STEPS
    return np.asarray(_palette(theme.is_dark)[steps], dtype=np.uint8)


@lru_cache(maxsize=2)
def _palette(is_dark: bool) -> NDArray[np.uint8]:
    """Hues (360, 3) around the circle in OKLCH (Ottosson 2020): nearly as bright, alike in steps.

    Brightness swings a little, which also eyes that see few hues can follow.
    """
    hue = 2 * math.pi * np.arange(_STEPS) / _STEPS
    lightness = (0.74 if is_dark else 0.62) + 0.09 * np.cos(hue - 1.9)
    a, b = _CHROMA * np.cos(hue), _CHROMA * np.sin(hue)
    root = np.stack(
        [
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        ]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(to_linear @ root**3, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.ascontiguousarray(np.rint(255 * encoded).T, dtype=np.uint8)
