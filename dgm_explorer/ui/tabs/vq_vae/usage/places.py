"""Where in the images one code lives, over the outlines of the mean image."""

import math

import numpy as np
from PySide6.QtCore import QRectF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.numerics.code_use import perplexity
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.color_bar import ColorBar
from dgm_explorer.ui.plots.contours import ContourItem
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.tabs.vq_vae.usage.cells import CellPicture, LinearScale, colored, round_up
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.form import set_formula

_LEVELS = (0.25, 0.5, 0.75)
"""Of the outlines, as shares of the way from the darkest to the brightest of the mean image."""
_ONE_CODE = r"p(k \mid y, x) = \frac{n_{kyx}}{\sum_j n_{jyx}}"
_ALL_CODES = r"\exp\Big(-\sum_k p(k \mid y, x) \ln p(k \mid y, x)\Big)"
_FINER = 3
_LEAST_CONTRAST = 0.15
"""Of a mean image that has a shape: that of natural images or of noise has none."""


class CodePlaces(UsagePlot):
    """The grid of codes as cells, the first row on top.

    For a code: in which share of the analysed images it stands at each place. Without one: the perplexity
    of the codes at each place, which is how many take turns there.
    """

    export_name = "code-places"

    _has_unit_above = True

    def __init__(self) -> None:
        super().__init__(NumberAxis("bottom", ""), NumberAxis("left", ""))
        self._snapshot: VqVaeSnapshot | None = None
        self._mean_of: tuple[str, int] | None = None
        self._config = VqVaeConfig()
        self._shown_code = -1
        self._values: FloatArray = np.zeros((1, 1))
        self._perplexity: FloatArray | None = None
        self._cells = CellPicture()
        self._outlines = ContourItem()
        for item in (self._cells, self._outlines):
            self.view_box.addItem(item, ignoreBounds=True)
        self.view_box.setAspectLocked(True)
        self.plotItem.hideAxis("left")
        self.plotItem.hideAxis("bottom")
        self.color_bar = ColorBar()
        self.plotItem.layout.addItem(self.color_bar, 2, 3)
        self.setAccessibleName("Where in the images a code is used")
        self.content = (self._cells, self._outlines, self.color_bar)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._outlines.set_color(theme.marker, 200)
        self.color_bar.set_theme(theme)
        self._show_code()

    def set_config(self, config: VqVaeConfig) -> None:
        """Of the run shown: it knows how many pixels there are to a cell."""
        self._config, self._mean_of = config, None

    @property
    def values(self) -> FloatArray:
        """(h, w) what is shown at each place: images in %, or codes."""
        return self._values

    @property
    def shown_code(self) -> int:
        """The code whose places are shown; -1 for all."""
        return self._shown_code

    def set_codes(self, code: int, hovered_code: int) -> None:
        """Show the code under the mouse, or else the one chosen, or else all."""
        self.code, self.hovered_code = code, hovered_code
        wanted = hovered_code if hovered_code >= 0 else code
        if wanted != self._shown_code:
            self._shown_code = wanted
            self._show_code()

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        self._snapshot, self._perplexity = snapshot, None
        height, width = snapshot.position_counts.shape[1:]
        self._show_outlines(snapshot, dataset)
        self.fit((0.0, float(width)), (0.0, float(height)))
        self.cover_with("")
        self._show_code()

    def show_nothing(self, words: str) -> None:
        self._snapshot = None
        self.cover_with(words)

    def _show_code(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        counts = snapshot.position_counts
        _, height, width = counts.shape
        if 0 <= self._shown_code < snapshot.n_codes:
            own = counts[self._shown_code].astype(np.float64)
            self._values = 100.0 * own / max(1, len(snapshot.probe))
            scale, unit = LinearScale(0.0, round_up(float(self._values.max()))), "%"
        else:
            if self._perplexity is None:
                self._perplexity = perplexity(counts)
            self._values = self._perplexity
            most = float(np.nan_to_num(self._values).max())
            scale, unit = LinearScale(1.0, max(2.0, round_up(most))), "codes"
        set_formula(self.viewport(), _ONE_CODE if self._shown_code >= 0 else _ALL_CODES, self._tip)
        pixels = colored(self._values[::-1], scale, lookup_table(self.theme.colormap))
        self._cells.set_pixels(pixels, QRectF(0.0, 0.0, width, height))
        self.color_bar.set_scale(scale, 1.0, unit)

    def _show_outlines(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        """Of the mean of the analysed images, once for a data set."""
        name = (dataset.fingerprint, len(snapshot.probe))
        if name == self._mean_of or dataset.image_shape is None:
            return
        self._mean_of = name
        mean = dataset.inputs[snapshot.probe].mean(axis=0).reshape(dataset.image_shape).mean(axis=2)
        height, width = mean.shape
        cells_high = snapshot.position_counts.shape[1]
        stride = self._config.stride_for(height, width)
        if min(height, width) < 2 or float(np.ptp(mean)) < _LEAST_CONTRAST:
            self._outlines.set_axes(np.arange(2.0), np.arange(2.0))
            self._outlines.set_values(np.zeros((2, 2)), ())
            return
        # Contours are traced on every third node; here these are the pixels' own values.
        finer = np.repeat(np.repeat(mean[::-1], _FINER, axis=0), _FINER, axis=1)
        finer = finer[: _FINER * (height - 1) + 1, : _FINER * (width - 1) + 1]
        x = (np.arange(finer.shape[1]) / _FINER + 0.5) / stride
        y = cells_high - (height - 0.5) / stride + np.arange(finer.shape[0]) / _FINER / stride
        self._outlines.set_axes(x, y)
        lo, hi = float(mean.min()), float(mean.max())
        self._outlines.set_values(finer.astype(np.float64), [lo + level * (hi - lo) for level in _LEVELS])

    def _tip(self) -> str:
        if self._snapshot is None:
            return "Nothing to show yet."
        n_images = len(self._snapshot.probe)
        if self._shown_code >= 0:
            return (
                f"Share of the {n_images:,} analysed images in which code {self._shown_code} is at a place\n"
                "White: outlines of their mean"
            )
        return (
            f"No code is chosen: exp of the entropy of the codes at each place of {n_images:,} images\n"
            "1: always the same code. White: outlines of the mean image"
        )

    # -- codes --------------------------------------------------------------------------------------------

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the grid at a place in view coordinates."""
        height, width = self._values.shape
        row, column = math.floor(height - y), math.floor(x)
        return (row, column) if 0 <= row < height and 0 <= column < width else None

    def code_at(self, x: float, y: float) -> int:
        """Every place of this picture belongs to many codes, so to none."""
        del x, y
        return -1

    def rects_of(self, code: int) -> list[QRectF]:
        del code
        return []

    def neighbour(self, code: int, right: int, up: int) -> int:
        n_codes = self._snapshot.n_codes if self._snapshot is not None else 0
        return min(max(code + right - up, 0), n_codes - 1)

    def words(self) -> str:
        snapshot = self._snapshot
        cell = self.cell_at(*self.place) if self.place is not None else None
        if snapshot is None:
            return ""
        if not 0 <= self._shown_code < snapshot.n_codes:
            return self._words_for_all(snapshot, cell)
        counts = snapshot.position_counts[self._shown_code]
        n, total = int(counts.sum()), int(snapshot.epoch_counts.sum())
        if cell is None and n:
            at = np.unravel_index(int(counts.argmax()), counts.shape)
            cell, where = (int(at[0]), int(at[1])), "most at"
        else:
            where = "at"
        share = f"code {self._shown_code}: {n:,} of {total:,} cells ({_percent(n, total)})"
        if cell is None:
            return share
        at_cell = _percent(int(counts[cell]), len(snapshot.probe))
        return (
            f"{share}\n{where} row {cell[0] + 1}, column {cell[1] + 1}: in {at_cell} of "
            f"{len(snapshot.probe):,} images"
        )

    def _words_for_all(self, snapshot: VqVaeSnapshot, cell: tuple[int, int] | None) -> str:
        if cell is None:
            return "all codes: how many take turns at each place (perplexity)"
        counts = snapshot.position_counts[:, cell[0], cell[1]]
        most = int(counts.argmax())
        return (
            f"row {cell[0] + 1}, column {cell[1] + 1}: perplexity {float(self._values[cell]):.3g}, "
            f"{int((counts > 0).sum()):,} codes\n"
            f"most often code {most}: {_percent(int(counts[most]), int(counts.sum()))}"
        )

    def export_table(self) -> PlotTable:
        """One row a cell; images in %, or the perplexity of the codes."""
        name = "images_percent" if self._shown_code >= 0 else "perplexity"
        rows, columns = np.indices(self._values.shape).reshape(2, -1).astype(np.int64)
        return PlotTable(("row", "column", name), (rows, columns, self._values.ravel()))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3g} %" if whole else "–"
