"""Colours of the dots in the latent view: by class, by component, mixed by γ, or by confidence."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.gmm_vae_state import Coloring
from dgm_explorer.ui.plots.color_key import ColorKey
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.plots.latent_shapes import ByteArray
from dgm_explorer.ui.theme import Theme

_RAMP_STEPS = 16
_GAMMA_STEPS = 4096


def rgb_bytes(colors: Sequence[str]) -> ByteArray:
    """``#rrggbb`` strings as (n, 3) bytes."""
    return np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colors], np.uint8).reshape(-1, 3)


def component_rgb(n_components: int, theme: Theme) -> ByteArray:
    """Colours of components or classes, (K, 3)."""
    return rgb_bytes([theme.component(k) for k in range(n_components)])


def label_colors(labels: IntArray, n_classes: int, theme: Theme) -> ByteArray:
    """Labels (n,) as colours (n, 3)."""
    return np.asarray(component_rgb(n_classes, theme)[labels % n_classes])


def cluster_colors(responsibilities: Float32Array, theme: Theme) -> ByteArray:
    """The colour of argmax γ, (n, 3)."""
    return np.asarray(component_rgb(responsibilities.shape[1], theme)[responsibilities.argmax(axis=1)])


def mixed_colors(responsibilities: Float32Array, theme: Theme) -> ByteArray:
    """Colours of all components mixed in proportion to γ, as light mixes: in linear RGB, (n, 3)."""
    linear = _linear(component_rgb(responsibilities.shape[1], theme) / 255.0).astype(np.float32)
    mixed = np.nan_to_num(responsibilities @ linear, copy=False)
    return np.asarray(_encoding_table()[(mixed.clip(0.0, 1.0) * (_GAMMA_STEPS - 1) + 0.5).astype(np.intp)])


def confidence_colors(responsibilities: Float32Array, theme: Theme) -> ByteArray:
    """max γ from 1/K (knows nothing) to 1 (certain) on the colour map of the landscapes, (n, 3)."""
    least = 1.0 / responsibilities.shape[1]
    highest = np.nan_to_num(responsibilities.max(axis=1), nan=least)
    position = (highest - least) / max(1.0 - least, 1e-6)
    table = _map_bytes(theme)
    return np.asarray(table[(position.clip(0.0, 1.0) * (len(table) - 1) + 0.5).astype(np.intp)])


def color_key(coloring: Coloring, n_components: int, class_names: Sequence[str], theme: Theme) -> ColorKey:
    """What the colours mean."""
    if coloring == "confidence":
        table = _map_bytes(theme)
        steps = table[np.linspace(0, len(table) - 1, _RAMP_STEPS).astype(np.intp)]
        ramp = tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in steps.tolist())
        return ColorKey("confidence max γ", ramp=ramp, ends=(f"1/{n_components}", "1"))
    if coloring == "label":
        return ColorKey("label", tuple((theme.component(i), name) for i, name in enumerate(class_names)))
    words = "argmax γ" if coloring == "cluster" else "mixed by γ"
    return ColorKey(words, tuple((theme.component(k), f"c{k + 1}") for k in range(n_components)))


def _linear(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB values in [0, 1] as linear light (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


@cache
def _encoding_table() -> ByteArray:
    """Linear light in steps as sRGB bytes, the inverse of `_linear`."""
    linear = np.linspace(0.0, 1.0, _GAMMA_STEPS)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (255.0 * encoded + 0.5).astype(np.uint8)


def _map_bytes(theme: Theme) -> ByteArray:
    table = lookup_table(theme.colormap)
    return np.stack([table >> shift & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.uint8)
