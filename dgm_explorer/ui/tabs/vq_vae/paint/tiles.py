"""Tiles that stand for codes: the palette, and the alternatives for a cell."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.ui.plots.image_grid import ImageGrid, ImageTable
from dgm_explorer.ui.theme import LIGHT, Theme, color


class CodeTiles(ImageGrid):
    """An `ImageGrid` with a code behind each tile; marks are painted over it and cost no new picture."""

    code_hovered = Signal(int)
    """-1 when the mouse has left."""
    code_clicked = Signal(int)
    other_clicked = Signal(int)
    """With the right button or Ctrl."""

    def __init__(self, name: str, min_tile_px: int, parent: QWidget | None = None) -> None:
        super().__init__(name, min_tile_px, parent)
        self._look = LIGHT
        self._codes: IntArray = np.empty(0, np.int64)
        self._marked = (-1, -1, -1)
        self.hovered.connect(self._tell_hovered)
        self.clicked.connect(self._tell_clicked)

    def set_theme(self, theme: Theme) -> None:
        self._look = theme
        super().set_theme(theme)

    def set_tiles(self, codes: IntArray, table: ImageTable) -> None:
        """One image for each of ``codes``, in rising order."""
        self._codes = codes
        self.set_table(table)

    def set_marked(self, chosen: int, hovered: int = -1, other: int = -1) -> None:
        """Frame up to three codes; -1 for none."""
        if (chosen, hovered, other) != self._marked:
            self._marked = (chosen, hovered, other)
            self.update()

    @property
    def codes(self) -> IntArray:
        """The code of each tile."""
        return self._codes if self.table is not None else np.empty(0, np.int64)

    @property
    def marked(self) -> tuple[int, int, int]:
        """The codes framed: chosen, hovered and other."""
        return self._marked

    def tile_of(self, code: int) -> int:
        """The tile that stands for a code; -1 without one."""
        tile = int(np.searchsorted(self.codes, code))
        return tile if tile < len(self.codes) and self.codes[tile] == code else -1

    def _code_of(self, tile: int) -> int:
        return int(self._codes[tile]) if 0 <= tile < len(self.codes) else -1

    def _tell_hovered(self, tile: int) -> None:
        self.code_hovered.emit(self._code_of(tile))

    def _tell_clicked(self, tile: int) -> None:
        self.code_clicked.emit(self._code_of(tile))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        chosen, hovered, other = self._marked
        painter = QPainter(self)
        width_px = self._look.line_width
        outline = color(self._look.text)
        self._frame(painter, hovered, QPen(color(self._look.accent), width_px))
        if other >= 0:
            self._frame(painter, other, QPen(outline, width_px + 1, Qt.PenStyle.DotLine))
        if chosen >= 0:
            self._frame(painter, chosen, QPen(outline, 2 * width_px + 1))
            self._frame(painter, chosen, QPen(color(self._look.accent), width_px + 1))
        painter.end()

    def _frame(self, painter: QPainter, code: int, pen: QPen) -> None:
        tile = self.tile_of(code) if code >= 0 else -1
        if tile >= 0:
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(self.tile_rect(tile).adjusted(-0.5, -0.5, 0.5, 0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.button() == Qt.MouseButton.RightButton or (is_left and is_control):
            code = self._code_of(self._index_at(event.position()))
            if code >= 0:
                self.other_clicked.emit(code)
        else:
            super().mousePressEvent(event)
