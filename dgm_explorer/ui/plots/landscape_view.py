"""A divergence as a function of q's two parameters: heat map, contours, optima, and q under the mouse."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.kl_state import Direction, Units, View1D, View2D
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.arrows import ArrowCloud, ArrowOverlay
from dgm_explorer.ui.plots.axis import LogAxis, NumberAxis, tick_text
from dgm_explorer.ui.plots.captions import CornerText, Cover
from dgm_explorer.ui.plots.color_bar import ColorBar
from dgm_explorer.ui.plots.contours import ContourItem
from dgm_explorer.ui.plots.handle_geometry import SIGMA_HI, SIGMA_LO
from dgm_explorer.ui.plots.heat_map import HeatMapItem, RegionItem
from dgm_explorer.ui.plots.markers import Marker, MarkerOverlay, QMarker
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.plots.trail import TrailOverlay
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.numerics.landscape import Grid1D
    from dgm_explorer.numerics.stationary import StationaryPoint

YScale: TypeAlias = Literal["log", "linear"]

_LEVELS = [i / 9 for i in range(1, 9)]  # positions on the colour scale
GRAB_RADIUS_PX = 24.0
LARGEST_CAPTION = 0.4
"""Share of the height that the caption may hide."""
UNIT_FACTOR: dict[Units, float] = {"nats": 1.0, "bits": 1.0 / math.log(2.0)}
_PLAIN_NAMES = {"μ": "mu", "σ": "sigma"}
"""For the header of a CSV file, whose readers may not all know UTF-8."""
TENFOLD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
KIND_TEXT = {
    "global": "global minimum",
    "tied": "tied global minimum",
    "local": "local minimum",
    "saddle": "saddle",
    "maximum": "maximum",
}


class LandscapeView(Plot):
    """KL over (μ, σ) of q, or over the two coordinates of q's mean.

    The setters never emit. View coordinates are x and, with ``y_scale`` "log", log y; signals and
    setters speak of x and y themselves unless they say otherwise.

    Parameters
    ----------
    title : rich text above the plot, in the colour of ``direction``; its first word alone in a narrow one.
    direction : which divergence this is; None for neither (then in the text's colour).
    names : of the two coordinates, short.
    labels : of the two axes.
    y_scale : "log" shows y on a logarithmic scale (σ); "linear" is for means in the plane.
    is_equal_aspect : one unit is equally long on both axes.
    """

    q_moved = Signal(float, float)
    """q is dragged on the landscape: its new x and y. The marker has moved already."""
    drag_started = Signal()
    drag_finished = Signal()

    def __init__(
        self,
        title: str,
        direction: Direction | None,
        *,
        names: tuple[str, str] = ("μ", "σ"),
        labels: tuple[str, str] = ("μ of q", "σ of q"),
        y_scale: YScale = "log",
        is_equal_aspect: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        y_axis = LogAxis("left", labels[1]) if y_scale == "log" else NumberAxis("left", labels[1])
        super().__init__(NumberAxis("bottom", labels[0]), y_axis, parent)
        self.export_name = f"landscape-{direction or 'family'}"
        self.setAccessibleName(f"Landscape over {names[0]} and {names[1]}: {title or 'third divergence'}")
        self._landscape_title, self._direction, self._names, self._y_scale = title, direction, names, y_scale
        self._units: Units = "nats"
        self._values: FloatArray | None = None
        self._x = self._y = self._y_view = np.linspace(0.0, 1.0, 2)
        self._q: tuple[float, float] | None = None
        self._grab_offset: QPointF | None = None
        self._before_drag: tuple[float, float] | None = None
        self._mouse_px: QPointF | None = None
        self.view_box.setAspectLocked(is_equal_aspect)
        if y_scale == "log":
            lo, hi = math.log(SIGMA_LO), math.log(SIGMA_HI)
            self.view_box.setLimits(yMin=lo, yMax=hi, minXRange=1e-5, minYRange=1e-4)
            self.set_home(View1D().mu_lo, View1D().mu_hi, View1D().sigma_lo, View1D().sigma_hi)
        else:
            half = View2D().half_width
            self.set_home(-half, half, -half, half)
        self._heat_map = HeatMapItem(LIGHT.colormap)
        self._regions = RegionItem()
        self._contours = ContourItem()
        for item in (self._heat_map, self._regions, self._contours):
            self.view_box.addItem(item, ignoreBounds=True)
        self._regions.setVisible(False)
        self._trail = TrailOverlay(self.view_box)
        self._arrows = ArrowOverlay(self.view_box)
        self._markers = MarkerOverlay(self.view_box)
        self._q_marker = QMarker(self.view_box)
        self._read_out = CornerText(self.view_box, "top-left")
        self._caption = CornerText(self.view_box, "bottom-left", LARGEST_CAPTION)
        self._cover = Cover(self.view_box)
        self.color_bar = ColorBar()
        self.plotItem.layout.addItem(self.color_bar, 2, 3)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        rgb = {"forward": theme.forward, "reverse": theme.reverse, None: theme.text}[self._direction]
        self.set_title(self._landscape_title, rgb, self._landscape_title.partition(" ")[0])
        self._heat_map.set_colormap(theme.colormap)
        self._contours.set_color(theme.marker, 130)
        self._trail.set_theme(theme, rgb)
        self._q_marker.set_theme(theme, rgb)
        for part in (self._arrows, self._markers, self._read_out, self._caption, self._cover, self.color_bar):
            part.set_theme(theme)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_landscape(self, values: FloatArray, grid: "Grid1D") -> None:
        """Show ``values`` (m, n) in nats over the (μ, σ) grid."""
        self.set_values(values, grid.mu, grid.sigma)

    def set_values(self, values: FloatArray, x: FloatArray, y: FloatArray) -> None:
        """Show ``values`` (m, n) in nats; ``x`` (n,) uniform, ``y`` (m,) uniform (in its logarithm if "log").

        Infinite values and NaN are hatched.
        """
        self._values = values
        if x is not self._x or y is not self._y:
            self._x, self._y, self._y_view = x, y, self._to_view(y)
            for item in (self._heat_map, self._regions, self._contours):
                item.set_axes(x, self._y_view)
        self._heat_map.set_values(values)
        self._contours.set_values(self._heat_map.positions, _LEVELS)
        self._show_scale()
        self._read_again()

    def set_units(self, units: Units) -> None:
        """Unit of the colour bar and of the read-outs."""
        self._units = units
        self._show_scale()
        self._read_again()

    def _show_scale(self) -> None:
        self.color_bar.set_scale(self._heat_map.color_scale, UNIT_FACTOR[self._units], self._units)

    def set_view(self, x_lo: float, x_hi: float, y_lo: float, y_hi: float) -> None:
        """Show this part."""
        lo, hi = self._to_view(np.array([y_lo, y_hi])).tolist()
        self.set_view_range((x_lo, x_hi), (lo, hi))

    def set_home(self, x_lo: float, x_hi: float, y_lo: float, y_hi: float) -> None:
        """What a double click or A returns to; by default the whole of a fresh state's view."""
        lo, hi = self._to_view(np.array([y_lo, y_hi])).tolist()
        self.set_home_range((x_lo, x_hi), (lo, hi))

    def set_q(self, x: float, y: float) -> None:
        """Move q's marker."""
        self._q = (x, y)
        self._q_marker.set_position(x, self._y_to_view(y))

    def set_stationary(self, points: Sequence["StationaryPoint"]) -> None:
        """Show stationary points of (μ, σ) with their values in nats."""
        self.set_markers(
            [Marker(p.mu, p.sigma, p.kind, self._point_text(p.mu, p.sigma, p.kl, p.kind)) for p in points]
        )

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Show stationary points whose coordinates are x and y."""
        self._markers.set_markers(tuple(Marker(m.x, self._y_to_view(m.y), m.kind, m.text) for m in markers))

    def set_trail(self, x: FloatArray, y: FloatArray) -> None:
        """The path of a descent from its start; empty arrays clear it."""
        self._trail.set_points(x, self._to_view(y) if len(y) else y)

    def set_basins(self, labels: IntArray | None, caption: str = "") -> None:
        """Basins of attraction (m, n) on the grid of the values, with a caption; None clears them."""
        if labels is not None:
            self._regions.set_labels(labels, self.theme.components, alpha=105)
        self._regions.setVisible(labels is not None)
        self._caption.set_text(caption if labels is not None else "")

    def set_arrows(
        self,
        origin: tuple[float, float],
        clouds: Sequence[ArrowCloud] = (),
        exact: FloatArray | None = None,
    ) -> None:
        """Gradient estimates as arrows at ``origin`` (x, y), with the exact one (2,) drawn strongest.

        Vectors are in view coordinates: d/dμ and d/dlog σ. Without any, the arrows are cleared.
        """
        self._arrows.set_arrows((origin[0], self._y_to_view(origin[1])), clouds, exact)

    def set_disabled_reason(self, reason: str | None) -> None:
        """Grey the view out and say why; None brings it back."""
        self._cover.set_reason(reason or "")
        if reason:
            self._stop_reading()

    def export_table(self) -> PlotTable:
        """One row per cell of the grid."""
        header = (*(_PLAIN_NAMES.get(name, name) for name in self._names), "kl_nats")
        if self._values is None:
            return PlotTable(header, (np.empty(0), np.empty(0), np.empty(0)))
        x, y = np.meshgrid(self._x, self._y)
        return PlotTable(header, (x.ravel(), y.ravel(), self._values.ravel()))

    # -- coordinates --------------------------------------------------------------------------------------

    def _to_view(self, y: FloatArray) -> FloatArray:
        return np.log(y) if self._y_scale == "log" else np.asarray(y)

    def _y_to_view(self, y: float) -> float:
        return math.log(y) if self._y_scale == "log" else y

    def _y_from_view(self, y: float) -> float:
        if self._y_scale == "linear":
            return y
        return min(max(math.exp(min(y, 700.0)), SIGMA_LO), SIGMA_HI)

    def _emit_view_changed(self, *_: object) -> None:
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        self.view_changed.emit(x_lo, x_hi, self._y_from_view(y_lo), self._y_from_view(y_hi))

    def _point_text(self, x: float, y: float, value: float | None, kind: str = "", digits: int = 5) -> str:
        parts = [f"{self._names[0]} {tick_text(x)}", f"{self._names[1]} {tick_text(y)}"]
        if value is not None:
            shown = value * UNIT_FACTOR[self._units]
            parts.append(f"{tick_text(shown, digits)} {self._units}" if math.isfinite(shown) else "infinite")
        if kind:
            parts.insert(0, KIND_TEXT[kind])
        return "   ".join(parts)

    def q_viewport_position(self) -> QPointF:
        """Where the marker of q is painted, in pixels of the widget."""
        at = self._q_marker.shown_px() or QPointF()
        return QPointF(self.viewportTransform().map(self.view_box.mapToScene(at)))

    # -- mouse --------------------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if self._cover.reason:
            return True
        if event.button() != Qt.MouseButton.LeftButton or not self._is_near_q(at):
            return False
        shown = self._q_marker.shown_px()
        self._grab_offset = at - shown if shown is not None else QPointF()
        self._before_drag = self._q
        self.drag_started.emit()
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._cover.reason:
            return
        if self._grab_offset is not None:
            self._move_q(at - self._grab_offset)
        elif not event.buttons():
            self._hover(at)
        elif self._mouse_px is not None:  # the view is being moved, and its new values will be read
            self._mouse_px = at

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del at, event
        self._let_go()

    def _let_go(self) -> None:
        if self._grab_offset is not None:
            self._grab_offset = self._before_drag = None
            self.drag_finished.emit()

    def _is_near_q(self, at: QPointF) -> bool:
        shown = self._q_marker.shown_px()
        return shown is not None and math.dist(shown.toTuple(), at.toTuple()) <= GRAB_RADIUS_PX

    def _move_q(self, at: QPointF) -> None:
        x, y_view = self.pixel_to_view(at)
        self._put_q(x, self._y_from_view(y_view))

    def _put_q(self, x: float, y: float) -> None:
        if (x, y) != self._q:
            self.set_q(x, y)
            self._read(x, y)
            self.q_moved.emit(x, y)

    @property
    def read_out_text(self) -> str:
        """What the corner says about the place under the mouse."""
        return self._read_out.text

    def value_at(self, x: float, y: float) -> float | None:
        """Interpolated, at the border of a hatched region the nearest cell; None off the grid."""
        if self._values is None:
            return None
        column, row = _place(self._x, x), _place(self._y_view, self._y_to_view(y))
        if column is None or row is None:
            return None
        (j, right), (i, up) = column, row
        cells = self._values[i : i + 2, j : j + 2]
        if not np.isfinite(cells).all():
            return float(cells[round(up), round(right)])
        return float(np.array([1 - up, up]) @ cells @ np.array([1 - right, right]))

    def _read(self, x: float, y: float) -> None:
        """As many digits as the interpolation is good for."""
        self._read_out.set_text(self._point_text(x, y, self.value_at(x, y), digits=4))

    def _read_again(self) -> None:
        """What lies under a mouse at rest has changed."""
        if self._mouse_px is not None and self._grab_offset is None:
            self._hover(self._mouse_px)

    def _stop_reading(self) -> None:
        self._mouse_px = None
        self._read_out.set_text("")

    def _hover(self, at: QPointF) -> None:
        inside = self.view_box.rect().contains(at)
        is_near = inside and self._is_near_q(at)
        self._q_marker.set_hovered(is_near)
        self.setCursor(Qt.CursorShape.SizeAllCursor if is_near else Qt.CursorShape.ArrowCursor)
        if not inside:
            self._stop_reading()
            return
        self._mouse_px = at
        x, y_view = self.pixel_to_view(at)
        self._read(x, self._y_from_view(y_view))

    def key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self._before_drag is not None:
            self._put_q(*self._before_drag)
            self._let_go()  # the button may still be held, and moves nothing more
            return True
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._q is None or self._cover.reason:
            return super().key(event)
        size = 10 if event.modifiers() & TENFOLD else 1
        at = self._q_marker.point_px(self._q[0], self._y_to_view(self._q[1]))
        self.drag_started.emit()
        self._move_q(at + QPointF(*step) * size)
        self.drag_finished.emit()
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self._q_marker.set_hovered(False)
        self._stop_reading()
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            marker = self._markers.marker_at(self._view_pixel(QPointF(event.pos())))
            if marker is not None and not self._cover.reason:
                QToolTip.showText(event.globalPos(), marker.text, self)
                return True
        return bool(super().viewportEvent(event))


def _place(axis: FloatArray, value: float) -> tuple[int, float] | None:
    """The node before and the share of the way to the next; None more than half a step outside."""
    steps = len(axis) - 1
    position = (value - axis[0]) / (axis[-1] - axis[0]) * steps
    if not -0.5 <= position <= steps + 0.5:
        return None
    before = min(max(math.floor(position), 0), steps - 1)
    return before, min(max(position - before, 0.0), 1.0)
