"""Samples as images whose cells are codes."""

from typing import Final, NamedTuple

import numpy as np
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.arrays import BoolArray, Float32Array, FloatArray, IntArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.image_grid import ImageGrid, ImageTable
from dgm_explorer.ui.theme import LIGHT, Theme, color

LEAST_FRAMED_PX: Final = 6
"""Cells smaller than that are filled: frames would leave nothing of them."""
_FILL_ALPHA: Final = 150
_NO_CODES: Final[IntArray] = np.zeros((0, 0, 0), np.int64)
_STEPS: Final = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class Cell(NamedTuple):
    """A cell of a sample."""

    sample: int
    row: int
    column: int


class SampleGrid(ImageGrid):
    """Images of code grids; the mouse or the arrow keys are over a cell, a click or Return chooses its code.

    `set_marked` repaints frames only; setters are silent.
    """

    code_hovered = Signal(int)
    """The code under the mouse or reached by the arrow keys; -1 when the mouse or the focus has left."""
    code_chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self._codes = _NO_CODES
        self._stride = 1
        self._cell: Cell | None = None
        self._told_code = -1
        self._marked = (-1, -1)
        self._rects = PrimitiveArray(QRectF, 4)
        self._looks = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._looks = theme
        super().set_theme(theme)

    def show_samples(self, images: Float32Array, codes: IntArray, stride: int) -> None:
        """Show images (n, height, width, 1 or 3) of the grids ``codes``, (n, h, w).

        ``stride`` pixels of an image belong to each cell, from its upper left corner on.
        """
        if codes.shape != self._codes.shape:
            self._cell = None
        self._codes, self._stride = codes, stride
        self.set_table(ImageTable(images))

    def clear(self, words: str) -> None:
        self._codes, self._cell = _NO_CODES, None
        super().clear(words)

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Light up the cells of one code and frame those of another; -1 for none."""
        if (hovered_code, chosen_code) != self._marked:
            self._marked = (hovered_code, chosen_code)
            self.update()

    @property
    def codes(self) -> IntArray:
        """(n, h, w) of the samples shown."""
        return self._codes

    def export_table(self) -> PlotTable:
        """The code of every cell."""
        places = np.indices(self._codes.shape).reshape(3, -1)
        return PlotTable(("sample", "row", "column", "code"), (*places, self._codes.reshape(-1)))

    # -- geometry -----------------------------------------------------------------------------------------

    def cell_rect(self, cell: Cell) -> QRectF:
        """Where a cell is painted, in pixels of the widget; what the image does not show of it is cut off."""
        left, top, width, height = self._cell_rects(*(np.array([part]) for part in cell))[0]
        return QRectF(left, top, width, height)

    def cell_at(self, at: QPointF) -> Cell | None:
        """The cell at a pixel of the widget."""
        sample = self._index_at(at)
        if sample < 0 or not self._codes.size:
            return None
        tile = self.tile_rect(sample)
        if not tile.contains(at):
            return None
        cell_width, cell_height = self._cell_size()
        row, column = int((at.y() - tile.top()) / cell_height), int((at.x() - tile.left()) / cell_width)
        return Cell(sample, min(row, self._codes.shape[1] - 1), min(column, self._codes.shape[2] - 1))

    def _cell_size(self) -> tuple[float, float]:
        """(width, height) in pixels of the widget."""
        tile, (height, width) = self.tile_rect(0), self._images().shape[1:3]
        return tile.width() * self._stride / width, tile.height() * self._stride / height

    def _cell_rects(self, samples: IntArray, rows: IntArray, columns: IntArray) -> FloatArray:
        """(n, 4) left, top, width and height."""
        every = [self.tile_rect(sample) for sample in range(len(self._codes))]
        tiles = np.array([(tile.left(), tile.top(), tile.right(), tile.bottom()) for tile in every])[samples]
        width, height = self._cell_size()
        left, top = tiles[:, 0] + columns * width, tiles[:, 1] + rows * height
        right, bottom = np.minimum(left + width, tiles[:, 2]), np.minimum(top + height, tiles[:, 3])
        return np.stack([left, top, right - left, bottom - top], axis=1)

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._geometry is None or not self._codes.size:
            return
        painter = QPainter(self)
        theme, (hovered_code, chosen_code) = self._looks, self._marked
        if hovered_code >= 0:
            self._mark(painter, self._codes == hovered_code, theme.marker, theme.accent)
        if chosen_code >= 0:
            self._mark(painter, self._codes == chosen_code, theme.marker_outline, theme.marker)
        if self._cell is not None:
            is_here = np.zeros(self._codes.shape, np.bool_)
            is_here[self._cell] = True
            self._mark(painter, is_here, theme.marker_outline, theme.accent)
        painter.end()

    def _mark(self, painter: QPainter, where: BoolArray, outer_rgb: str, inner_rgb: str) -> None:
        """Frame cells by two lines, or fill them where they are small."""
        samples, rows, columns = np.nonzero(where)
        if not len(samples):
            return
        side = min(self._cell_size())
        rects = self._cell_rects(samples, rows, columns)
        self._rects.resize(len(rects))
        self._rects.ndarray()[:] = rects
        if side < LEAST_FRAMED_PX:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(inner_rgb, _FILL_ALPHA))
            painter.drawRects(*self._rects.drawargs())
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        line_px = min(self._looks.line_width, side / 5)
        for rgb, width in ((outer_rgb, 2.2 * line_px), (inner_rgb, 1.2 * line_px)):
            pen = QPen(color(rgb), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRects(*self._rects.drawargs())

    # -- mouse and keys -----------------------------------------------------------------------------------

    def _code(self) -> int:
        """Under the mouse or the arrow keys."""
        return -1 if self._cell is None else int(self._codes[self._cell])

    def _go_to_cell(self, cell: Cell | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.update()
        if self._code() != self._told_code:
            self._told_code = self._code()
            self.code_hovered.emit(self._told_code)

    def tip_at(self, at: QPointF) -> str:
        """What a cell says under the mouse."""
        cell = self.cell_at(at)
        if cell is None:
            return self.toolTip()
        return (
            f"Code {self._codes[cell]} in row {cell.row + 1}, column {cell.column + 1} "
            f"of sample {cell.sample + 1}\nclick to choose it everywhere"
        )

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to_cell(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._go_to_cell(cell)
            self.code_chosen.emit(self._code())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to_cell(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go_to_cell(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if self._geometry is None or not self._codes.size or event.modifiers():
            event.ignore()
        elif step is not None:
            self._go_to_cell(self._beside(step))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cell is not None:
            self.code_chosen.emit(self._code())
        else:
            event.ignore()

    def _beside(self, step: tuple[int, int]) -> Cell | None:
        """The cell a step further, in the sample beside it where this one ends; the same at the last one."""
        if self._cell is None:
            return Cell(0, 0, 0)
        assert self._geometry is not None
        n, height, width = self._codes.shape
        across = self._geometry.columns
        row = self._cell.sample // across * height + self._cell.row + step[0]
        column = self._cell.sample % across * width + self._cell.column + step[1]
        sample = row // height * across + column // width
        if row < 0 or not 0 <= column < across * width or sample >= n:
            return self._cell
        return Cell(sample, row % height, column % width)
