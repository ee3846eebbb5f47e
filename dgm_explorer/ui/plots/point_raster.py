"""Tens of thousands of dots as one image of the view's size."""

import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPaintEngine, QPainter

from dgm_explorer.core.arrays import BoolArray, Float32Array, FloatArray
from dgm_explorer.ui.plots.latent_shapes import ByteArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, blend

_SIZES_PX = ((600, 6), (3_000, 5), (12_000, 3))
"""Dots up to this many are so wide; above, 2 pixels."""
_LEAST_SIZE_PX = 2
_AMONG_VECTORS = 4.0
"""Pixels of the image for each of the view where it goes to SVG or PDF: some 400 dpi."""

_MOST_AMONG_VECTORS = 1 << 25
"""Pixels: a large page gets coarser ones."""

_FORMAT = QImage.Format.Format_ARGB32_Premultiplied


@cache
def dot_pixels(size: int) -> tuple[tuple[int, int], ...]:
    """Columns and rows of the pixels of a dot: a square up to 3 pixels wide, then a disc."""
    middle, radius = (size - 1) / 2, size if size <= 3 else size / 2
    return tuple(
        (column, row)
        for row in range(size)
        for column in range(size)
        if math.hypot(column - middle, row - middle) <= radius
    )


def packed_colors(rgb: ByteArray) -> NDArray[np.uint32]:
    """(n, 3) bytes as opaque 0xffrrggbb, (n,)."""
    result = np.full((len(rgb), 4), 255, np.uint8)
    for channel in range(3):
        result[:, 2 - channel] = rgb[:, channel]
    return np.asarray(result.view("<u4")[:, 0], dtype=np.uint32)


class PointRaster(PixelOverlay):
    """Dots painted by NumPy into a buffer that Qt blits; made anew when dots, range or size have changed.

    Less than a millisecond for 60,000 dots, where a scatter plot of Qt items takes 90. Of dots that overlap,
    the upper one covers the lower, and on the same pixel the later one the earlier: no class hides another.
    Writes and paints in the UI thread.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=1)
        self._x: Float32Array = np.zeros(0, np.float32)
        self._y: Float32Array = self._x
        self._rgb: ByteArray = np.zeros((0, 3), np.uint8)
        self._colors: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self._is_selected: BoolArray | None = None
        self._pixels: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self._image = QImage()
        self._drawn_for: tuple[object, ...] | None = None
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._invalidate()

    def set_points(
        self, positions: Float32Array | FloatArray, rgb: ByteArray, is_selected: BoolArray | None
    ) -> None:
        """Show dots at ``positions`` (n, 2); where a selection exists, the others are grey behind it."""
        self._x = np.ascontiguousarray(positions[:, 0], np.float32)
        self._y = np.ascontiguousarray(positions[:, 1], np.float32)
        if rgb is not self._rgb:
            self._rgb, self._colors = rgb, packed_colors(rgb)
        self._is_selected = is_selected
        self._invalidate()

    @property
    def dot_size_px(self) -> int:
        """Width of a dot in pixels of the view."""
        base = next((size for most, size in _SIZES_PX if len(self._x) <= most), _LEAST_SIZE_PX)
        return base + (self._theme.name == "projector")

    def _invalidate(self) -> None:
        self._drawn_for = None
        self.update()

    def draw(self, painter: QPainter) -> None:
        ratio = self._pixels_for_each(painter)
        (x_lo, x_hi), (y_lo, y_hi) = self._view_box.viewRange()
        rect = self.boundingRect()
        wanted = (x_lo, x_hi, y_lo, y_hi, rect.width(), rect.height(), ratio)
        if wanted != self._drawn_for:
            self._drawn_for = wanted
            self._rasterise(rect.width(), rect.height(), ratio)
        painter.drawImage(QPointF(0, 0), self._image)

    def _pixels_for_each(self, painter: QPainter) -> float:
        """How many pixels of what is painted on there are along one of the view."""
        rect = self.boundingRect()
        if painter.paintEngine().type() != QPaintEngine.Type.Raster:
            area = max(1.0, rect.width() * rect.height())
            return min(_AMONG_VECTORS, math.sqrt(_MOST_AMONG_VECTORS / area))
        return painter.deviceTransform().m11()

    def _rasterise(self, view_width: float, view_height: float, ratio: float) -> None:
        """Fill the buffer: a pixel index by two multiplies, then one write for each pixel of a dot."""
        size = max(1, round(self.dot_size_px * ratio))
        width, height = max(1, math.ceil(view_width * ratio)), max(1, math.ceil(view_height * ratio))
        stride, rows = width + 2 * size, height + 2 * size  # a margin for dots across the border
        pixels = self._cleared(stride * rows)
        corner_px = size - size // 2  # of a dot, from the pixel it stands on and the margin
        origin, unit = self.point_px(0.0, 0.0) * ratio, self.point_px(1.0, 1.0) * ratio
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite falls outside
            column = self._x * np.float32(unit.x() - origin.x())
            column += np.float32(origin.x() + corner_px)
            row = self._y * np.float32(unit.y() - origin.y())
            row += np.float32(origin.y() + corner_px)
            columns, row_numbers = column.astype(np.int32), row.astype(np.int32)
        is_inside = columns.view(np.uint32) < stride - size
        is_inside &= row_numbers.view(np.uint32) < rows - size
        place = row_numbers.astype(np.intp) * stride + columns
        for is_drawn, colors in self._batches(is_inside):
            where, values = (place, colors) if is_drawn is None else (place[is_drawn], colors[is_drawn])
            for x, y in dot_pixels(size):
                pixels[y * stride + x :][where] = values
        self._image = QImage(pixels[size * stride + size :].data, width, height, 4 * stride, _FORMAT)
        self._image.setDevicePixelRatio(ratio)

    def _batches(self, is_inside: BoolArray) -> Iterator[tuple[BoolArray | None, NDArray[np.uint32]]]:
        """Which dots (None for all) to draw in which colours, from back to front."""
        if self._is_selected is not None:
            grey = np.uint32(int(faint_rgb(self._theme)[1:], 16) | 0xFF000000)
            yield is_inside & ~self._is_selected, np.full(len(self._colors), grey)
            yield is_inside & self._is_selected, self._colors
        else:
            yield None if is_inside.all() else is_inside, self._colors

    def _cleared(self, count: int) -> NDArray[np.uint32]:
        """The buffer, transparent."""
        if len(self._pixels) != count:
            self._pixels = np.zeros(count, np.uint32)
        else:
            self._pixels.fill(0)
        return self._pixels


def faint_rgb(theme: Theme) -> str:
    """The grey of what is not selected."""
    return blend(theme.plot_background, theme.muted_text, 0.3)
