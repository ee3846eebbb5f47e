"""Where rows of parts lie: arrays of images, each beside its reconstruction, as many as fit."""

import math
from dataclasses import dataclass

from dgm_explorer.ui.plots.image_mosaic import MAX_ZOOM

PART_GAP_PX = 2
"""Device pixels between two parts of a row."""


@dataclass(frozen=True, slots=True)
class RowGeometry:
    """Rows of parts in columns, each with a caption below, in device pixels from the widget's corner.

    Attributes
    ----------
    n : rows for which there is room.
    columns : rows side by side.
    n_parts : images side by side in a row.
    image : (height, width) of each in its own pixels.
    zoom : device pixels per image pixel; whole, or below 1.
    gap : between two rows, in both directions.
    caption : height of the words below a row.
    left, top : of the first row.
    """

    n: int
    columns: int
    n_parts: int
    image: tuple[int, int]
    zoom: float
    gap: int
    caption: int
    left: int = 0
    top: int = 0

    @property
    def part_size(self) -> tuple[int, int]:
        """(width, height) of a part."""
        return max(1, int(self.image[1] * self.zoom)), max(1, int(self.image[0] * self.zoom))

    @property
    def row_size(self) -> tuple[int, int]:
        """(width, height) of a row with its caption."""
        width, height = self.part_size
        return self.n_parts * (width + PART_GAP_PX) - PART_GAP_PX, height + self.caption

    def part_offset(self, part: int) -> int:
        """From the left of a row to the left of one of its parts."""
        return part * (self.part_size[0] + PART_GAP_PX)

    def corner(self, index: int, part: int) -> tuple[int, int]:
        """Left and top of a part of a row."""
        row, column = divmod(index, self.columns)
        width, height = self.row_size
        return (
            self.left + column * (width + self.gap) + self.part_offset(part),
            self.top + row * (height + self.gap),
        )

    def find(self, x: float, y: float) -> tuple[int, float, float]:
        """The row at a place and where in one of its parts, (index, x, y) in pixels of the image.

        The index is -1 beside all rows; x and y are -1 on a caption or between two parts.
        """
        width, height = self.row_size
        column, inside_x = divmod(x - self.left, width + self.gap)
        row, inside_y = divmod(y - self.top, height + self.gap)
        index = int(row) * self.columns + int(column)
        is_row = 0 <= column < self.columns and row >= 0 and index < self.n
        if not is_row or inside_x >= width or inside_y >= height:
            return -1, -1.0, -1.0
        part_x = inside_x % (self.part_size[0] + PART_GAP_PX)
        if part_x >= self.part_size[0] or inside_y >= self.part_size[1]:
            return index, -1.0, -1.0
        return index, part_x / self.zoom, inside_y / self.zoom


def fit_rows(
    *,
    n: int,
    n_parts: int,
    image: tuple[int, int],
    room: tuple[int, int],
    least_side: float,
    gap: int,
    caption: int,
) -> RowGeometry:
    """The largest images of which all ``n`` fit; with images of the least size as many as do, at least one.

    Parameters
    ----------
    room : (width, height) in device pixels.
    least_side : device pixels of the shorter side; images are smaller only where not even one fits.
    """
    widest = (room[0] - (n_parts - 1) * PART_GAP_PX) / (n_parts * image[1])
    most = min(widest, (room[1] - caption) / image[0], MAX_ZOOM)
    least = least_side / min(image)
    least = min(float(math.ceil(least)) if least > 1 else least, most)
    if most < 1:
        return _arranged(n, n_parts, image, room, max(most, 1e-3), gap, caption)
    for zoom in range(int(most), 0, -1):
        geometry = _arranged(n, n_parts, image, room, float(zoom), gap, caption)
        if geometry.n == n or zoom <= least:
            break
    if geometry.n < n and least < 1:
        return _arranged(n, n_parts, image, room, least, gap, caption)
    return geometry


def _arranged(
    n: int,
    n_parts: int,
    image: tuple[int, int],
    room: tuple[int, int],
    zoom: float,
    gap: int,
    caption: int,
) -> RowGeometry:
    """As many rows of this size as fit, in the middle of the room."""
    single = RowGeometry(1, 1, n_parts, image, zoom, gap, caption)
    width, height = single.row_size
    columns = max(1, min(n, (room[0] + gap) // (width + gap)))
    n_fit = min(n, columns * max(1, (room[1] + gap) // (height + gap)))
    used_width = columns * (width + gap) - gap
    used_height = -(-n_fit // columns) * (height + gap) - gap
    left, top = max(0, (room[0] - used_width) // 2), max(0, (room[1] - used_height) // 2)
    return RowGeometry(n_fit, columns, n_parts, image, zoom, gap, caption, left, top)
