"""Both divergences as curves over the mean of q while its σ is fixed."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Direction, Units
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.landscape_view import KIND_TEXT, TENFOLD, UNIT_FACTOR
from dgm_explorer.ui.plots.markers import Marker, MarkerOverlay
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import LIGHT, Theme, color

if TYPE_CHECKING:
    from dgm_explorer.numerics.stationary import StationaryPoint

_DIRECTIONS: tuple[Direction, ...] = ("forward", "reverse")
_TITLES: dict[Direction, str] = {"forward": "KL(p‖q)", "reverse": "KL(q‖p)"}
_GRAB_PX = 12.0
_EMPTY: FloatArray = np.empty(0)


class MeanLine(PixelOverlay):
    """q's mean as a vertical line with a knob where it meets each curve; dots where the descents are."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._mu = 0.0
        self._knobs: dict[Direction, float] = {}
        self._dots: dict[Direction, tuple[float, float]] = {}
        self._is_hovered = False
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_state(
        self,
        mu: float,
        knobs: dict[Direction, float],
        dots: dict[Direction, tuple[float, float]],
        is_hovered: bool,
    ) -> None:
        """Heights of the knobs by direction, and places of the dots, in view coordinates."""
        if (mu, knobs, dots, is_hovered) != (self._mu, self._knobs, self._dots, self._is_hovered):
            self._mu, self._knobs, self._dots, self._is_hovered = mu, knobs, dots, is_hovered
            self.update()

    def shown_x_px(self) -> float:
        """Where the line is painted: at q's mean, or at the border next to it."""
        return min(max(self.point_px(self._mu, 0.0).x(), 0.0), self.boundingRect().width())

    def draw(self, painter: QPainter) -> None:
        rect, x = self.boundingRect(), self.shown_x_px()
        painter.setPen(QPen(color(self._theme.q_line), 2.4 if self._is_hovered else 1.2))
        painter.drawLine(QPointF(x, 0.0), QPointF(x, rect.height()))
        rgb = {"forward": self._theme.forward, "reverse": self._theme.reverse}
        radius = 8.0 if self._is_hovered else 6.0
        for direction, value in self._knobs.items():
            y = min(max(self.point_px(0.0, value).y(), 0.0), rect.height())
            painter.setBrush(color(rgb[direction]))
            painter.setPen(QPen(color(self._theme.q_line), 1.5))
            painter.drawEllipse(QPointF(x, y), radius, radius)
        for direction, (mu, value) in self._dots.items():
            painter.setBrush(color(rgb[direction]))
            painter.setPen(QPen(color(self._theme.plot_background), 1.5))
            painter.drawEllipse(self.point_px(mu, value), 5.0, 5.0)


