"""One colour for each code, the same in every picture and at every step."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.ui.theme import Theme, blend

_SHADES = (0.0, 0.45, -0.4, 0.22, -0.2, 0.65, -0.58)
"""How much white (above 0) or black is mixed into the ten colours of the theme, one after the other."""


def code_color(theme: Theme, code: int) -> str:
    """The theme's cycle of ten, then the same ones lighter and darker; after 70 codes they come again."""
    shade = _SHADES[code // len(theme.components) % len(_SHADES)]
    return blend(theme.component(code), "#ffffff" if shade > 0 else "#000000", abs(shade))


@lru_cache(maxsize=16)
def code_colors(theme: Theme, n_codes: int) -> NDArray[np.uint32]:
    """(n_codes,) colours as 0xffrrggbb, read-only."""
    n_different = len(theme.components) * len(_SHADES)
    cycle = [0xFF000000 | int(code_color(theme, code)[1:], 16) for code in range(n_different)]
    colors = np.resize(np.array(cycle, np.uint32), n_codes)
    colors.setflags(write=False)
    return colors


def is_light(colors: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether black letters read better on these colours than white ones, after their luma (Rec. 601)."""
    red, green, blue = (colors >> 16) & 255, (colors >> 8) & 255, colors & 255
    light: NDArray[np.bool_] = 299 * red + 587 * green + 114 * blue > 140_000
    return light
