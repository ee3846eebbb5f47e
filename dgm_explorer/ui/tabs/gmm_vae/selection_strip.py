"""The examples in the lasso."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.ui.plots.image_grid import ImageGrid, ImageTable
from dgm_explorer.ui.tabs.gmm_vae.hover_card import point_text
from dgm_explorer.ui.tabs.gmm_vae.latent_scene import class_names_of
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel

MOST_IMAGES = 60
_MOST_CLASSES = 5
_HINT = "Shift+drag in the latent view draws a lasso; the examples in it are shown here."


class SelectionStrip(QWidget):
    """How many are selected, of which classes, and pictures of some 60 of them, evenly picked."""

    row_chosen = Signal(int)
    """A picture was clicked: the row of the data set."""
    lasso_requested = Signal()
    """The next drag in the latent view shall select."""
    clear_requested = Signal()
    """The selection shall be given up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: IntArray = np.zeros(0, np.int64)
        self._dataset: Dataset | None = None
        self._words = ElidedLabel()
        self._lasso = QPushButton("Select with the lasso")
        self._lasso.setToolTip("The next drag in the latent view goes around dots.")
        self._lasso.clicked.connect(self.lasso_requested)
        self._clear = QToolButton()
        self._clear.setText("Unselect")
        self._clear.setToolTip(
            "Give the selection up: Escape, or a click on the background of the latent view."
        )
        self._clear.clicked.connect(self.clear_requested)
        self.grid = ImageGrid("Selected examples", min_tile_px=16)
        self.grid.setToolTip("Selected examples; a click pins one in the latent view.")
        self.grid.clicked.connect(self._choose)
        head = QHBoxLayout()
        head.addWidget(self._words, 1)
        head.addWidget(self._lasso)
        head.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.grid, 1)
        self.show_rows(None, self._rows)

    def set_theme(self, theme: Theme) -> None:
        self.grid.set_theme(theme)

    @property
    def words(self) -> str:
        """What stands above the pictures."""
        return self._words.text()

    @property
    def shown_rows(self) -> IntArray:
        """Rows of the data set whose pictures are shown."""
        if len(self._rows) <= MOST_IMAGES:
            return self._rows
        return self._rows[np.linspace(0, len(self._rows) - 1, MOST_IMAGES).astype(np.intp)]

    def show_rows(self, dataset: Dataset | None, rows: IntArray) -> None:
        """Show these examples of a data set; without any, how to select some."""
        self._dataset, self._rows = dataset, rows
        self._clear.setVisible(len(rows) > 0)
        self._lasso.setVisible(not len(rows))
        if dataset is None or not len(rows):
            self._say("Nothing selected")
            self.grid.clear(_HINT)
            return
        self._say(_summary(dataset, rows, len(rows) - len(self.shown_rows)))
        if dataset.image_shape is None:
            self.grid.clear(_point_words(dataset, rows))
        else:
            images = dataset.inputs[self.shown_rows].reshape(-1, *dataset.image_shape)
            self.grid.set_table(ImageTable(images, tip=self._tip))

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._words.setToolTip(f"{words}\nExamples whose dots lie in the lasso, counted by label.")

    def _tip(self, index: int) -> str:
        row = int(self.shown_rows[index])
        text = f"no. {row}"
        if self._dataset is not None and self._dataset.labels is not None:
            text += f", label {class_names_of(self._dataset)[int(self._dataset.labels[row])]}"
        return text

    def _choose(self, index: int) -> None:
        self.row_chosen.emit(int(self.shown_rows[index]))


def _summary(dataset: Dataset, rows: IntArray, n_left_out: int) -> str:
    """412 selected: 300 “7”, 100 “1”, 12 “9” · 60 shown, and 352 more."""
    text = f"{len(rows)} selected"
    if dataset.labels is not None:
        names = class_names_of(dataset)
        counts = np.bincount(dataset.labels[rows], minlength=len(names))
        order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)].tolist()
        parts = [f"{counts[i]} “{names[i]}”" for i in order[:_MOST_CLASSES]]
        if len(order) > _MOST_CLASSES:
            parts.append(f"{len(order) - _MOST_CLASSES} more classes")
        text += f": {', '.join(parts)}"
    if n_left_out and dataset.image_shape is not None:
        text += f" · {MOST_IMAGES} shown, and {n_left_out} more"
    return text


def _point_words(dataset: Dataset, rows: IntArray) -> str:
    points = dataset.inputs[rows]
    return f"mean {point_text(points.mean(axis=0))}, standard deviation {point_text(points.std(axis=0))}"