class MeanCurveView(Plot):
    """KL(p‖q) and KL(q‖p) over μ of q at one fixed σ, with their stationary points and q.

    Dragging q's line moves μ alone. The setters never emit; values are in nats, shown in the units chosen.
    ``view_changed`` speaks of μ alone: the y range follows the stationary points.
    """

    q_moved = Signal(float)
    """q's line is dragged: the new μ. The line has moved already."""
    drag_started = Signal()
    drag_finished = Signal()

    export_name = "kl-over-mean"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "μ of q"), NumberAxis("left", "nats"), parent)
        self._units: Units = "nats"
        self._x = _EMPTY
        self._values: dict[Direction, FloatArray] = {}
        self._points: dict[Direction, tuple[StationaryPoint, ...]] = dict.fromkeys(_DIRECTIONS, ())
        self._trails: dict[Direction, FloatArray] = dict.fromkeys(_DIRECTIONS, _EMPTY)
        self._reasons: dict[Direction, str] = {}
        self._mu = 0.0
        self._is_hovered = False
        self._grab_offset_px: float | None = None
        self._mu_before_drag = 0.0
        self._read_mu: float | None = None
        self.view_box.setMouseEnabled(x=True, y=False)
        self._curves = {d: CurveOverlay(self.view_box, 2) for d in _DIRECTIONS}
        self._trail_curves = {d: CurveOverlay(self.view_box, 3) for d in _DIRECTIONS}
        self._markers = {d: MarkerOverlay(self.view_box) for d in _DIRECTIONS}
        self._line = MeanLine(self.view_box)
        self._read_out = CornerText(self.view_box, "top-left")
        self._caption = CornerText(self.view_box, "bottom-left")
        self.set_view_range((-8.0, 8.0), (0.0, 5.0))
        self.set_home_range((-8.0, 8.0))
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        rgbs: dict[Direction, str] = {"forward": theme.forward, "reverse": theme.reverse}
        for direction, rgb in rgbs.items():
            self._curves[direction].set_style(CurveStyle(rgb, theme.line_width))
            self._trail_curves[direction].set_style(CurveStyle(rgb, 2.5 * theme.line_width))
            colored = replace(theme, marker=rgb, marker_outline=theme.plot_background)
            self._markers[direction].set_theme(colored)
        for part in (self._line, self._read_out, self._caption):
            part.set_theme(theme)
        legend = [f'<span style="color:{rgb}">━ {_TITLES[d]}</span>' for d, rgb in rgbs.items()]
        self.set_title("&nbsp;&nbsp;&nbsp;".join(legend))

    # -- what is shown ------------------------------------------------------------------------------------

    def set_curves(self, mu: FloatArray, forward: FloatArray, reverse: FloatArray) -> None:
        """Both divergences in nats at ``mu``, (n,) each; 256 points are plenty."""
        self._x = mu
        self._values = {"forward": forward, "reverse": reverse}
        self._show()

    def set_q(self, mu: float) -> None:
        """Move q's line."""
        self._mu = mu
        self._show_line()

    def set_stationary(self, direction: Direction, points: Sequence["StationaryPoint"]) -> None:
        """Minima and maxima of one curve."""
        self._points[direction] = tuple(points)
        self._show()

    def set_descent(self, direction: Direction, mu: FloatArray) -> None:
        """The path of a descent from its start, drawn along its curve; empty clears it."""
        self._trails[direction] = mu
        self._show_trail(direction)
        self._show_line()

    def set_units(self, units: Units) -> None:
        if units != self._units:
            self._units = units
            self._axes[1].set_label(units, self.theme)
            self._show()

    def set_disabled_reason(self, direction: Direction, reason: str | None) -> None:
        """Hide one curve and say why; None brings it back."""
        if reason:
            self._reasons[direction] = reason
        else:
            self._reasons.pop(direction, None)
        self._caption.set_text("\n".join(f"{_TITLES[d]}: {text}" for d, text in self._reasons.items()))
        self._show()

    def export_table(self) -> PlotTable:
        header = ("mu", "forward_kl_nats", "reverse_kl_nats")
        return PlotTable(header, (self._x, *(self._values.get(d, _EMPTY) for d in _DIRECTIONS)))

    def value_at(self, direction: Direction, mu: float) -> float:
        """A curve in the units shown, between its points by linear interpolation."""
        return float(np.interp(mu, self._x, self._values[direction])) * UNIT_FACTOR[self._units]

    def _show(self) -> None:
        factor = UNIT_FACTOR[self._units]
        for direction in _DIRECTIONS:
            is_shown = direction in self._values and direction not in self._reasons
            y = self._values[direction] * factor if is_shown else _EMPTY
            self._curves[direction].set_points(self._x if is_shown else _EMPTY, y)
            points = self._points[direction] if is_shown else ()
            self._markers[direction].set_markers(tuple(map(self._marker, points)))
            self._show_trail(direction)
        self._show_line()
        self._fit_y()
        if self._read_mu is not None:
            self._read(self._read_mu)

    def _marker(self, point: "StationaryPoint") -> Marker:
        y = point.kl * UNIT_FACTOR[self._units]
        return Marker(point.mu, y, point.kind, f"{KIND_TEXT[point.kind]}   {self._text(point.mu, y)}")

    def _show_trail(self, direction: Direction) -> None:
        mu = self._trails[direction]
        if not len(mu) or direction not in self._values or direction in self._reasons:
            self._trail_curves[direction].set_points(_EMPTY, _EMPTY)
            return
        way = np.linspace(mu.min(), mu.max(), 129)
        y = np.interp(way, self._x, self._values[direction]) * UNIT_FACTOR[self._units]
        self._trail_curves[direction].set_points(way, y)

    def _show_line(self) -> None:
        shown = [d for d in self._values if d not in self._reasons]
        knobs = {d: self.value_at(d, self._mu) for d in shown}
        ends = {d: float(self._trails[d][-1]) for d in shown if len(self._trails[d])}
        dots = {d: (mu, self.value_at(d, mu)) for d, mu in ends.items()}
        self._line.set_state(self._mu, knobs, dots, self._is_hovered or self._grab_offset_px is not None)

    def _fit_y(self) -> None:
        """Twice the highest stationary value: enough to see wells and barriers, however steep the sides."""
        values = [point.kl for points in self._points.values() for point in points if math.isfinite(point.kl)]
        if not values:
            return
        factor = UNIT_FACTOR[self._units]
        wanted = factor * (2.0 * max(values) + 0.5)
        bottom = factor * min(0.0, 1.2 * min(values))
        top = self.view_range[1][1]
        if wanted > top or wanted < top / 1.5:
            self.set_view_range(self.view_range[0], (bottom, 1.1 * wanted))

    def _text(self, mu: float, *values: float) -> str:
        return "   ".join([f"μ {tick_text(mu)}", *(f"{tick_text(v, 5)} {self._units}" for v in values)])

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or not self._is_near_line(at):
            return False
        self._grab_offset_px = at.x() - self._line.shown_x_px()
        self._mu_before_drag = self._mu
        self.drag_started.emit()
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._grab_offset_px is not None:
            self._move_q(at.x() - self._grab_offset_px)
        elif not event.buttons():
            self._hover(at)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        if self._grab_offset_px is not None:
            self.move(at, event)
            self._let_go()

    def _let_go(self) -> None:
        self._grab_offset_px = None
        self._show_line()
        self.drag_finished.emit()

    def _is_near_line(self, at: QPointF) -> bool:
        return abs(at.x() - self._line.shown_x_px()) <= _GRAB_PX

    def _move_q(self, x_px: float) -> None:
        mu, _ = self.pixel_to_view(QPointF(x_px, 0.0))
        if mu != self._mu and abs(x_px - self._line.shown_x_px()) > 1e-9:
            self._put_q(mu)

    def _put_q(self, mu: float) -> None:
        self.set_q(mu)
        self._read(mu)
        self.q_moved.emit(mu)

    def _read(self, mu: float) -> None:
        self._read_mu = mu
        shown = [d for d in self._values if d not in self._reasons]
        values = [f"{_TITLES[d]} {tick_text(self.value_at(d, mu), 4)} {self._units}" for d in shown]
        self._read_out.set_text("   ".join([f"μ {tick_text(mu)}", *values]))

    def _stop_reading(self) -> None:
        self._read_mu = None
        self._read_out.set_text("")

    def _hover(self, at: QPointF) -> None:
        is_inside = self.view_box.rect().contains(at)
        self._is_hovered = is_inside and self._is_near_line(at)
        self.setCursor(Qt.CursorShape.SizeHorCursor if self._is_hovered else Qt.CursorShape.ArrowCursor)
        self._show_line()
        if is_inside:
            self._read(self.pixel_to_view(at)[0])
        else:
            self._stop_reading()

    def key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self._grab_offset_px is not None:
            self._put_q(self._mu_before_drag)
            self._let_go()  # the button may still be held, and moves nothing more
            return True
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            return super().key(event)
        size = 10 if event.modifiers() & TENFOLD else 1
        self.drag_started.emit()
        self._move_q(self._line.point_px(self._mu, 0.0).x() + step * size)
        self.drag_finished.emit()
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self._is_hovered = False
        self._show_line()
        self._stop_reading()
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._view_pixel(QPointF(event.pos()))
            for markers in self._markers.values():
                marker = markers.marker_at(at)
                if marker is not None:
                    QToolTip.showText(event.globalPos(), marker.text, self)
                    return True
        return bool(super().viewportEvent(event))
