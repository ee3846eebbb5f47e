"""The bifurcation diagram as a plot: branches of stationary points, and the present p as a line to drag."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.numerics.bifurcation import Sweep, links
from dgm_explorer.numerics.stationary import StationaryPoint
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.markers import Marker
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.kl.sweep_lines import CriticalLines, PresentLine, PresentPoints
from dgm_explorer.ui.theme import LIGHT, Theme

Ordinate: TypeAlias = Literal["mu", "sigma"]

LABELS: dict[Ordinate, str] = {"mu": "μ of q", "sigma": "σ of q"}
GRAB_RADIUS_PX = 12.0
LEAST_SEPARATION = 1 / 500
"""The line stops at this part of the range: at d = 0 the shape of p would be lost."""
_KEY_STEP = 1 / 400


class SweepPlot(Plot):
    """Stationary points of KL(q‖p) against the half-separation d of p.

    Global minima are thick, local ones thin, saddles and maxima faint and dashed. The setters never emit.
    """

    separation_changed = Signal(float)
    """The line is dragged, or moved with the arrow keys: the new d. It has moved already."""
    drag_started = Signal()
    drag_finished = Signal()
    zoom_requested = Signal(float)
    """The wheel asks for a range of d that is so many times as long."""
    zoom_reset_requested = Signal()

    export_name = "bifurcation-diagram"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._y_axis = NumberAxis("left", LABELS["mu"])
        super().__init__(NumberAxis("bottom", "half-separation d of p, in units of x"), self._y_axis, parent)
        self.setAccessibleName("Bifurcation diagram")
        self.setMouseEnabled(False, False)
        self.plotItem.layout.setContentsMargins(1, 7, 12, 1)  # room for half a tick label
        self._diagram = Sweep.of([])
        self._links: IntArray = links(self._diagram)
        self._center = 0.0
        self._d_max = 0.0
        self._ordinate: Ordinate = "mu"
        self._present: tuple[StationaryPoint, ...] = ()
        self._grab_offset_px: float | None = None
        self._others = CurveOverlay(self.view_box, 8)
        self._local = CurveOverlay(self.view_box, 9)
        self._global = CurveOverlay(self.view_box, 10)
        self.critical = CriticalLines(self.view_box)
        self.line = PresentLine(self.view_box)
        self.markers = PresentPoints(self.view_box)
        self.set_view_range((0.0, 5.0), (-5.0, 5.0))
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._global.set_style(CurveStyle(theme.reverse, 2.2 * theme.line_width))
        self._local.set_style(CurveStyle(theme.reverse, 0.8 * theme.line_width))
        self._others.set_style(CurveStyle(theme.muted_text, 0.7 * theme.line_width, is_dashed=True))
        for part in (self.critical, self.line, self.markers):
            part.set_theme(theme)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_diagram(self, diagram: Sweep, center: float, d_max: float, ordinate: Ordinate) -> None:
        """Show the branches; ``center`` is added to every μ of the diagram."""
        shown = (self._diagram, self._center, self._d_max, self._ordinate)
        if shown[0] is diagram and shown[1:] == (center, d_max, ordinate):
            return
        if diagram is not self._diagram:
            self._diagram, self._links = diagram, links(diagram)
        self._center, self._d_max = center, d_max
        if ordinate != self._ordinate:
            self._ordinate = ordinate
            self._y_axis.set_label(LABELS[ordinate], self.theme)
        y = self._y_of_diagram()
        kind = diagram.kind[self._links[:, 0]]
        is_best = np.isin(kind, ("global", "tied"))
        is_local = kind == "local"
        for overlay, chosen in (
            (self._global, is_best),
            (self._local, is_local),
            (self._others, ~(is_best | is_local)),
        ):
            overlay.set_points(*_polyline(diagram.d, y, self._links[chosen]))
        self._fit(y, d_max)
        self._place_markers()

    def set_present(self, d: float | None, points: Sequence[StationaryPoint]) -> None:
        """Show where the present p stands, with its stationary points; the hand keeps the line it holds."""
        self._present = tuple(points)
        if self._grab_offset_px is None or d is None:
            self.line.set_d(d)
        self._place_markers()

    def _place_markers(self) -> None:
        d = self.line.d
        if d is None:
            self.markers.set_markers(())
            return
        self.markers.set_markers(
            tuple(Marker(d, self._y_of(point), point.kind, self._text_of(point)) for point in self._present)
        )

    def _y_of(self, point: StationaryPoint) -> float:
        return point.mu if self._ordinate == "mu" else point.sigma

    def _text_of(self, point: StationaryPoint) -> str:
        return f"{point.kind}: μ {tick_text(point.mu)}, σ {tick_text(point.sigma)}"

    def _y_of_diagram(self) -> FloatArray:
        return self._diagram.mu + self._center if self._ordinate == "mu" else self._diagram.sigma

    def _fit(self, y: FloatArray, d_max: float) -> None:
        """All branches with a margin that keeps the names of critical lines off them."""
        if len(y):
            lo, hi = float(y.min()), float(y.max())
        else:
            lo, hi = self._center - d_max, self._center + d_max
        if self._ordinate == "sigma":
            lo = 0.0
        space = max(hi - lo, 0.2 * d_max)
        self.set_view_range((0.0, d_max), (lo - 0.08 * space, hi + 0.2 * space))

    @property
    def branch_points(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """The polylines drawn, by what they are of."""
        overlays = {"best": self._global, "local": self._local, "others": self._others}
        return {name: overlay.points for name, overlay in overlays.items()}

    def export_table(self) -> PlotTable:
        """One row per stationary point of the sweep."""
        diagram = self._diagram
        return PlotTable(
            ("half_separation", "mu", "sigma", "kl_q_p_nats", "kind"),
            (diagram.d, diagram.mu + self._center, diagram.sigma, diagram.kl, tuple(diagram.kind.tolist())),
        )

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        x = self.line.x_px()
        if event.button() != Qt.MouseButton.LeftButton or x is None or not self._is_near_line(at):
            return False
        self._grab_offset_px = at.x() - x
        self.drag_started.emit()
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._grab_offset_px is not None:
            self._move_line(self.pixel_to_view(at - QPointF(self._grab_offset_px, 0.0))[0])
        elif not event.buttons():
            is_near = self.view_box.rect().contains(at) and self._is_near_line(at)
            self.line.set_hovered(is_near)
            self.setCursor(Qt.CursorShape.SizeHorCursor if is_near else Qt.CursorShape.ArrowCursor)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del at, event
        self._grab_offset_px = None
        self.drag_finished.emit()

    def wheel(self, at: QPointF, event: QWheelEvent) -> bool:
        del at
        self.zoom_requested.emit(1.25 ** (-event.angleDelta().y() / 120))
        return True

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        del at, event
        self.zoom_reset_requested.emit()

    def key(self, event: QKeyEvent) -> bool:
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if direction is None or self.line.d is None:
            return super().key(event)
        size = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self.drag_started.emit()
        self._move_line(self.line.d + direction * size * _KEY_STEP * self._d_max)
        self.drag_finished.emit()
        return True

    def _is_near_line(self, at: QPointF) -> bool:
        x = self.line.x_px()
        return x is not None and abs(at.x() - x) <= GRAB_RADIUS_PX

    def _move_line(self, d: float) -> None:
        d = min(max(d, LEAST_SEPARATION * self._d_max), self._d_max)
        if d != self.line.d:
            self.line.set_d(d)
            self._place_markers()
            self.separation_changed.emit(d)


def _polyline(x: FloatArray, y: FloatArray, pairs: IntArray) -> tuple[FloatArray, FloatArray]:
    """Branches one after the other, separated by NaN."""
    following = dict(pairs.tolist())
    order: list[int] = []
    for start in sorted(set(following) - set(following.values())):
        node: int | None = start
        while node is not None:
            order.append(node)
            node = following.get(node)
        order.append(-1)
    return np.append(x, np.nan)[order], np.append(y, np.nan)[order]
