"""The noise of the estimators against dimension or N: points with errors on the closed forms."""

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QLineF, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen

from dgm_explorer.core.reparam_state import MapEstimator
from dgm_explorer.numerics.variance_growth import ESTIMATORS, Sweep
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import LogAxis
from dgm_explorer.ui.plots.captions import Corner, CornerText, Cover
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.plot import Plot, Range
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.growth_curves import GrowthView, Measurement
from dgm_explorer.ui.theme import LIGHT, Theme, color

HOVER_PX = 40.0
NO_SIGNAL = "μ lies on the target: the exact gradient in μ is 0, so that there is noise but no signal."
_CORNERS: tuple[Corner, Corner] = ("top-left", "bottom-left")
_CAP_PX = 3.5
_Y_LABEL = {"variance": "variance", "snr": "signal-to-noise"}
_X_LABEL = {"dimension": "dimension d", "samples": "samples N behind one estimate"}


class PointsOverlay(PixelOverlay):
    """Every measurement as a disc with its standard error as a bar; the one under the mouse ringed."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=20)
        self._measured: tuple[Measurement, ...] = ()
        self._hovered: Measurement | None = None
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_points(self, measured: tuple[Measurement, ...], hovered: Measurement | None) -> None:
        self._measured, self._hovered = measured, hovered
        self.update()

    def place_px(self, measurement: Measurement) -> QPointF | None:
        """Where its disc is; None where a logarithm has no place for it."""
        if not 0 < measurement.value < math.inf:
            return None
        return self.point_px(math.log(measurement.x), math.log(measurement.value))

    def draw(self, painter: QPainter) -> None:
        painter.setClipRect(self.boundingRect())
        radius = 2.2 + 0.6 * self._theme.line_width
        for measurement in self._measured:
            at = self.place_px(measurement)
            if at is None:
                continue
            rgb = color(estimator_color(measurement.point.estimator, self._theme))
            painter.setPen(QPen(rgb, max(1.0, 0.7 * self._theme.line_width)))
            self._draw_error(painter, measurement, at)
            painter.setPen(QPen(color(self._theme.plot_background), 1.0))
            painter.setBrush(rgb)
            painter.drawEllipse(at, radius, radius)
            if measurement is self._hovered:
                painter.setPen(QPen(color(self._theme.text), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(at, radius + 4, radius + 4)

    def _draw_error(self, painter: QPainter, measurement: Measurement, at: QPointF) -> None:
        low, high = measurement.value - measurement.error, measurement.value + measurement.error
        if not high > low:  # NaN too
            return
        top = self.point_px(0.0, math.log(high)).y()
        bottom = self.point_px(0.0, math.log(low)).y() if low > 0 else self.boundingRect().height()
        painter.drawLine(QLineF(at.x(), bottom, at.x(), top))
        for y in (top, bottom):
            painter.drawLine(QLineF(at.x() - _CAP_PX, y, at.x() + _CAP_PX, y))


class GrowthPlot(Plot):
    """Follows what it is given, until the user zooms or pans; a double click or A follows again."""

    hovered = Signal(object)
    """The `Measurement` under the mouse, or None."""

    export_name = "variance-growth"

    def __init__(self) -> None:
        self._x, self._y = LogAxis("bottom", _X_LABEL["dimension"]), LogAxis("left", _Y_LABEL["variance"])
        super().__init__(self._x, self._y)
        self.setAccessibleName("Growth of the gradients' variance")
        self.setMinimumSize(160, 90)
        self._view = GrowthView("dimension", "variance", "mean")
        self._sweep: Sweep | None = None
        self._measured: tuple[Measurement, ...] = ()
        self._hovered: Measurement | None = None
        self._is_free = False
        self._lines = {estimator: CurveOverlay(self.view_box, 5) for estimator in ESTIMATORS}
        self._dots = PointsOverlay(self.view_box)
        self._corners = {corner: CornerText(self.view_box, corner) for corner in _CORNERS}
        self.cover = Cover(self.view_box)
        self.set_view_range((0.0, math.log(512)), (0.0, 10.0))
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for estimator, line in self._lines.items():
            line.set_style(CurveStyle(estimator_color(estimator, theme), theme.line_width))
        self._dots.set_theme(theme)
        self.cover.set_theme(theme)
        for text in self._corners.values():
            text.set_theme(theme)

    # -- what is shown ------------------------------------------------------------------------------------

    def show_growth(self, view: GrowthView, sweep: Sweep, measured: Sequence[Measurement]) -> None:
        """Show the closed forms of a sweep and what is measured of it."""
        if (view, sweep) != (self._view, self._sweep):
            self._show_lines(view, sweep)
        self._measured = tuple(measured)
        key = None if self._hovered is None else _key(self._hovered)
        self._hover(next((m for m in self._measured if _key(m) == key), None))
        self._fit()

    def _show_lines(self, view: GrowthView, sweep: Sweep) -> None:
        if view.axis != self._view.axis:
            self._x.set_label(_X_LABEL[view.axis], self.theme)
        if view.quantity != self._view.quantity:
            self._y.set_label(_Y_LABEL[view.quantity], self.theme)
        if (view.axis, view.quantity) != (self._view.axis, self._view.quantity):
            self._is_free = False
        self._view, self._sweep = view, sweep
        has_signal = view.quantity == "variance" or view.signal(sweep, 1) > 0
        self.cover.set_reason("" if has_signal else NO_SIGNAL)
        for estimator, line in self._lines.items():
            x, y = view.line(sweep, estimator) if has_signal else (np.empty(0), np.empty(0))
            line.set_points(np.log(x), np.log(y))

    def set_words(self, words: str) -> None:
        """Write into the corner that the curves leave free: above what rises, below what falls."""
        is_rising = (self._view.axis == "dimension") == (self._view.quantity == "variance")
        self._corners["top-left"].set_text(words if is_rising else "")
        self._corners["bottom-left"].set_text("" if is_rising else words)

    @property
    def words(self) -> str:
        """What is written there."""
        return "".join(text.text for text in self._corners.values())

    def line(self, estimator: MapEstimator) -> CurveOverlay:
        """The closed form of an estimator, in logarithms."""
        return self._lines[estimator]

    @property
    def measured(self) -> tuple[Measurement, ...]:
        """The points shown."""
        return self._measured

    def place_of(self, measurement: Measurement) -> QPointF | None:
        """Where a point is drawn, in pixels of the widget."""
        if not 0 < measurement.value < math.inf:
            return None
        return self.view_to_viewport(math.log(measurement.x), math.log(measurement.value))

    def _fit(self) -> None:
        if self._is_free:
            return
        lines = [line.points for line in self._lines.values()]
        x = np.concatenate([points[0] for points in lines])
        y = np.concatenate(
            [*(points[1] for points in lines), [math.log(m.value) for m in self._measured if m.value > 0]]
        )
        y = y[np.isfinite(y)]
        if len(x) and len(y):
            self.set_view_range(_wide(x.min(), x.max(), 0.03), _wide(y.min(), y.max(), 0.05))

    def go_home(self) -> None:
        self._is_free = False
        self._fit()
        super()._emit_view_changed()

    def _emit_view_changed(self, *_: object) -> None:
        """The user has panned or zoomed, and looks at this from now on."""
        self._is_free = True
        super()._emit_view_changed()

    def export_table(self) -> PlotTable:
        """One row per estimator and place, both blocks, with standard errors and closed forms."""
        points = [m.point for m in self._measured]
        header = ["estimator", "dimension", "n_samples", "n_estimates"]
        columns: list[np.ndarray] = [
            np.array([getattr(point, name) for point in points], dtype=np.int64) for name in header[1:]
        ]
        for block, name in (("mean", "mu"), ("scale", "sigma")):
            for kind in ("measured", "error", "exact", "signal_to_noise"):
                column = "signal_to_noise_exact" if kind == "signal_to_noise" else f"variance_{kind}"
                header.append(f"{column}_{name}")
                columns.append(np.array([getattr(getattr(p, kind), block) for p in points], dtype=np.float64))
        return PlotTable(tuple(header), (tuple(p.estimator for p in points), *columns))

    # -- mouse --------------------------------------------------------------------------------------------

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        is_inside = not event.buttons() and self.view_box.rect().contains(at)
        self._hover(self._nearest(at) if is_inside else None)

    def _nearest(self, at: QPointF) -> Measurement | None:
        places = [(m, place) for m in self._measured if (place := self._dots.place_px(m)) is not None]
        far = [(math.hypot(place.x() - at.x(), place.y() - at.y()), i) for i, (_, place) in enumerate(places)]
        gap_px, index = min(far, default=(math.inf, -1))
        return places[index][0] if gap_px <= HOVER_PX else None

    def _hover(self, measurement: Measurement | None) -> None:
        self._dots.set_points(self._measured, measurement)
        if measurement != self._hovered:
            self._hovered = measurement
            self.hovered.emit(measurement)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)


def _key(measurement: Measurement) -> tuple[MapEstimator, int]:
    return measurement.point.estimator, measurement.x


def _wide(lo: float, hi: float, share: float) -> Range:
    margin = max(share * (hi - lo), 0.1)
    return float(lo) - margin, float(hi) + margin
