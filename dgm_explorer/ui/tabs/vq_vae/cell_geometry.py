"""Where the cells of a code grid and the pixels of the image under it lie on the screen."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray

MOST_CELL_PX = 96
"""Device pixels per cell at most: a grid of one cell shall not fill the window."""


@dataclass(frozen=True, slots=True)
class CellGeometry:
    """A grid of square cells over an image, both from the same corner, in device pixels.

    Attributes
    ----------
    grid : (h, w) cells.
    stride : pixels of the image per cell; 1 without an image.
    image : (height, width) in its own pixels; the cells may reach beyond it.
    zoom : device pixels per pixel of the image; whole, or below 1.
    left, top : the corner.
    """

    grid: tuple[int, int]
    stride: int
    image: tuple[int, int]
    zoom: float
    left: int
    top: int

    @property
    def cell_px(self) -> float:
        return self.stride * self.zoom

    @property
    def size(self) -> tuple[float, float]:
        """(width, height) of cells and image together."""
        height, width = _extent(self.grid, self.stride, self.image)
        return width * self.zoom, height * self.zoom

    def cell_rects(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """(n, 4) left, top, width and height of some cells."""
        side = np.full(len(rows), self.cell_px)
        return np.stack([self.left + columns * side, self.top + rows * side, side, side], axis=1)

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """(row, column) of the cell at a device pixel; (-1, -1) where there is none."""
        column, row = int((x - self.left) // self.cell_px), int((y - self.top) // self.cell_px)
        is_inside = 0 <= row < self.grid[0] and 0 <= column < self.grid[1]
        return (row, column) if is_inside else (-1, -1)

    def image_point(self, x: float, y: float) -> tuple[float, float]:
        """(x, y) in pixels of the image, from the corner of the first one."""
        return (x - self.left) / self.zoom, (y - self.top) / self.zoom


def fit_cells(
    grid: tuple[int, int],
    stride: int,
    image: tuple[int, int],
    room: tuple[int, int],
    is_at_bottom: bool = False,
) -> CellGeometry:
    """The largest cells that fit into ``room`` (width, height), in its middle or the middle of its bottom."""
    height, width = _extent(grid, stride, image)
    zoom = min(room[0] / width, room[1] / height, max(1, MOST_CELL_PX // stride))
    zoom = float(int(zoom)) if zoom >= 1 else max(zoom, 1e-3)
    left, top = int((room[0] - width * zoom) / 2), int((room[1] - height * zoom) / (1 if is_at_bottom else 2))
    return CellGeometry(grid, stride, image, zoom, max(0, left), max(0, top))


def cells_between(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """The cells of a straight stroke without its start, so that a quick one leaves no gaps."""
    n = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    rows = np.rint(np.linspace(start[0], end[0], n + 1)).astype(int)
    columns = np.rint(np.linspace(start[1], end[1], n + 1)).astype(int)
    return list(zip(rows[1:].tolist(), columns[1:].tolist(), strict=True))


def _extent(grid: tuple[int, int], stride: int, image: tuple[int, int]) -> tuple[int, int]:
    """(height, width) in pixels of the image."""
    return max(grid[0] * stride, image[0], 1), max(grid[1] * stride, image[1], 1)
