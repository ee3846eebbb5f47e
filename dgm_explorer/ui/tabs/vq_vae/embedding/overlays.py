"""What lies over the picture of the code space: the codes lit up, and straight-through arrows."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.arrows import draw_arrows
from dgm_explorer.ui.plots.cell_overlay import CellOverlay
from dgm_explorer.ui.plots.fading_trails import FadingTrails
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.site_marks import SiteMarks, draw_number
from dgm_explorer.ui.tabs.vq_vae.embedding.arrows import StraightThrough
from dgm_explorer.ui.theme import LIGHT, Theme, color

_RING_PX = 5.0
_TRAIL_PX = 2.4
_SOLID, _ROUND = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap


class LitCells(PixelOverlay):
    """The cells of the codes under the mouse and chosen, beneath the dots."""

    def __init__(self, view_box: pg.ViewBox, cells: CellOverlay) -> None:
        super().__init__(view_box, z_value=0.6)
        self._cells = cells
        self._codes: tuple[int, ...] = ()

    def set_codes(self, codes: tuple[int, ...]) -> None:
        self._codes = codes
        self.update()

    def draw(self, painter: QPainter) -> None:
        for code in self._codes:
            self._cells.draw_lit(painter, code)


class LitMarks(PixelOverlay):
    """Rings around the codes under the mouse and chosen, with their numbers and all of their trails."""

    def __init__(self, view_box: pg.ViewBox, marks: SiteMarks, trails: FadingTrails) -> None:
        super().__init__(view_box, z_value=12)
        self._marks = marks
        self._trails = trails
        self._codes: tuple[int, ...] = ()
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(0.9)
        self._font.setBold(True)
        self.update()

    def set_codes(self, codes: tuple[int, ...]) -> None:
        self._codes = codes
        self.update()

    def draw(self, painter: QPainter) -> None:
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        for code in self._codes:
            at = self._marks.place_px(code)
            if at is None or not self.boundingRect().adjusted(-50, -50, 50, 50).contains(at):
                continue
            if code < self._trails.trails.is_joined.shape[1]:
                self._trails.draw_some(painter, slice(code, code + 1), 0, _TRAIL_PX)
            radius = self._marks.size_px / 2 + _RING_PX
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for rgb, width in ((self._theme.plot_background, 4.4), (self._theme.text, 2.0)):
                painter.setPen(QPen(color(rgb), width))
                painter.drawEllipse(at, radius, radius)
            text = str(code)
            size = metrics.boundingRect(text).size()
            box = QRectF(
                at.x() + radius + 3, at.y() - metrics.height() / 2, size.width() + 8, metrics.height()
            )
            if box.right() > self.boundingRect().right():
                box.moveRight(at.x() - radius - 3)
            draw_number(painter, box, text, self._theme)


class StraightThroughArrows(PixelOverlay):
    """z_e → e_k, and the gradient at both ends."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=14)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setVisible(False)
        self._arrows = StraightThrough()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_arrows(self, arrows: StraightThrough | None) -> None:
        """None for none."""
        self._arrows = StraightThrough() if arrows is None else arrows
        self.setVisible(arrows is not None)
        self.update()

    def draw(self, painter: QPainter) -> None:
        arrows = self._arrows
        self._draw(painter, arrows.z_e, arrows.z_q - arrows.z_e, step_rgb(self._theme), 1.8)
        for roots, vectors in ((arrows.z_e, arrows.handed), (arrows.z_q, arrows.arriving)):
            self._draw(painter, roots, vectors, gradient_rgb(self._theme), 2.4)

    def _draw(
        self, painter: QPainter, roots: FloatArray, vectors: FloatArray, rgb: str, width: float
    ) -> None:
        """On a rim in the colour of the background, which keeps them apart from the dots."""
        x, y = self.to_pixels(roots[:, 0], roots[:, 1])
        end_x, end_y = self.to_pixels(roots[:, 0] + vectors[:, 0], roots[:, 1] + vectors[:, 1])
        starts, pixels = np.stack([x, y], axis=1), np.stack([end_x - x, end_y - y], axis=1)
        is_seen = np.isfinite(starts).all(axis=1) & np.isfinite(pixels).all(axis=1)
        is_seen &= np.hypot(*pixels.T) > 0
        far = 10 * math.hypot(self.boundingRect().width(), self.boundingRect().height())
        is_seen &= np.abs(starts).max(axis=1, initial=0) < far
        for pen_rgb, pen_width in ((self._theme.plot_background, width + 2.4), (rgb, width)):
            painter.setPen(QPen(color(pen_rgb), pen_width, _SOLID, _ROUND))
            draw_arrows(painter, starts[is_seen], pixels[is_seen])


def step_rgb(theme: Theme) -> str:
    """Colour of z_e → e_k."""
    return theme.accent


def gradient_rgb(theme: Theme) -> str:
    """Colour of −∂L/∂z."""
    return theme.text
