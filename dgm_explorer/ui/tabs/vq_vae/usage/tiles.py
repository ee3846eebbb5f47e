"""Where in the images every code lives: one small map each, as one image."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from dgm_explorer.core.arrays import BoolArray, Float32Array
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.tabs.vq_vae.usage.cells import CellPicture, LinearScale, as_pixel, colored
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip

MOST_TILES = 1024
"""Codes shown; of more the first ones."""
MOST_NUMBERS = 400_000
"""In all tiles together; finer grids are shown as means of blocks."""
_MARGIN = 0.15
"""Room for the frame of a tile at the edge, in tiles."""
_FORMULA = r"\frac{n_{kyx}}{\max_{y'x'} n_{ky'x'}}"


class PlaceTiles(UsagePlot):
    """Tiles row by row in the order of the codes, each on its own scale; hollow for codes without use."""

    export_name = "all-code-places"

    def __init__(self) -> None:
        super().__init__(NumberAxis("bottom", ""), NumberAxis("left", ""))
        self._snapshot: VqVaeSnapshot | None = None
        self._n_columns = 1
        self._tile = (1, 1)
        self._cells = CellPicture()
        self.view_box.addItem(self._cells, ignoreBounds=True)
        self.view_box.setAspectLocked(True)
        self.view_box.sigResized.connect(self._make_room)
        self.plotItem.hideAxis("left")
        self.plotItem.hideAxis("bottom")
        self.setAccessibleName("Where in the images each code is used")
        self.content = (self._cells,)
        set_formula_tooltip(self.viewport(), _FORMULA, self._tip)
        self.set_theme(LIGHT)

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        del dataset
        self._snapshot = snapshot
        self._draw()
        self.cover_with("")

    def show_nothing(self, words: str) -> None:
        self._snapshot = None
        self.cover_with(words)

    @property
    def n_tiles(self) -> int:
        return 0 if self._snapshot is None else min(self._snapshot.n_codes, MOST_TILES)

    def _draw(self) -> None:
        if self._snapshot is None:
            return
        maps = reduced(self._snapshot.position_counts[:MOST_TILES], MOST_NUMBERS)
        highest = maps.reshape(len(maps), -1).max(axis=1)
        shares = maps / np.maximum(highest, 1e-9).astype(np.float64)[:, None, None]
        tiles = colored(shares, LinearScale(0.0, 1.0), lookup_table(self.theme.colormap))
        background = as_pixel(self.theme.plot_background)
        _hollow(tiles, highest <= 0, as_pixel(self.theme.muted_text), background)
        self._tile = (maps.shape[1] + 1, maps.shape[2] + 1)  # each has a gap on the right and below
        self._n_columns = self._best_columns()
        self._cells.set_pixels(*self._join(tiles, background))
        width, height = self._size
        margin = _MARGIN * max(self._tile)
        self.fit((-margin, width + margin), (-margin, height + margin))
        self.show_marks()

    @property
    def _size(self) -> tuple[float, float]:
        """(width, height) of all tiles, the last gap left out."""
        n_rows = -(-self.n_tiles // self._n_columns)
        return float(self._n_columns * self._tile[1] - 1), float(n_rows * self._tile[0] - 1)

    def _best_columns(self) -> int:
        """As many as give the largest tiles in the room there is."""
        rect = self.view_box.rect()
        n, (high, wide) = self.n_tiles, self._tile
        counts = np.arange(1, n + 1)
        rows = -(-n // counts)
        sizes = np.minimum(rect.width() / (counts * wide), rect.height() / (rows * high))
        return int(counts[sizes.argmax()])

    def _join(self, tiles: NDArray[np.uint32], background: np.uint32) -> tuple[NDArray[np.uint32], QRectF]:
        """All tiles as one image from the bottom up, and where it lies."""
        n, (high, wide) = len(tiles), self._tile
        n_rows = -(-n // self._n_columns)
        padded = np.full((n_rows * self._n_columns, high, wide), background, np.uint32)
        padded[:n, :-1, :-1] = tiles
        grid = padded.reshape(n_rows, self._n_columns, high, wide).transpose(0, 2, 1, 3)
        pixels = grid.reshape(n_rows * high, self._n_columns * wide)[:-1, :-1]
        width, height = self._size
        return pixels[::-1], QRectF(0.0, 0.0, width, height)

    def _make_room(self, *_: object) -> None:
        """Other columns where the view has another shape."""
        if self._snapshot is not None and self._best_columns() != self._n_columns:
            self._draw()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._draw()

    def _tip(self) -> str:
        return (
            f"Uses of code k at each place of the images, over its most used place; {self.n_tiles:,} codes,\n"
            "from the upper left in their order, each on a scale of its own; hollow: not used at all"
        )

    # -- codes --------------------------------------------------------------------------------------------

    def code_at(self, x: float, y: float) -> int:
        width, height = self._size
        column, row = math.floor(x / self._tile[1]), math.floor((height - y) / self._tile[0])
        is_inside = 0 <= x <= width and 0 <= y <= height
        code = row * self._n_columns + column
        return code if is_inside and 0 <= code < self.n_tiles else -1

    def rects_of(self, code: int) -> list[QRectF]:
        if not 0 <= code < self.n_tiles:
            return []
        row, column = divmod(code, self._n_columns)
        (high, wide), (_, height) = self._tile, self._size
        return [QRectF(column * wide, height - row * high - (high - 1), wide - 1, high - 1)]

    def neighbour(self, code: int, right: int, up: int) -> int:
        moved = code + right - up * self._n_columns if code >= 0 else 0
        return moved if 0 <= moved < self.n_tiles else code

    def words(self) -> str:
        return ""

    def export_table(self) -> PlotTable:
        """One row for each place of each code, however many codes and places there are."""
        header = ("code", "row", "column", "uses")
        if self._snapshot is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        counts = self._snapshot.position_counts
        codes, rows, columns = np.indices(counts.shape).reshape(3, -1).astype(np.int64)
        return PlotTable(header, (codes, rows, columns, counts.ravel().astype(np.int64)))


def reduced(maps: Float32Array, most: int) -> Float32Array:
    """(K, h, w) as (K, ≤ h, ≤ w) means of blocks, so that there are no more than about ``most`` numbers."""
    n, height, width = maps.shape
    block = math.ceil(math.sqrt(max(1.0, maps.size / most)))
    if block == 1:
        return maps
    high, wide = -(-height // block), -(-width // block)
    if (height, width) != (high * block, wide * block):
        padded = np.zeros((n, high * block, wide * block), np.float32)
        padded[:, :height, :width] = maps
        maps = padded
    rows = maps.reshape(n, high, block, wide * block).sum(axis=2)  # both sums at once take twice as long
    return np.asarray(rows.reshape(n, high, wide, block).sum(axis=3) / block**2, np.float32)


def _hollow(
    tiles: NDArray[np.uint32], is_hollow: BoolArray, border: np.uint32, background: np.uint32
) -> None:
    """Give tiles (n, h, w) a border and nothing inside; ones too small for that stay empty."""
    tiles[is_hollow] = background
    if min(tiles.shape[1:]) >= 3:
        for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
            part = tiles[edge]
            part[is_hollow] = border
