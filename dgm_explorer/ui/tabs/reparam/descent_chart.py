"""Curves of descents over steps: the present one strong, earlier ones behind it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QPointF, Signal

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import ScaleAxis, tick_text
from dgm_explorer.ui.plots.chart_marks import LevelOverlay
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.plot import Range
from dgm_explorer.ui.plots.step_chart import StepChart
from dgm_explorer.ui.tabs.reparam.descent_memory import MOST_SHOWN
from dgm_explorer.ui.tabs.reparam.descent_run import DescentTrail, Recipe
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.theme import LIGHT, Theme, blend

Reading: TypeAlias = Literal["value", "distance"]

HIGHEST = 3.0
"""E f is shown up to so many times its height at the start, above the minimum: beyond, all else is flat."""
FAINTNESS = 0.3
"""Share of the background in the colour of an earlier run."""
_LEAST_DECADES = 1.0
_SLACK = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class DescentCurve:
    """One descent.

    Attributes
    ----------
    recipe : how it went.
    trail : its way.
    is_present : whether it is the one that plays.
    is_dashed : to tell it from another by the same estimator.
    """

    recipe: Recipe
    trail: DescentTrail
    is_present: bool
    is_dashed: bool

    def rgb(self, theme: Theme) -> str:
        """Its estimator's colour; an earlier one's is fainter."""
        rgb = estimator_color(self.recipe.estimator, theme)
        return rgb if self.is_present else blend(rgb, theme.plot_background, FAINTNESS)

    def read(self, reading: Reading) -> FloatArray:
        """(n,) E f or the distance."""
        return self.trail.values if reading == "value" else self.trail.distances


class DescentChart(StepChart):
    """E f(z), or the distance of (μ, L) from the optimum on a logarithmic axis, over steps."""

    curve_hovered = Signal(object, float)
    """The `DescentCurve` nearest to the mouse, and the step."""

    def __init__(self, reading: Reading) -> None:
        self._reading: Reading = reading
        self._scale = ScaleAxis("left", "E f(z)" if reading == "value" else "distance")
        self._scale.is_log = reading == "distance"
        super().__init__("step", self._scale)
        self.export_name = "descent-value" if reading == "value" else "descent-distance"
        self.setAccessibleName("E f(z) over steps" if reading == "value" else "Distance over steps")
        self.setMinimumSize(96, 60)
        self._curves: tuple[DescentCurve, ...] = ()
        self._drawn: list[DescentTrail | None] = []
        self._least = 0.0
        self._level = LevelOverlay(self.view_box, is_named_left=True)
        self._lines = [CurveOverlay(self.view_box, 9 - index) for index in range(MOST_SHOWN + 1)]
        self._scale.setTickDensity(0.7)
        self.set_view_range((0.0, 20.0), (-1.0, 1.0))
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._level.set_theme(theme)
        super().set_theme(theme)

    # -- what is shown ------------------------------------------------------------------------------------

    def show_curves(self, curves: Sequence[DescentCurve], least: float) -> None:
        """Show descents, the present one first; ``least`` is min f."""
        self._curves, self._least = tuple(curves), least
        ends = [float(curve.trail.counts[-1]) for curve in curves]
        self._show_up_to(max(ends, default=None))

    @property
    def curves(self) -> tuple[DescentCurve, ...]:
        """What is shown."""
        return self._curves

    def points(self, index: int) -> tuple[FloatArray, FloatArray]:
        """The points drawn of a curve, in view coordinates."""
        return self._lines[index].points

    def point_at(self, curve: DescentCurve, step: float) -> None:
        """Mark a step, and write what a curve comes to there."""
        row = curve.trail.nearest(step)
        value = tick_text(float(curve.read(self._reading)[row]), 4)
        self.set_cursor_step(float(curve.trail.counts[row]), f"{curve.trail.counts[row]:.0f}: {value}")

    def export_table(self) -> PlotTable:
        """One row per descent and place; the present descent first."""
        names: list[str] = []
        details: list[str] = []
        columns: list[list[FloatArray]] = [[], [], []]
        for curve in self._curves:
            names += [curve.recipe.name] * len(curve.trail)
            details += [curve.recipe.details] * len(curve.trail)
            trail = curve.trail
            for column, values in zip(columns, (trail.counts, trail.values, trail.distances), strict=True):
                column.append(values)
        joined = [np.concatenate([*column, np.empty(0)]) for column in columns]
        header = ("descent", "details", "step", "expected_f", "distance_to_optimum")
        return PlotTable(header, (tuple(names), tuple(details), *joined))

    # -- drawing ------------------------------------------------------------------------------------------

    def _in_view(self, values: FloatArray) -> FloatArray:
        if not self._scale.is_log:
            return values
        return np.log(np.maximum(values, 1e-300))

    def _draw(self) -> None:
        width = self.theme.line_width
        self._level.set_level(*((self._least, "min f") if self._reading == "value" else (None, "")))
        for line in self._lines[len(self._curves) :]:
            line.set_points(np.empty(0), np.empty(0))
        self._drawn += [None] * (len(self._curves) - len(self._drawn))
        del self._drawn[len(self._curves) :]
        for index, curve in enumerate(self._curves):
            line = self._lines[index]
            px = width * (1.3 if curve.is_present else 0.8)
            line.set_style(CurveStyle(curve.rgb(self.theme), px, curve.is_dashed))
            if curve.trail is not self._drawn[index]:  # of all curves only one grows
                self._drawn[index] = curve.trail
                line.set_points(curve.trail.counts, self._in_view(curve.read(self._reading)))

    def _wanted_y(self) -> Range:
        values = [self._in_view(curve.read(self._reading)) for curve in self._curves]
        hi = max(float(column.max()) for column in values)
        lo = min(float(column.min()) for column in values)
        if self._scale.is_log:
            lo = min(lo, hi - _LEAST_DECADES * math.log(10))
        else:
            start = max(float(column[0]) for column in values) - self._least
            lo, hi = self._least, min(hi, self._least + HIGHEST * max(start, _SLACK))
            hi = max(hi, lo + _SLACK)
        margin = 0.06 * (hi - lo)
        return lo - margin, hi + margin

    def _point_at(self, at: QPointF) -> None:
        """The nearest curve counts, above or below the mouse."""
        step, y = self.pixel_to_view(at)
        gaps = [
            abs(float(self._in_view(curve.read(self._reading))[curve.trail.nearest(step)]) - y)
            for curve in self._curves
        ]
        if gaps:
            self.curve_hovered.emit(self._curves[int(np.argmin(gaps))], step)
