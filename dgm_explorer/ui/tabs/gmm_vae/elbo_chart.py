"""The terms of the bound over steps: stacked areas with their sum, or lines."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Signal

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.chart_marks import RingOverlay
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.plot import Range
from dgm_explorer.ui.plots.series import Series, block_means, thin_out
from dgm_explorer.ui.plots.step_chart import StepChart
from dgm_explorer.ui.tabs.gmm_vae.elbo_overlays import Area, PhaseOverlay, StackOverlay
from dgm_explorer.ui.tabs.gmm_vae.elbo_series import EMPTY, PhaseStart, bound_of, stack
from dgm_explorer.ui.tabs.gmm_vae.terms import ELBO, term_color
from dgm_explorer.ui.theme import LIGHT, Theme, blend

_PX_PER_BLOCK, _PX_PER_RING = 3, 12
_NEAR_PX, _NEAR_IN_STACK_PX = 12.0, 4.0
_FULL, _FADED = 235, 70
_TAIL = 0.02
_ROUGH_ROWS = 400
_NO_POINTS: FloatArray = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """What the charts show.

    Attributes
    ----------
    train, held_out : of the run on the screen.
    compare : training terms of a second run; empty for none.
    phases : of the run on the screen.
    """

    train: Series = EMPTY
    held_out: Series = EMPTY
    compare: Series = EMPTY
    phases: tuple[PhaseStart, ...] = ()


class ElboChart(StepChart):
    """Some of the five terms and their sum.

    Stacked, it shows ``stacked`` with a bold line at their sum, which is the bound if they are all five;
    as lines it shows ``lines``. Training steps are averaged in blocks of three pixels; held-out values are
    rings, a second run is dashed.

    Parameters
    ----------
    stacked, lines : letters of terms; ``lines`` may hold `ELBO`.
    label : of the y axis.
    """

    term_hovered = Signal(str)
    """The mouse came upon this term; empty for none."""

    def __init__(self, stacked: tuple[str, ...], lines: tuple[str, ...], label: str, x_label: str) -> None:
        super().__init__(x_label, NumberAxis("left", label))
        self._stacked_terms, self._line_terms = stacked, lines
        self._has_bound = stacked == TERMS
        self._is_stacked = True
        self._has_axis = True
        self._runs = Runs()
        self._lit: str | None = None
        self._hovered = ""
        self._means = EMPTY
        self._areas = StackOverlay(self.view_box)
        names = dict.fromkeys((*stacked, *lines, ELBO))
        self._others = {name: CurveOverlay(self.view_box, 3) for name in names}
        self._curves = {name: CurveOverlay(self.view_box, 5) for name in names}
        self._rings = {name: RingOverlay(self.view_box) for name in names}
        self._phases = PhaseOverlay(self.view_box, has_names=ELBO in lines)
        self._axes[1].setTickDensity(0.7)
        self.set_view_range((0.0, 100.0), (-1.0, 0.0))
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._phases.set_theme(theme)
        super().set_theme(theme)

    def stand_alone(self, is_alone: bool) -> None:
        """Whether it is painted without the lower chart, which has the axis of both."""
        if is_alone:
            self._has_axis = self.plotItem.getAxis("bottom").isVisible()
        self.set_x_axis_named(is_alone or self._has_axis)

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def block_length(self) -> int:
        """How many steps one point of a curve is the mean of."""
        return self._means.length

    def set_runs(self, runs: Runs) -> None:
        """Show these curves; the range follows until the user zooms."""
        self._runs = runs
        self._phases.set_phases(runs.phases)
        ends = [float(series.steps[-1]) for series in (runs.train, runs.compare) if len(series)]
        self._show_up_to(max(ends) if len(runs.train) else None)

    def set_stacked(self, is_stacked: bool) -> None:
        if is_stacked != self._is_stacked:
            self._is_stacked = is_stacked
            self._follow(is_new=True)
            self._draw()

    def light_up(self, term: str | None) -> None:
        """Fade everything but ``term``; None shows all alike."""
        lit = term if term in self._names else None
        if lit != self._lit:
            self._lit = lit
            self._draw()

    @property
    def _names(self) -> tuple[str, ...]:
        """What can be told apart at present."""
        if not self._is_stacked:
            return self._line_terms
        return (*self._stacked_terms, ELBO) if self._has_bound else self._stacked_terms

    def export_table(self) -> PlotTable:
        """Training terms as drawn, in blocks."""
        means = self._means
        header = ("step", *(f"{term}_nats" for term in TERMS), "elbo_nats")
        return PlotTable(header, (means.steps, *means.values.T, bound_of(means)))

    # -- drawing ------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        (lo, hi), width = self.view_range[0], max(self.view_box.rect().width(), 40.0)
        breaks = tuple(phase.step for phase in self._runs.phases)
        self._means = block_means(self._runs.train.between(lo, hi), int(width / _PX_PER_BLOCK), breaks)
        other = block_means(self._runs.compare.between(lo, hi), int(width / _PX_PER_BLOCK))
        rings = block_means(self._runs.held_out.between(lo, hi), int(width / _PX_PER_RING), breaks)
        self._draw_areas()
        for name in self._curves:
            rgb = self._faded(name)
            wide = self.theme.line_width * (1.5 if name == ELBO and self._has_bound else 1.0)
            self._curves[name].set_style(CurveStyle(rgb, wide))
            self._others[name].set_style(CurveStyle(rgb, max(0.7 * wide, 1.0), is_dashed=True))
            self._rings[name].set_style(rgb, self.theme.plot_background, 4.0 + 0.8 * self.theme.line_width)
            self._set_curve(self._curves[name], name, self._means, has_edges=False)
            self._set_curve(self._others[name], name, other, has_edges=True)
            self._set_curve(self._rings[name], name, rings, has_edges=False)

    def _draw_areas(self) -> None:
        if not self._is_stacked or len(self._means) < 2:
            self._areas.set_areas(_NO_POINTS, ())
            return
        layers = stack(self._columns(self._means))
        areas = [
            Area(layer, term_color(term, self.theme), _FADED if self._lit not in (None, term) else _FULL)
            for side in (layers.negative, layers.positive)
            for term, layer in zip(self._stacked_terms, side, strict=True)
            if not layer.is_empty
        ]
        self._areas.set_areas(self._means.steps, areas)

    def _set_curve(
        self, overlay: CurveOverlay | RingOverlay, name: str, series: Series, has_edges: bool
    ) -> None:
        """In a stack a term has no line of its own; a second run shows the borders of its stack."""
        x, y = series.steps, _NO_POINTS
        if len(series) and self._is_stacked:
            if name == ELBO:
                y = self._drawn(series, ELBO)
            elif has_edges and name in self._stacked_terms:
                x, y = self._edge(series, name)
        elif len(series) and name in self._line_terms:
            y = self._drawn(series, name)
        overlay.set_points(x if len(y) else _NO_POINTS, y)

    def _columns(self, series: Series) -> FloatArray:
        """(n, stacked terms)."""
        return series.values[:, [TERMS.index(term) for term in self._stacked_terms]]

    def _edge(self, series: Series, term: str) -> tuple[FloatArray, FloatArray]:
        """The border of a term that is farther from 0; it ends where the term changes its side."""
        layers, i = stack(self._columns(series)), self._stacked_terms.index(term)
        is_up = series.column(term) > 0
        y = np.where(is_up, layers.positive[i].upper, layers.negative[i].lower)
        turns = np.flatnonzero(is_up[1:] != is_up[:-1]) + 1
        return np.insert(series.steps, turns, np.nan), np.insert(y, turns, np.nan)

    def _drawn(self, series: Series, name: str) -> FloatArray:
        """The heights of a line: in a stack, the sum is that of the terms stacked."""
        return self._columns(series).sum(axis=1) if self._is_stacked else self._line(series, name)

    @staticmethod
    def _line(series: Series, name: str) -> FloatArray:
        return bound_of(series) if name == ELBO else series.column(name)

    def _faded(self, name: str) -> str:
        rgb = term_color(name, self.theme)
        return rgb if self._lit in (None, name) else blend(rgb, self.theme.plot_background, 0.75)

    # -- range --------------------------------------------------------------------------------------------

    def _wanted_y(self) -> Range:
        """All but the first moments of training, which would flatten the rest; a stack holds its 0.

        Where the model learns its examples by heart, held-out ones fall far below them.
        """
        marks = [0.0] if self._is_stacked else []
        if len(self._runs.held_out):
            names = [ELBO] if self._is_stacked else self._line_terms
            marks += [self._drawn(self._runs.held_out, name)[-1] for name in names]
        for series in (self._runs.train, self._runs.compare):
            if not len(series):
                continue
            rough = thin_out(series, _ROUGH_ROWS)
            if self._is_stacked:
                layers = stack(self._columns(rough))
                marks += [np.quantile(layers.bottom, _TAIL), np.quantile(layers.top, 1 - _TAIL)]
            else:
                for name in self._line_terms:
                    marks += np.quantile(self._line(rough, name), [_TAIL, 1 - _TAIL / 4]).tolist()
        lo, hi = float(min(marks)), float(max(marks))
        margin = max(0.06 * (hi - lo), 0.05)
        height = max(self.view_box.rect().height(), 40.0)
        for_names = 1.6 * self.theme.font_point_size / height * (hi - lo) if self._has_bound else 0.0
        return lo - margin, hi + margin + for_names

    # -- mouse --------------------------------------------------------------------------------------------

    def _point_at(self, at: QPointF) -> None:
        super()._point_at(at)
        self._set_hovered(self._term_at(at) if len(self._means) else "")

    def _leave(self) -> None:
        super()._leave()
        self._set_hovered("")

    def _set_hovered(self, term: str) -> None:
        if term != self._hovered:
            self._hovered = term
            self.term_hovered.emit(term)

    def _term_at(self, at: QPointF) -> str:
        """The nearest line, or else the area under the mouse."""
        x, y = self.pixel_to_view(at)
        row = self._means.nearest(x)
        names = [name for name in self._names if name == ELBO or not self._is_stacked]
        distances = {name: abs(self._y_px(name, row) - at.y()) for name in names}
        nearest = min(distances, key=lambda name: distances[name], default="")
        reach = _NEAR_IN_STACK_PX if self._is_stacked else _NEAR_PX
        if nearest and distances[nearest] <= reach:
            return nearest
        if self._is_stacked:
            i = stack(self._columns(self._means)).term_at(row, y)
            return "" if i is None else self._stacked_terms[i]
        return ""

    def _y_px(self, name: str, row: int) -> float:
        if self._is_stacked:
            value = float(self._columns(self._means)[row].sum())
        else:
            value = float(self._line(self._means, name)[row])
        return float(self._areas.point_px(0.0, value).y())
