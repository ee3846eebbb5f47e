"""A code grid that the brush goes over."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.tabs.vq_vae.code_grid_view import NO_CELL, CodeGridView

_ERASE = Qt.KeyboardModifier.ShiftModifier
_PICK = Qt.KeyboardModifier.AltModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class PaintGrid(CodeGridView):
    """Strokes of the mouse, or single cells by the keys.

    Drag lays the code, Shift+drag takes back what was laid, the right button or Alt takes up the code of a
    cell. Arrow keys go from cell to cell; Return, or Space as long as the arrows are in use, lays, Delete
    takes back, Alt+Return takes up.
    """

    stroke_began = Signal()
    stroke_ended = Signal()
    cells_painted = Signal(object)
    """List of (row, column), in the order of the stroke; between `stroke_began` and `stroke_ended`."""
    cells_erased = Signal(object)
    cell_picked = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._is_stroke = self._is_erasing = self._is_by_keys = False
        self._crossed: list[tuple[int, int]] = []
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.cell_pressed.connect(self._cross)
        self.cell_dragged.connect(self._cross)

    def _cross(self, row: int, column: int) -> None:
        self._crossed.append((row, column))

    def _emit_crossed(self) -> None:
        """All cells of one mouse event at once: each would cost a change of the state of its own."""
        cells, self._crossed = self._crossed, []
        if cells and self._is_stroke:
            (self.cells_erased if self._is_erasing else self.cells_painted).emit(cells)

    def _begin(self, is_erasing: bool) -> None:
        self._end()
        self._is_stroke, self._is_erasing = True, is_erasing
        self.stroke_began.emit()

    def _end(self) -> None:
        self._crossed = []
        if self._is_stroke:
            self._is_stroke = False
            self.stroke_ended.emit()

    # -- mouse --------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_by_keys = False
        cell = self.cell_at(event.position())
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_pick = event.button() == Qt.MouseButton.RightButton or (is_left and event.modifiers() & _PICK)
        if is_pick and cell != NO_CELL:
            self.cell_picked.emit(*cell)
        elif is_left and cell != NO_CELL:
            self._begin(bool(event.modifiers() & _ERASE))
            super().mousePressEvent(event)
            self._emit_crossed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._emit_crossed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._end()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._is_by_keys = False

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._end()  # no release comes any more

    # -- keys ---------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Space is the window's, for play and pause, unless the arrow keys have just gone over the cells."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and self._lays(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def _lays(self, event: QKeyEvent) -> bool:
        is_space = event.key() == Qt.Key.Key_Space and self._is_by_keys
        is_key = is_space or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return is_key and self.cell != NO_CELL and not event.modifiers() & ~_KEYPAD

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._lays(event):
            self._lay(is_erasing=False)
        elif self.cell != NO_CELL and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._lay(is_erasing=True)
        elif self.cell != NO_CELL and event.key() == Qt.Key.Key_Return and event.modifiers() == _PICK:
            self.cell_picked.emit(*self.cell)
        else:
            super().keyPressEvent(event)
            self._is_by_keys = event.isAccepted()

    def _lay(self, is_erasing: bool) -> None:
        self._begin(is_erasing)
        self._crossed = [self.cell]
        self._emit_crossed()
        self._end()
