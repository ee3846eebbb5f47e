"""Paint with codes: choose one, lay it on the grid of an image, see at once what the decoder makes of it."""

from collections.abc import Sequence
from typing import Final, cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_painting import BaseKind, Painting, RemapKind
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.plots.image_grid import ImageTable
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import NO_CELL
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.paint_alternatives import AlternativesPage
from dgm_explorer.ui.tabs.vq_vae.paint_bar import PaintBar
from dgm_explorer.ui.tabs.vq_vae.paint_canvas import PaintCanvas
from dgm_explorer.ui.tabs.vq_vae.paint_codes import brush_cells, codes_with_tiles, known_base, paint_grid
from dgm_explorer.ui.tabs.vq_vae.paint_decoder import Network, PaintDecoder
from dgm_explorer.ui.tabs.vq_vae.paint_exchange import ExchangePage
from dgm_explorer.ui.tabs.vq_vae.paint_tiles import CodeTiles, patch_images
from dgm_explorer.ui.tabs.vq_vae.paint_work import Base, Picture, PictureRequest
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_text, set_tip
from dgm_explorer.ui.widgets.snapshot_panel import example_words, scrolling

_NO_CODE: Final = "Choose a code first: in the palette, in the mosaic, or from a cell with the right button."
_NO_IMAGES: Final = "Painting with codes takes images; these data are points in the plane."
_PALETTE_ROWS: Final = 3
_PALETTE_TILE_PX: Final = 20


