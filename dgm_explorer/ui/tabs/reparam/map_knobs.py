"""The ellipse of Σ with what can be held of the map: μ and the columns of L, or the ellipse's axes."""

import math

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from dgm_explorer.ui.plots.ellipse_geometry import EllipseShape
from dgm_explorer.ui.plots.ellipse_handle import GRAB_RADIUS_PX, EllipseOverlay
from dgm_explorer.ui.plots.handle_geometry import Part
from dgm_explorer.ui.plots.knob_overlay import Hit
from dgm_explorer.ui.tabs.reparam.map_shape import COLUMN, MapShape
from dgm_explorer.ui.tabs.reparam.plane_layers import Vector, draw_vectors, write_on_ground
from dgm_explorer.ui.theme import color

_COLUMN_NAMES = {"lower": ("L₁", "L₂"), "full": ("A₁", "A₂")}
_TIP_RADIUS_PX = 5.0
_LEAST_TIP_PX = 15.0
_RING_PX = 3.0
_NAME_GAP_PX = 19.0


class MapKnobs(EllipseOverlay[MapShape]):
    """One handle only, that of the map; ringed is the part that the keyboard moves."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box)
        self._held: Part | None = None

    def set_held(self, part: Part | None) -> None:
        """The part that arrow keys move; None while the keyboard is elsewhere."""
        if part != self._held:
            self._held = part
            self.update()

    def ellipse(self, index: int) -> EllipseShape:
        return self._handles[index].shape.ellipse

    @property
    def _has_columns(self) -> bool:
        return bool(self._handles) and self._handles[0].shape.state.handles == "columns"

    def knob_px(self, index: int, part: Part, sign: int = 1) -> QPointF:
        if part not in COLUMN or not self._has_columns:
            return super().knob_px(index, part, sign)
        shape = self._handles[index].shape
        center, tip = self.point_px(*shape.mean), self.point_px(*shape.tip(part))
        length = math.dist(center.toTuple(), tip.toTuple())
        if length >= _LEAST_TIP_PX:
            return tip
        ahead = (tip - center) / length if length > 0 else _upright(part)
        return center + ahead * _LEAST_TIP_PX

    def knob_at(self, at: QPointF) -> Hit | None:
        if not self._has_columns:
            return super().knob_at(at)
        parts: tuple[Part, ...] = ("first", "second", "center")

        def distance_px(part: Part) -> float:
            held = 1.0 if part == self._held else 0.0
            return math.dist(self.knob_px(0, part).toTuple(), at.toTuple()) - held

        nearest = min(parts, key=distance_px)
        return (0, nearest) if distance_px(nearest) <= GRAB_RADIUS_PX else None

    def draw(self, painter: QPainter) -> None:
        super().draw(painter)
        if self._handles:
            self._write_mu(painter)
        if self._held is not None and self._handles and self._held != "center":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(self._theme.text), 1.5))
            radius = _TIP_RADIUS_PX + _RING_PX
            painter.drawEllipse(self.knob_px(0, self._held), radius, radius)

    def _write_mu(self, painter: QPainter) -> None:
        """On the side of μ where the columns of L are not."""
        shape = self._handles[0].shape
        (a, c), (b, d) = shape.columns
        length = math.hypot(a + b, c + d)
        away = QPointF(-(a + b) / length, (c + d) / length) if length > 0 else QPointF(-1.0, 0.0)
        font = self._theme.font(0.95)
        font.setBold(True)
        painter.setFont(font)
        write_on_ground(painter, self.center_px(0) + away * _NAME_GAP_PX, "μ", self._theme.text, self._theme)

    def _is_ringed(self, index: int) -> bool:
        del index
        return self._held == "center"

    def _draw_knobs(self, painter: QPainter, index: int) -> None:
        if not self._has_columns:
            super()._draw_knobs(painter, index)
            return
        painter.save()  # the names' bold font is not the one that the label is measured in
        self._draw_columns(painter, index)
        painter.restore()

    def _draw_columns(self, painter: QPainter, index: int) -> None:
        shape, theme = self._handles[index].shape, self._theme
        names = _COLUMN_NAMES[shape.state.form]
        vectors = [
            Vector(shape.mean, shape.tip(part), theme.component(j), names[j]) for part, j in COLUMN.items()
        ]
        draw_vectors(painter, self, vectors, theme, _TIP_RADIUS_PX + 4.0)
        for part, j in COLUMN.items():
            radius = _TIP_RADIUS_PX + 2.0 * (self._hovered == (index, part))
            painter.setPen(QPen(color(theme.plot_background), 1.5))
            painter.setBrush(color(theme.component(j)))
            painter.drawEllipse(self.knob_px(index, part), radius, radius)


def _upright(part: Part) -> QPointF:
    """Where the knob of a column of length 0 stands: where a positive entry would bring it."""
    return QPointF(1.0, 0.0) if part == "first" else QPointF(0.0, -1.0)
