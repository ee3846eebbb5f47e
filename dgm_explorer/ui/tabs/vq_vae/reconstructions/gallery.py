"""Rows of input, grid of codes and reconstruction, with what they are called and how far off they are."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.tabs.vq_vae.reconstructions.pictures import Pictures, mean_square
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN
from dgm_explorer.ui.tabs.vq_vae.reconstructions.rows import RowsView
from dgm_explorer.ui.tabs.vq_vae.reconstructions.table import RowPlace, RowsTable
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_color, set_text, set_tip

_GRID_AT = 1
_SET_TIP = (
    "Set: mean of (x − x̂)² over all numbers of the held-out images; below each row its own\n"
    "÷ variance: over the variance of their pixels; 1 is what the mean image would reach"
)


@dataclass(frozen=True, slots=True)
class RunNames:
    """What the two runs compared are called; empty for none."""

    own: str = ""
    second: str = ""


class GalleryPage(QWidget):
    """As many rows as fit; their parts are named above."""

    code_hovered = Signal(int)
    row_chosen = Signal(int)
    """A picture was clicked: its row of the data set, or `OWN`."""
    reset_requested = Signal()
    """The images that the run itself keeps shall be shown again."""
    errors_toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = RowsView("Images and their reconstructions")
        self.caption = ElidedLabel()
        self.error = QCheckBox("Errors")
        self.reset = QToolButton()
        self._rows: tuple[int, ...] = ()
        self.reset.setText("The run's own")
        self.reset.hide()
        set_tip(self.reset, "Back to the images whose reconstructions the run itself records")
        set_tip(self.error, "|x − x̂| of each number as a further picture: black where they agree")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.caption, 1)
        head.addWidget(self.reset)
        head.addWidget(self.error)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        self.view.cell_hovered.connect(self._tell_hovered)
        self.view.clicked.connect(self._tell_chosen)
        self.error.toggled.connect(self.errors_toggled)
        self.reset.clicked.connect(self.reset_requested)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        set_color(self.caption, theme.muted_text)

    def clear(self) -> None:
        """Other data: the rows that were shown mean other images there, or none."""
        self._rows = ()
        self.view.clear("")

    def show_rows(self, pictures: Pictures, rows: tuple[int, ...], stride: int, names: RunNames) -> None:
        """Show these images of ``pictures``."""
        self._rows = rows
        shape = pictures.dataset.image_shape
        assert shape is not None
        inputs = np.stack([pictures.image(row) for row in rows])
        outputs = np.stack([pictures.reconstruction(row) for row in rows])
        parts = [inputs, outputs]
        if self.error.isChecked():
            parts.append(np.abs(inputs - outputs))
        if names.second:
            parts.append(np.stack([pictures.second_reconstruction(row) for row in rows]))
        images: Float32Array = np.stack(parts, axis=1).reshape(len(rows), len(parts), *shape)
        self.view.set_table(
            RowsTable(
                images=images,
                codes=np.stack([pictures.codes(row) for row in rows]),
                n_codes=pictures.snapshot.n_codes,
                stride=stride,
                codes_at=_GRID_AT,
                captions=tuple(_caption(pictures, row) for row in rows),
                tip=partial(_tip, pictures, rows, names),
            )
        )
        words = self._words(pictures, names)
        set_text(self.caption, words)
        set_tip(self.caption, f"{words}\n{_SET_TIP}")

    def _words(self, pictures: Pictures, names: RunNames) -> str:
        """How far off the whole set is, and which part is which."""
        parts = ["input", "codes", names.own or "reconstruction"]
        if self.error.isChecked():
            parts.append("error")
        if names.second:
            parts.append(names.second)
        snapshot = pictures.snapshot
        return f"Set: MSE {snapshot.mse:.4f}, ÷ variance {snapshot.nmse:.3f}; {' | '.join(parts)}"

    @property
    def rows_shown(self) -> tuple[int, ...]:
        """Those for which there is room."""
        return self._rows[: self.view.n_shown]

    @Slot(int, int, int)
    def _tell_hovered(self, item: int, row: int, column: int) -> None:
        self.code_hovered.emit(self.view.code_at(RowPlace(item, row, column)))

    @Slot(int)
    def _tell_chosen(self, item: int) -> None:
        self.row_chosen.emit(self._rows[item])


def _caption(pictures: Pictures, row: int) -> str:
    """Such as “60275: 0.0082”, with its mean squared error."""
    name = "yours" if row == OWN else str(row)
    mse = pictures.mse(row)
    return f"{name}: {mse:.4f}" if np.isfinite(mse) else name


def _tip(pictures: Pictures, rows: tuple[int, ...], names: RunNames, item: int) -> str:
    row = rows[item]
    mse, variance = pictures.mse(row), pictures.variance
    lines = [pictures.words(row), f"MSE = mean of (x − x̂)² = {mse:.5f}, ÷ variance {mse / variance:.3f}"]
    if names.second:
        second = mean_square(pictures.image(row), pictures.second_reconstruction(row))
        known = f"MSE = {second:.5f}" if np.isfinite(second) else "has not recorded this image"
        lines.append(f"{names.second}: {known}")
    answer, place = pictures.answer, pictures.answered(row)
    if answer is not None and place >= 0 and not pictures.is_complete(row):
        lines.append(f"codes of step {answer.steps[place]:,}")
    lines.append("a click brings it to the front")
    return "\n".join(lines)
