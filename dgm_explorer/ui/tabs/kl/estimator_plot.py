"""Clouds of gradient estimates around the exact gradient of one divergence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Direction
from dgm_explorer.numerics.microscope import Cloud
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import CornerText, Cover
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.plot import Plot, Range
from dgm_explorer.ui.tabs.kl.estimator_words import estimator_color
from dgm_explorer.ui.tabs.kl.wording import DIRECTION_NAME
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.form import set_tip
from dgm_explorer.ui.widgets.number_words import number_text

_POINT_PX = 3.0
_MEAN_RADIUS_PX = 4.5
_EXACT_RADIUS_PX = 8.0
_TAIL = 0.02
_MARGIN = 0.12
_MOST_MARGIN = 0.35
_LEAST_SPAN = 0.01
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, eq=False)
class _Dots:
    """Estimates of one cloud as points of the plot: (R,) each, and their mean."""

    x: FloatArray
    y: FloatArray
    mean: tuple[float, float]
    rgb: str


def _dots(cloud: Cloud, lane: float | None, rgb: str) -> _Dots:
    """The cloud in the plane, or on a lane with a scatter that means nothing but keeps the dots apart."""
    gradients = cloud.gradients[np.isfinite(cloud.gradients).all(axis=1)]
    x: FloatArray = gradients[:, 0]
    if lane is None:
        y: FloatArray = gradients[:, 1]
        centre = float(y.mean()) if y.size else np.nan
    else:
        y = lane + 0.6 * (np.arange(len(x), dtype=np.float64) * _GOLDEN % 1.0 - 0.5)
        centre = lane
    return _Dots(x, y, (float(x.mean()) if x.size else np.nan, centre), rgb)


class CloudOverlay(PixelOverlay):
    """The exact gradient as an arrow from 0, every estimate as a dot, every cloud's mean as a disc."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=55)  # over the names of the axes in its corners
        self._clouds: tuple[_Dots, ...] = ()
        self._exact: FloatArray | None = None
        self._has_lanes = False
        self._rgb = LIGHT.text
        self._theme = LIGHT

    def set_theme(self, theme: Theme, rgb: str) -> None:
        self._theme, self._rgb = theme, rgb
        self.update()

    def set_clouds(self, clouds: tuple[_Dots, ...], exact: FloatArray | None, has_lanes: bool) -> None:
        self._clouds, self._exact, self._has_lanes = clouds, exact, has_lanes
        self.update()

    def draw(self, painter: QPainter) -> None:
        if self._exact is None:
            return
        painter.setClipRect(self.boundingRect())
        self._draw_zero(painter)
        for cloud in self._clouds:
            if not len(cloud.x):
                continue
            points = arrayToQPolygonF(*self.to_pixels(cloud.x, cloud.y))
            cap = Qt.PenCapStyle.RoundCap
            painter.setPen(QPen(color(cloud.rgb, 150), _POINT_PX, Qt.PenStyle.SolidLine, cap))
            painter.drawPoints(points)
        self._draw_exact(painter, self._exact)
        for cloud in self._clouds:
            if np.isfinite(cloud.mean).all():
                painter.setPen(QPen(color(self._theme.text), 1.2))
                painter.setBrush(color(cloud.rgb))
                painter.drawEllipse(self.point_px(*cloud.mean), _MEAN_RADIUS_PX, _MEAN_RADIUS_PX)

    def _draw_zero(self, painter: QPainter) -> None:
        rect, zero = self.boundingRect(), self.point_px(0.0, 0.0)
        painter.setPen(QPen(color(self._theme.grid), 1.0))
        painter.drawLine(QLineF(zero.x(), rect.top(), zero.x(), rect.bottom()))
        if not self._has_lanes:
            painter.drawLine(QLineF(rect.left(), zero.y(), rect.right(), zero.y()))

    def _draw_exact(self, painter: QPainter, exact: FloatArray) -> None:
        painter.setPen(QPen(color(self._rgb), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._has_lanes:
            x, rect = self.point_px(float(exact[0]), 0.0).x(), self.boundingRect()
            painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()))
            return
        tip = self.point_px(float(exact[0]), float(exact[1]))
        painter.drawLine(QLineF(self.point_px(0.0, 0.0), tip))
        painter.drawEllipse(tip, _EXACT_RADIUS_PX, _EXACT_RADIUS_PX)
        reach = _EXACT_RADIUS_PX + 4
        painter.drawLine(QLineF(tip.x() - reach, tip.y(), tip.x() + reach, tip.y()))
        painter.drawLine(QLineF(tip.x(), tip.y() - reach, tip.x(), tip.y() + reach))


