"""The curve of the quantile picture, ε → z, with knobs on μ and μ + σ."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.reparam_state import QuantileLaw, ReparamState
from dgm_explorer.numerics.quantile import LAWS, range_to_see
from dgm_explorer.numerics.reparam import gaussian_map, with_factor, with_mean
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.handle_geometry import WHEEL_FACTOR
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.tabs.reparam.dot_plot import DotPlot
from dgm_explorer.ui.tabs.reparam.knob_gestures import KnobGestures, arrow_step
from dgm_explorer.ui.tabs.reparam.line_densities import N_POINTS, NOISE_RANGE, TICKS
from dgm_explorer.ui.tabs.reparam.plane_layers import GridLines, write_on_ground
from dgm_explorer.ui.theme import LIGHT, Theme, color

_GRAB_PX = 12.0
_EDGE_PX = 14.0
MEAN, SCALE = 0, 1
"""The two knobs."""
KNOB_NAMES = ("μ", "μ + σ")


class LineKnobs(PixelOverlay):
    """A knob where z₀ = 0, which is μ, and one where z₀ = 1, which is μ + σ."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._places: tuple[tuple[float, float], ...] = ()
        self._held: int | None = None
        self._label = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_knobs(self, places: tuple[tuple[float, float], ...], held: int | None, label: str) -> None:
        """Show knobs at (ε, z), one of them held, and values in words beside it."""
        if (places, held, label) != (self._places, self._held, self._label):
            self._places, self._held, self._label = places, held, label
            self.update()

    def knob_px(self, index: int) -> QPointF:
        """Where a knob is painted: on the curve, or at the border beside it."""
        at, rect = self.point_px(*self._places[index]), self.boundingRect()
        return QPointF(
            min(max(at.x(), _EDGE_PX), rect.width() - _EDGE_PX), min(max(at.y(), 0.0), rect.height())
        )

    def knob_at(self, at: QPointF) -> int | None:
        """The knob under the mouse."""
        distances = [
            (math.dist(self.knob_px(i).toTuple(), at.toTuple()), i) for i in range(len(self._places))
        ]
        distance, index = min(distances, default=(math.inf, 0))
        return index if distance <= _GRAB_PX else None

    def draw(self, painter: QPainter) -> None:
        theme = self._theme
        font = theme.font(0.9)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for index in range(len(self._places)):
            at, rgb = self.knob_px(index), theme.q_line if index == MEAN else theme.component(0)
            radius = 8.0 if index == self._held else 6.5
            painter.setPen(QPen(color(theme.plot_background), 1.5))
            painter.setBrush(color(rgb))
            painter.drawEllipse(at, radius, radius)
            words = self._label if index == self._held and self._label else KNOB_NAMES[index]
            half = 0.5 * metrics.horizontalAdvance(words) + 3
            # The grid and the way of a point come from below and go to the right: above the curve is room.
            y = max(at.y() - radius - 0.5 * metrics.height(), 0.5 * metrics.height())
            middle = QPointF(max(at.x() - radius - half, half), y)
            write_on_ground(painter, middle, words, theme.text, theme)


