"""The codebook as tiles, with the choice of what they show and how they are ordered."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QToolButton, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import TileOrder, TilePicture
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.mosaic.order import TileSorter
from dgm_explorer.ui.tabs.vq_vae.mosaic.scene import TileChoice, make_tiles
from dgm_explorer.ui.tabs.vq_vae.mosaic.tiles import Window, changed_window, mean_changes
from dgm_explorer.ui.tabs.vq_vae.mosaic.view import MosaicView
from dgm_explorer.ui.tabs.vq_vae.mosaic.words import (
    ORDERS,
    PICTURE_TIP,
    PICTURES,
    count_words,
    order_tip,
)
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for, set_text, set_tip


class MosaicPanel(CodePanel):
    """One tile per code; a click chooses it, a click on the chosen one chooses none."""

    export_name = "codebook-mosaic"

    picture_chosen = Signal(str)
    """A `TilePicture`."""
    order_chosen = Signal(str)
    """A `TileOrder`."""
    compare_requested = Signal(object)
    """The menu of runs to compare with is about to open: fill it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = VqVaeConfig()
        self._picture: TilePicture = "patch"
        self._sorter = TileSorter()
        self._window: Window | None = None
        self._last_step = -1
        self._is_one_row = True
        self._more = QWidget()
        self.picture = ChoiceBox("What the tiles show", PICTURES)
        self.order = ChoiceBox("Order of the tiles", ORDERS)
        self.compare = QToolButton()
        self.note = ElidedLabel()
        self.view = MosaicView()
        self._build()
        self._connect()

    def _build(self) -> None:
        set_tip(self.picture, PICTURE_TIP)
        set_tip(self.order, order_tip("index", -1))
        self.compare.setText("Compare")
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.setMenu(QMenu(self.compare))
        set_tip(self.compare, "Lay a second run over this one: curves dashed, reconstructions side by side")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tools = QHBoxLayout()
        tools.setSpacing(6)
        for box, title in ((self.picture, "Tiles"), (self.order, "Order")):
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
            tools.addWidget(label_for(title, box))
            tools.addWidget(box)
        more = QHBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.addWidget(self.compare)
        more.addWidget(self.note, 1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 2, 4, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(2)
        self._grid.addLayout(tools, 0, 0)
        self._grid.addWidget(self._more, 0, 1)
        self._grid.addWidget(self.view, 2, 0, 1, 2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(2, 1)
        self._tools = tools

    def _connect(self) -> None:
        self.picture.activated.connect(self._tell_picture)
        self.order.activated.connect(self._tell_order)
        self.compare.menu().aboutToShow.connect(self._fill_compare)
        self.view.hovered.connect(self._tell_hovered)
        self.view.chosen.connect(self._tell_chosen)
        self.view.escaped.connect(self._tell_none)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.view.set_theme(theme)
        self._place_note()

    def set_config(self, config: VqVaeConfig) -> None:
        self._config = config

    def set_picture(self, key: TilePicture) -> None:
        """What the tiles show."""
        self.picture.set_key(key)
        if key != self._picture:
            self._picture = key
            self.show_again()

    def set_order(self, key: TileOrder) -> None:
        """How the tiles are ordered."""
        self.order.set_key(key)
        if key != self._sorter.order:
            self._sorter.choose(key)
            self.show_again()

    def set_compared(self, name: str) -> None:
        """Say that another run is compared with this one; empty for none."""
        set_text(self.compare, "Compare ✓" if name else "Compare")

    def plots(self) -> Sequence[ExportablePlot]:
        return (self.view,)

    def export_table(self) -> PlotTable:
        return self.view.export_table()

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        shape = dataset.image_shape
        if shape is None or dataset.dimension != snapshot.constant_images.shape[1]:
            self._clear("These are no codes of the images at hand.")
            return
        if self._picture == "change":
            self._window = changed_window(mean_changes(snapshot, shape), self._window)
        order = self._sorter.order
        choice = TileChoice(self._picture, order, self._config, shape, self._window)
        tiles = make_tiles(snapshot, self._sorter.codes_of(snapshot), choice)
        self.view.show_tiles(tiles, self._newly_revived(snapshot))
        words = count_words(snapshot)
        set_text(self.note, words)
        set_tip(
            self.note,
            f"{words}\nIn use: by one of the {len(snapshot.codes):,} analysed examples, and not dead\n"
            f"Dead: not used by any of the last {DEAD_AGE} batches",
        )
        set_tip(self.order, order_tip(order, self._sorter.step))
        if self.hovered_code < 0:
            self.view.describe(words)
        self._place_note()

    def _newly_revived(self, snapshot: VqVaeSnapshot) -> list[int]:
        """Codes revived since the snapshot shown before; none when looking back."""
        before, self._last_step = self._last_step, snapshot.step
        if not 0 <= before < snapshot.step:
            return []
        return [int(code) for code in np.flatnonzero(snapshot.revived_at > before)]

    def _clear(self, words: str) -> None:
        self._sorter.forget()
        self._window, self._last_step = None, -1
        set_text(self.note, "")
        self.view.clear(words)

    def _mark(self) -> None:
        self.view.set_marks(self.code, self.hovered_code)

    def _place_note(self) -> None:
        """With the button beside the choices where it fits whole, else below them."""
        needed = self._tools.sizeHint().width() + self.compare.sizeHint().width()
        words = self.note.text() or "64 codes, 64 in use, 0 dead"
        needed += self.note.fontMetrics().horizontalAdvance(words) + 30
        if (needed <= self.width()) != self._is_one_row:
            self._is_one_row = not self._is_one_row
            self._grid.addWidget(self._more, *((0, 1, 1, 1) if self._is_one_row else (1, 0, 1, 2)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._last_step = -1

    # -- what the hand has done ---------------------------------------------------------------------------

    @Slot(int)
    def _tell_picture(self) -> None:
        self.picture_chosen.emit(self.picture.key)

    @Slot(int)
    def _tell_order(self) -> None:
        """The order in use chosen again means: sort now."""
        if self.order.key == self._sorter.order:
            self._sorter.forget()
            self.show_again()
        self.order_chosen.emit(self.order.key)

    @Slot(int)
    def _tell_hovered(self, code: int) -> None:
        self.set_hovered_code(code)
        self.code_hovered.emit(code)

    @Slot(int)
    def _tell_chosen(self, code: int) -> None:
        self.code_chosen.emit(-1 if code == self.code else code)

    @Slot()
    def _tell_none(self) -> None:
        self.code_chosen.emit(-1)

    @Slot()
    def _fill_compare(self) -> None:
        self.compare_requested.emit(self.compare.menu())
