"""Which codes were used when: a heat map of codes over steps."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.numerics.code_use import relative_use
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.color_bar import ColorBar
from dgm_explorer.ui.plots.color_scale import ColorScale
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.tabs.vq_vae.usage.cells import CellPicture, colored, round_up
from dgm_explorer.ui.tabs.vq_vae.usage.history import UseHistory
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip

MOST_ROWS = 1024
"""Codes shown; of more the first ones."""
N_COLUMNS = 256
SOFTNESS = 0.1
"""Multiples of the mean use above which the colours are logarithmic; no use at all is the darkest."""
_FORMULA = r"\frac{K\, n_k}{\sum_j n_j}"
_FULL, _ROOM = 0.85, 1.15


class StepLine(PixelOverlay):
    """A vertical line at the step that is shown, when that is not the newest."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=30)
        self._step: float | None = None
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def step(self) -> float | None:
        return self._step

    def set_step(self, step: float | None) -> None:
        if step != self._step:
            self._step = step
            self.update()

    def draw(self, painter: QPainter) -> None:
        if self._step is None:
            return
        x = self.point_px(self._step, 0.0).x()
        line = QLineF(x, 0.0, x, self.boundingRect().height())
        width_px = self._theme.line_width
        for rgb, pen_px in ((self._theme.marker_outline, width_px + 2.0), (self._theme.forward, width_px)):
            painter.setPen(QPen(color(rgb), pen_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(line)


class UsageOverTime(UsagePlot):
    """One row a code, from the bottom; each column is the record nearest in time, none is made up.

    Parameters
    ----------
    history : shown as it is at each snapshot; filled by others.
    """

    export_name = "code-usage-over-time"

    _has_unit_above = True

    def __init__(self, history: UseHistory) -> None:
        super().__init__(NumberAxis("bottom", "step"), NumberAxis("left", "code"))
        self.history = history
        self._shown_step: int | None = None
        self._cells = CellPicture()
        self.view_box.addItem(self._cells, ignoreBounds=True)
        self._line = StepLine(self.view_box)
        self.color_bar = ColorBar()
        self.plotItem.layout.addItem(self.color_bar, 2, 3)
        self.setAccessibleName("Use of the codes over steps")
        self.content = (self._cells, self._line, self.color_bar)
        set_formula_tooltip(self.viewport(), _FORMULA, self._tip)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._line.set_theme(theme)
        self.color_bar.set_theme(theme)

    @property
    def shown_step(self) -> float | None:
        """Where the line stands; None while the newest is shown."""
        return self._line.step

    @property
    def n_rows(self) -> int:
        return min(self.history.n_codes, MOST_ROWS)

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        """Show the record, and where in it this snapshot stands."""
        del dataset
        self._shown_step = snapshot.step
        self.show_history()

    def show_history(self) -> None:
        """Paint what is remembered."""
        history = self.history
        if not len(history):
            return
        steps = history.steps
        first, last = float(steps[0]), float(max(steps[-1], steps[0] + 1))
        edges = np.linspace(first, last, N_COLUMNS + 1)
        rows = history.nearest((edges[1:] + edges[:-1]) / 2)
        distinct, columns = np.unique(rows, return_inverse=True)
        use = self._use_of(distinct)
        scale = ColorScale(0.0, round_up(float(use.max())), SOFTNESS)
        pixels = colored(use.T, scale, lookup_table(self.theme.colormap))[:, columns]
        self._cells.set_pixels(pixels, QRectF(first, -0.5, last - first, self.n_rows))
        self.color_bar.set_scale(scale, 1.0, "× 1/K")
        self._line.set_step(self._shown_step if self._is_looking_back else None)
        self._fit(first, last)
        self.cover_with("")
        self.show_marks()

    def _use_of(self, rows: np.ndarray) -> np.ndarray:
        """(n, rows of the picture) uses ÷ mean use in some records."""
        return relative_use(self.history.counts_of(rows.tolist(), self.history.n_codes))[:, : self.n_rows]

    @property
    def _is_looking_back(self) -> bool:
        return self._shown_step is not None and self._shown_step < int(self.history.steps[-1])

    def _fit(self, first: float, last: float) -> None:
        """The range grows in leaps: all ticks are made anew whenever it changes."""
        (left, right), _ = self.view_range
        has_room = left == first and first + _FULL * (right - first) <= last <= right
        if not has_room:
            right = first + _ROOM * (last - first)
        self.fit((first, right), (-0.5, self.n_rows - 0.5))

    def show_nothing(self, words: str) -> None:
        self._shown_step = None
        self.cover_with(words)

    def _tip(self) -> str:
        mean = f"here K = {self.history.n_codes:,} codes and {len(self.history):,} steps"
        return (
            f"Uses of code k in the batch of a step, over the mean use of all codes; {mean}\n"
            "1: as many as 1/K of the batch; darkest: none at all; logarithmic above 0.1\n"
            "Each column is the recorded step nearest to it"
        )

    # -- codes --------------------------------------------------------------------------------------------

    def code_at(self, x: float, y: float) -> int:
        code = math.floor(y + 0.5)
        steps = self.history.steps
        is_inside = len(steps) > 0 and float(steps[0]) <= x <= float(max(steps[-1], steps[0] + 1))
        return code if is_inside and 0 <= code < self.n_rows else -1

    def rects_of(self, code: int) -> list[QRectF]:
        if not 0 <= code < self.n_rows:
            return []
        (left, right), _ = self.view_range
        return [QRectF(left - 1.0, code - 0.5, right - left + 2.0, 1.0)]

    def neighbour(self, code: int, right: int, up: int) -> int:
        return min(max(code + right + up, 0), self.n_rows - 1)

    def words(self) -> str:
        code = self.hovered_code if self.hovered_code >= 0 else self.code
        if not (len(self.history) and 0 <= code < self.history.n_codes):
            return ""
        at = self.place[0] if self.place is not None else self._shown_step
        steps = self.history.steps
        row = int(self.history.nearest(np.array([steps[-1] if at is None else at], np.float64))[0])
        step, counts = self.history.record(row)
        n, total = int(counts[code]), int(counts.sum())
        where = "" if code < self.n_rows else f" (not among the first {self.n_rows:,}, which are shown)"
        return (
            f"code {code}{where}, step {step:,}\n"
            f"{n:,} of {total:,} uses in its batch: {tick_text(float(relative_use(counts)[code]), 3)} × 1/K"
        )

    def export_table(self) -> PlotTable:
        """One row for each code in each recorded step."""
        header = ("step", "code", "batch_uses", "uses_over_mean")
        if not len(self.history):
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        n_codes = self.history.n_codes
        counts = self.history.counts_of(range(len(self.history)), n_codes)
        steps = np.repeat(self.history.steps, n_codes)
        codes = np.tile(np.arange(n_codes), len(counts))
        return PlotTable(
            header, (steps, codes, counts.ravel().astype(np.int64), relative_use(counts).ravel())
        )
