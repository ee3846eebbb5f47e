"""How colours look to eyes with two kinds of cones, and how far apart two colours are."""

from typing import Final

import numpy as np

from dgm_explorer.core.arrays import FloatArray

VISIONS: Final = {
    "all three cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Matrices on linear RGB at severity 1 (Machado, Oliveira, Fernandes 2009, IEEE TVCG 15, 1291–1298)."""

_XYZ_OF_RGB: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""sRGB with white D65 (IEC 61966-2-1)."""


def linear(rgb: str) -> FloatArray:
    """``#rrggbb`` as linear RGB."""
    encoded = np.array([int(rgb[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    result: FloatArray = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return result


def lab(linear_rgb: FloatArray) -> FloatArray:
    """CIE 1976 L*a*b* of linear RGB."""
    ratio = _XYZ_OF_RGB @ np.clip(linear_rgb, 0, 1) / _XYZ_OF_RGB.sum(axis=1)
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen(rgb: str, vision: str) -> FloatArray:
    """L*a*b* of a colour as eyes of this kind see it."""
    return lab(VISIONS[vision] @ linear(rgb))


def ciede2000(first: FloatArray, second: FloatArray) -> float:
    """Difference of two colours in L*a*b* (Sharma, Wu, Dalal 2005, Color Res. Appl. 30, 21–30)."""
    (l_1, a_1, b_1), (l_2, a_2, b_2) = first, second
    chroma = (np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    c_1, c_2 = np.hypot(stretch * a_1, b_1), np.hypot(stretch * a_2, b_2)
    h_1 = np.degrees(np.arctan2(b_1, stretch * a_1)) % 360
    h_2 = np.degrees(np.arctan2(b_2, stretch * a_2)) % 360
    turn = 0.0 if c_1 * c_2 == 0 else (h_2 - h_1 + 180) % 360 - 180
    hue = (h_1 + h_2) if c_1 * c_2 == 0 else (h_1 + turn / 2) % 360
    light, middle = (l_1 + l_2) / 2, (c_1 + c_2) / 2
    d_hue = 2 * np.sqrt(c_1 * c_2) * np.sin(np.radians(turn / 2))
    weight = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    by_light = (l_2 - l_1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    by_chroma = (c_2 - c_1) / (1 + 0.045 * middle)
    by_hue = d_hue / (1 + 0.015 * middle * weight)
    swing = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(middle**7 / (middle**7 + 25.0**7)) * np.sin(np.radians(2 * swing))
    return float(np.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue))


def difference(first: str, second: str, vision: str) -> float:
    """CIEDE2000 of two colours as eyes of this kind see them."""
    return ciede2000(seen(first, vision), seen(second, vision))
