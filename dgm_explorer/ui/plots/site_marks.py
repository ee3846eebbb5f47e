"""Hundreds of numbered marks in a plane, each in its own colour."""

from typing import TypeAlias

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

ColorArray: TypeAlias = NDArray[np.uint32]
"""0xffrrggbb."""

_MOST_NUMBERED = 128
_MOST_RIMMED = 2048
_SIZES_PX = ((32, 11.0), (160, 9.0), (640, 7.0), (_MOST_RIMMED, 5.0))
"""Marks up to this many are so wide; above, 3 pixels."""
_LEAST_SIZE_PX = 3.0


class SiteMarks(PixelOverlay):
    """Discs, hollow for sites that are out of use, with their numbers where there is room.

    The picture is kept while only what lies over it changes.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=10)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._places: FloatArray = np.zeros((0, 2))
        self._colors: ColorArray = np.zeros(0, np.uint32)
        self._is_hollow: BoolArray = np.zeros(0, bool)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(0.75)
        self.update()

    def set_sites(self, places: FloatArray, colors: ColorArray, is_hollow: BoolArray) -> None:
        """Show marks at ``places`` (K, 2) in view coordinates; one that is not finite is left out."""
        self._places, self._colors, self._is_hollow = places, colors, is_hollow
        self.update()

    @property
    def size_px(self) -> float:
        """Width of a mark in pixels."""
        size = next((size for most, size in _SIZES_PX if len(self._places) <= most), _LEAST_SIZE_PX)
        return size * (1.3 if self._theme.name == "projector" else 1.0)

    def place_px(self, site: int) -> QPointF | None:
        """Where a site is painted; None where it is not."""
        if not (0 <= site < len(self._places) and np.isfinite(self._places[site]).all()):
            return None
        return self.point_px(*self._places[site].tolist())

    def site_at(self, at: QPointF, reach_px: float) -> int:
        """The site within reach of a place in pixels; -1 for none."""
        if not len(self._places):
            return -1
        x, y = self.to_pixels(self._places[:, 0], self._places[:, 1])
        distances = np.hypot(x - at.x(), y - at.y())
        distances[~np.isfinite(distances)] = np.inf
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= reach_px else -1

    def draw(self, painter: QPainter) -> None:
        x, y = self.to_pixels(self._places[:, 0], self._places[:, 1])
        rect = self.boundingRect().adjusted(-20, -20, 20, 20)
        with np.errstate(invalid="ignore"):
            is_seen = (x > rect.left()) & (x < rect.right()) & (y > rect.top()) & (y < rect.bottom())
        shown = np.flatnonzero(is_seen)
        self._draw_discs(painter, x, y, shown)
        if len(self._places) <= _MOST_NUMBERED:
            self._draw_numbers(painter, x, y, shown)

    def _draw_discs(self, painter: QPainter, x: FloatArray, y: FloatArray, shown: NDArray[np.intp]) -> None:
        """Each on a dark rim, few on a light one too, to stand out from what has their own colour."""
        theme, size = self._theme, self.size_px
        n_rims = 2 if len(self._places) <= _MOST_NUMBERED else int(len(self._places) <= _MOST_RIMMED)
        rims = ((theme.plot_background, 4.0), (theme.text, 2.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, n_rims > 0)
        for rgb, rim_px in rims[2 - n_rims :]:
            painter.setPen(_dot_pen(color(rgb), size + rim_px))
            painter.drawPoints(_polygon(x[shown], y[shown]))
        colors = np.where(self._is_hollow, np.uint32(QColor(theme.plot_background).rgb()), self._colors)[
            shown
        ]
        for rgb in np.unique(colors).tolist():
            own = shown[colors == rgb]
            painter.setPen(_dot_pen(QColor.fromRgb(rgb), size))
            painter.drawPoints(_polygon(x[own], y[own]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_numbers(self, painter: QPainter, x: FloatArray, y: FloatArray, shown: NDArray[np.intp]) -> None:
        metrics = QFontMetricsF(self._font)
        painter.setFont(self._font)
        texts = [str(site) for site in shown.tolist()]
        widths = np.array([metrics.horizontalAdvance(text) + 3.0 for text in texts])
        boxes = self._free_boxes(x[shown], y[shown], widths, 0.85 * metrics.height())
        for text, box in zip(texts, boxes, strict=True):
            if box is not None:
                draw_number(painter, QRectF(*box), text, self._theme)

    def _free_boxes(
        self, x: FloatArray, y: FloatArray, widths: FloatArray, height: float
    ) -> list[tuple[float, float, float, float] | None]:
        """For each mark a place for its number, right or left of it: left, top, width and height."""
        reach, view = self.size_px / 2 + 1, self.boundingRect()
        top, bottom = y - height / 2, y + height / 2
        result: list[tuple[float, float, float, float] | None] = [None] * len(x)
        for left in (x + reach + 1, x - reach - 1 - widths):
            right = left + widths
            is_free = (left > view.left()) & (right < view.right())
            is_free &= (top > view.top()) & (bottom < view.bottom())
            covers = (left[:, None] < x + reach) & (right[:, None] > x - reach)
            covers &= (top[:, None] < y + reach) & (bottom[:, None] > y - reach)
            is_free &= ~covers.any(axis=1)
            for i in np.flatnonzero(is_free).tolist():
                box = (float(left[i]), float(top[i]), float(widths[i]), height)
                if result[i] is None and not any(other and _overlap(box, other) for other in result):
                    result[i] = box
        return result


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def draw_number(painter: QPainter, box: QRectF, text: str, theme: Theme) -> None:
    """A number on a patch of background, in the painter's font."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.plot_background, 190))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(color(theme.text))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


def _dot_pen(rgb: QColor, width_px: float) -> QPen:
    pen = QPen(rgb, width_px)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _polygon(x: FloatArray, y: FloatArray) -> QPolygonF:
    return QPolygonF([QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)])
