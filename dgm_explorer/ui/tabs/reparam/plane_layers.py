"""What lies in the two planes beside the dots: the square grid and its image, circles, unit vectors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.arrows import draw_arrows
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

_HALO_PX = 3.0
_FAR_PX = 4000.0


class GridLines(PixelOverlay):
    """Straight lines, those through the middle a little stronger."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=0.5)
        self._lines: FloatArray = np.zeros((0, 2, 2))
        self._is_middle = np.zeros(0, dtype=np.bool_)
        self._segments = PrimitiveArray(QLineF, 4)
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def lines(self) -> FloatArray:
        """(m, 2, 2) ends of the lines shown."""
        return self._lines

    def set_lines(self, lines: FloatArray) -> None:
        """Show lines by their ends (m, 2, 2): two families of equally many, in order."""
        if np.array_equal(lines, self._lines):
            return
        self._lines = lines
        place = np.arange(len(lines)) % max(len(lines) // 2, 1)
        self._is_middle = place == (len(lines) // 2) // 2
        self.update()

    def draw(self, painter: QPainter) -> None:
        x, y = self.to_pixels(self._lines[..., 0], self._lines[..., 1])
        ends = np.clip(np.stack([x, y], axis=-1), -_FAR_PX, _FAR_PX).reshape(-1, 4)
        theme = self._theme
        for is_drawn, strength, width in ((~self._is_middle, 0.4, 1.0), (self._is_middle, 0.75, 1.6)):
            self._segments.resize(int(is_drawn.sum()))
            self._segments.ndarray()[:] = ends[is_drawn]
            rgb = blend(theme.plot_background, theme.muted_text, strength)
            painter.setPen(QPen(color(rgb), width * theme.line_width / LIGHT.line_width))
            painter.drawLines(*self._segments.drawargs())


class Outlines(PixelOverlay):
    """Closed curves in one colour: the first strong, later ones fainter, as circles of 1σ and 2σ."""

    def __init__(self, view_box: pg.ViewBox, z_value: float = 30) -> None:
        super().__init__(view_box, z_value)
        self._curves: tuple[FloatArray, ...] = ()
        self._rgb = LIGHT.q_line
        self._width = LIGHT.line_width

    def set_pen(self, rgb: str, width: float) -> None:
        self._rgb, self._width = rgb, width
        self.update()

    def set_curves(self, curves: Sequence[FloatArray]) -> None:
        """Polylines (n, 2)."""
        self._curves = tuple(curves)
        self.update()

    def draw(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index, curve in enumerate(self._curves):
            x, y = self.to_pixels(curve[:, 0], curve[:, 1])
            polygon = QPolygonF([QPointF(*place) for place in np.stack([x, y], axis=1).tolist()])
            width = self._width if index == 0 else 0.6 * self._width
            painter.setPen(QPen(color(self._rgb, 255 if index == 0 else 150), width))
            painter.drawPolyline(polygon)


@dataclass(frozen=True, slots=True)
class Vector:
    """An arrow with a name at its tip.

    Attributes
    ----------
    start, end : in view coordinates.
    rgb : its colour.
    name : a few letters.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    rgb: str
    name: str


def draw_vectors(
    painter: QPainter, overlay: PixelOverlay, vectors: Sequence[Vector], theme: Theme, tip_gap_px: float = 4.0
) -> None:
    """Arrows with a halo, so that they stand off any dots below, and their names beyond their tips."""
    font = theme.font(0.95)
    font.setBold(True)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    width = 1.5 * theme.line_width
    for vector in vectors:
        start, end = overlay.point_px(*vector.start), overlay.point_px(*vector.end)
        root, along = np.array(start.toTuple()), np.array((end - start).toTuple())
        halo_and_ink = [
            QPen(color(rgb), width + extra, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            for rgb, extra in ((theme.plot_background, _HALO_PX), (vector.rgb, 0.0))
        ]
        draw_arrows(painter, root, along[None], halo_and_ink)
        _write_name(painter, metrics, vector, end, along, theme, tip_gap_px)


def _write_name(
    painter: QPainter,
    metrics: QFontMetricsF,
    vector: Vector,
    end: QPointF,
    along: FloatArray,
    theme: Theme,
    tip_gap_px: float,
) -> None:
    """Beyond the tip, in the direction of the arrow."""
    length = float(np.hypot(*along))
    ahead = along / length if length > 0 else np.array((1.0, 0.0))
    half_width, half_height = 0.5 * metrics.horizontalAdvance(vector.name) + 2, 0.5 * metrics.height()
    reach = tip_gap_px + math.hypot(half_width * ahead[0], half_height * ahead[1])
    write_on_ground(painter, end + QPointF(*(ahead * reach).tolist()), vector.name, vector.rgb, theme)


def write_on_ground(painter: QPainter, middle: QPointF, text: str, rgb: str, theme: Theme) -> None:
    """Write in the painter's font about a place, on a ground that keeps the text off the dots below."""
    metrics = QFontMetricsF(painter.font())
    box = QRectF(0, 0, metrics.horizontalAdvance(text) + 4, metrics.height())
    box.moveCenter(middle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.plot_background, 215))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(color(blend(rgb, theme.text, 0.45)))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


class Vectors(PixelOverlay):
    """Arrows that only show."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=35)
        self._vectors: tuple[Vector, ...] = ()
        self._theme = LIGHT

    def set_vectors(self, vectors: Sequence[Vector], theme: Theme) -> None:
        self._vectors, self._theme = tuple(vectors), theme
        self.update()

    def draw(self, painter: QPainter) -> None:
        draw_vectors(painter, self, self._vectors, self._theme)
