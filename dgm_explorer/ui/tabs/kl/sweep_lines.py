"""What stands upright in the bifurcation diagram: critical separations, and the present p with its points."""

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from dgm_explorer.numerics.critical import CriticalPoint
from dgm_explorer.ui.plots.markers import MarkerOverlay, draw_symbol
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_DASH = [6.0, 4.0]


class CriticalLines(PixelOverlay):
    """Dashed vertical lines at known bifurcations with their names and values."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=25)
        self._points: tuple[CriticalPoint, ...] = ()
        self._theme = LIGHT

    @property
    def texts(self) -> tuple[str, ...]:
        """What is written at the lines, from left to right."""
        return tuple(f"{point.name} {point.d:.5g}" for point in self._points)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_points(self, points: tuple[CriticalPoint, ...]) -> None:
        if points != self._points:
            self._points = points
            self.update()

    def draw(self, painter: QPainter) -> None:
        rect = self.boundingRect()
        font = self._theme.font(0.85)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        pen = QPen(color(self._theme.muted_text), 1)
        pen.setDashPattern(_DASH)
        last = QRectF()
        for index, (point, text) in enumerate(zip(self._points, self.texts, strict=True)):
            x = self.point_px(point.d, 0.0).x()
            if not 0 <= x <= rect.width():
                continue
            painter.setPen(pen)
            painter.drawLine(QPointF(x, 0), QPointF(x, rect.height()))
            width = metrics.horizontalAdvance(text)
            is_left = index == 0 and len(self._points) > 1
            left = x - width - 5 if is_left else x + 5
            left = min(max(left, 2.0), rect.width() - width - 2)
            place = QRectF(left - 2, 1, width + 4, metrics.height())
            if place.intersects(last):
                place.moveTop(last.bottom())
            last = place
            painter.fillRect(place, color(self._theme.plot_background, 210))
            painter.setPen(color(self._theme.text))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)


class PresentLine(PixelOverlay):
    """The separation of the present p: a line with a knob at its foot."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=20)
        self.d: float | None = None
        self._is_hovered = False
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_d(self, d: float | None) -> None:
        if d != self.d:
            self.d = d
            self.update()

    def set_hovered(self, is_hovered: bool) -> None:
        if is_hovered != self._is_hovered:
            self._is_hovered = is_hovered
            self.update()

    def x_px(self) -> float | None:
        """Where the line is painted, at the border where d lies beyond it."""
        if self.d is None:
            return None
        return min(max(self.point_px(self.d, 0.0).x(), 0.0), self.boundingRect().width())

    def draw(self, painter: QPainter) -> None:
        x = self.x_px()
        if x is None:
            return
        height = self.boundingRect().height()
        painter.setPen(QPen(color(self._theme.accent), 3.0 if self._is_hovered else 2.0))
        painter.drawLine(QPointF(x, 0), QPointF(x, height))
        painter.setPen(QPen(color(self._theme.marker_outline), 1))
        painter.setBrush(color(self._theme.accent))
        radius = 7.0 if self._is_hovered else 5.5
        painter.drawEllipse(QPointF(x, height - radius - 2), radius, radius)


class PresentPoints(MarkerOverlay):
    """Stationary points of the present p; small where the diagram is low, lest they hide each other."""

    def draw(self, painter: QPainter) -> None:
        radius_px = min(max(0.05 * self.boundingRect().height(), 5.0), 8.0)
        for marker in sorted(self._markers, key=lambda m: m.kind not in ("saddle", "maximum")):
            at = self.inside(self.point_px(marker.x, marker.y))
            draw_symbol(painter, marker.kind, at, self._theme, radius_px)
