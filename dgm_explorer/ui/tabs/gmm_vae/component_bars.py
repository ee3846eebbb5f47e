"""How much each component holds: mean γ and π as pairs of bars."""

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

EMPTY_BELOW: Final = 0.01
"""A component with less mean γ than this counts as empty."""
_TALLEST_ROW_PX: Final = 34.0
_PAGE: Final = 8


class ComponentBars(QWidget):
    """A row for each component, at least as high as its number, in a scroll area when there are many.

    Filled: mean γ over the probe. Hollow: π. The dashed line stands at 1/K, where all would be equal.
    """

    chosen = Signal(int)
    """A component, or -1 when the one chosen was clicked again or Escape pressed."""
    remove_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._occupancy: FloatArray = np.empty(0)
        self._pi: FloatArray = np.empty(0)
        self._longest = 1.0
        self._left_px = self._numbers_px = 0.0
        self._chosen = -1
        self.setAccessibleName("Components: mean γ and π")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        font = self.font()
        font.setPointSizeF(theme.point_size(0.9))
        self.setFont(font)
        metrics = QFontMetricsF(font)
        self._left_px = metrics.horizontalAdvance("100") + 10
        self._numbers_px = metrics.horizontalAdvance("0.000  0.000") + 12
        self._ask_for_room()

    def set_values(self, occupancy: FloatArray, pi: FloatArray) -> None:
        """Show mean γ and π, both (K,)."""
        is_new_count = len(pi) != len(self._pi)
        self._occupancy, self._pi = occupancy, pi
        self._longest = _longest_share(occupancy, pi)
        if is_new_count:
            self._ask_for_room()
        self.update()

    def set_chosen(self, index: int) -> None:
        """Mark a component and bring it into sight; -1 for none. Emits nothing."""
        if index != self._chosen:
            self._chosen = index
            self._scroll_to(index)
            self.update()

    @property
    def n_components(self) -> int:
        return len(self._pi)

    # -- geometry -----------------------------------------------------------------------------------------

    def _least_row_px(self) -> float:
        return math.ceil(QFontMetricsF(self.font()).height())

    def _row_px(self) -> float:
        room = self.height() / max(1, self.n_components)
        return max(self._least_row_px(), min(room, _TALLEST_ROW_PX))

    def _ask_for_room(self) -> None:
        self.setMinimumHeight(round(self._least_row_px() * self.n_components))
        self.updateGeometry()

    def row_rect(self, index: int) -> QRectF:
        """Where a component's row is painted."""
        height = self._row_px()
        return QRectF(0, index * height, self.width(), height)

    def bar_rect(self, index: int, share: float, is_pi: bool) -> QRectF:
        """Where one of a component's bars is painted; the lower one is of π."""
        row, left, width = self.row_rect(index), self._left_px, self._bars_width()
        thickness = math.floor(0.38 * row.height())
        top = row.top() + 0.5 * row.height() + (1 if is_pi else -thickness)
        return QRectF(left, round(top), max(1.0, width * share / self._longest), thickness - 1)

    def _bars_width(self) -> float:
        return max(20.0, self.width() - self._left_px - self._numbers_px)

    def sizeHint(self) -> QSize:
        return QSize(260, 200)

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        for index in range(self.n_components):
            if self.row_rect(index).toAlignedRect().intersects(event.rect()):
                self._paint_row(painter, index)
        if self.n_components:
            equal = self._left_px + self._bars_width() / self.n_components / self._longest
            painter.setPen(QPen(color(self._theme.muted_text), 1.0, Qt.PenStyle.DashLine))
            bottom = self.row_rect(self.n_components - 1).bottom()
            painter.drawLine(QPointF(equal, 0), QPointF(equal, bottom))
        painter.end()

    def _paint_row(self, painter: QPainter, index: int) -> None:
        theme, row = self._theme, self.row_rect(index)
        if index == self._chosen:
            painter.fillRect(row, color(blend(theme.window, theme.accent, 0.22)))
            if self.hasFocus():
                painter.setPen(QPen(color(theme.accent), 1.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(row.adjusted(0.5, 0.5, -0.5, -0.5))
        rgb = theme.component(index)
        occupancy, pi = float(self._occupancy[index]), float(self._pi[index])
        painter.fillRect(self.bar_rect(index, occupancy, is_pi=False), color(rgb))
        painter.setPen(QPen(color(rgb), 1.0))
        painter.setBrush(color(rgb, 50))
        painter.drawRect(self.bar_rect(index, pi, is_pi=True).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(color(theme.text))
        number = QRectF(row.left(), row.top(), self._left_px - 6, row.height())
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(number, right, str(index + 1))
        painter.setPen(color(theme.muted_text if occupancy < EMPTY_BELOW else theme.text))
        painter.drawText(row.adjusted(0, 0, -6, 0), right, f"{occupancy:.3f}  {pi:.3f}")

    # -- mouse and keys -----------------------------------------------------------------------------------

    def _index_at(self, y: float) -> int:
        index = int(y // self._row_px())
        return index if 0 <= index < self.n_components else -1

    def _choose(self, index: int) -> None:
        self.set_chosen(index)
        self.chosen.emit(index)

    def _scroll_to(self, index: int) -> None:
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        if index >= 0 and isinstance(area, QScrollArea):
            middle = self.row_rect(index).center().toPoint()
            area.ensureVisible(0, middle.y(), 0, round(self._row_px()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._choose(-1 if index == self._chosen else index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self.n_components - 1
        moves = {
            Qt.Key.Key_Up: self._chosen - 1,
            Qt.Key.Key_Down: self._chosen + 1,
            Qt.Key.Key_PageUp: self._chosen - _PAGE,
            Qt.Key.Key_PageDown: self._chosen + _PAGE,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in moves and last >= 0 and not event.modifiers():
            self._choose(min(max(moves[key], 0), last))
        elif key == Qt.Key.Key_Escape and self._chosen >= 0:
            self._choose(-1)
        elif key == Qt.Key.Key_Delete and 0 <= self._chosen <= last:
            self.remove_requested.emit(self._chosen)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip(self._index_at(event.pos().y())), self)
            return True
        return super().event(event)

    def tip(self, index: int) -> str:
        """What a row says under the mouse."""
        if index < 0:
            return "Filled: mean γ over the probe; hollow: π; dashed: 1/K"
        empty = "\nalmost empty: no datum belongs to it" if self._occupancy[index] < EMPTY_BELOW else ""
        return (
            f"Component {index + 1}\nmean γ = {self._occupancy[index]:.4f} (filled)\n"
            f"π = {self._pi[index]:.4f} (hollow){empty}\nclick to look into it"
        )


def _longest_share(occupancy: FloatArray, pi: FloatArray) -> float:
    """The share that the longest possible bar stands for, in steps so that bars do not breathe."""
    if not len(pi):
        return 1.0
    longest = max(float(np.nanmax(occupancy)), float(np.nanmax(pi)), 1 / len(pi))
    return min(1.0, math.ceil(20 * longest) / 20)