class PaintPanel(CodePanel):
    """Canvas above, palette in the middle, alternatives and exchanges below.

    Parameters
    ----------
    make_inference : makes the network that encodes and decodes, beside the window.
    """

    export_name = "painting"

    painting_changed = Signal(object)
    """The `Painting` after a gesture of the user."""
    stroke_began = Signal()
    """Everything until `stroke_ended` is one step of the history."""
    stroke_ended = Signal()

    def __init__(self, make_inference: MakeInference, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = VqVaeConfig()
        self._painting = Painting()
        self._network: Network | None = None
        self._dataset: Dataset | None = None
        self._base: tuple[tuple[Network, str, int], Base] | None = None
        self._row = 0
        self._cell = NO_CELL
        self._is_stroke = False
        self._decoder = PaintDecoder(make_inference, self)
        self.bar = PaintBar()
        self.canvas = PaintCanvas()
        self.words = ElidedLabel()
        self.hold = QCheckBox("hold this instant")
        self.palette_tiles = CodeTiles("Palette", min_tile_px=_PALETTE_TILE_PX)
        self.alternatives = AlternativesPage(self._decoder)
        self.exchange = ExchangePage(self._decoder)
        self.pages = QTabWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        self.hold.setToolTip(
            "Paint on with the network and the codes of this instant while training goes on;\n"
            "otherwise the meaning of the codes follows the training."
        )
        self.palette_tiles.setToolTip(
            "Mean patch of each code: a click takes it on the brush;\n"
            "Ctrl+click or the right button makes it the other one of an exchange."
        )
        self.pages.setDocumentMode(True)
        self.pages.addTab(self.alternatives, "Alternatives")
        self.pages.setTabToolTip(0, "What every code would make of the cell at hand")
        self.pages.addTab(self.exchange, "Swap and merge")
        self.pages.setTabToolTip(1, "Two codes exchanged everywhere, and what becomes of the images")
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.hold)
        self._palette_area = scrolling(self.palette_tiles)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(3)
        layout.addWidget(self.bar)
        layout.addWidget(self.canvas, 5)
        layout.addLayout(foot)
        layout.addWidget(self._palette_area)
        layout.addWidget(self.pages, 4)
        self._palette_area.setFixedHeight(_PALETTE_ROWS * (_PALETTE_TILE_PX + 2) + 6)

    def _connect(self) -> None:
        canvas = self.canvas
        self.bar.base_chosen.connect(self._choose_base)
        self.bar.reset_requested.connect(self._reset)
        canvas.stroke_began.connect(self._begin_stroke)
        canvas.stroke_ended.connect(self._end_stroke)
        canvas.cells_painted.connect(self._lay)
        canvas.cells_erased.connect(self._erase)
        canvas.code_picked.connect(self._choose)
        canvas.cell_hovered.connect(self._hover_cell)
        canvas.cell_chosen.connect(self._choose_cell)
        self.hold.toggled.connect(self._hold)
        self.palette_tiles.code_hovered.connect(self.code_hovered)
        self.palette_tiles.code_clicked.connect(self._choose)
        self.palette_tiles.other_clicked.connect(self.exchange.set_other)
        self.alternatives.code_previewed.connect(self._preview)
        self.alternatives.code_taken.connect(self._take_alternative)
        self.exchange.remap_requested.connect(self._exchange)
        self.exchange.take_back_requested.connect(self._take_exchanges_back)
        self.exchange.other_changed.connect(self._mark)
        self.pages.currentChanged.connect(self._show_pages)
        self._decoder.picture_ready.connect(self._take_picture)
        self._decoder.failed.connect(self._refuse)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.canvas, self.palette_tiles, self.alternatives, self.exchange):
            part.set_theme(theme)
        self._show_palette()

    def set_config(self, config: VqVaeConfig) -> None:
        self._config = config

    def set_painting(self, painting: Painting) -> None:
        """Show another painting; emits nothing."""
        if painting != self._painting:
            self._painting = painting
            self.bar.set_painting(painting)
            self._ask()

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        if dataset.image_shape is None:
            self._clear(_NO_IMAGES)
            return
        if self.hold.isChecked() and self._network is not None:
            return
        self._network = Network(snapshot, self._config, dataset.image_shape)
        self._dataset = dataset
        self.bar.set_limits(len(dataset), snapshot.n_codes)
        self._show_palette()
        self._ask()

    def _clear(self, words: str) -> None:
        self._network = self._dataset = self._base = None
        self._decoder.forget()
        self.hold.setChecked(False)
        self._cell = NO_CELL
        self.canvas.clear(words)
        self.palette_tiles.clear("")
        self.alternatives.clear("")
        self.exchange.clear("")
        set_text(self.words, "")

    def _show_palette(self) -> None:
        if self._network is None:
            return
        snapshot = self._network.snapshot
        codes = codes_with_tiles(snapshot)
        images = patch_images(snapshot.patches[codes], self.theme)
        self.palette_tiles.set_tiles(codes, ImageTable(images, tip=self._palette_tip))
        self._mark()

    def _palette_tip(self, tile: int) -> str:
        code = int(self.palette_tiles.codes[tile])
        return f"code {code}\n{self.palette_tiles.toolTip()}"

    def _mark(self) -> None:
        other = self.exchange.other_code if self.pages.currentWidget() is self.exchange else -1
        self.exchange.set_code(self.code)
        self.palette_tiles.set_marked(self.code, self.hovered_code, other)
        self.alternatives.set_marked(self.hovered_code)
        is_own = self.canvas.grid.cell != NO_CELL  # the brush shall not darken what it goes over
        self.canvas.set_marked(-1 if is_own else self.hovered_code)

    def finish(self) -> None:
        self._decoder.close()

    def plots(self) -> Sequence[ExportablePlot]:
        """The painted image and its grid, then what the page in front shows."""
        page = self.pages.currentWidget()
        tiles = self.alternatives.tiles if page is self.alternatives else self.exchange.pictures
        return (self.canvas.result, self.canvas.grid, tiles)

    def export_table(self) -> PlotTable:
        """The painted grid."""
        return self.canvas.grid.export_table()

    # -- the decode ---------------------------------------------------------------------------------------

    def _ask(self, preview: Painting | None = None) -> None:
        """Have the painting, or what the mouse tries, decoded."""
        if self._network is None or self._dataset is None:
            return
        painting = preview if preview is not None else self._painting
        row = min(painting.base_index, len(self._dataset) - 1)
        base = self._base[1] if self._base is not None and self._base[0] == self._base_key() else None
        request = PictureRequest(
            painting,
            self._network.snapshot.n_codes,
            known_base(painting, self._network.snapshot, row),
            self._dataset.inputs[row] if painting.base == "example" else None,
            base,
            is_preview=preview is not None,
        )
        self._decoder.ask_picture(self._network, request)

    def _base_key(self) -> tuple[Network, str, int]:
        assert self._network is not None
        return self._network, self._painting.base, self._painting.base_index

    @Slot(object, object, object)
    def _take_picture(self, network: Network, request: PictureRequest, picture: Picture) -> None:
        if self._network is None or not network.is_like(self._network):
            return  # of another run
        painting = request.painting
        self._base = ((network, painting.base, painting.base_index), picture.base)
        self.canvas.show_picture(network, picture, request.image)
        what = "tried" if request.is_preview else "held" if self.hold.isChecked() else "decode"
        set_text(self.canvas.result_title, f"{what} · step {network.snapshot.step:,}")
        if not request.is_preview:
            self._say()
            self._show_pages()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        """The network cannot decode: nothing that is shown would be true."""
        self.canvas.clear(sentence)

    @Slot()
    def _show_pages(self) -> None:
        """The page in front, for the newest network and the grid as it is painted."""
        picture = self.canvas.picture
        if self._network is None or self._dataset is None or picture is None or self._is_stroke:
            return
        if self.pages.currentWidget() is self.alternatives:
            self.alternatives.show_cell(self._network, picture.grid.codes, self._cell)
        else:
            self.exchange.show_painting(self._network, self._dataset, self._painting)
        self._mark()

    def _say(self) -> None:
        """What is on the brush and on the grid."""
        picture, dataset = self.canvas.picture, self._dataset
        if picture is None or dataset is None:
            return
        grid = picture.grid
        parts = [f"brush: code {self.code}" if self._has_brush else _NO_CODE]
        if self._painting.base == "example":
            words = example_words(dataset, min(self._painting.base_index, len(dataset) - 1))
            self.bar.set_number_tip(f"Number of the image in the data set: {words}")
            parts.append(words)
        parts.append(f"{_counted(grid.n_painted, 'cell')} painted")
        if grid.n_remapped:
            parts.append(f"{grid.n_remapped} exchanged")
        if grid.n_left_out:
            parts.append(f"{_counted(grid.n_left_out, 'change')} of another grid left out")
        set_text(self.words, " · ".join(parts))
        set_tip(self.words, "\n".join(parts))

    # -- the hand -----------------------------------------------------------------------------------------

    @property
    def _has_brush(self) -> bool:
        return self._network is not None and 0 <= self.code < self._network.snapshot.n_codes

    def _apply(self, painting: Painting) -> None:
        """Show what the hand did, at once, and tell."""
        if painting == self._painting:
            return
        if self._painting.base == "example":
            self._row = self._painting.base_index
        self._painting = painting
        self.bar.set_painting(painting)
        if self._base is not None and self._network is not None and self._base[0] == self._base_key():
            codes = paint_grid(self._base[1].codes, painting, self._network.snapshot.n_codes).codes
            self.canvas.show_codes(codes)
        self._ask()
        self.painting_changed.emit(painting)

    @Slot()
    def _begin_stroke(self) -> None:
        self._is_stroke = True
        self.stroke_began.emit()

    @Slot()
    def _end_stroke(self) -> None:
        self._is_stroke = False
        self.stroke_ended.emit()
        self._show_pages()

    @Slot(object)
    def _lay(self, cells: list[tuple[int, int]]) -> None:
        if not self._has_brush:
            set_text(self.words, _NO_CODE)
            return
        try:
            self._apply(self._painting.with_cells(self._under_brush(cells), self.code))
        except InputError as error:
            set_text(self.words, str(error))

    @Slot(object)
    def _erase(self, cells: list[tuple[int, int]]) -> None:
        self._apply(self._painting.without_cells(self._under_brush(cells)))

    def _under_brush(self, cells: list[tuple[int, int]]) -> list[tuple[int, int]]:
        height, width = self.canvas.grid.codes.shape
        return brush_cells(cells, self.bar.brush_width, (height, width))

    @Slot(int)
    def _choose(self, code: int) -> None:
        if code >= 0:
            self.set_code(code)
            self._say()
            self.code_chosen.emit(code)

    @Slot(int, int)
    def _hover_cell(self, row: int, column: int) -> None:
        self.code_hovered.emit(self.canvas.grid.code_at(row, column))

    @Slot(int, int)
    def _choose_cell(self, row: int, column: int) -> None:
        self._cell = (row, column)
        self.canvas.mark_cell(self._cell)
        self._show_pages()

    @Slot(int)
    def _preview(self, code: int) -> None:
        """Try a code in the cell at hand; -1 for what is painted."""
        self.code_hovered.emit(code)
        try:
            self._ask(self._painting.with_cells([self._cell], code) if code >= 0 else None)
        except InputError as error:
            set_text(self.words, str(error))

    @Slot(int)
    def _take_alternative(self, code: int) -> None:
        try:
            self._apply(self._painting.with_cells([self._cell], code))
        except InputError as error:
            set_text(self.words, str(error))

    @Slot(str, int)
    def _choose_base(self, base: str, index: int) -> None:
        if index < 0:
            index = {"example": self._row, "code": max(self.code, 0)}.get(base, 0)
        self._apply(self._painting.with_base(cast(BaseKind, base), index))

    @Slot()
    def _reset(self) -> None:
        self._apply(self._painting.reset())

    @Slot(str, int, int)
    def _exchange(self, kind: str, a: int, b: int) -> None:
        try:
            self._apply(self._painting.with_remap(cast(RemapKind, kind), a, b))
        except InputError as error:
            set_text(self.words, str(error))

    @Slot()
    def _take_exchanges_back(self) -> None:
        self._apply(self._painting.without_remaps())

    @Slot(bool)
    def _hold(self, is_held: bool) -> None:
        if not is_held:
            self.show_again()


def _counted(n: int, noun: str) -> str:
    return f"1 {noun}" if n == 1 else f"{n} {noun}s"
