"""A matrix as coloured cells, fast enough to change on every frame."""

import math
from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.ui.plots.color_scale import N_COLORS, ColorScale

_HATCH = (np.uint32(0xFF8F9298), np.uint32(0xFFB4B7BC))
"""The two greys of cells without a finite value."""


@cache
def lookup_table(colormap: str) -> NDArray[np.uint32]:
    """`N_COLORS` colours as 0xffrrggbb; ``colormap`` is a name known to pyqtgraph."""
    rgb = pg.colormap.get(colormap).getLookupTable(nPts=N_COLORS).astype(np.uint32)
    table: NDArray[np.uint32] = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    return table


class CellImage(QGraphicsObject):
    """An image whose cells are centred on a uniform grid; writes and paints in the UI thread.

    Qt paints straight from the NumPy buffer, without a copy. Row 0 lies at the bottom of the view.
    """

    def __init__(self, image_format: QImage.Format) -> None:
        super().__init__()
        self._format = image_format
        self._rect = QRectF(0, 0, 1, 1)
        self._allocate((1, 1))

    def set_axes(self, x: FloatArray, y: FloatArray) -> None:
        """Place the cells; ``x`` (n,) and ``y`` (m,) are uniform and increasing, in view coordinates."""
        dx, dy = (x[-1] - x[0]) / (len(x) - 1), (y[-1] - y[0]) / (len(y) - 1)
        rect = QRectF(x[0] - dx / 2, y[0] - dy / 2, dx * len(x), dy * len(y))
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect

    def _allocate(self, shape: tuple[int, int]) -> None:
        self._pixels = np.zeros(shape, np.uint32)
        rows, columns = shape
        self._image = QImage(self._pixels.data, columns, rows, 4 * columns, self._format)

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        del option, widget
        painter.drawImage(self._rect, self._image)


class HeatMapItem(CellImage):
    """Values as colours on a `ColorScale`; cells that are not finite are hatched grey.

    Attributes
    ----------
    color_scale : the scale of the values shown.
    positions : (m, n) places of the values on that scale, 0 … 1, in single precision, which is 65,000 times
        finer than a colour; overwritten by the next values.
    """

    def __init__(self, colormap: str) -> None:
        super().__init__(QImage.Format.Format_RGB32)
        self._colors = lookup_table(colormap)
        self.color_scale = ColorScale()
        self.positions: Float32Array = np.zeros((1, 1), np.float32)
        self._indices = np.zeros((1, 1), np.intp)

    def set_colormap(self, colormap: str) -> None:
        """Repaint the present values in other colours."""
        self._colors = lookup_table(colormap)
        self._color()

    def set_values(self, z: FloatArray, color_scale: ColorScale | None = None) -> None:
        """Show ``z`` (m, n) on ``color_scale``, by default the one spanned by ``z`` itself."""
        if z.shape != self.positions.shape:
            self._allocate(z.shape)
            self.positions = np.empty(z.shape, np.float32)
            self._indices = np.empty(z.shape, np.intp)
        self.color_scale = ColorScale.of(z) if color_scale is None else color_scale
        self.color_scale.position(z, out=self.positions)
        self._color()

    def _color(self) -> None:
        with np.errstate(invalid="ignore"):
            np.multiply(self.positions, N_COLORS - 1e-9, out=self._indices, casting="unsafe")
        np.take(self._colors, self._indices, out=self._pixels, mode="clip")
        if not math.isfinite(self.positions.sum()):
            self._hatch(~np.isfinite(self.positions))
        self.update()

    def _hatch(self, where: NDArray[np.bool_]) -> None:
        row, column = np.nonzero(where)
        self._pixels[row, column] = np.where((row + column) % 8 < 4, *_HATCH)


class RegionItem(CellImage):
    """Labelled regions as translucent colours over a heat map; negative labels stay clear."""

    def __init__(self) -> None:
        super().__init__(QImage.Format.Format_ARGB32_Premultiplied)

    def set_labels(self, labels: IntArray, colors: tuple[str, ...], alpha: int) -> None:
        """Show ``labels`` (m, n), each in the colour of its number."""
        if labels.shape != self._pixels.shape:
            self._allocate(labels.shape)
        table = np.array([0, *(_premultiplied(rgb, alpha) for rgb in colors)], np.uint32)
        indices = np.where(labels < 0, 0, labels % len(colors) + 1)
        np.take(table, indices, out=self._pixels, mode="clip")
        self.update()


def _premultiplied(rgb: str, alpha: int) -> int:
    red, green, blue = (int(rgb[i : i + 2], 16) * alpha // 255 for i in (1, 3, 5))
    return alpha << 24 | red << 16 | green << 8 | blue
