"""Many small images as one picture: where each lies, and the pixels of all."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from dgm_explorer.core.arrays import Float32Array

MAX_ZOOM = 24
"""Screen pixels per image pixel at most: an 8 × 8 digit alone shall not fill the window."""


@dataclass(frozen=True, slots=True)
class MosaicGeometry:
    """Tiles in rows and columns, in device pixels from the mosaic's upper left corner.

    Attributes
    ----------
    n : tiles in all; the last row may be short.
    columns : tiles per row.
    tile : (height, width) of an image in its own pixels.
    zoom : device pixels per image pixel; whole, or 1.5, or anything below 1.
    gap : device pixels between two tiles.
    """

    n: int
    columns: int
    tile: tuple[int, int]
    zoom: float
    gap: int

    @property
    def rows(self) -> int:
        return -(-self.n // self.columns)

    @property
    def tile_size(self) -> tuple[int, int]:
        """(width, height) of a tile in device pixels."""
        return max(1, int(self.tile[1] * self.zoom)), max(1, int(self.tile[0] * self.zoom))

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the mosaic in device pixels."""
        width, height = self.tile_size
        return (
            self.columns * (width + self.gap) - self.gap,
            self.rows * (height + self.gap) - self.gap,
        )

    def corner(self, index: int) -> tuple[int, int]:
        """Left and top of a tile in device pixels."""
        row, column = divmod(index, self.columns)
        width, height = self.tile_size
        return column * (width + self.gap), row * (height + self.gap)

    def index_at(self, x: float, y: float) -> int:
        """The tile at a device pixel, its gap included; -1 where there is none."""
        width, height = self.tile_size
        column, row = int(x // (width + self.gap)), int(y // (height + self.gap))
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return -1
        index = row * self.columns + column
        return index if index < self.n else -1


def fit_geometry(
    n: int,
    tile: tuple[int, int],
    room: tuple[int, int],
    gap: int,
    columns: int | None = None,
    max_zoom: int = MAX_ZOOM,
) -> MosaicGeometry:
    """The largest tiles of which ``n`` fit into ``room``, in full rows where these are as large.

    Parameters
    ----------
    n : tiles, at least 1.
    tile : (height, width) of an image.
    room : (width, height) in device pixels.
    gap : device pixels between two tiles.
    columns : tiles per row; None to choose.
    max_zoom : screen pixels per image pixel at most.
    """
    counts = range(1, n + 1) if columns is None else (columns,)

    def rank(count: int) -> tuple[float, bool, float, int]:
        zoom = _zoom(n, count, tile, room, gap)
        return _whole(zoom, max_zoom), n % count == 0, zoom, -count

    best = max(counts, key=rank)
    return MosaicGeometry(n, best, tile, rank(best)[0], gap)


def least_geometry(
    n: int, tile: tuple[int, int], width: int, min_tile: float, gap: int, columns: int | None = None
) -> MosaicGeometry:
    """Tiles no smaller than ``min_tile`` device pixels, side by side as far as ``width`` reaches.

    A fixed number of columns comes first: where it leaves no room, the tiles are as small as it takes.
    """
    zoom = min_tile / min(tile)
    if zoom > 1:
        zoom = float(math.ceil(zoom))
    if columns is None:
        columns = max(1, min(n, int((width + gap) / (tile[1] * zoom + gap))))
    else:
        zoom = min(zoom, _whole(max((width - gap * (columns - 1)) / (columns * tile[1]), 1e-3)))
    return MosaicGeometry(n, columns, tile, zoom, gap)


def _zoom(n: int, columns: int, tile: tuple[int, int], room: tuple[int, int], gap: int) -> float:
    rows = -(-n // columns)
    across = (room[0] - gap * (columns - 1)) / (columns * tile[1])
    down = (room[1] - gap * (rows - 1)) / (rows * tile[0])
    return max(min(across, down), 1e-3)


def _whole(zoom: float, max_zoom: int = MAX_ZOOM) -> float:
    """Whole numbers from 1 on; from 1.5 to 2 the room that 1 would waste outweighs hard edges."""
    if 1.5 <= zoom < 2:
        return 1.5
    return float(min(int(zoom), max_zoom)) if zoom >= 1 else zoom


def mosaic_image(images: Float32Array, columns: int) -> QImage:
    """All tiles side by side without gaps, one image pixel per pixel.

    Parameters
    ----------
    images : (n, height, width, 1 or 3) with values in [0, 1]; 0 is black. Not finite counts as 0.
    columns : tiles per row; the rest of a short last row is black.

    Returns
    -------
    QImage
        Grey or RGB, owning its pixels.
    """
    n, height, width, channels = images.shape
    rows = -(-n // columns)
    levels = np.fmin(np.fmax(images, 0.0), 1.0)  # fmax takes the number where the other is NaN
    padded = np.zeros((rows * columns, height, width, channels), np.uint8)
    padded[:n] = levels * 255.0 + 0.5
    grid = padded.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    pixels: npt.NDArray[np.uint8] = np.ascontiguousarray(
        grid.reshape(rows * height, columns * width, channels)
    )
    is_grey = channels == 1
    kind = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    bytes_per_line = columns * width * channels
    image = QImage(pixels.data, columns * width, rows * height, bytes_per_line, kind)
    return image.convertToFormat(QImage.Format.Format_RGB32)
