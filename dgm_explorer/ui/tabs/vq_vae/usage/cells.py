"""What the pictures of the usage paint: cells of colour, and frames around those of a code."""

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dgm_explorer.core.arrays import Float32Array, FloatArray
from dgm_explorer.ui.plots.color_scale import N_COLORS, ColorScale
from dgm_explorer.ui.plots.heat_map import CellImage
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_ROOMY = 1.6
"""Ticks of a linear scale stand so many times as far apart as they must."""
_LEAST_MARK_PX = 2.0
_RIM_PX = 1.25


@dataclass(frozen=True, slots=True)
class LinearScale(ColorScale):
    """Colours in proportion to the values; ``softness`` is without effect."""

    def position(self, z: FloatArray, out: FloatArray | Float32Array | None = None) -> FloatArray:
        result = np.subtract(z, self.lo, out=out)
        np.maximum(result, 0.0, out=result)
        return np.divide(result, self.hi - self.lo, out=result)

    def value(self, position: FloatArray) -> FloatArray:
        return self.lo + np.asarray(position) * (self.hi - self.lo)

    def ticks(self, factor: float, min_gap: float) -> tuple[tuple[float, float], ...]:
        step = round_up(_ROOMY * min_gap * (self.hi - self.lo) * factor, (1.0, 2.0, 5.0, 10.0))
        first, last = math.ceil(self.lo * factor / step - 1e-9), math.floor(self.hi * factor / step + 1e-9)
        shown: FloatArray = np.arange(first, last + 1) * np.float64(step)
        return tuple(zip(self.position(shown / factor).tolist(), shown.tolist(), strict=True))


_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_up(value: float, rounds: tuple[float, ...] = _ROUND) -> float:
    """The next of a few round numbers times a power of ten, so that a scale does not breathe; 1 for none."""
    if not value > 0:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next((step for step in rounds if value <= step * decade * (1 + 1e-9)), 10.0) * decade


def colored(values: FloatArray, scale: ColorScale, colors: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Values of any shape as 0xffrrggbb on ``scale``; what is not a number counts as the lowest."""
    positions = scale.position(np.nan_to_num(values, nan=scale.lo), np.empty(values.shape, np.float32))
    indices = (positions * (N_COLORS - 1e-3)).astype(np.intp)
    return np.take(colors, indices, mode="clip")


def as_pixel(rgb: str) -> np.uint32:
    """A colour of the theme as 0xffrrggbb."""
    return np.uint32(0xFF000000 | int(rgb[1:], 16))


class CellPicture(CellImage):
    """Pixels over a rectangle of the view, the first row at the bottom."""

    def __init__(self) -> None:
        super().__init__(QImage.Format.Format_RGB32)

    @property
    def pixels(self) -> NDArray[np.uint32]:
        """What is painted, (rows, columns) as 0xffrrggbb."""
        return self._pixels

    def set_pixels(self, pixels: NDArray[np.uint32], rect: QRectF) -> None:
        """Show ``pixels`` (rows, columns) over ``rect`` in view coordinates."""
        if pixels.shape != self._pixels.shape:
            self._allocate((pixels.shape[0], pixels.shape[1]))
        self._pixels[:] = pixels
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Hard edges where cells are larger than pixels, a mean of cells where they are smaller."""
        on_screen = painter.worldTransform().mapRect(self._rect)
        is_reduced = on_screen.width() < self._image.width() or on_screen.height() < self._image.height()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
        super().paint(painter, option, widget)


@dataclass(frozen=True, slots=True)
class Mark:
    """A frame around what belongs to a code, in view coordinates; ``is_chosen``, or only under the mouse."""

    rect: QRectF
    is_chosen: bool


class MarkOverlay(PixelOverlay):
    """Frames that stand out on any colour: two of them, the code chosen in white on black, as elsewhere."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._marks: tuple[Mark, ...] = ()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self._marks

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        if marks != self._marks:
            self._marks = marks
            self.update()

    def rect_px(self, mark: Mark) -> QRectF:
        """Where a frame runs, in pixels of the view, around no less than a few of them."""
        first = self.point_px(mark.rect.left(), mark.rect.top())
        last = self.point_px(mark.rect.right(), mark.rect.bottom())
        rect = QRectF(first, last).normalized()
        wider = max(0.0, _LEAST_MARK_PX - rect.width()) / 2
        higher = max(0.0, _LEAST_MARK_PX - rect.height()) / 2
        return rect.adjusted(-wider, -higher, wider, higher)

    def draw(self, painter: QPainter) -> None:
        painter.setClipRect(self.boundingRect())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for mark in self._marks:
            theme = self._theme
            grown = theme.line_width / 2 + _RIM_PX  # around the cells, which stay in sight
            rect = self.rect_px(mark).adjusted(-grown, -grown, grown, grown)
            chosen, hovered = (theme.marker_outline, theme.marker), (theme.marker, theme.accent)
            outer, inner = chosen if mark.is_chosen else hovered
            for rgb, pen_px in ((outer, theme.line_width + 2 * _RIM_PX), (inner, theme.line_width)):
                pen = QPen(color(rgb), pen_px)
                pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
                painter.setPen(pen)
                painter.drawRect(rect)
