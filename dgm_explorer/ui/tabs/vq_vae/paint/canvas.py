"""The image beneath, the code grid under the brush and what the decoder makes of it, side by side."""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import NO_CELL, CodeGridView
from dgm_explorer.ui.tabs.vq_vae.mosaic.key import diverging_colors
from dgm_explorer.ui.tabs.vq_vae.paint.decoder import Network
from dgm_explorer.ui.tabs.vq_vae.paint.grid import PaintGrid
from dgm_explorer.ui.tabs.vq_vae.paint.work import Picture, Shape
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import ChoiceBox, set_color, set_tip

_LEAST_PX: Final = (150, 150)
_SPACE_PX: Final = 2
_BESIDE: Final = (("input", "image"), ("base", "its decode"), ("difference", "difference"))
_BESIDE_TIP: Final = (
    "image: of the data set, as the encoder gets it\n"
    "its decode: decoder of the grid before it is painted on\n"
    "difference: of the two decodes, painted − base; blue darker, orange brighter, mean of the channels"
)
_GRID_TIP: Final = (
    "Drag lays the code chosen, Shift+drag takes back, the right button or Alt takes up the code of a cell.\n"
    "Keys: arrows, then Space or Return to lay, Delete to take back, Alt+Return to take up."
)


class PaintedGridView(PaintGrid):
    """Knows the base too, for tool tips and tables."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._base: IntArray = np.zeros((0, 0), np.int64)
        self.tip = self._tell_cell
        self.setToolTip(_GRID_TIP)

    def set_base(self, codes: IntArray) -> None:
        """(h, w) codes before anything was painted."""
        self._base = codes

    def _tell_cell(self, row: int, column: int) -> str:
        words = f"row {row + 1}, column {column + 1}: code {self.code_at(row, column)}"
        if self._base.shape == self.codes.shape and self._base[row, column] != self.codes[row, column]:
            words += f", painted over {self._base[row, column]}"
        return f"{words}\n{_GRID_TIP}"

    def export_table(self) -> PlotTable:
        """Every cell with its code, and the code that it had before it was painted on."""
        rows, columns = np.indices(self.codes.shape).reshape(2, -1)
        header = ("row", "column", "code", "code_before")
        return PlotTable(header, (rows, columns, self.codes.reshape(-1), self._base.reshape(-1)))


class PaintCanvas(QWidget):
    """Three views of the same cells; the brush works on the grid and on the decode.

    Attributes
    ----------
    under_mouse : (row, column); (-1, -1) for none.
    """

    stroke_began = Signal()
    stroke_ended = Signal()
    cells_painted = Signal(object)
    cells_erased = Signal(object)
    code_picked = Signal(int)
    cell_hovered = Signal(int, int)
    """Row and column; -1, -1 when the mouse has left."""
    cell_chosen = Signal(int, int)
    """The last one pressed, laid or picked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._picture: Picture | None = None
        self._input: Float32Array | None = None
        self._shape: Shape = (1, 1, 1)
        self._stride = 1
        self._n_codes = 1
        self._wanted = "input"
        self._is_stroke = False
        self.under_mouse = self._at_hand = NO_CELL
        self.beside = ChoiceBox("Picture on the left", _BESIDE)
        self.beside.setToolTip(_BESIDE_TIP)
        self.base = CodeGridView("Base image")
        self.grid = PaintedGridView("Painted codes")
        self.result = PaintedGridView("Painted image")
        self.grid_title, self.result_title = ElidedLabel("codes"), ElidedLabel("decode")
        self._views: tuple[CodeGridView, ...] = (self.base, self.grid, self.result)
        self._build()
        self._connect()

    def _build(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_SPACE_PX)
        layout.addWidget(self.beside, 0, 0, Qt.AlignmentFlag.AlignHCenter)
        for column, title in enumerate((self.grid_title, self.result_title), 1):
            title.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(title, 0, column)
        for column, view in enumerate(self._views):
            layout.addWidget(view, 1, column)
            layout.setColumnStretch(column, 1)
            view.setMinimumSize(*_LEAST_PX)
        layout.setRowStretch(1, 1)

    def _connect(self) -> None:
        self.beside.activated.connect(self._choose_beside)
        for view in self._views:
            view.cell_hovered.connect(self._hover)
        self.base.cell_pressed.connect(self._pick_base)
        for view in (self.grid, self.result):
            view.stroke_began.connect(self._begin_stroke)
            view.stroke_ended.connect(self._end_stroke)
            view.cells_painted.connect(self._paint)
            view.cells_erased.connect(self._erase)
            view.cell_picked.connect(self._pick)

    def _limit_height(self) -> None:
        """No higher than three images side by side can use; what is below takes the rest."""
        side = (self.width() - 2 * _SPACE_PX) // 3
        ratio = self._shape[0] / self._shape[1]
        title = max(self.beside.sizeHint().height(), self.grid_title.sizeHint().height())
        height = max(_LEAST_PX[1], math.ceil(side * ratio)) + title + 2 * _SPACE_PX
        if height != self.maximumHeight():
            self.setMaximumHeight(height)

    # -- content ------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for view in self._views:
            view.set_theme(theme)
        for title in (self.grid_title, self.result_title):
            set_color(title, theme.muted_text)
        self._show_beside()

    def show_picture(self, network: Network, picture: Picture, image: Float32Array | None) -> None:
        """Show a painting decoded; ``image`` (d,) is the one of the data set that it began with."""
        self._shape, self._stride = network.shape, network.stride
        self._n_codes = network.snapshot.n_codes
        self._limit_height()
        is_same_base = self._picture is not None and self._picture.base is picture.base
        self._picture, self._input = picture, image
        codes = picture.grid.codes
        for view in (self.grid, self.result):
            view.set_base(picture.base.codes)
        self.grid.set_image(self._as_image(picture.image), self._stride, tint=1.0)
        self.grid.set_grid(codes, self._n_codes)
        self.mark_cell(self._at_hand)
        self.result.set_image(self._as_image(picture.image), self._stride, tint=0.0)
        self.result.set_grid(codes, self._n_codes)
        if not is_same_base or self.beside.key == "difference":
            self._show_beside()

    def show_codes(self, codes: IntArray) -> None:
        """Show a stroke before its decode has come."""
        self.grid.set_grid(codes, self._n_codes)

    def clear(self, words: str) -> None:
        """Say what will be here."""
        self._picture = None
        self.base.clear("")
        self.grid.clear(words)
        self.result.clear("")

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return self._picture

    def set_marked(self, hovered_code: int) -> None:
        """Light up a code that is hovered elsewhere."""
        self.grid.set_marked(hovered_code, -1)
        self.result.set_marked(hovered_code, -1)

    def mark_cell(self, cell: tuple[int, int]) -> None:
        """Outline the cell at hand with dashes; (-1, -1) for none."""
        self._at_hand = cell
        row, column = cell
        side = self._stride
        is_none = cell == NO_CELL
        self.grid.set_field(None if is_none else QRectF(column * side, row * side, side, side))

    def _choose_beside(self) -> None:
        self._wanted = self.beside.key
        self._show_beside()

    def _show_beside(self) -> None:
        self.beside.set_possible("input", self._input is not None, "Only an image of the data set has one")
        self.beside.set_key("base" if self._wanted == "input" and self._input is None else self._wanted)
        picture = self._picture
        if picture is None:
            return
        tip = _BESIDE_TIP
        if self.beside.key == "difference":
            change = self._as_image(picture.image - picture.base.image)
            image, most = difference_image(change, self._theme)
            tip = f"{_BESIDE_TIP}\nfull colour: ±{most:.3g}, where black to white is 1"
        elif self.beside.key == "input" and self._input is not None:
            image = self._as_image(self._input)
        else:
            image = self._as_image(picture.base.image)
        set_tip(self.beside, tip)
        self.base.set_image(image, self._stride, tint=0.0)
        self.base.set_grid(picture.base.codes, self._n_codes)

    def _as_image(self, flat: Float32Array) -> Float32Array:
        return flat.reshape(self._shape)

    # -- the hand -----------------------------------------------------------------------------------------

    def _begin_stroke(self) -> None:
        self._is_stroke = True
        self.stroke_began.emit()

    def _end_stroke(self) -> None:
        self._is_stroke = False
        self.stroke_ended.emit()
        self._frame_cell()

    def _hover(self, row: int, column: int) -> None:
        """During a stroke only the view under the mouse frames its cell: every repaint delays the decode."""
        self.under_mouse = (row, column)
        if not self._is_stroke:
            self._frame_cell()
            self.cell_hovered.emit(row, column)

    def _frame_cell(self) -> None:
        for view in self._views:
            view.set_cell(*self.under_mouse)

    def _paint(self, cells: list[tuple[int, int]]) -> None:
        self.cells_painted.emit(cells)
        self.cell_chosen.emit(*cells[-1])

    def _erase(self, cells: list[tuple[int, int]]) -> None:
        self.cells_erased.emit(cells)
        self.cell_chosen.emit(*cells[-1])

    def _pick(self, row: int, column: int) -> None:
        self.code_picked.emit(self.grid.code_at(row, column))
        self.cell_chosen.emit(row, column)

    def _pick_base(self, row: int, column: int) -> None:
        self.code_picked.emit(self.base.code_at(row, column))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit_height()


def difference_image(change: Float32Array, theme: Theme) -> tuple[Float32Array, float]:
    """Colours (height, width, 3) of a change (height, width, c), and the change that has the full colour."""
    values = change.mean(axis=2)
    most = float(np.abs(values).max(initial=0.0))
    table = _diverging_colors(theme)
    middle = (len(table) - 1) / 2
    places = np.rint(middle + values * (middle / max(most, 1e-6))).astype(np.int64)
    pixels = table[np.clip(places, 0, len(table) - 1)]
    channels = np.stack([pixels >> shift & 255 for shift in (16, 8, 0)], axis=2)
    return channels.astype(np.float32) / np.float32(255), most


@lru_cache(maxsize=4)
def _diverging_colors(theme: Theme) -> NDArray[np.uint32]:
    """Made once for each theme: it takes longer than a frame may."""
    return diverging_colors(theme)
