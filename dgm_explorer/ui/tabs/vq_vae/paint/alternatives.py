"""What every code would make of one cell."""

from typing import Final

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.plots.image_grid import ImageTable
from dgm_explorer.ui.tabs.vq_vae.paint.codes import codes_with_tiles
from dgm_explorer.ui.tabs.vq_vae.paint.decoder import PART_NUMBERS, PaintDecoder
from dgm_explorer.ui.tabs.vq_vae.paint.easel import Shown
from dgm_explorer.ui.tabs.vq_vae.paint.tiles import CodeTiles
from dgm_explorer.ui.tabs.vq_vae.paint.work import Shape, ThumbnailRequest
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_text
from dgm_explorer.ui.widgets.snapshot_panel import scrolling

EVERY_MS: Final = 400
"""While training goes on; a change by hand is followed at once."""
_HINT: Final = "Choose a cell of the grid, and see here what every code would make of it."
_MARGIN_CELLS: Final = 2
_MANY_PARTS: Final = 16
"""From here on it takes so long that the progress is told."""


class AlternativesPage(QWidget):
    """A thumbnail for each code: the whole image, or a close-up of the cell and what is around it."""

    code_previewed = Signal(int)
    """-1 when the mouse has left."""
    code_taken = Signal(int)

    def __init__(self, decoder: PaintDecoder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._given: tuple[Shown, tuple[int, int]] | None = None
        self._asked: tuple[Shown, tuple[int, int], bool] | None = None
        self._requests: list[ThumbnailRequest] = []
        self._parts: list[Float32Array] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(EVERY_MS)
        self._later.timeout.connect(self._ask)
        self.words = ElidedLabel(_HINT)
        self.close_up = QCheckBox("close-up")
        self.close_up.setToolTip(
            f"The cell and {_MARGIN_CELLS} more on each side, in place of the whole image"
        )
        self.close_up.toggled.connect(self._ask)
        self.tiles = CodeTiles("Alternatives for the cell", min_tile_px=28)
        self.tiles.setToolTip("Hover to try a code in the cell at hand, click to lay it.")
        self.tiles.code_hovered.connect(self.code_previewed)
        self.tiles.code_clicked.connect(self.code_taken)
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(self.close_up)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(scrolling(self.tiles), 1)
        decoder.part_ready.connect(self._take)

    def set_theme(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)

    def set_marked(self, hovered_code: int) -> None:
        """Light up a code hovered elsewhere, and the one that the cell has."""
        self.tiles.set_marked(self._own_code(), hovered_code)

    def show_cell(self, shown: Shown, cell: tuple[int, int]) -> None:
        """Decode all alternatives for a cell of a painting; for none, say how to choose one."""
        height, width = shown.picture.grid.codes.shape
        if not (0 <= cell[0] < height and 0 <= cell[1] < width):
            self.clear(_HINT)
            return
        self._given = (shown, cell)
        self.set_marked(self.tiles.marked[1])
        if not self.isVisible():
            return
        is_late = self._asked is not None and self._asked[0].network is not shown.network
        if not self._is_asked_by_hand():
            self._ask()
        elif is_late and not self._later.isActive():
            self._later.start()

    def finish(self) -> None:
        """Nothing comes any more."""
        self._later.stop()

    def clear(self, words: str) -> None:
        """Nothing to show."""
        self._given = self._asked = None
        self._requests, self._parts = [], []
        self.finish()
        set_text(self.words, "")
        self.tiles.clear(words)

    def _is_asked_by_hand(self) -> bool:
        """Whether the pictures are those of what is painted; the cell's own code does not matter to them."""
        if self._given is None or self._asked is None:
            return False
        (shown, cell), (asked, asked_cell, is_close) = self._given, self._asked
        if cell != asked_cell or is_close != self.close_up.isChecked():
            return False
        is_like = shown.network.is_like(asked.network)
        return is_like and shown.painting.without_cells([cell]) == asked.painting.without_cells([cell])

    def _ask(self) -> None:
        if self._given is None or not self.isVisible():
            return
        shown, cell = self._given
        network, codes = shown.network, shown.picture.grid.codes
        self._asked = (shown, cell, self.close_up.isChecked())
        candidates = codes_with_tiles(network.snapshot)
        window = _whole(network.shape)
        if self.close_up.isChecked():
            window = _around(cell, network.stride, network.shape)
        at_a_time = max(1, PART_NUMBERS // (network.shape[0] * network.shape[1] * network.shape[2]))
        self._requests = [
            ThumbnailRequest(codes, cell, candidates[start : start + at_a_time], network.shape, window)
            for start in range(0, len(candidates), at_a_time)
        ]
        self._parts = []
        self._decoder.ask_parts(network, ThumbnailRequest, self._requests)

    def _take(self, request: object, images: Float32Array) -> None:
        """One more part; shown when all of one instant are there."""
        if len(self._parts) >= len(self._requests) or request is not self._requests[len(self._parts)]:
            return
        self._parts.append(images)
        if len(self._requests) > _MANY_PARTS:
            set_text(self.words, f"{len(self._parts)} of {len(self._requests)} parts decoded")
        if len(self._parts) == len(self._requests) and self._asked is not None:
            shown, (row, column), _ = self._asked
            snapshot = shown.network.snapshot
            codes = np.concatenate([part.candidates for part in self._requests])
            table = ImageTable(np.concatenate(self._parts), tip=self._tip)
            self.tiles.set_tiles(codes, table)
            is_all = len(codes) == snapshot.n_codes
            which = "every code" if is_all else f"the {len(codes):,} codes used most"
            words = f"Row {row + 1}, column {column + 1} with {which}, step {snapshot.step:,}"
            set_text(self.words, words)
            self.set_marked(self.tiles.marked[1])

    def _own_code(self) -> int:
        if self._given is None:
            return -1
        shown, cell = self._given
        return int(shown.picture.grid.codes[cell])

    def _tip(self, tile: int) -> str:
        code = int(self.tiles.codes[tile])
        words = f"code {code}" + (", the present one" if code == self._own_code() else "")
        return f"{words}\n{self.tiles.toolTip()}"


def _whole(shape: Shape) -> tuple[int, int, int, int]:
    return 0, shape[0], 0, shape[1]


def _around(cell: tuple[int, int], stride: int, shape: Shape) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the part of an image around a cell, as large at its edges."""
    sides = []
    for place, length in zip(cell, shape[:2], strict=True):
        extent = min(length, (2 * _MARGIN_CELLS + 1) * stride)
        start = min(max(0, (place - _MARGIN_CELLS) * stride), length - extent)
        sides += [start, start + extent]
    return sides[0], sides[1], sides[2], sides[3]
