"""Symbols of stationary points and of q, drawn in pixels over a plot."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF, QTransform

from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

MarkerKind: TypeAlias = Literal["global", "tied", "local", "saddle", "maximum"]

HIT_RADIUS_PX = 12.0
_RADIUS_PX = 8.0
_BORDER_PX = 11.0
_FINENESS = 16.0
"""Outlines are flattened as if they were so many times larger, or round ends would have corners."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A stationary point in view coordinates; ``text`` is shown as its tooltip."""

    x: float
    y: float
    kind: MarkerKind
    text: str = ""


@cache
def symbol(kind: MarkerKind) -> QPainterPath:
    """Unit symbol: star for global and tied minima, ring for local ones, × for saddles, ◆ for maxima."""
    path = QPainterPath()
    if kind in ("global", "tied"):
        path.addPolygon(_polygon([(math.pi * (i / 5 - 0.5), (1.0, 0.42)[i % 2]) for i in range(10)]))
        path.closeSubpath()
    elif kind == "local":
        path.addEllipse(QPointF(0, 0), 0.62, 0.62)
    elif kind == "saddle":
        for sign in (-1, 1):
            path.moveTo(-0.58, -0.58 * sign)
            path.lineTo(0.58, 0.58 * sign)
    else:
        path.addPolygon(_polygon([(math.pi * i / 2, 0.75) for i in range(4)]))
        path.closeSubpath()
    return path


@cache
def border_arrow() -> QPainterPath:
    """Unit arrow head that points right."""
    path = QPainterPath()
    path.addPolygon(_polygon([(0.0, 1.0), (2.4, 1.0), (math.pi, 0.3), (-2.4, 1.0)]))
    path.closeSubpath()
    return path


def _polygon(polar: list[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(r * math.cos(angle), r * math.sin(angle)) for angle, r in polar])


def draw_symbol(painter: QPainter, kind: MarkerKind, at: QPointF, theme: Theme, radius_px: float) -> None:
    """A symbol that stands out from any background: light with a dark edge."""
    painter.translate(at)
    for path, brush in _shapes(kind, radius_px, theme.marker, theme.marker_outline):
        painter.fillPath(path, brush)
    painter.translate(-at)


@cache
def _shapes(
    kind: MarkerKind, radius_px: float, rgb: str, edge: str
) -> tuple[tuple[QPainterPath, QBrush], ...]:
    """A symbol as areas, from the lowest up: to stroke its lines in every frame takes five times as long."""
    light, dark = QBrush(color(rgb)), QBrush(color(edge))
    if kind in ("local", "saddle"):
        return (_stroked(kind, radius_px, 4.6), dark), (_stroked(kind, radius_px, 2.4), light)
    inside = QTransform.fromScale(radius_px, radius_px).map(symbol(kind))
    return (inside, light), (_stroked(kind, radius_px, 1.3), dark)


def _stroked(kind: MarkerKind, radius_px: float, width_px: float) -> QPainterPath:
    """The area that a pen covers along a symbol, flattened finer than Qt flattens the curves of an area."""
    stroker = QPainterPathStroker(_round_pen("#000000", width_px / radius_px))
    stroker.setCurveThreshold(0.5 / radius_px)  # that of a painter
    stroke = stroker.createStroke(symbol(kind))
    scale = _FINENESS * radius_px
    area = QPainterPath()
    area.setFillRule(stroke.fillRule())
    for polygon in stroke.toSubpathPolygons(QTransform.fromScale(scale, scale)):
        area.addPolygon(QTransform.fromScale(1 / _FINENESS, 1 / _FINENESS).map(polygon))
    return area


def draw_border_arrow(painter: QPainter, at: QPointF, toward: QPointF, fill: str, edge: str) -> None:
    """A small arrow head at ``at``, pointing from there to ``toward``."""
    painter.save()
    painter.translate(at)
    painter.rotate(math.degrees(math.atan2(toward.y() - at.y(), toward.x() - at.x())))
    painter.scale(_RADIUS_PX, _RADIUS_PX)
    painter.setPen(_round_pen(edge, 1.2 / _RADIUS_PX))
    painter.setBrush(color(fill))
    painter.drawPath(border_arrow())
    painter.restore()


def _round_pen(rgb: str, width: float) -> QPen:
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(QBrush(color(rgb)), width, Qt.PenStyle.SolidLine, cap, join)


class MarkerOverlay(PixelOverlay):
    """Stationary points; those outside the view are arrows at its border."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=30)
        self._markers: tuple[Marker, ...] = ()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_markers(self, markers: tuple[Marker, ...]) -> None:
        """Show these; minima are drawn over saddles."""
        if markers != self._markers:
            self._markers = markers
            self.update()

    def marker_at(self, px: QPointF) -> Marker | None:
        """The marker or border arrow under the mouse."""
        best, best_distance = None, HIT_RADIUS_PX
        for marker in self._markers:
            distance = math.dist(self.inside(self.point_px(marker.x, marker.y)).toTuple(), px.toTuple())
            if distance <= best_distance:
                best, best_distance = marker, distance
        return best

    def draw(self, painter: QPainter) -> None:
        for marker in sorted(self._markers, key=lambda m: m.kind not in ("saddle", "maximum")):
            at = self.point_px(marker.x, marker.y)
            inside = self.inside(at)
            if inside == at:
                draw_symbol(painter, marker.kind, at, self._theme, _RADIUS_PX)
            else:
                draw_border_arrow(painter, inside, at, self._theme.marker, self._theme.marker_outline)

    def inside(self, at: QPointF) -> QPointF:
        """``at`` itself where visible, else the nearest place along the border."""
        rect = self.boundingRect()
        if rect.adjusted(-2, -2, 2, 2).contains(at):
            return at
        return QPointF(
            min(max(at.x(), _BORDER_PX), rect.width() - _BORDER_PX),
            min(max(at.y(), _BORDER_PX), rect.height() - _BORDER_PX),
        )


class QMarker(PixelOverlay):
    """The approximation q as a round knob; at the border where it lies outside the view."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._at: tuple[float, float] | None = None
        self._is_hovered = False
        self._fill = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme, fill: str) -> None:
        """``fill`` is the colour of the direction that q follows here."""
        self._theme, self._fill = theme, fill
        self.update()

    def set_position(self, x: float, y: float) -> None:
        """View coordinates of q."""
        if (x, y) != self._at:
            self._at = (x, y)
            self.update()

    def set_hovered(self, is_hovered: bool) -> None:
        """Grow a little: this can be dragged."""
        if is_hovered != self._is_hovered:
            self._is_hovered = is_hovered
            self.update()

    def shown_px(self) -> QPointF | None:
        """Where the knob is painted: at q, or at the border next to it."""
        if self._at is None:
            return None
        rect, at = self.boundingRect(), self.point_px(*self._at)
        x = min(max(at.x(), 0.0), rect.width())
        y = min(max(at.y(), 0.0), rect.height())
        return QPointF(x, y)

    def draw(self, painter: QPainter) -> None:
        at = self.shown_px()
        if at is None or self._at is None:
            return
        radius = 9.0 if self._is_hovered else 7.0
        painter.setPen(QPen(color(self._theme.marker_outline), 1))
        painter.setBrush(color(self._theme.marker))
        painter.drawEllipse(at, radius + 1.5, radius + 1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._fill))
        painter.drawEllipse(at, radius - 1.0, radius - 1.0)
