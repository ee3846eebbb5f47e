"""Which codes lie beside which: pointwise mutual information of neighbours, as a matrix."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import MOST_PAIRED, VqVaeSnapshot
from dgm_explorer.numerics.code_use import PairInformation, leading_axis, order_along, pair_information
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.color_bar import ColorBar
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.tabs.vq_vae.usage.cells import CellPicture, LinearScale, as_pixel, colored
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color
from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip

_FORMULA = r"\mathrm{PMI}(i, j) = \ln \frac{p(i, j)}{p(i)\, p(j)}, \quad p(i, j) = \frac{n_{ij}}{N}"
_MARGIN = 0.015
"""Room for the frames at the edges, as a share of the matrix."""


def colormap_of(theme: Theme) -> str:
    """Blue for rarer, red for more often than independent; in between what the plot lies on."""
    return "CET-D4" if theme.is_dark else "CET-D1"


def unseen_color(theme: Theme) -> str:
    """Of pairs that were never seen: no colour of the scale."""
    return blend(theme.plot_background, theme.muted_text, 0.55)


class NameAxis(NumberAxis):
    """No more than its title."""

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.setTicks([])
        self.setPen(pg.mkPen(color(theme.plot_background)))
        self.setTextPen(pg.mkPen(color(theme.text)))  # the title has taken the colour of the line
        font = theme.font()
        room_px = round(1.6 * QFontMetricsF(font).height())
        if self.orientation == "left":
            self.setWidth(room_px)
        else:
            self.setHeight(room_px)


class SignedColorBar(ColorBar):
    """The key to the colours of values with a sign."""

    def colormap_of(self, theme: Theme) -> str:
        return colormap_of(theme)


class CodePairs(UsagePlot):
    """A cell for each pair: the first code on the x axis, the one right of or below it on the y axis.

    Both axes are in the order of the codes on the first principal component of the codebook, so that codes
    that are alike stand together. The colours end at ±log K: so much has a pair that always comes together
    where all codes are used alike.
    """

    export_name = "code-pairs"

    _has_unit_above = True

    def __init__(self) -> None:
        super().__init__(NameAxis("bottom", "first code"), NameAxis("left", "code right of or below it"))
        self._snapshot: VqVaeSnapshot | None = None
        self._pairs: PairInformation | None = None
        self._axis: FloatArray | None = None
        self._order: IntArray = np.empty(0, np.int64)
        self._ranks = self._order
        self._cells = CellPicture()
        self.view_box.addItem(self._cells, ignoreBounds=True)
        self.view_box.setAspectLocked(True)
        self.color_bar = SignedColorBar()
        self.plotItem.layout.addItem(self.color_bar, 2, 3)
        self.setAccessibleName("Pairs of neighbouring codes")
        self.content = (self._cells, self.color_bar)
        set_formula_tooltip(self.viewport(), _FORMULA, self._tip)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.color_bar.set_theme(theme)
        self._paint_cells()

    @property
    def order(self) -> IntArray:
        """(K,) the code at each place of both axes."""
        return self._order

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        del dataset
        if not snapshot.pair_counts.size:
            self.show_nothing(
                f"Pairs are counted for up to {MOST_PAIRED:,} codes. This codebook has {snapshot.n_codes:,}: "
                "a table of all their pairs would make every snapshot too large."
            )
            return
        self._snapshot = snapshot
        self._axis = leading_axis(snapshot.codebook, self._axis)
        self._order = order_along(snapshot.codebook, self._axis)
        self._ranks = np.argsort(self._order)
        self._pairs = pair_information(snapshot.pair_counts)
        self._paint_cells()
        margin = _MARGIN * snapshot.n_codes
        self.fit(*[(-margin, snapshot.n_codes + margin)] * 2)
        is_single = not self._pairs.counts.size
        self.cover_with("No two codes lie side by side: the grid has one cell." if is_single else "")
        self.show_marks()

    def show_nothing(self, words: str) -> None:
        self._snapshot, self._pairs, self._axis = None, None, None
        self._order = self._ranks = np.empty(0, np.int64)
        self.show_marks()
        self.cover_with(words)

    def _paint_cells(self) -> None:
        """Only pairs that were seen cost anything: of a million there are rarely more than a tenth."""
        pairs, n_codes = self._pairs, len(self._order)
        if pairs is None:
            return
        most = math.log(max(2, n_codes))
        scale = LinearScale(-most, most)
        pixels = np.full((n_codes, n_codes), as_pixel(unseen_color(self.theme)), np.uint32)
        at = self._ranks[pairs.second] * n_codes + self._ranks[pairs.first]
        pixels.reshape(-1)[at] = colored(pairs.pmi_nats, scale, lookup_table(colormap_of(self.theme)))
        self._cells.set_pixels(pixels, QRectF(0.0, 0.0, n_codes, n_codes))
        self.color_bar.set_scale(scale, 1.0, "nats")

    def _tip(self) -> str:
        if self._pairs is None:
            return self.cover.reason
        n_codes, n_pairs = len(self._order), int(self._pairs.counts.sum())
        return (
            "0: as often side by side as if independent; > 0: more often; grey: never seen\n"
            f"{n_pairs:,} pairs in the analysed images, {len(self._pairs.counts):,} of {n_codes**2:,} "
            f"different ones\ncolours end at ±ln K = ±{math.log(max(2, n_codes)):.2f} nats; "
            "of a pair seen once or twice PMI says little"
        )

    # -- codes --------------------------------------------------------------------------------------------

    def pair_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The codes (first, second) of the cell at a place in view coordinates."""
        column, row, n = math.floor(x), math.floor(y), len(self._order)
        if not (0 <= column < n and 0 <= row < n):
            return None
        return int(self._order[column]), int(self._order[row])

    def code_at(self, x: float, y: float) -> int:
        pair = self.pair_at(x, y)
        return -1 if pair is None else pair[0]

    def rects_of(self, code: int) -> list[QRectF]:
        n_codes = len(self._order)
        if not 0 <= code < n_codes:
            return []
        rank = float(self._ranks[code])
        return [QRectF(rank, 0.0, 1.0, n_codes), QRectF(0.0, rank, n_codes, 1.0)]

    def neighbour(self, code: int, right: int, up: int) -> int:
        rank = int(self._ranks[code]) if 0 <= code < len(self._ranks) else -1
        moved = min(max(rank + right + up, 0), len(self._order) - 1)
        return int(self._order[moved]) if len(self._order) else -1

    def words(self) -> str:
        pair = self.pair_at(*self.place) if self.place is not None else None
        if pair is not None:
            return self._words_of_pair(*pair)
        code = self.hovered_code if self.hovered_code >= 0 else self.code
        return self._words_of_code(code) if 0 <= code < len(self._order) else ""

    def _words_of_pair(self, first: int, second: int) -> str:
        assert self._snapshot is not None
        counts = self._snapshot.pair_counts
        n, total = int(counts[first, second]), float(counts.sum())
        expected = float(counts[first].sum()) * float(counts[:, second].sum()) / max(total, 1.0)
        pmi = f"{math.log(n / expected):+.2f} nats".replace("-", "−") if n else "−∞"
        return (
            f"code {first}, then code {second} right of or below it\n"
            f"seen {n:,} time{'s' * (n != 1)}, {tick_text(expected, 3)} if independent: PMI {pmi}"
        )

    def _words_of_code(self, code: int) -> str:
        """How often it is the first of a pair, and of which one most."""
        assert self._snapshot is not None
        counts = self._snapshot.pair_counts
        n = int(counts[code].sum())
        if not n:
            return f"code {code}: never the first of a pair"
        most = int(counts[code].argmax())
        share = 100 * float(counts[code, most]) / n
        return f"code {code}: {n:,} pairs\nmost often followed by code {most} ({share:.3g} %)"

    def export_table(self) -> PlotTable:
        """One row for each pair that was seen."""
        header = ("first_code", "second_code", "count", "expected_if_independent", "pmi_nats")
        p = self._pairs
        if p is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        return PlotTable(header, (p.first, p.second, p.counts.astype(np.int64), p.expected, p.pmi_nats))
