"""The codes to paint with, by their mean patches."""

import math
from typing import Final

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.plots.image_grid import GAP_PX, MARGIN_PX, ImageTable
from dgm_explorer.ui.tabs.vq_vae.paint.codes import codes_with_tiles, shrink
from dgm_explorer.ui.tabs.vq_vae.paint.tiles import CodeTiles
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.snapshot_panel import scrolling

TILE_PX: Final = 20
"""At least; in a high panel more."""
_PANEL_PER_TILE: Final = 28
"""Height of the panel over that of a tile, from where on tiles grow with it."""
_ROWS: Final = 3
MOST_PATCH_PX: Final = 24
"""Wide receptive fields are shown smaller: their tiles would not fit beside each other."""
_TIP: Final = (
    "Mean patch of each code: a click takes it on the brush;\n"
    "Ctrl+click or the right button makes it the other one of an exchange."
)


class Palette(CodeTiles):
    """A tile for each code, or for those used most.

    Attributes
    ----------
    area : what it scrolls in; goes into the layout in its place.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Palette", TILE_PX, parent)
        self._patch_px = TILE_PX
        self.setToolTip(_TIP)
        self.area = scrolling(self)

    def show_snapshot(self, snapshot: VqVaeSnapshot, theme: Theme) -> None:
        """Show the patches of an instant."""
        codes = codes_with_tiles(snapshot)
        images = patch_images(snapshot.patches[codes], theme)
        left_out = snapshot.n_codes - len(codes)
        more = f"\nthe {len(codes):,} codes used most; {left_out:,} more are not shown" if left_out else ""
        self._patch_px = images.shape[1]
        self._fit_area()
        self.set_tiles(codes, ImageTable(images, tip=lambda tile: f"code {codes[tile]}{more}\n{_TIP}"))

    def set_panel_height(self, height_px: int) -> None:
        """Of the panel that this lies in: tiles grow with it."""
        self.set_min_tile_px(max(TILE_PX, height_px // _PANEL_PER_TILE))
        self._fit_area()

    def _fit_area(self) -> None:
        """Some rows of the smallest tiles, none of them cut."""
        least_px, patch_px = self.min_tile_px, self._patch_px
        tile_px = patch_px * math.ceil(least_px / patch_px) if patch_px < least_px else least_px
        height = _ROWS * (tile_px + GAP_PX) - GAP_PX + 2 * MARGIN_PX
        if height != self.area.height():
            self.area.setFixedHeight(height)


def patch_images(patches: Float32Array, theme: Theme) -> Float32Array:
    """(m, p, p, c) as images; a code without a patch as an empty frame in the theme's colours."""
    images = shrink(patches, MOST_PATCH_PX)
    has_none = ~np.isfinite(images).all(axis=(1, 2, 3))
    if has_none.any():
        images = images.copy()
        empty = np.empty(images.shape[1:], np.float32)
        empty[:] = _levels(theme.muted_text, images.shape[3])
        empty[1:-1, 1:-1] = _levels(theme.window, images.shape[3])
        images[has_none] = empty
    return images


def _levels(rgb: str, n_channels: int) -> Float32Array:
    """A colour of the theme in as many channels as the images have."""
    tint = QColor(rgb)
    levels = np.array([tint.redF(), tint.greenF(), tint.blueF()], np.float32)
    return levels if n_channels == 3 else np.full(n_channels, levels.mean(), np.float32)
