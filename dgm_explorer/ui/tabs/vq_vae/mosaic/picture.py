"""All tiles with their frames as one image in device pixels."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage

from dgm_explorer.core.arrays import BoolArray, IntArray
from dgm_explorer.ui.plots.image_mosaic import MAX_ZOOM, MosaicGeometry, fit_geometry
from dgm_explorer.ui.tabs.vq_vae.mosaic.tiles import PixelArray

_SMALL_CELL_PX: Final = 18
_LARGE_CELL_PX: Final = 44
_LARGEST_TILE_PX: Final = 160
"""Of tiles with so few pixels that each of them is larger than elsewhere."""


@dataclass(frozen=True, slots=True)
class MosaicLayout:
    """Where the tiles lie, each with a frame and half of the space to its neighbours around it.

    Attributes
    ----------
    tiles : the pictures alone, a frame on both sides and a space apart.
    frame : device pixels of a frame.
    """

    tiles: MosaicGeometry
    frame: int

    @property
    def margin(self) -> int:
        """Device pixels from the edge of the image to the first picture."""
        return self.tiles.gap - self.tiles.gap // 2

    @property
    def cell(self) -> tuple[int, int]:
        """(width, height) of a picture with everything around it."""
        width, height = self.tiles.tile_size
        return width + self.tiles.gap, height + self.tiles.gap

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the image."""
        width, height = self.cell
        return self.tiles.columns * width, self.tiles.rows * height

    def framed(self, index: int) -> tuple[int, int, int, int]:
        """Left, top, width and height of a tile with its frame."""
        x, y = self.tiles.corner(index)
        width, height = self.tiles.tile_size
        off = self.margin - self.frame
        return x + off, y + off, width + 2 * self.frame, height + 2 * self.frame

    def places_within(self, places: IntArray, part: QRectF, ratio: float) -> IntArray:
        """Those of some tiles whose cells meet a part of the image; ``part`` in pixels, not device pixels."""
        width, height = self.cell
        rows, columns = np.divmod(places, self.tiles.columns)
        across = (columns * width < part.right() * ratio) & ((columns + 1) * width > part.left() * ratio)
        down = (rows * height < part.bottom() * ratio) & ((rows + 1) * height > part.top() * ratio)
        return places[across & down]

    def index_at(self, x: float, y: float) -> int:
        """The tile at a device pixel of the image; -1 where there is none."""
        return self.tiles.index_at(x, y)


def lay_out(n: int, tile: tuple[int, int], room: tuple[int, int], ratio: float) -> MosaicLayout:
    """The largest tiles that fit, with frames to match.

    Parameters
    ----------
    tile : (height, width) of a picture in its own pixels.
    room : (width, height) in device pixels.
    ratio : device pixels per pixel.
    """
    cell_px = math.sqrt(max(1, room[0] * room[1]) / n) / ratio
    frame_px = 1 if cell_px < _SMALL_CELL_PX else 2 if cell_px < _LARGE_CELL_PX else 3
    frame, gap = round(frame_px * ratio), round(3 * frame_px * ratio)
    inner = max(1, room[0] - gap), max(1, room[1] - gap)
    most = max(MAX_ZOOM, round(_LARGEST_TILE_PX * ratio) // min(tile))
    return MosaicLayout(fit_geometry(n, tile, inner, gap, max_zoom=most), frame)


@dataclass(frozen=True, slots=True, eq=False)
class FramedTiles:
    """What `compose` paints.

    Attributes
    ----------
    pixels : (n, h, w) 0xffrrggbb.
    frames : (n,) colours of the frames.
    is_hollow : (n,) whether only a line is left of a frame.
    background : colour between the tiles.
    """

    pixels: PixelArray
    frames: PixelArray
    is_hollow: BoolArray
    background: int


def compose(tiles: FramedTiles, layout: MosaicLayout) -> QImage:
    """One image of `MosaicLayout.size`; a picture's pixels are squares where the zoom is a whole number."""
    geometry, background = layout.tiles, np.uint32(tiles.background)
    rows, columns = geometry.rows, geometry.columns
    (width, height), (cell_width, cell_height) = geometry.tile_size, layout.cell
    cells = np.empty((rows, cell_height, columns, cell_width), np.uint32)
    cells[:] = background
    inside = np.where(tiles.is_hollow, background, tiles.frames)
    for inset, colors in ((layout.margin - layout.frame, tiles.frames), (_inside(layout), inside)):
        of_cell = np.full(rows * columns, background)
        of_cell[: geometry.n] = colors
        right, bottom = 2 * layout.margin + width - inset, 2 * layout.margin + height - inset
        cells[:, inset:bottom, :, inset:right] = of_cell.reshape(rows, 1, columns, 1)
    x = y = layout.margin
    cells[:, y : y + height, :, x : x + width] = _scaled(tiles, layout)
    image = QImage(cells.data, columns * cell_width, rows * cell_height, QImage.Format.Format_RGB32)
    return image.copy()


def _inside(layout: MosaicLayout) -> int:
    """Distance from the edge of a cell to the inside of the line that is left of a hollow frame."""
    return layout.margin - layout.frame + max(1, layout.frame // 2)


def _scaled(tiles: FramedTiles, layout: MosaicLayout) -> PixelArray:
    """The pictures in their size on the screen, (rows, height, columns, width)."""
    geometry = layout.tiles
    rows, columns = geometry.rows, geometry.columns
    n, tile_height, tile_width = tiles.pixels.shape
    width, height = geometry.tile_size
    padded = np.empty((rows * columns, tile_height, tile_width), np.uint32)
    padded[:n], padded[n:] = tiles.pixels, np.uint32(tiles.background)
    grid = padded.reshape(rows, columns, tile_height, tile_width).transpose(0, 2, 1, 3)
    mosaic = np.ascontiguousarray(grid)
    image = QImage(mosaic.data, columns * tile_width, rows * tile_height, QImage.Format.Format_RGB32)
    is_whole = geometry.zoom == int(geometry.zoom)
    modes = Qt.TransformationMode
    mode = modes.FastTransformation if is_whole else modes.SmoothTransformation
    scaled = image.scaled(columns * width, rows * height, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    scaled = scaled.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(scaled.constBits(), np.uint32).reshape(rows, height, columns, width).copy()
