"""The activation of the diagonal with its derivative, and the raw parameters on it."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from dgm_explorer.core.reparam_state import RAW_LIMITS, DiagonalActivation
from dgm_explorer.numerics.activations import ACTIVATIONS
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.knob_gestures import KnobGestures, arrow_step
from dgm_explorer.ui.tabs.reparam.plane_layers import write_on_ground
from dgm_explorer.ui.tabs.reparam.words import ACTIVATION_NAME
from dgm_explorer.ui.theme import LIGHT, Theme, color

_N_POINTS = 257
_GRAB_PX = 12.0
_HOME = (-4.2, 4.2)
_HEIGHTS: dict[DiagonalActivation, tuple[float, float]] = {
    "exp": (-0.9, 5.2),
    "softplus": (-0.9, 4.6),
    "relu": (-0.9, 4.6),
    "identity": (-4.2, 4.2),
}


class RawMarks(PixelOverlay):
    """A dot on the curve for every raw parameter, and a ring on the derivative below or above it."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._raws: tuple[float, ...] = ()
        self._activation: DiagonalActivation = "exp"
        self._held: int | None = None
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_marks(self, activation: DiagonalActivation, raws: tuple[float, ...], held: int | None) -> None:
        """Show raw parameters, the one that the hand or the keyboard holds larger."""
        self._activation, self._raws, self._held = activation, raws, held
        self.update()

    def mark_px(self, index: int) -> QPointF:
        """Where a dot is painted: on the curve, or at the border beside it."""
        raw, rect = self._raws[index], self.boundingRect()
        at = self.point_px(raw, float(ACTIVATIONS[self._activation].value(raw)))
        return QPointF(min(max(at.x(), 0.0), rect.width()), min(max(at.y(), 0.0), rect.height()))

    def mark_at(self, at: QPointF) -> int | None:
        """The raw parameter whose dot or line lies under the mouse."""
        distances = []
        for index in range(len(self._raws)):
            mark = self.mark_px(index)
            near = math.dist(mark.toTuple(), at.toTuple())
            distances.append((min(near, abs(mark.x() - at.x()) + 5.0), index))
        best = min(distances, default=(math.inf, 0))
        return best[1] if best[0] <= _GRAB_PX else None

    def draw(self, painter: QPainter) -> None:
        act, theme = ACTIVATIONS[self._activation], self._theme
        font = theme.font(0.85)
        painter.setFont(font)
        for index, raw in enumerate(self._raws):
            mark, rgb = self.mark_px(index), theme.component(index)
            base = min(max(self.point_px(raw, 0.0).y(), 0.0), self.boundingRect().height())
            painter.setPen(QPen(color(rgb), theme.line_width, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(mark.x(), base), mark)
            slope = self.point_px(raw, float(act.slope(raw)))
            painter.setBrush(color(theme.plot_background))
            painter.setPen(QPen(color(rgb), 2.0))
            painter.drawEllipse(slope, 3.5, 3.5)
            radius = 8.0 if index == self._held else 6.0
            painter.setBrush(color(rgb))
            painter.setPen(QPen(color(theme.plot_background), 1.5))
            painter.drawEllipse(mark, radius, radius)
            name = f"raw{'₁₂'[index] * 2}" if len(self._raws) > 1 else "raw"
            half = 0.5 * QFontMetricsF(font).horizontalAdvance(name) + radius + 4
            aside = QPointF(-half, -8.0) if self._is_left(index) else QPointF(half, 10.0)
            write_on_ground(painter, mark + aside, name, theme.text, theme)

    def _is_left(self, index: int) -> bool:
        """Whether a name stands left of its dot: that of the smaller of two raw parameters."""
        return len(self._raws) > 1 and self._raws[index] < max(self._raws)


class ActivationPlot(Plot):
    """Raw parameters are dragged along x; setters never emit."""

    raw_dragged = Signal(int, float)
    """Which raw parameter, and its new value."""
    drag_started = Signal()
    drag_finished = Signal()

    export_name = "activation"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "raw"), NumberAxis("left", ""), parent)
        self._activation: DiagonalActivation = "exp"
        self._raws: tuple[float, ...] = ()
        self._drag: tuple[float, float] | None = None
        self._gestures = KnobGestures(self)
        self._gestures.started.connect(self.drag_started)
        self._gestures.finished.connect(self.drag_finished)
        self._slope = CurveOverlay(self.view_box, 3)
        self._value = CurveOverlay(self.view_box, 4)
        for curve in (self._slope, self._value):  # the marks above them move
            curve.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._marks = RawMarks(self.view_box)
        self._gestures.held_changed.connect(self._show_marks)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(170, 110)
        self.setAccessibleName("Activation of the diagonal")
        self.setToolTip(
            "Solid: Lᵢᵢ = act(rawᵢᵢ). Dashed: its derivative, the factor that a gradient is multiplied with\n"
            "on its way back from Lᵢᵢ to rawᵢᵢ. Drag a dot, or Tab to one and press the arrow keys."
        )
        self.view_box.sigXRangeChanged.connect(self._sample)
        self.set_theme(LIGHT)
        self._show_home()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._value.set_style(CurveStyle(theme.text, 1.4 * theme.line_width))
        self._slope.set_style(CurveStyle(theme.muted_text, theme.line_width, is_dashed=True))
        self._marks.set_theme(theme)
        self._show_legend()

    def _show_legend(self) -> None:
        derivative = f'<span style="color:{self.theme.muted_text}">╍ slope</span>'
        self.set_title(f"━ {ACTIVATION_NAME[self._activation]} &nbsp; {derivative}")

    # -- what is shown ------------------------------------------------------------------------------------

    def set_activation(self, activation: DiagonalActivation) -> None:
        if activation != self._activation:
            self._activation = activation
            self._show_home()
            self._show_legend()
            self._sample()
            self._show_marks()

    def set_raws(self, raws: tuple[float, ...]) -> None:
        """The present raw parameters, one or two."""
        if raws != self._raws:
            self._raws = raws
            if self._gestures.held is not None and self._gestures.held >= len(raws):
                self._gestures.hold(None)
            self._show_marks()

    def mark_viewport_position(self, index: int) -> QPointF:
        """Where a dot is painted, in pixels of the widget."""
        return QPointF(self.viewportTransform().map(self.view_box.mapToScene(self._marks.mark_px(index))))

    def export_table(self) -> PlotTable:
        """The curve, and its derivative."""
        x, y = self._value.points
        return PlotTable(("raw", "activation", "derivative"), (x, y, self._slope.points[1]))

    def _show_home(self) -> None:
        self.set_home_range(_HOME, _HEIGHTS[self._activation])
        self.set_view_range(_HOME, _HEIGHTS[self._activation])

    def _sample(self, *_: object) -> None:
        act, (x_lo, x_hi) = ACTIVATIONS[self._activation], self.view_range[0]
        x = np.linspace(x_lo, x_hi, _N_POINTS)
        if self._activation == "relu" and x_lo < 0 < x_hi:
            x = np.sort(np.concatenate([x, [0.0, 1e-9]]))
        with np.errstate(over="ignore"):
            self._value.set_points(x, np.minimum(act.value(x), 1e9))
            self._slope.set_points(x, np.minimum(act.slope(x), 1e9))

    def _show_marks(self) -> None:
        is_held = self.hasFocus() or self._gestures.is_active
        self._marks.set_marks(self._activation, self._raws, self._gestures.held if is_held else None)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        index = self._marks.mark_at(at)
        if event.button() != Qt.MouseButton.LeftButton or index is None:
            return False
        self._drag = (self.pixel_to_view(at)[0], self._raws[index])
        self._gestures.begin(index)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._drag is not None:
            start_x, start_raw = self._drag
            self._tell(start_raw + self.pixel_to_view(at)[0] - start_x)
        elif not event.buttons():
            is_over = self._marks.mark_at(at) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if is_over else Qt.CursorShape.ArrowCursor)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        self.move(at, event)
        self._drag = None
        self._gestures.end()

    def key(self, event: QKeyEvent) -> bool:
        step, held = arrow_step(event), self._gestures.held
        if step is None or held is None:
            return super().key(event)
        (x_lo, x_hi), _ = self.view_range
        self._gestures.touch(held)
        self._tell(self._raws[held] + sum(step) * (x_hi - x_lo) / self.view_box.rect().width())
        return True

    def _tell(self, raw: float) -> None:
        lo, hi = RAW_LIMITS[self._activation]
        if self._gestures.held is not None:
            self.raw_dragged.emit(self._gestures.held, min(max(raw, lo), hi))

    def event(self, event: QEvent) -> bool:
        is_key = event.type() == QEvent.Type.KeyPress
        return (is_key and self._gestures.cycle(event, len(self._raws))) or bool(super().event(event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_marks()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_marks()
