"""Paint with codes: choose one, lay it on the grid of an image, see at once what the decoder makes of it."""

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_painting import BaseKind, Painting, RemapKind
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import NO_CELL
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.paint.alternatives import AlternativesPage
from dgm_explorer.ui.tabs.vq_vae.paint.bar import PaintBar
from dgm_explorer.ui.tabs.vq_vae.paint.canvas import PaintCanvas
from dgm_explorer.ui.tabs.vq_vae.paint.codes import brush_cells
from dgm_explorer.ui.tabs.vq_vae.paint.decoder import Network, PaintDecoder
from dgm_explorer.ui.tabs.vq_vae.paint.easel import Easel, Shown
from dgm_explorer.ui.tabs.vq_vae.paint.exchange import ExchangePage
from dgm_explorer.ui.tabs.vq_vae.paint.palette import Palette
from dgm_explorer.ui.tabs.vq_vae.paint.words import (
    HOW_TO_CHOOSE,
    NO_IMAGES,
    SOON,
    brush_words,
    painting_parts,
)
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_text, set_tip


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
        self._last_row = 0
        self._cell = NO_CELL
        self._is_stroke = False
        self._told_code = self._told_brush = -1
        self._decoder = PaintDecoder(make_inference, self)
        self._easel = Easel(self._decoder, self)
        self.bar = PaintBar()
        self.canvas = PaintCanvas()
        self.words = ElidedLabel()
        self.hold = QCheckBox("hold this instant")
        self.code_palette = Palette()
        self.alternatives = AlternativesPage(self._decoder)
        self.exchange = ExchangePage(self._decoder)
        self.pages = QTabWidget()
        self.pages.tabBar().setAccessibleName("Pages below the painted image")
        self._build()
        self._connect()

    def _build(self) -> None:
        self.hold.setToolTip(
            "Paint on with the network and the codes of this instant while training goes on;\n"
            "otherwise the meaning of the codes follows the training."
        )
        self.pages.setDocumentMode(True)
        self.pages.addTab(self.alternatives, "Alternatives")
        self.pages.setTabToolTip(0, "What every code would make of the cell at hand")
        self.pages.addTab(self.exchange, "Swap and merge")
        self.pages.setTabToolTip(1, "Two codes exchanged everywhere, and what becomes of the images")
        self.pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.hold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(3)
        layout.addWidget(self.bar)
        layout.addWidget(self.canvas, 5)
        layout.addLayout(foot)
        layout.addWidget(self.code_palette.area)
        layout.addWidget(self.pages, 4)

    def _connect(self) -> None:
        canvas = self.canvas
        self.bar.base_chosen.connect(self._choose_base)
        self.bar.reset_requested.connect(self._reset)
        canvas.stroke_began.connect(self._begin_stroke)
        canvas.stroke_ended.connect(self._end_stroke)
        canvas.cells_painted.connect(self._lay)
        canvas.cells_erased.connect(self._erase)
        canvas.code_picked.connect(self._choose)
        canvas.cell_hovered.connect(self._tell_hovered)
        canvas.cell_chosen.connect(self._choose_cell)
        self.hold.toggled.connect(self._hold)
        self.code_palette.code_hovered.connect(self.code_hovered)
        self.code_palette.code_clicked.connect(self._choose)
        self.code_palette.other_clicked.connect(self.exchange.set_other)
        self.alternatives.code_previewed.connect(self._try_out)
        self.alternatives.code_taken.connect(self._take_alternative)
        self.exchange.remap_requested.connect(self._exchange)
        self.exchange.take_back_requested.connect(self._take_exchanges_back)
        self.exchange.other_changed.connect(self._mark)
        self.pages.currentChanged.connect(self._show_pages)
        self._easel.decoded.connect(self._show_decoded)
        self._decoder.failed.connect(self._refuse)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.canvas, self.code_palette, self.alternatives, self.exchange):
            part.set_theme(theme)
        self._show_palette()

    def set_config(self, config: VqVaeConfig) -> None:
        self._config = config

    def set_painting(self, painting: Painting) -> None:
        """Show another painting; emits nothing."""
        if painting != self._easel.painting:
            self._show_painting(painting)

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        if dataset.image_shape is None:
            self._clear(NO_IMAGES)
            return
        if self.hold.isChecked() and self._easel.network is not None:
            return
        if self._easel.network is None:
            self.canvas.clear(SOON)
        self.hold.setEnabled(True)
        self.bar.set_limits(len(dataset), snapshot.n_codes)
        self._easel.set_network(Network(snapshot, self._config, dataset.image_shape), dataset)
        self._show_palette()

    def _clear(self, words: str) -> None:
        self._easel.clear()
        self.hold.setChecked(False)
        self.hold.setEnabled(False)
        self._cell = NO_CELL
        self.canvas.mark_cell(NO_CELL)
        self.canvas.clear(words)
        self.code_palette.clear("")
        self.alternatives.clear("")
        self.exchange.clear("")
        set_text(self.words, "")

    def _show_painting(self, painting: Painting) -> None:
        if self._easel.painting.base == "example":
            self._last_row = self._easel.painting.base_index
        codes = self._easel.set_painting(painting)
        if codes is not None:
            self.canvas.show_codes(codes)
        self.bar.set_painting(painting)

    def _show_palette(self) -> None:
        if self._easel.network is not None:
            self.code_palette.show_snapshot(self._easel.network.snapshot, self.theme)
            self._mark()

    def _mark(self) -> None:
        self.exchange.set_code(self.code)
        other = self.exchange.other_code if self.pages.currentWidget() is self.exchange else -1
        self.code_palette.set_marked(self.code, self.hovered_code, other)
        self.alternatives.set_marked(self.hovered_code)
        if self.code != self._told_brush:
            self._told_brush = self.code
            self._say()
        is_own = self.canvas.under_mouse != NO_CELL  # the brush shall not darken what it goes over
        self.canvas.set_marked(-1 if is_own else self.hovered_code)

    @Slot(object)
    def _show_decoded(self, shown: Shown) -> None:
        self.canvas.show_picture(shown.network, shown.picture, shown.request.image)
        what = "tried" if shown.request.is_trial else "held" if self.hold.isChecked() else "decode"
        set_text(self.canvas.result_title, f"{what} · step {shown.network.snapshot.step:,}")
        self._show_rest()

    def _show_rest(self) -> None:
        """Behind a stroke only: a text lays out the whole panel anew, and thumbnails are many."""
        shown = self._easel.shown
        if shown is None or shown.painting != self._easel.painting or self._is_stroke:
            return  # the last decode of the stroke is still to come
        self._say()
        self._tell_hovered()
        self._show_pages()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        """The network cannot decode: nothing that is shown would be true."""
        self.canvas.clear(sentence)

    @Slot()
    def _show_pages(self) -> None:
        """The page in front, for the painting last decoded."""
        easel, shown = self._easel, self._easel.shown
        if shown is None or easel.dataset is None or self._is_stroke:
            return
        if self.pages.currentWidget() is self.alternatives:
            self.alternatives.show_cell(shown, self._cell)
        else:
            self.exchange.show_painting(shown.network, easel.dataset, shown.painting)
        self._mark()

    def _say(self) -> None:
        """What is on the brush, and on the grid once it is decoded."""
        shown, dataset, brush = self._easel.shown, self._easel.dataset, self.code if self._has_brush else -1
        if dataset is None:
            return
        parts = [brush_words(brush)]
        if shown is not None:
            parts = painting_parts(shown, dataset, self._easel.row, brush)
            self.bar.set_number_tip(parts[-1])
        set_text(self.words, " · ".join(parts))
        set_tip(self.words, "\n".join(parts if self._has_brush else (HOW_TO_CHOOSE, *parts[1:])))

    def finish(self) -> None:
        self.alternatives.finish()
        self.exchange.finish()
        self._decoder.close()

    def plots(self) -> Sequence[ExportablePlot]:
        """The painted image and its grid, then what the page in front shows."""
        page = self.pages.currentWidget()
        tiles = self.alternatives.tiles if page is self.alternatives else self.exchange.pictures
        return (self.canvas.result, self.canvas.grid, tiles)

    def export_table(self) -> PlotTable:
        """The painted grid."""
        return self.canvas.grid.export_table()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pages below go where there is no room for them: the canvas is what the panel is for."""
        self.code_palette.set_panel_height(self.height())
        layout = self.layout()
        assert layout is not None
        room = self.height() - layout.minimumSize().height()
        self.pages.setVisible(room >= self.pages.minimumSizeHint().height())
        super().resizeEvent(event)

    # -- the hand -----------------------------------------------------------------------------------------

    @property
    def _has_brush(self) -> bool:
        return 0 <= self.code < self._easel.n_codes

    def _apply(self, change: Callable[[Painting], Painting]) -> None:
        """Show what the hand did, at once, and tell; a change that cannot be is said in place of it."""
        try:
            painting = change(self._easel.painting)
        except InputError as error:
            set_text(self.words, str(error))
            return
        if painting != self._easel.painting:
            self._show_painting(painting)
            self.painting_changed.emit(painting)

    @Slot()
    def _begin_stroke(self) -> None:
        self._is_stroke = True
        self.stroke_began.emit()

    @Slot()
    def _end_stroke(self) -> None:
        self._is_stroke = False
        self.stroke_ended.emit()
        self._show_rest()

    @Slot(object)
    def _lay(self, cells: list[tuple[int, int]]) -> None:
        if self._has_brush:
            self._apply(lambda painting: painting.with_cells(self._under_brush(cells), self.code))
        else:
            self._say()

    @Slot(object)
    def _erase(self, cells: list[tuple[int, int]]) -> None:
        self._apply(lambda painting: painting.without_cells(self._under_brush(cells)))

    def _under_brush(self, cells: list[tuple[int, int]]) -> list[tuple[int, int]]:
        height, width = self.canvas.grid.codes.shape
        return brush_cells(cells, self.bar.brush_width, (height, width))

    @Slot(int)
    def _choose(self, code: int) -> None:
        if code >= 0:
            self.set_code(code)
            self._say()
            self.code_chosen.emit(code)

    @Slot()
    def _tell_hovered(self) -> None:
        """The code under the mouse, after a stroke or a step of the training too."""
        code = self.canvas.grid.code_at(*self.canvas.under_mouse)
        if code != self._told_code:
            self._told_code = code
            self.code_hovered.emit(code)

    @Slot(int, int)
    def _choose_cell(self, row: int, column: int) -> None:
        self._cell = (row, column)
        self.canvas.mark_cell(self._cell)
        self._show_pages()

    @Slot(int)
    def _try_out(self, code: int) -> None:
        """A code in the cell at hand, as long as the mouse is over it; -1 for what is painted."""
        self.code_hovered.emit(code)
        if code < 0:
            self._easel.end_trial()
            return
        try:
            self._easel.try_out(self._easel.painting.with_cells([self._cell], code))
        except InputError as error:
            set_text(self.words, str(error))

    @Slot(int)
    def _take_alternative(self, code: int) -> None:
        self._apply(lambda painting: painting.with_cells([self._cell], code))

    @Slot(str, int)
    def _choose_base(self, base: str, index: int) -> None:
        if index < 0:
            index = {"example": self._last_row, "code": max(self.code, 0)}.get(base, 0)
        self._apply(lambda painting: painting.with_base(cast(BaseKind, base), index))

    @Slot()
    def _reset(self) -> None:
        self._apply(Painting.reset)

    @Slot(str, int, int)
    def _exchange(self, kind: str, a: int, b: int) -> None:
        self._apply(lambda painting: painting.with_remap(cast(RemapKind, kind), a, b))

    @Slot()
    def _take_exchanges_back(self) -> None:
        self._apply(Painting.without_remaps)

    @Slot(bool)
    def _hold(self, is_held: bool) -> None:
        if not is_held:
            self.show_again()