class CloudPlot(Plot):
    """∂KL/∂μ against ∂KL/∂log σ; where σ is fixed, one lane per estimator along ∂KL/∂μ."""

    def __init__(self, direction: Direction) -> None:
        super().__init__(NumberAxis("bottom", ""), NumberAxis("left", ""))
        self.export_name = f"gradient-estimates-{direction}"
        self._direction: Direction = direction
        self._clouds: tuple[Cloud, ...] = ()
        self._exact: FloatArray | None = None
        self._has_lanes = False
        self._axes[0].setTickDensity(0.4)
        self.heading = ""
        self._overlay = CloudOverlay(self.view_box)
        self._across = CornerText(self.view_box, "bottom-right")
        self._upwards = CornerText(self.view_box, "top-left")
        self._across.set_text("∂/∂μ")
        self._cover = Cover(self.view_box)
        self.view_box.sigResized.connect(self._draw)
        self.setMouseEnabled(False, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"Gradient estimates of {DIRECTION_NAME[direction]}")

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._overlay.set_theme(theme, self._rgb)
        for name in (self._across, self._upwards):
            name.set_theme(theme)
        self._cover.set_theme(theme)
        self.setMinimumSize(round(13 * theme.font_point_size), 80)  # both alike, whatever stands above them
        self._draw()

    @property
    def _rgb(self) -> str:
        return self.theme.forward if self._direction == "forward" else self.theme.reverse

    def show_clouds(
        self, clouds: Sequence[Cloud], exact: FloatArray, *, has_lanes: bool, reason: str, unit: str
    ) -> None:
        """Show the clouds around ``exact`` (2,); ``reason`` covers the plot and says why there are none."""
        self._clouds, self._exact, self._has_lanes = tuple(clouds), exact, has_lanes
        self._cover.set_reason(reason)
        shown = exact[:1] if has_lanes else exact
        numbers = ", ".join(number_text(float(value)) for value in shown)
        name = f"{'∂' if has_lanes else '∇'}{DIRECTION_NAME[self._direction]}"
        self.heading = f"{name} = {numbers if has_lanes else f'({numbers})'}"
        set_tip(
            self,
            f"exact {self.heading} {unit}, by quadrature: {'the line' if has_lanes else 'the ringed cross'}\n"
            "small dots: estimates from N samples each; discs: their means",
        )
        self.plotItem.showAxis("left", not has_lanes)
        self._upwards.set_text("" if has_lanes else "∂/∂log σ")
        self._draw()

    def _draw(self) -> None:
        if self._exact is None:
            return
        lanes = range(len(self._clouds), 0, -1) if self._has_lanes else [None] * len(self._clouds)
        dots = tuple(
            _dots(cloud, lane, estimator_color(cloud.estimator, self.theme))
            for cloud, lane in zip(self._clouds, lanes, strict=True)
        )
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        x_range = _kept((x_lo, x_hi), _span([cloud.x for cloud in dots], float(self._exact[0])))
        if self._has_lanes:
            y_range = (0.4, len(dots) + 0.6)
        else:
            y_range = _kept(
                (y_lo, y_hi), _span([cloud.y for cloud in dots], float(self._exact[1]), self._margin)
            )
        self.set_view_range(x_range, y_range)
        self._overlay.set_clouds(dots, self._exact, self._has_lanes)

    @property
    def _margin(self) -> float:
        """Of the range upwards: the names of the axes stand above and below the dots."""
        name_px = self._upwards.boundingRect().bottom()
        room_px = self.view_box.rect().height() - 2 * name_px
        return float(min(max(_MARGIN, name_px / max(room_px, 1.0)), _MOST_MARGIN))

    def export_table(self) -> PlotTable:
        """One row per estimate."""
        gradients = np.concatenate([cloud.gradients for cloud in self._clouds] or [np.empty((0, 2))])
        names = tuple(cloud.estimator for cloud in self._clouds for _ in cloud.gradients)
        return PlotTable(("estimator", "d_mu", "d_log_sigma"), (names, gradients[:, 0], gradients[:, 1]))

    def sizeHint(self) -> QSize:
        return QSize(170, 130)


def _span(values: Sequence[FloatArray], exact: float, margin: float = _MARGIN) -> Range:
    """From the lowest to the highest of 0, the exact value and every cloud without its far tails."""
    marks = [0.0, exact]
    for cloud in values:
        if cloud.size:
            marks += np.quantile(cloud, [_TAIL, 1 - _TAIL]).tolist()
    lo, hi = min(marks), max(marks)
    spare = max(margin * (hi - lo), _LEAST_SPAN)
    return lo - spare, hi + spare


def _kept(old: Range, wanted: Range) -> Range:
    """The old range while it still serves, so that a plot holds still when its content hardly moves."""
    width = wanted[1] - wanted[0]
    slack = 0.03 * width  # of the margin, where the ring around the exact value stands
    holds = old[0] <= wanted[0] + slack and old[1] >= wanted[1] - slack
    return old if holds and old[1] - old[0] <= 1.6 * width else wanted
