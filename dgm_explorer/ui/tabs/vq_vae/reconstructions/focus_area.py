"""The image in focus with what is known of it, over the distances of one of its cells to all codes."""

from typing import Final

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import NO_CELL
from dgm_explorer.ui.tabs.vq_vae.reconstructions.distances import CellDistances, DistanceChart
from dgm_explorer.ui.tabs.vq_vae.reconstructions.fields import Fields
from dgm_explorer.ui.tabs.vq_vae.reconstructions.focus import FocusImage, FocusView
from dgm_explorer.ui.tabs.vq_vae.reconstructions.pictures import Pictures, mean_square
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import ChoiceBox, set_color, set_text, set_tip

_ORDERS: Final = (("nearest", "nearest first"), ("index", "by code"))
_LEAST_HEIGHT_OF_BARS_PX: Final = 240
"""Of this area in a narrow column; in a lower one the pictures would be too small to read."""
_NOT_KNOWN: Final = "The distances follow as soon as the network has seen this image."


class FocusArea(QWidget):
    """The cell last under the mouse stays in hand, so that its distances follow the training."""

    code_hovered = Signal(int)
    code_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ElidedLabel()
        self.view = FocusView()
        self.cell_words = ElidedLabel()
        self.order = ChoiceBox("Order of the codes", _ORDERS)
        self.chart = DistanceChart()
        self._shown: tuple[Pictures, int] | None = None
        self._cell = NO_CELL
        self._is_wide = False
        self._build()
        self.view.set_tip(self._cell_tip)
        self.view.cell_hovered.connect(self._hover_cell)
        self.view.cell_clicked.connect(self._click_cell)
        self.chart.code_hovered.connect(self.code_hovered)
        self.chart.code_clicked.connect(self.code_clicked)
        self.order.activated.connect(self._sort)

    def _build(self) -> None:
        self.order.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.order.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_tip(self.order, "Order of the bars: the nearest code first, or by the number of the code")
        distances = QWidget()
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.addWidget(self.cell_words, 1)
        self._head.addWidget(self.order)
        column = QVBoxLayout(distances)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(self._head)
        column.addWidget(self.chart, 1)
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._parts.addWidget(self.view)
        self._parts.addWidget(distances)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.words)
        layout.addLayout(self._parts, 1)
        self.set_wide(False)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.chart.set_theme(theme)
        for label in (self.words, self.cell_words):
            set_color(label, theme.text)

    def set_wide(self, is_wide: bool) -> None:
        """The distances beside the image, or below it."""
        self._is_wide = is_wide
        direction = QBoxLayout.Direction
        self._parts.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)
        self._head.setDirection(direction.TopToBottom if is_wide else direction.LeftToRight)
        self._parts.setStretch(0, 3 if is_wide else 2)
        self._place_bars()
        self._show_cell_words()

    def _place_bars(self) -> None:
        """The words above them say which code is nearest, and the next."""
        has_room = self._is_wide or self.height() >= _LEAST_HEIGHT_OF_BARS_PX
        self._parts.setStretch(1, int(has_room))
        self.chart.setVisible(has_room)
        self.order.setVisible(has_room)

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Light up the cells and the bar of one code and frame those of another; -1 for none."""
        self.view.set_marked(hovered_code, chosen_code)
        self.chart.set_marked(hovered_code, chosen_code)

    def clear(self) -> None:
        """Nothing to show."""
        self._shown = None
        self.view.clear()

    def show_image(self, pictures: Pictures, row: int, fields: Fields) -> None:
        """Show one image.

        By the worker's answer where there is one, so that grid, distances and reconstruction belong together;
        it may be a little older than the snapshot, which is said then.
        """
        self._shown = (pictures, row)
        answer, shape = pictures.answer, pictures.image_shape
        place = pictures.answered(row)
        if answer is not None and place >= 0:
            codes, output = answer.codes[place], answer.reconstructions[place]
            mse, step = mean_square(answer.images[place], output), int(answer.steps[place])
        else:
            codes, output = pictures.codes(row), pictures.reconstruction(row)
            mse, step = mean_square(pictures.image(row), output), pictures.snapshot.step
        image = FocusImage(
            image=pictures.image(row).reshape(shape),
            codes=codes,
            n_codes=pictures.snapshot.n_codes,
            reconstruction=_known(output, shape),
            second=_known(pictures.second_reconstruction(row), shape),
            fields=fields,
        )
        self.view.show_image(image)
        error = f"MSE {mse:.4f}, ÷ variance {mse / pictures.variance:.3f}" if np.isfinite(mse) else "…"
        late = f"; step {step:,}" if step != pictures.snapshot.step else ""
        set_text(self.words, f"{_short_name(pictures, row)}: {error}{late}")
        tip = f"{pictures.words(row)}\nMSE = mean of (x − x̂)² over the numbers of this image = {mse:.5f}"
        set_tip(self.words, f"{tip}\nof the network at step {step:,}")
        self._show_cell()

    def _show_cell(self) -> None:
        """Frame the cell in hand and show its distances."""
        height, width = self.view.grid.codes.shape
        if not (0 <= self._cell[0] < height and 0 <= self._cell[1] < width):
            self._cell = (height // 2, width // 2)
        self.view.set_cell(*self._cell)
        distances = self._distances(*self._cell)
        self.chart.cover.set_reason("" if distances is not None else _NOT_KNOWN)
        self._show_cell_words()
        if distances is not None:
            self.chart.show_distances(distances)
            tip = distance_tip(distances)
            set_tip(self.cell_words, tip)
            set_tip(self.chart, tip)

    def _show_cell_words(self) -> None:
        """On one line, or on two beside the image, where the column is narrow."""
        distances = self._distances(*self._cell)
        words = "" if distances is None else cell_words(distances)
        set_text(self.cell_words, words.replace(", next", ",\nnext") if self._is_wide else words)

    def _distances(self, row: int, column: int) -> CellDistances | None:
        """Of a cell of the image in focus; None while they are not known."""
        if self._shown is None:
            return None
        pictures, image_row = self._shown
        answer = pictures.answer
        if answer is None or answer.rows[0] != image_row:
            return None
        values: Float32Array = np.sqrt(answer.distances[row, column])
        code = self.view.grid.code_at(row, column)
        return CellDistances(row, column, code, values, answer.largest**0.5)

    def _cell_tip(self, row: int, column: int) -> str:
        distances = self._distances(row, column)
        return f"Row {row + 1}, column {column + 1}" if distances is None else distance_tip(distances)

    @Slot(int, int)
    def _hover_cell(self, row: int, column: int) -> None:
        if row >= 0:
            self._cell = (row, column)
        self._show_cell()
        self.code_hovered.emit(self.view.grid.code_at(row, column))

    @Slot(int, int)
    def _click_cell(self, row: int, column: int) -> None:
        code = self.view.grid.code_at(row, column)
        if code >= 0:
            self.code_clicked.emit(code)

    @Slot()
    def _sort(self) -> None:
        self.chart.set_sorted(self.order.key == "nearest")

    # -- Qt -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_bars()


def cell_words(shown: CellDistances) -> str:
    """Such as “Row 3, column 4: code 33 at 0.53, next 7 at 0.95”."""
    place = f"Row {shown.row + 1}, column {shown.column + 1}"
    words = f"{place}: code {shown.code} at {shown.values[shown.code]:.3g}"
    following = [code for code in shown.order[:2].tolist() if code != shown.code]
    return f"{words}, next {following[0]} at {shown.values[following[0]]:.3g}" if following else words


def distance_tip(shown: CellDistances) -> str:
    """The formula, and what it comes to in this cell."""
    nearest = [
        f"‖z_e − e_{code}‖² = {shown.values[code] ** 2:.4g}, its root {shown.values[code]:.3g}"
        for code in shown.order[:3].tolist()
    ]
    lines = (
        f"Row {shown.row + 1}, column {shown.column + 1}: code {shown.code}, the least of ‖z_e − e_k‖²",
        *nearest,
        f"mean distance of all {len(shown.values):,} codes: {shown.values.mean():.3g}",
        "dashed in the pictures: the pixels that this cell sees; a click shows where its code is used",
    )
    return "\n".join(lines)


def _short_name(pictures: Pictures, row: int) -> str:
    """Such as “Label Sneaker, held out”; its number stands above."""
    if row == OWN:
        return "Your image"
    name = pictures.label(row)
    kind = pictures.kind(row)
    return f"Label {name}, {kind}" if name else f"{kind[:1].upper()}{kind[1:]}"


def _known(image: Float32Array, shape: tuple[int, int, int]) -> Float32Array | None:
    """(height, width, channels); None for one that is not known."""
    return None if np.isnan(image).all() else image.reshape(shape)