class QuantileCurve(DotPlot):
    """z = μ + σ F⁻¹(Φ(ε)) over ε: μ and μ + σ are dragged up and down; setters never emit."""

    map_changed = Signal(object)
    """A `ReparamState` whose map is the one wanted."""
    drag_started = Signal()
    drag_finished = Signal()

    export_name = "quantile-curve"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "ε"), NumberAxis("left", "z"), parent)
        self._state = ReparamState(dimension=1)
        self._law: QuantileLaw = "gaussian"
        self._drag: tuple[ReparamState, int, float] | None = None
        self._gestures = KnobGestures(self)
        self._gestures.started.connect(self.drag_started)
        self._gestures.finished.connect(self.drag_finished)
        self._gestures.held_changed.connect(self._show_knobs)
        self._grid = GridLines(self.view_box)
        self._curve = CurveOverlay(self.view_box, 3)
        self._knobs = LineKnobs(self.view_box)
        self.view_box.setMouseEnabled(x=False, y=True)
        self.setMinimumSize(150, 120)
        self.setAccessibleName("From ε to z")
        self.setToolTip(
            "z = μ + σ F⁻¹(Φ(ε)): go up from ε to the curve, then across to z.\n"
            "Drag μ or μ + σ up and down; wheel over a knob: σ. Tab: next knob. Arrow keys: nudge it.\n"
            "Drag the background or wheel: pan and zoom z. A or double click: all of it."
        )
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._grid.set_theme(theme)
        self._curve.set_style(CurveStyle(theme.q_line, 1.3 * theme.line_width))
        self._knobs.set_theme(theme)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_law(self, state: ReparamState, law: QuantileLaw, z_range: tuple[float, float]) -> None:
        """Show the curve of a state under a law, and its image of the grid."""
        self._state, self._law = state, law
        mu, sigma = self._mu_sigma
        epsilon = np.linspace(*NOISE_RANGE, N_POINTS)
        self._curve.set_points(epsilon, mu + sigma * LAWS[law].of_noise(epsilon))
        images = mu + sigma * LAWS[law].of_noise(TICKS)
        up = [[[x, z_range[0]], [x, z]] for x, z in zip(TICKS.tolist(), images.tolist(), strict=True)]
        across = [[[x, z], [NOISE_RANGE[1], z]] for x, z in zip(TICKS.tolist(), images.tolist(), strict=True)]
        self._grid.set_lines(np.array(up + across))
        self.set_view_range(NOISE_RANGE, z_range)
        middle, half = range_to_see(law, mu, sigma)
        self.set_home_range(NOISE_RANGE, (middle - half, middle + half))
        self._show_knobs()

    def knob_viewport_position(self, index: int) -> QPointF:
        """Where a knob is painted, in pixels of the widget."""
        return QPointF(self.viewportTransform().map(self.view_box.mapToScene(self._knobs.knob_px(index))))

    def export_table(self) -> PlotTable:
        """The curve."""
        return PlotTable(("epsilon", "z"), self._curve.points)

    @property
    def _mu_sigma(self) -> tuple[float, float]:
        gaussian = gaussian_map(self._state)
        return float(gaussian.mean[0]), float(gaussian.factor[0, 0])

    def _show_knobs(self) -> None:
        mu, sigma = self._mu_sigma
        held = self._gestures.held if self.hasFocus() or self._gestures.is_active else None
        label = f"μ {tick_text(mu)}   σ {tick_text(sigma)}" if self._gestures.is_active else ""
        self._knobs.set_knobs(
            ((_noise_at(self._law, 0.0), mu), (_noise_at(self._law, 1.0), mu + sigma)), held, label
        )

    # -- the hand -----------------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        index = self._knobs.knob_at(at)
        if event.button() != Qt.MouseButton.LeftButton or index is None:
            return super().press(at, event)
        self._drag = (self._state, index, self.pixel_to_view(at)[1])
        self._point(-1)
        self._gestures.begin(index)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._drag is None:
            super().move(at, event)
            if not event.buttons():
                is_over = self._knobs.knob_at(at) is not None
                self.setCursor(Qt.CursorShape.SizeVerCursor if is_over else Qt.CursorShape.ArrowCursor)
            return
        state, index, start_z = self._drag
        self._tell(_moved(state, index, self.pixel_to_view(at)[1] - start_z))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        if self._drag is None:
            super().release(at, event)
            return
        self.move(at, event)
        self._drag = None
        self._gestures.end()

    def wheel(self, at: QPointF, event: QWheelEvent) -> bool:
        index = self._knobs.knob_at(at)
        if index is None or self._drag is not None:
            return index is not None
        self._gestures.touch(index)
        sigma = self._mu_sigma[1] * WHEEL_FACTOR ** (event.angleDelta().y() / 120.0)
        self._tell(with_factor(self._state, np.array([[sigma]])))
        return True

    def key(self, event: QKeyEvent) -> bool:
        step, held = arrow_step(event), self._gestures.held
        if step is None or held is None:
            return super().key(event)
        _, (z_lo, z_hi) = self.view_range
        self._gestures.touch(held)
        self._tell(_moved(self._state, held, sum(step) * (z_hi - z_lo) / self.view_box.rect().height()))
        return True

    def _tell(self, state: ReparamState) -> None:
        if state != self._state:
            self._state = state
            self.map_changed.emit(state)
            self._show_knobs()

    def event(self, event: QEvent) -> bool:
        is_key = event.type() == QEvent.Type.KeyPress
        return (is_key and self._gestures.cycle(event, len(KNOB_NAMES))) or bool(super().event(event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_knobs()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_knobs()


def _moved(state: ReparamState, index: int, by: float) -> ReparamState:
    """A knob moved up by so much; only the identity lets σ be negative."""
    gaussian = gaussian_map(state)
    if index == MEAN:
        return with_mean(state, gaussian.mean + by)
    sigma = float(gaussian.factor[0, 0]) + by
    if state.activation != "identity":
        sigma = max(sigma, 0.0)
    return with_factor(state, np.array([[sigma]]))


def _noise_at(law: QuantileLaw, z: float) -> float:
    """ε that the standard law carries to z, kept within the picture."""
    from scipy.special import ndtri

    return float(np.clip(ndtri(LAWS[law].cdf(np.array(z))), *NOISE_RANGE))
