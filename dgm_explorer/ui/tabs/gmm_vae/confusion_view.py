"""Components against classes as a table of counts, matched components on the diagonal."""

import importlib

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.numerics.clustering import match_clusters
from dgm_explorer.ui.beside import Errand
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.heavy_imports import is_imported
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color, contrast
from dgm_explorer.ui.widgets.number_words import counted

_PAD_PX = 4.0
_MATCHING = "scipy.optimize"
"""What `match_clusters` imports, in 0.3 s."""


def diagonal_order(confusion: IntArray, matched: IntArray) -> IntArray:
    """Rows ordered so that each class's component, as `match_clusters` has it, stands on the diagonal.

    Components without a class follow, the fullest first.
    """
    columns = np.where(matched < 0, confusion.shape[1], matched)
    return np.lexsort((-confusion.sum(axis=1), columns)).astype(np.int64)


class ConfusionView(QWidget):
    """One row per component, one column per class; the stronger a cell, the more of its row it holds.

    Frames mark the one class that each component is matched to (Hungarian method, as in the accuracy).
    Until the library that matches is imported, beside the window, the rows stand in the order of the
    components and have no frames.
    """

    export_name = "gmm-vae-confusion"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: IntArray = np.zeros((0, 0), dtype=np.int64)
        self._order: IntArray = np.zeros(0, dtype=np.int64)
        self._matched: IntArray = self._order
        self._names: tuple[str, ...] = ()
        self._reason = ""
        self._import = Errand(self)
        self._import.done.connect(self._match)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix of components and classes")
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_confusion(self, confusion: IntArray, class_names: tuple[str, ...], reason: str = "") -> None:
        """Counts (K, classes); ``reason`` says why there are none."""
        is_other = not np.array_equal(confusion, self._counts)
        if not is_other and (class_names, reason) == (self._names, self._reason):
            return
        self._names, self._reason = class_names, reason
        if is_other:
            self._counts = confusion
            self._order = np.arange(len(confusion))
            self._matched = np.full(len(confusion), -1)
            self._match()
        self.update()

    @Slot()
    def _match(self) -> None:
        """Now, or as soon as that takes no time any more."""
        if not self._counts.size:
            return
        if not (is_imported(_MATCHING) or self._import.is_done):
            if not self._import.is_under_way:
                self._import.begin(importlib.import_module, _MATCHING)
            return
        self._matched = match_clusters(self._counts)
        self._order = diagonal_order(self._counts, self._matched)
        self.update()

    @property
    def reason(self) -> str:
        """Why there are no counts."""
        return self._reason

    @property
    def order(self) -> IntArray:
        """Which component stands in each row."""
        return self._order

    def export_table(self) -> PlotTable:
        """One row per component and class, from 1 and by name, in the order of the picture."""
        n_rows, n_classes = self._counts.shape
        counts = self._counts[self._order] if n_rows else self._counts
        return PlotTable(
            ("component", "class", "examples"),
            (
                np.repeat(self._order + 1, n_classes),
                tuple(self._name(column) for column in range(n_classes)) * n_rows,
                counts.reshape(-1),
            ),
        )

    def cell_text(self, row: int, column: int) -> str:
        """One cell in words."""
        k = int(self._order[row])
        count, in_row = int(self._counts[k, column]), int(self._counts[k].sum())
        in_class = int(self._counts[:, column].sum())
        return (
            f"component {k + 1}, class {self._name(column)}: {counted(count, 'example')}\n"
            f"{_share(count, in_row)} of the component's {in_row:,}, "
            f"{_share(count, in_class)} of the class's {in_class:,}"
        )

    def _name(self, column: int) -> str:
        return self._names[column] if column < len(self._names) else str(column)

    def _font(self, scale: float = 0.85) -> QFont:
        return self._theme.font(scale)

    def _grid(self) -> QRectF:
        """Where the cells are, in pixels of the widget."""
        metrics = QFontMetricsF(self._font())
        left = metrics.horizontalAdvance(f"{len(self._counts)}") + metrics.height() + 3 * _PAD_PX
        top = 2 * metrics.height() + 2 * _PAD_PX
        return QRectF(left, top, max(self.width() - left - _PAD_PX, 1), max(self.height() - top - _PAD_PX, 1))

    def _cell(self, row: int, column: int) -> QRectF:
        grid, (n_rows, n_columns) = self._grid(), self._counts.shape
        left, right = (round(grid.left() + i * grid.width() / n_columns) for i in (column, column + 1))
        top, bottom = (round(grid.top() + i * grid.height() / n_rows) for i in (row, row + 1))
        return QRectF(left, top, right - left, bottom - top)

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Row and column under a pixel."""
        grid, (n_rows, n_columns) = self._grid(), self._counts.shape
        if not self._counts.size or not grid.contains(at):
            return None
        row = int((at.y() - grid.top()) / grid.height() * n_rows)
        column = int((at.x() - grid.left()) / grid.width() * n_columns)
        return min(row, n_rows - 1), min(column, n_columns - 1)

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(self._theme.plot_background))
        painter.setPen(color(self._theme.text))
        if not self._counts.size:
            painter.setFont(self._font(1.0))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(self.rect()).adjusted(16, 8, -16, -8), flags, self._reason)
            return
        painter.setFont(self._font())
        self._draw_names(painter)
        self._draw_cells(painter)

    def _draw_names(self, painter: QPainter) -> None:
        grid, metrics = self._grid(), QFontMetricsF(self._font())
        centre = int(Qt.AlignmentFlag.AlignCenter)
        height = metrics.height()
        painter.drawText(QRectF(grid.left(), _PAD_PX / 2, grid.width(), height), centre, "class")
        for column in range(self._counts.shape[1]):
            cell = self._cell(0, column)
            room = QRectF(cell.left(), grid.top() - height - _PAD_PX / 2, cell.width(), height)
            name = metrics.elidedText(self._name(column), Qt.TextElideMode.ElideRight, cell.width() - 1)
            painter.drawText(room, centre, name)
        painter.save()
        painter.translate(_PAD_PX / 2, self.height() / 2)
        painter.rotate(-90)  # over the whole height: a low table is shorter than the word
        word = metrics.elidedText("component", Qt.TextElideMode.ElideRight, self.height())
        painter.drawText(QRectF(-self.height() / 2, 0, self.height(), height), centre, word)
        painter.restore()
        every = max(1, int(np.ceil(height * len(self._order) / grid.height())))
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for row in range(0, len(self._order), every):
            cell = self._cell(row, 0)
            room = QRectF(0, cell.center().y() - height / 2, grid.left() - _PAD_PX, height)
            painter.drawText(room, flags, str(int(self._order[row]) + 1))

    def _draw_cells(self, painter: QPainter) -> None:
        theme = self._theme
        counts = self._counts[self._order]
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        painter.setFont(self._font(0.72))
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(f"{int(counts.max())}")
        first = self._cell(0, 0)
        has_numbers = first.width() > width + 2 and first.height() > 0.8 * metrics.height()
        for row in range(counts.shape[0]):
            for column in range(counts.shape[1]):
                cell = self._cell(row, column)
                rgb = blend(theme.plot_background, theme.accent, 0.06 + 0.94 * float(shares[row, column]))
                painter.fillRect(cell.adjusted(0, 0, -1, -1), color(rgb))
                if has_numbers and counts[row, column]:
                    inks = (theme.text, theme.plot_background)
                    painter.setPen(color(max(inks, key=lambda ink: contrast(ink, rgb))))
                    painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), str(int(counts[row, column])))
        painter.setPen(QPen(color(theme.text), 1.0))
        for row, column in enumerate(self._matched[self._order].tolist()):
            if column >= 0:
                painter.drawRect(self._cell(row, column).adjusted(0, 0, -1, -1))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            text = self.cell_text(*cell) if cell else "Counts of the probe's examples by component and class."
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
