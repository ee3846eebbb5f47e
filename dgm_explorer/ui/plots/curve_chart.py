"""Columns of metrics as curves over steps, those of a second run dashed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.training import Split
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import ScaleAxis
from dgm_explorer.ui.plots.chart_marks import LevelOverlay, RingOverlay
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.plot import Range
from dgm_explorer.ui.plots.series import Series, block_means, no_series, read_series, thin_out
from dgm_explorer.ui.plots.step_chart import StepChart
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

FitRange: TypeAlias = Callable[[Sequence[FloatArray]], Range]
"""The y range that suits some curves, each the values of one, finite and not empty."""

_PX_PER_BLOCK, _PX_PER_RING = 3, 12
_LEAST_PX = 50
_ROUGH_ROWS = 400
_TAIL = 0.02
_MOST_DECADES = 4.0
_FARTHEST_LEVEL = 16.0
_EPOCH = "epoch"
_NO_POINTS: FloatArray = np.empty(0)


@dataclass(frozen=True, slots=True)
class Curve:
    """One column of the metrics and how it is drawn.

    Attributes
    ----------
    split, column : where it is found.
    title : in the key.
    show : a value in words.
    color_index : in the theme's cycle; None for the colour of text.
    is_sparse : measured now and then, on other examples than each step's batch: rings on a thin line.
    tex, meaning : formula and words of its tool tip.
    """

    split: Split
    column: str
    title: str
    show: Callable[[float], str]
    color_index: int | None = None
    is_sparse: bool = False
    tex: str = ""
    meaning: str = ""

    def rgb(self, theme: Theme) -> str:
        return theme.text if self.color_index is None else theme.component(self.color_index)


@dataclass(frozen=True, slots=True)
class CurveReading:
    """What a curve comes to at one step.

    Attributes
    ----------
    curve : which.
    own, other : of the run on the screen and of a second one; NaN where nothing was measured.
    """

    curve: Curve
    own: float
    other: float


def fit_unit(_values: Sequence[FloatArray]) -> Range:
    """Of shares, whatever they are."""
    return 0.0, 1.04


def fit_counts(values: Sequence[FloatArray]) -> Range:
    """All of them, from 0."""
    return _from_nought(max(3.0, *(float(column.max()) for column in values)))


def fit_losses(values: Sequence[FloatArray]) -> Range:
    """From 0, without the first moments of training, which would flatten the rest."""
    later = [column[min(math.ceil(_TAIL * len(column)), len(column) - 1) :] for column in values]
    return _from_nought(max(1e-9, *(float(np.quantile(column, 1 - _TAIL)) for column in later)))


def _from_nought(highest: float) -> Range:
    """With room for a curve at 0 and for the tick beside it."""
    return -0.05 * highest, 1.06 * highest


def fit_logs(values: Sequence[FloatArray]) -> Range:
    """All of some logarithms, but for what lies decades below the highest."""
    hi = max(float(column.max()) for column in values)
    lo = max(min(float(np.quantile(column, _TAIL / 4)) for column in values), hi - _MOST_DECADES * np.log(10))
    margin = max(0.05 * (hi - lo), 0.05)
    return lo - margin, hi + margin


class CurveChart(StepChart):
    """Some columns of the metrics of a run and of a second one.

    Steps are averaged in blocks of three pixels.

    Parameters
    ----------
    name : for export and for readers of the screen.
    curves : at least one; the first one's steps are those that the mouse finds.
    y_label : of the y axis.
    fit : range of the y axis while it is linear.
    is_y_fixed : the wheel zooms the steps alone.
    """

    def __init__(
        self,
        name: str,
        curves: Sequence[Curve],
        y_label: str,
        fit: FitRange,
        is_y_fixed: bool = False,
    ) -> None:
        self._scale = ScaleAxis("left", y_label)
        super().__init__("step", self._scale)
        self.export_name = name
        self.curves = tuple(curves)
        self._fit = fit
        self._columns: dict[Split, tuple[str, ...]] = {}
        for curve in curves:
            self._columns[curve.split] = (*self._columns.get(curve.split, ()), curve.column)
        self._own = self._other = self._nothing()
        self._block_length = 1
        self._level: tuple[float, str] | None = None
        self._level_line = LevelOverlay(self.view_box)
        self._others = [CurveOverlay(self.view_box, 3) for _ in curves]
        self._lines = [CurveOverlay(self.view_box, 5) for _ in curves]
        self._rings = [RingOverlay(self.view_box) for _ in curves]
        self.view_box.setMouseEnabled(x=True, y=not is_y_fixed)
        self._scale.setTickDensity(0.7)
        self.set_view_range((0.0, 100.0), fit([np.ones(1)]))
        self.setMinimumWidth(120)
        self.setAccessibleName(f"{', '.join(curve.title for curve in curves)} over steps")
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._level_line.set_theme(theme)
        super().set_theme(theme)
        self._reserve_room()

    def set_x_axis_named(self, is_named: bool) -> None:
        super().set_x_axis_named(is_named)
        self._reserve_room()

    def _reserve_room(self) -> None:
        """Height for some curves above whatever axis there is."""
        axis = self._axes[0]
        self.setMinimumHeight(_LEAST_PX + (round(axis.minimumHeight()) if axis.isVisible() else 0))

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def is_log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self._scale.is_log

    @property
    def block_length(self) -> int:
        """How many steps one point of a curve is the mean of."""
        return self._block_length

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything of the run on the screen."""
        return any(map(len, self._own.values()))

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None" = None) -> None:
        """Show the metrics of a run, and those of a second one over them."""
        self._own = self._read(history)
        self._other = self._nothing() if compare is None else self._read(compare)
        every = (*self._own.values(), *self._other.values())
        ends = [float(series.steps[-1]) for series in every if len(series)]
        self._show_up_to(max(ends) if self.has_numbers else None)

    def set_log(self, is_log: bool) -> None:
        """Logarithmic or linear values."""
        if is_log != self.is_log:
            self._scale.set_log(is_log)
            self.set_view_range(self.view_range[0], self._wanted_y())
            self._draw()

    def set_level(self, value: float | None, words: str = "") -> None:
        """A line at a value to be compared with; None for none."""
        self._level = None if value is None else (value, words)
        self._follow()
        self._draw()

    def nearest_step(self, step: float) -> float:
        """The measured step nearest to ``step``."""
        series = self._own[self.curves[0].split]
        return float(series.steps[series.nearest(step)]) if len(series) else step

    def epoch_at(self, step: float) -> float:
        """Epochs done at a step; NaN where unknown."""
        series = self._own[self.curves[0].split]
        return float(series.at(step)[series.names.index(_EPOCH)]) if _EPOCH in series.names else np.nan

    def readings(self, step: float | None) -> tuple[CurveReading, ...]:
        """Every curve at the step nearest to ``step``, or the newest; a second run only to its end."""
        end = max((float(series.steps[-1]) for series in self._other.values() if len(series)), default=0.0)
        is_over = step is not None and step > end
        return tuple(
            CurveReading(
                curve,
                _value(self._own[curve.split], curve, step),
                math.nan if is_over else _value(self._other[curve.split], curve, step),
            )
            for curve in self.curves
        )

    def export_table(self) -> PlotTable:
        """All curves of the run on the screen at all their steps; NaN where one was not measured."""
        steps = np.unique(np.concatenate([series.steps for series in self._own.values()]))
        columns = []
        for curve in self.curves:
            series, values = self._own[curve.split], np.full(len(steps), np.nan)
            values[np.searchsorted(steps, series.steps)] = series.column(curve.column)
            columns.append(values)
        return PlotTable(("step", *(_table_name(curve) for curve in self.curves)), (steps, *columns))

    # -- drawing ------------------------------------------------------------------------------------------

    def _nothing(self) -> dict[Split, Series]:
        return {split: no_series(names) for split, names in self._columns.items()}

    def _read(self, history: "MetricsHistory") -> dict[Split, Series]:
        return {
            split: read_series(history, split, (*names, _EPOCH) if _EPOCH in history.names(split) else names)
            for split, names in self._columns.items()
        }

    def _in_view(self, values: FloatArray) -> FloatArray:
        """Values as coordinates of the view; NaN where a logarithm has none."""
        if not self.is_log:
            return values
        return np.log(np.where(values > 0, values, np.nan))

    def _draw(self) -> None:
        width = self.theme.line_width
        own, other = self._blocks(self._own), self._blocks(self._other)
        self._block_length = own[self.curves[0].split].length
        level = None if self._level is None else self._in_view(np.array(self._level[0]))
        self._level_line.set_level(
            None if level is None else float(level), self._level[1] if self._level else ""
        )
        for curve, line, ring, dashed in zip(
            self.curves, self._lines, self._rings, self._others, strict=True
        ):
            rgb, wide = curve.rgb(self.theme), width * (0.6 if curve.is_sparse else 1.0)
            line.set_style(CurveStyle(rgb, wide))
            dashed.set_style(CurveStyle(rgb, max(0.7 * width, 1.0), is_dashed=True))
            ring.set_style(rgb, self.theme.plot_background, 4.0 + 0.8 * width)
            x, y = self._points(own, curve)
            line.set_points(x, y)
            ring.set_points(*((x, y) if curve.is_sparse else (_NO_POINTS, _NO_POINTS)))
            dashed.set_points(*self._points(other, curve))

    def _blocks(self, run: dict[Split, Series]) -> dict[Split, Series]:
        """What is drawn of a run: the visible part, in blocks of a few pixels."""
        (lo, hi), width = self.view_range[0], max(self.view_box.rect().width(), 40.0)
        sparse = {curve.split for curve in self.curves if curve.is_sparse}
        return {
            split: block_means(
                series.between(lo, hi), int(width / (_PX_PER_RING if split in sparse else _PX_PER_BLOCK))
            )
            for split, series in run.items()
        }

    def _points(self, blocks: dict[Split, Series], curve: Curve) -> tuple[FloatArray, FloatArray]:
        """Points of a curve; a gap where there is nothing to draw."""
        series = blocks[curve.split]
        y = self._in_view(series.column(curve.column))
        is_drawn = np.isfinite(y)
        if is_drawn.all():
            return series.steps, y
        return (np.where(is_drawn, series.steps, np.nan), y) if is_drawn.any() else (_NO_POINTS, _NO_POINTS)

    def _wanted_y(self) -> Range:
        fit = fit_logs if self.is_log else self._fit
        columns = [
            self._in_view(thin_out(run[curve.split], _ROUGH_ROWS).column(curve.column))
            for run in (self._own, self._other)
            for curve in self.curves
        ]
        finite = [column[np.isfinite(column)] for column in columns]
        shown = [column for column in finite if len(column)] or [np.ones(1)]
        if self._level is not None and not self.is_log:
            highest = max(float(column.max()) for column in shown)
            if self._level[0] <= _FARTHEST_LEVEL * highest:
                shown.append(np.array([self._level[0]]))
        return fit(shown)


def _value(series: Series, curve: Curve, step: float | None) -> float:
    return float(series.at(step)[series.names.index(curve.column)])


def _table_name(curve: Curve) -> str:
    return f"held_out_{curve.column}" if curve.split == "held_out" else curve.column
