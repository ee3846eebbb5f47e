"""One image at large: input, grid of codes, reconstruction, and what a cell sees."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import NO_CELL, CodeGridView
from dgm_explorer.ui.tabs.vq_vae.reconstructions.drawing_pad import DrawingPad
from dgm_explorer.ui.tabs.vq_vae.reconstructions.fields import Fields
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_color, set_text, set_tip

_DRAW_HERE: Final = "draw here"
NOT_RECORDED: Final = "not recorded"
"""Of an image that is none of those whose reconstructions the other run keeps."""
TITLES: Final = ("input", "codes", "reconstruction", "")


@dataclass(frozen=True, slots=True, eq=False)
class FocusImage:
    """What a `FocusView` shows.

    Attributes
    ----------
    image : (height, width, 1 or 3).
    codes : (h, w); below 0 while they are not known.
    n_codes : K.
    reconstruction, second : of its shape, by this run and by another; None where there is none.
    fields : pixels and cells.
    """

    image: Float32Array
    codes: IntArray
    n_codes: int
    reconstruction: Float32Array | None
    second: Float32Array | None
    fields: Fields


class FocusView(QWidget):
    """Views of one size side by side; what is under the mouse in one of them shows in all."""

    cell_hovered = Signal(int, int)
    """Row and column; -1, -1 when the mouse has left."""
    cell_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad = DrawingPad("Input")
        self.grid = CodeGridView("Codes of the input")
        self.output = CodeGridView("Reconstruction")
        self.second = CodeGridView("Reconstruction by the second run")
        self.second.setToolTip("A run records reconstructions of its own few images alone.")
        self.views = (self.pad, self.grid, self.output, self.second)
        self.titles = tuple(ElidedLabel(title) for title in TITLES)
        self._shown: FocusImage | None = None
        self._cell = NO_CELL
        self._build()
        self.set_names("", "")

    def _build(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(2)
        layout.setVerticalSpacing(0)
        for column, (view, title) in enumerate(zip(self.views, self.titles, strict=True)):
            view.setMinimumSize(60, 60)
            view.has_caption = True
            view.cell_hovered.connect(self._tell_hovered)
            view.cell_clicked.connect(self.cell_clicked)
            title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(view, 0, column)
            layout.addWidget(title, 1, column)
            layout.setColumnStretch(column, 1)
        layout.setRowStretch(0, 1)

    def set_theme(self, theme: Theme) -> None:
        for view in self.views:
            view.set_theme(theme)
        for title in self.titles:
            set_color(title, theme.muted_text)

    def set_tip(self, tip: Callable[[int, int], str]) -> None:
        """(row, column) → what is said of a cell."""
        for view in self.views:
            view.tip = tip

    def set_names(self, own: str, second: str) -> None:
        """What this run and the other are called; empty without a second one."""
        set_text(self.titles[-2], own or TITLES[-2])
        set_tip(self.titles[-2], f"Reconstruction by {own}" if own else "What the decoder makes of the codes")
        set_text(self.titles[-1], second)
        set_tip(self.titles[-1], f"Reconstruction of the same image by {second}")
        for widget in (self.second, self.titles[-1]):
            widget.setVisible(bool(second))
        layout = self.layout()
        assert isinstance(layout, QGridLayout)
        layout.setColumnStretch(3, int(bool(second)))

    def set_drawing(self, is_drawing: bool) -> None:
        """Whether the mouse draws on the input."""
        self.pad.set_drawing(is_drawing)
        set_text(self.titles[0], _DRAW_HERE if is_drawing else TITLES[0])
        set_tip(self.titles[0], "Left button white, right button black" if is_drawing else "")

    def show_image(self, shown: FocusImage) -> None:
        """Show one image."""
        self._shown = shown
        images = (shown.image, None, shown.reconstruction, shown.second)
        unknown = np.full_like(shown.codes, -1)
        for view, image in zip(self.views, images, strict=True):
            has_cells = view is self.grid or image is not None
            view.set_grid(shown.codes if has_cells else unknown, shown.n_codes)
            view.set_image(image, shown.fields.stride, tint=0.0)
        if shown.second is None:
            self.second.clear(NOT_RECORDED)
        self._outline()

    def clear(self) -> None:
        """Nothing to show."""
        self._shown, self._cell = None, NO_CELL
        for view in self.views:
            view.clear("")

    def set_cell(self, row: int, column: int) -> None:
        """Frame a cell and outline what it sees; (-1, -1) for none."""
        self._cell = (row, column)
        self._outline()

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Light up the cells of one code and frame those of another; -1 for none."""
        for view in self.views:
            view.set_marked(hovered_code, chosen_code)

    def _outline(self) -> None:
        field = None
        if self._shown is not None and self._cell != NO_CELL:
            fields = self._shown.fields
            row, column = self._cell
            field = QRectF(fields.start(column), fields.start(row), fields.size, fields.size)
        for view in self.views:
            view.set_cell(*self._cell)
            if view is not self.grid:
                view.set_field(field)

    @Slot(int, int)
    def _tell_hovered(self, row: int, column: int) -> None:
        self.cell_hovered.emit(row, column)
