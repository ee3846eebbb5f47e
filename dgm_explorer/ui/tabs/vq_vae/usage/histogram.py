"""How often each code is used, the most used first, in the last batch and in the analysed examples."""

import math

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.numerics.code_use import order_by_use
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.tabs.vq_vae.usage.cells import round_up
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip

_FORMULA = r"\mathrm{perplexity} = \exp\Big(-\sum_k p_k \ln p_k\Big), \quad p_k = \frac{n_k}{\sum_j n_j}"
_BOX_SHARE = 0.05
"""Height of the strip below the bars in which dead codes have their hollow boxes, as a share of the view."""
_SQUARE_PX = 3.0
_MARK_SHARE = 0.05
"""How far the frame of a code reaches above its bar, as a share of the view."""
_LEAST_GAP_PX = 3.0
"""Bars at least so wide have gaps between them."""


class BarsOverlay(PixelOverlay):
    """Bars of the analysed examples, dots of the last batch, hollow boxes for dead codes, a line at 1/K.

    Everything is in the order of the ranks, code r over [r, r + 1].
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=1)
        self.bars: FloatArray = np.empty(0)
        self.dots: FloatArray = np.empty(0)
        self.is_dead: BoolArray = np.empty(0, bool)
        self._theme = LIGHT
        self._rects = PrimitiveArray(QRectF, 4)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_values(self, bars: FloatArray, dots: FloatArray, is_dead: BoolArray) -> None:
        """Heights of bars and dots in view coordinates, and which codes are dead, each (K,)."""
        self.bars, self.dots, self.is_dead = bars, dots, is_dead
        self.update()

    def draw(self, painter: QPainter) -> None:
        n_codes = len(self.bars)
        if not n_codes:
            return
        painter.setClipRect(self.boundingRect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        edges, _ = self.to_pixels(np.arange(n_codes + 1.0), np.zeros(1))
        zero_px = self.point_px(0.0, 0.0).y()
        gap_px = 1.0 if edges[1] - edges[0] >= _LEAST_GAP_PX else 0.0
        self._draw_bars(painter, edges, gap_px, zero_px)
        self._draw_boxes(painter, edges, gap_px, zero_px)
        painter.setPen(QPen(color(self._theme.muted_text), 1.0))
        painter.drawLine(QLineF(edges[0], zero_px, edges[-1], zero_px))
        equal_px = self.point_px(0.0, 100.0 / n_codes).y()
        painter.setPen(QPen(color(self._theme.text), max(1.0, self._theme.line_width), Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(edges[0], equal_px, edges[-1], equal_px))
        self._draw_dots(painter, edges)

    def _draw_bars(self, painter: QPainter, edges: FloatArray, gap_px: float, zero_px: float) -> None:
        """All in one call; as one polygon, a thousand would take a third of a second."""
        _, tops = self.to_pixels(np.zeros(1), self.bars)
        left, right = np.floor(edges[:-1]), np.floor(edges[1:])
        widths = np.maximum(right - left - gap_px, np.minimum(right - left, 1.0))
        painter.setPen(Qt.PenStyle.NoPen)
        rects = np.stack([left, tops, widths, zero_px - tops], axis=1)
        for rgb, is_shown in ((bar_color(self._theme), ~self.is_dead), (self._theme.grid, self.is_dead)):
            painter.setBrush(color(rgb))
            self._draw_rects(painter, rects[is_shown & (widths > 0)])

    def _draw_rects(self, painter: QPainter, rects: FloatArray) -> None:
        """Rectangles (n, 4): left, top, width, height."""
        self._rects.resize(len(rects))
        self._rects.ndarray()[:] = rects
        painter.drawRects(*self._rects.drawargs())

    def _draw_boxes(self, painter: QPainter, edges: FloatArray, gap_px: float, zero_px: float) -> None:
        """One each, or one around neighbours that are too thin for that, below their bars.

        The analysed examples may still use a code that is dead to the batches: such a bar is pale.
        """
        height_px = _BOX_SHARE * self.boundingRect().height() * 0.7
        painter.setPen(QPen(color(self._theme.text if gap_px else self._theme.muted_text), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for start, stop in runs_of(self.is_dead, is_joined=gap_px == 0.0):
            width_px = max(float(edges[stop] - edges[start]) - gap_px - 1.0, 1.0)
            painter.drawRect(QRectF(edges[start], zero_px + 2.0, width_px, height_px))

    def _draw_dots(self, painter: QPainter, edges: FloatArray) -> None:
        """Squares where there are many: round ones of three pixels look the same and take longer."""
        _, y = self.to_pixels(np.zeros(1), self.dots)
        x = (edges[:-1] + edges[1:]) / 2
        size_px = min(max(0.6 * float(edges[1] - edges[0]), 2.0), 2.2 + 1.8 * self._theme.line_width)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(dot_color(self._theme)))
        if size_px <= _SQUARE_PX:
            side = np.full(len(x), size_px)
            self._draw_rects(painter, np.stack([x - size_px / 2, y - size_px / 2, side, side], axis=1))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for u, v in zip(x.tolist(), y.tolist(), strict=True):
            painter.drawEllipse(QPointF(u, v), size_px / 2, size_px / 2)


def runs_of(is_dead: BoolArray, is_joined: bool) -> list[tuple[int, int]]:
    """From and to (exclusive) of every dead code, neighbours together if ``is_joined``."""
    if not is_joined:
        return [(int(at), int(at) + 1) for at in np.flatnonzero(is_dead)]
    changes = np.flatnonzero(np.diff(np.concatenate([[False], is_dead, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in changes.reshape(-1, 2)]


def bar_color(theme: Theme) -> str:
    """Of the analysed examples."""
    return theme.component(3)


def dot_color(theme: Theme) -> str:
    """Of the last batch."""
    return theme.forward


class UsageHistogram(UsagePlot):
    """Shares of all uses over the rank of the code among the analysed examples."""

    export_name = "code-usage"

    def __init__(self) -> None:
        super().__init__(NumberAxis("bottom", "rank by use"), NumberAxis("left", "share of uses, %"))
        self._snapshot: VqVaeSnapshot | None = None
        self._order: IntArray = np.empty(0, np.int64)
        self._ranks = self._order
        self._bars = BarsOverlay(self.view_box)
        self.facts = CornerText(self.view_box, "top-right")
        self.view_box.setMouseEnabled(x=True, y=False)
        self.setAccessibleName("Codes by use")
        self.content = (self._bars, self.facts)
        set_formula_tooltip(self.viewport(), _FORMULA, self._tip)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._bars.set_theme(theme)
        self.facts.set_theme(theme)

    @property
    def order(self) -> IntArray:
        """(K,) the code at each rank."""
        return self._order

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        """Show the use of the codes at one instant."""
        del dataset
        self._snapshot = snapshot
        self._order = order_by_use(snapshot.epoch_counts)
        self._ranks = np.argsort(self._order)
        epoch, batch = (percent(counts) for counts in (snapshot.epoch_counts, snapshot.batch_counts))
        self._bars.set_values(epoch[self._order], batch[self._order], snapshot.is_dead[self._order])
        top = round_up(1.04 * max(float(epoch.max()), float(batch.max()), 100.0 / snapshot.n_codes))
        self.fit((0.0, float(snapshot.n_codes)), (-_BOX_SHARE * top, top))
        self.facts.set_text(self._facts(snapshot))
        self.cover_with("")
        self.show_marks()

    def show_nothing(self, words: str) -> None:
        self._snapshot = None
        self.cover_with(words)

    def _facts(self, snapshot: VqVaeSnapshot) -> str:
        n_batch, n_epoch = (int(c.sum()) for c in (snapshot.batch_counts, snapshot.epoch_counts))
        n_dead = int(snapshot.is_dead.sum())
        return (
            f"perplexity, of at most K = {snapshot.n_codes:,}\n"
            f"analysed examples: {snapshot.epoch_perplexity:.3g}  ({n_epoch:,} vectors)\n"
            f"last batch: {snapshot.batch_perplexity:.3g}  ({n_batch:,} vectors)\n"
            f"{n_dead:,} dead: unused for {DEAD_AGE} batches"
        )

    def _tip(self) -> str:
        if self._snapshot is None:
            return "Nothing to show yet."
        s = self._snapshot
        n_codes = s.n_codes
        return (
            f"analysed examples: perplexity {s.epoch_perplexity:.4g}\nlast batch: {s.batch_perplexity:.4g}\n"
            f"1 if one code did everything, K = {n_codes:,} if all were used alike; dashed: 1/K = "
            f"{100 / n_codes:.3g} %\n"
            f"held out: mean square error {s.mse:.4g} per pixel, {s.nmse:.3g} of the pixels' variance"
        )

    # -- codes --------------------------------------------------------------------------------------------

    def code_at(self, x: float, y: float) -> int:
        del y
        rank = math.floor(x)
        return int(self._order[rank]) if 0 <= rank < len(self._order) else -1

    def rects_of(self, code: int) -> list[QRectF]:
        if not 0 <= code < len(self._ranks):
            return []
        rank = int(self._ranks[code])
        (_, _), (lo, hi) = self.view_range
        top = max(float(self._bars.bars[rank]), float(self._bars.dots[rank])) + _MARK_SHARE * hi
        return [QRectF(rank, lo, 1.0, min(top, hi) - lo)]

    def neighbour(self, code: int, right: int, up: int) -> int:
        rank = int(self._ranks[code]) if 0 <= code < len(self._ranks) else -1
        moved = min(max(rank + right - up, 0), len(self._order) - 1)
        return int(self._order[moved]) if len(self._order) else -1

    def words(self) -> str:
        snapshot = self._snapshot
        code = self.hovered_code if self.hovered_code >= 0 else self.code
        if snapshot is None or not 0 <= code < snapshot.n_codes:
            return ""
        epoch, batch = snapshot.epoch_counts, snapshot.batch_counts
        age, revived = int(snapshot.ages[code]), int(snapshot.revived_at[code])
        last = "in the last batch" if age == 0 else f"{age:,} batches ago"
        revival = f", revived at step {revived:,}" if revived >= 0 else ""
        return (
            f"code {code}, rank {int(self._ranks[code]) + 1:,}: last used {last}{revival}\n"
            f"analysed {percent(epoch)[code]:.3g} % ({int(epoch[code]):,}), "
            f"last batch {percent(batch)[code]:.3g} % ({int(batch[code]):,})"
        )

    def export_table(self) -> PlotTable:
        """One row a code, the most used first."""
        header = ("rank", "code", "analysed_uses", "last_batch_uses", "batches_since_use", "is_dead")
        if self._snapshot is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        s, order = self._snapshot, self._order
        ranks = np.arange(1, len(order) + 1)
        counts = [c[order].astype(np.int64) for c in (s.epoch_counts, s.batch_counts, s.ages, s.is_dead)]
        return PlotTable(header, (ranks, order, *counts))


def percent(counts: FloatArray | np.ndarray) -> FloatArray:
    """Counts (K,) as shares of their sum, in %."""
    total = float(counts.sum())
    return np.asarray(100.0 * counts / total if total > 0 else np.zeros(len(counts)), np.float64)
