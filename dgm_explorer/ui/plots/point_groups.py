"""Points in the plane, group by group: thousands of them at the price of a few calls."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import color


@dataclass(frozen=True, slots=True, eq=False)
class PointGroup:
    """Points of one look.

    Attributes
    ----------
    points : (n, 2) in view coordinates; one that is not finite is left out.
    rgb, alpha : colour ``#rrggbb`` and opacity 0 … 255.
    size_px : diameter.
    joined_to : (n, 2), where a thin line from each point goes; None for no lines.
    """

    points: FloatArray
    rgb: str
    alpha: int = 255
    size_px: float = 4.0
    joined_to: FloatArray | None = None


class PointGroupsOverlay(PixelOverlay):
    """Round dots, later groups over earlier ones."""

    def __init__(self, view_box: pg.ViewBox, z_value: float = 5) -> None:
        super().__init__(view_box, z_value)
        self.groups: tuple[PointGroup, ...] = ()

    def set_groups(self, groups: Sequence[PointGroup]) -> None:
        self.groups = tuple(groups)
        self.update()

    def draw(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for group in self.groups:
            self._draw_group(painter, group)

    def _draw_group(self, painter: QPainter, group: PointGroup) -> None:
        is_finite = np.isfinite(group.points).all(axis=1)
        points = self._pixels(group.points[is_finite])
        if group.joined_to is not None:
            painter.setPen(QPen(color(group.rgb, group.alpha), 1.0))
            for start, end in zip(points, self._pixels(group.joined_to[is_finite]), strict=True):
                painter.drawLine(start, end)
        pen = QPen(color(group.rgb, group.alpha), group.size_px)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(QPolygonF(points))

    def _pixels(self, points: FloatArray) -> list[QPointF]:
        x, y = self.to_pixels(points[:, 0], points[:, 1])
        return [QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)]


def one_color(rgb: str, count: int) -> NDArray[np.uint8]:
    """(count, 3) bytes of one colour, as a `PointRaster` takes them."""
    value = QColor(rgb)
    return np.full((count, 3), (value.red(), value.green(), value.blue()), np.uint8)
