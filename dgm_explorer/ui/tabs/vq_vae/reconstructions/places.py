"""Where a code is used: images with its cells on them, and what those cells see."""

from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.plots.image_grid import ImageGrid, ImageTable
from dgm_explorer.ui.tabs.vq_vae.reconstructions.fields import Fields, cut_fields
from dgm_explorer.ui.tabs.vq_vae.reconstructions.rows import RowsView
from dgm_explorer.ui.tabs.vq_vae.reconstructions.table import RowPlace, RowsTable
from dgm_explorer.ui.tabs.vq_vae.reconstructions.use import CodeUse, find_use
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_color, set_text, set_tip
from dgm_explorer.ui.widgets.number_words import counted
from dgm_explorer.ui.widgets.snapshot_panel import example_words

MOST_IMAGES: Final = 40
MOST_PATCHES: Final = 48
_HINT: Final = (
    "Choose a code to see where it is used: click a cell of the grid above, or a tile of the mosaic."
)


class PlacesPage(QWidget):
    """Images that use a code most, its cells framed, over the patches that those cells see."""

    code_hovered = Signal(int)
    row_chosen = Signal(int)
    """A picture was clicked: its row of the data set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = ElidedLabel(_HINT)
        self.view = RowsView("Images that use a code most", least_side_px=48)
        self.patches = ImageGrid("Patches of a code")
        self.patches.setToolTip("Receptive fields of some of the cells with this code, evenly picked")
        self._use: CodeUse | None = None
        self._rows: IntArray = np.zeros(0, np.int64)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.caption)
        layout.addWidget(self.view, 3)
        layout.addWidget(self.patches, 2)
        self.view.cell_hovered.connect(self._tell_hovered)
        self.view.clicked.connect(self._tell_image)
        self.patches.clicked.connect(self._tell_patch)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.patches.set_theme(theme)
        set_color(self.caption, theme.muted_text)

    def clear(self) -> None:
        """No code is chosen: say how to choose one."""
        self._use = None
        set_text(self.caption, "")
        self.view.clear(_HINT)
        self._drop_patches()

    @property
    def use(self) -> CodeUse | None:
        """What is shown; None without a code."""
        return self._use

    def show_code(self, snapshot: VqVaeSnapshot, dataset: Dataset, fields: Fields, code: int) -> None:
        """Show where ``code`` stands in the analysed images."""
        shape = dataset.image_shape
        assert shape is not None
        self._use = use = find_use(snapshot.codes, code, MOST_IMAGES, MOST_PATCHES)
        self._rows = snapshot.probe
        words = use_words(use, code)
        set_text(self.caption, words)
        set_tip(
            self.caption, f"{words}\nOf the probe of {use.n_analysed:,} images that every snapshot analyses."
        )
        if not use.n_cells:
            self.view.clear(f"Code {code} stands in none of the {use.n_analysed:,} analysed images.")
            self._drop_patches()
            return
        images = dataset.inputs[snapshot.probe[use.places]].reshape(-1, *shape)
        self.view.set_table(
            RowsTable(
                images=images[:, None],
                codes=snapshot.codes[use.places],
                n_codes=snapshot.n_codes,
                stride=fields.stride,
                captions=tuple(f"{count} ×" for count in use.counts.tolist()),
                tip=partial(_image_tip, snapshot, dataset, use, code),
            )
        )
        self._show_patches(snapshot, dataset, fields, use)

    def _show_patches(self, snapshot: VqVaeSnapshot, dataset: Dataset, fields: Fields, use: CodeUse) -> None:
        assert dataset.image_shape is not None
        places, local = np.unique(use.cells[:, 0], return_inverse=True)
        images = dataset.inputs[snapshot.probe[places]].reshape(-1, *dataset.image_shape)
        cells = np.column_stack([local, use.cells[:, 1:]])
        tip = partial(_patch_tip, snapshot, dataset, use, fields)
        self.patches.set_table(ImageTable(cut_fields(images, cells, fields), tip=tip))
        self.patches.show()

    def _drop_patches(self) -> None:
        """Their tips hold the data set."""
        self.patches.clear("")
        self.patches.hide()

    @Slot(int, int, int)
    def _tell_hovered(self, item: int, row: int, column: int) -> None:
        self.code_hovered.emit(self.view.code_at(RowPlace(item, row, column)))

    @Slot(int)
    def _tell_image(self, item: int) -> None:
        if self._use is not None:
            self.row_chosen.emit(int(self._rows[self._use.places[item]]))

    @Slot(int)
    def _tell_patch(self, patch: int) -> None:
        if self._use is not None:
            self.row_chosen.emit(int(self._rows[self._use.cells[patch, 0]]))


def use_words(use: CodeUse, code: int) -> str:
    """Such as “Code 7: 812 cells in 340 of 2,000 images (17 %)”."""
    share = 100 * use.n_images / max(1, use.n_analysed)
    return (
        f"Code {code}: {counted(use.n_cells, 'cell')} in {use.n_images:,} of {use.n_analysed:,} images "
        f"({share:.0f} %)"
    )


def _image_tip(snapshot: VqVaeSnapshot, dataset: Dataset, use: CodeUse, code: int, item: int) -> str:
    row = int(snapshot.probe[use.places[item]])
    n_cells = snapshot.codes[0].size
    words = example_words(dataset, row)
    return f"{words}: code {code} in {use.counts[item]} of {n_cells} cells\na click brings it to the front"


def _patch_tip(snapshot: VqVaeSnapshot, dataset: Dataset, use: CodeUse, fields: Fields, patch: int) -> str:
    place, row, column = use.cells[patch].tolist()
    words = example_words(dataset, int(snapshot.probe[place]))
    return f"{fields.size} × {fields.size} pixels seen by cell ({row}, {column}) of {words}"
