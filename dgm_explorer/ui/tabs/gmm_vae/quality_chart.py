"""Accuracy, NMI and ARI over steps."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QMouseEvent

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.chart_marks import CursorOverlay
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

MEASURES = {"accuracy": "accuracy", "nmi": "NMI", "ari": "ARI"}
"""Column of the metrics and what it is called."""

_Y_RANGE = (0.0, 1.04)
_COLOR_INDEX = {"accuracy": 1, "nmi": 0, "ari": 5}


@dataclass(frozen=True, slots=True, eq=False)
class QualitySeries:
    """Measures at some steps.

    Attributes
    ----------
    steps : (n,).
    values : (n,) of each measure.
    """

    steps: FloatArray = field(default_factory=lambda: np.empty(0))
    values: dict[str, FloatArray] = field(default_factory=dict)

    def at(self, step: float | None) -> dict[str, float]:
        """Every measure at the step nearest to ``step``, or the newest; none where nothing was measured."""
        if not len(self.steps):
            return {}
        row = -1 if step is None else int(np.abs(self.steps - step).argmin())
        return {name: float(values[row]) for name, values in self.values.items()}


def read_quality(history: "MetricsHistory") -> QualitySeries:
    """The steps at which the clusters were measured; none without labels."""
    steps = history.steps("quality")
    values = {name: history.column("quality", name).astype(np.float64) for name in MEASURES}
    is_measured = np.isfinite(values["accuracy"])
    return QualitySeries(steps[is_measured], {name: column[is_measured] for name, column in values.items()})


def measure_color(name: str, theme: Theme) -> str:
    return theme.component(_COLOR_INDEX[name])


class QualityChart(Plot):
    """Three measures between 0 and 1; a second run's are dashed."""

    key_changed = Signal(str)
    """The key to the curves as rich text, with values at the step under the mouse or the newest."""

    export_name = "gmm-vae-quality"

    def __init__(self) -> None:
        super().__init__(NumberAxis("bottom", "step"), NumberAxis("left", ""))
        self._series = self._other = QualitySeries()
        self._curves = {name: CurveOverlay(self.view_box, 3) for name in MEASURES}
        self._others = {name: CurveOverlay(self.view_box, 2) for name in MEASURES}
        self._cursor = CursorOverlay(self.view_box)
        self.cover = Cover(self.view_box)
        self.view_box.setMouseEnabled(x=True, y=False)
        self.set_view_range((0.0, 100.0), _Y_RANGE)
        self.setMinimumSize(140, 100)
        self.setAccessibleName("Accuracy, NMI and ARI over steps")
        self._shown_step: float | None = None
        self._is_following = True
        self.view_changed.connect(self._stop_following)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._cursor.set_theme(theme)
        self.cover.set_theme(theme)
        for name in MEASURES:
            rgb = measure_color(name, theme)
            self._curves[name].set_style(CurveStyle(rgb, theme.line_width))
            self._others[name].set_style(CurveStyle(rgb, max(0.7 * theme.line_width, 1.0), is_dashed=True))
        self._show_key()

    def show_series(self, series: QualitySeries, other: QualitySeries) -> None:
        """Show the measures of a run and of a second one."""
        self._series, self._other = series, other
        for curves, shown in ((self._curves, series), (self._others, other)):
            for name, curve in curves.items():
                curve.set_points(shown.steps, shown.values.get(name, np.empty(0)))
        self._follow()
        self._show_key()

    def set_shown_step(self, step: float | None) -> None:
        """The step looked back on, marked while the mouse is elsewhere; None for the newest."""
        if step != self._shown_step:
            self._shown_step = step
            self._go_to(step)

    @property
    def series(self) -> QualitySeries:
        """The measures of the run on the screen."""
        return self._series

    def _show_key(self) -> None:
        values = self._series.at(self._cursor.step)
        words = [
            f'<span style="color:{measure_color(name, self.theme)}">━ </span>{title} '
            f"{f'{values[name]:.3f}' if name in values else ''}"
            for name, title in MEASURES.items()
        ]
        if self._cursor.step is not None:
            words.insert(0, f"step {self._cursor.step:,.0f}:")
        self.key_changed.emit("&nbsp;&nbsp; ".join(words))

    def _follow(self, is_new: bool = False) -> None:
        ends = [float(series.steps[-1]) for series in (self._series, self._other) if len(series.steps)]
        right = self.view_range[0][1]
        if self._is_following and ends and (is_new or not 0.85 * right <= max(ends) <= right):
            self.set_view_range((0.0, max(1.1 * max(ends), 20.0)), _Y_RANGE)

    def _stop_following(self, *_: float) -> None:
        self._is_following = False

    def go_home(self) -> None:
        self._is_following = True
        self._follow(is_new=True)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        is_inside = self.view_box.rect().contains(at) and not event.buttons()
        steps = self._series.steps
        if is_inside and len(steps):
            step = self.pixel_to_view(at)[0]
            self._go_to(float(steps[np.abs(steps - step).argmin()]))
        else:
            self._go_to(self._shown_step)

    def _go_to(self, step: float | None) -> None:
        """The values at a step; None for the newest."""
        self._cursor.set_step(step)
        self._show_key()

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(self._shown_step)
        super().leaveEvent(event)

    def export_table(self) -> PlotTable:
        """The measures of the run on the screen."""
        values = (self._series.values.get(name, np.empty(0)) for name in MEASURES)
        return PlotTable(("step", *MEASURES), (self._series.steps, *values))
