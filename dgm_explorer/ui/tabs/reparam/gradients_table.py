"""Every entry of the gradient: exact, estimated, and how much each estimator scatters."""

import math
from typing import Any, Final

from PySide6.QtCore import QObject, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from dgm_explorer.ui.tabs.reparam.estimator_words import ESTIMATOR_NAME, estimator_color
from dgm_explorer.ui.tabs.reparam.gradients_numbers import EntryRow
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.flat_model import FlatModel, Index
from dgm_explorer.ui.widgets.number_words import number_text, plus_minus

HEADINGS: Final = ("∂/∂", "exact", "", "mean ± s.e.", "variance", "(exact)", "SNR")
ENTRY, EXACT, ESTIMATOR, MEAN, VARIANCE, EXACT_VARIANCE, SNR = range(7)
_WIDEST: Final = ("‖∇‖", "−0.0000", "", "−0.000 ± 0.000", "0.00000", "0.00000", "0.0000")
_WIDEST_NAMED: Final = "score, baseline "
_DISC_PX: Final = 9
_PAD_PX: Final = 4
_TIPS: Final = {
    ENTRY: "Entries of μ and L; ‖∇‖ is the length of all of it",
    EXACT: "The gradient of E f(z), integrated",
    ESTIMATOR: "Whose estimates they are, by colour",
    MEAN: "Mean of the estimates ± its standard error",
    VARIANCE: "Mean square of an estimate's distance from the exact gradient, as measured",
    EXACT_VARIANCE: "The same variance, integrated",
    SNR: "Signal to noise of one estimate: |exact| / √variance",
}


class GradientModel(FlatModel):
    """Rows in pairs, one for each estimator.

    Attributes
    ----------
    has_names : whether estimators are named, or told by their colours only.
    """

    has_names = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[EntryRow, ...] = ()

    def set_rows(self, rows: tuple[EntryRow, ...]) -> None:
        is_reset = len(rows) != len(self.rows)
        if is_reset:
            self.beginResetModel()
        self.rows = rows
        if is_reset:
            self.endResetModel()
        else:
            self._announce()

    def text(self, row: EntryRow, column: int) -> str:
        """What a cell says."""
        if column == ENTRY:
            return row.entry
        if column == ESTIMATOR:
            return ESTIMATOR_NAME[row.estimator] if self.has_names else ""
        if column == MEAN:
            return "" if math.isnan(row.mean) else plus_minus(row.mean, row.error)
        values = {
            EXACT: row.exact,
            VARIANCE: row.variance,
            EXACT_VARIANCE: row.exact_variance,
            SNR: row.signal_to_noise,
        }
        return number_text(values[column])

    def _tip(self, row: EntryRow, column: int) -> str:
        lines = [_TIPS[column]]
        name = "‖∇‖" if row.entry == "‖∇‖" else f"∂E f/∂{row.entry}"
        if column == EXACT:
            lines.append(f"{name} = {row.exact:.8g}")
        elif column == MEAN and not math.isnan(row.mean):
            lines.append(f"{name} ≈ {row.mean:.6g} ± {row.error:.2g}")
            if row.error > 0:
                lines.append(f"{(row.mean - row.exact) / row.error:+.1f} standard errors from the exact one")
        elif column in (VARIANCE, EXACT_VARIANCE, SNR):
            lines.append(f"measured {row.variance:.6g}, integrated {row.exact_variance:.6g}")
            if not row.is_exact:
                lines.append("integrated by a sum over a lattice")
        return f"{ESTIMATOR_NAME[row.estimator]}: ".join(["", "\n".join(lines)]).replace("-", "−")

    def _shape(self) -> tuple[int, int]:
        return len(self.rows), len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return _TIPS[section] if role == Qt.ItemDataRole.ToolTipRole else None

    def set_names(self, has_names: bool) -> None:
        self.has_names = has_names
        self._announce()

    def flags(self, index: Index) -> Qt.ItemFlag:
        del index
        return Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        return None


class _CellPainter(QStyledItemDelegate):
    """Writes a cell straight from its row: asked role by role, a table takes twice as long to paint."""

    def __init__(self, model: GradientModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = LIGHT
        self._font = self._bold = QFont()

    def set_theme(self, theme: Theme, font: QFont) -> None:
        self._theme, self._font, self._bold = theme, font, QFont(font)
        self._bold.setBold(True)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column = self._model.rows[index.row()], index.column()
        rect: QRect = option.rect
        if column == ESTIMATOR:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(estimator_color(row.estimator, self._theme)))
            middle = QPointF(rect.left() + 4 + _DISC_PX / 2, rect.center().y() + 0.5)
            painter.drawEllipse(middle, _DISC_PX / 2, _DISC_PX / 2)
            rect = rect.adjusted(_DISC_PX + 5, 0, 0, 0)
        painter.setPen(color(self._theme.text))
        painter.setFont(self._bold if column == ENTRY else self._font)
        text_rect = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        painter.drawText(text_rect, int(_alignment(column)), self._model.text(row, column))


class GradientTable(QTableView):
    """The table, as wide as its columns."""

    _narrow_px = 0

    def __init__(self, model: GradientModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setAccessibleName("Gradient estimates entry by entry")
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self._cells = _CellPainter(model, self)
        self.setItemDelegate(self._cells)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionsClickable(False)
        self.setMinimumWidth(160)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)

    def set_theme(self, theme: Theme) -> None:
        font = self.font()
        font.setPointSizeF(theme.point_size(0.88))
        self.setFont(font)
        self._cells.set_theme(theme, font)
        self.viewport().update()
        self.horizontalHeader().setFont(font)
        metrics = self.fontMetrics()
        self.horizontalHeader().setMinimumSectionSize(8)
        self.verticalHeader().setMinimumSectionSize(metrics.height())  # Qt keeps that of a larger font
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 2)
        for column, sample in enumerate(_WIDEST):
            width = max(metrics.horizontalAdvance(text) for text in (sample, HEADINGS[column]))
            self.setColumnWidth(column, width + (_DISC_PX if column == ESTIMATOR else 0) + 2 * _PAD_PX)
        self._narrow_px = sum(self.columnWidth(column) for column in range(len(HEADINGS)))
        self.set_names(self._model.has_names)
        self.updateGeometry()

    def set_names(self, has_names: bool) -> None:
        """Name the estimators, where there is room for it."""
        words_px = self.fontMetrics().horizontalAdvance(_WIDEST_NAMED) if has_names else 0
        self.setColumnWidth(ESTIMATOR, words_px + _DISC_PX + 2 * _PAD_PX)
        if has_names != self._model.has_names:
            self._model.set_names(has_names)

    def show_rows(self, rows: tuple[EntryRow, ...]) -> None:
        """Show these; rows of one entry stand under its one name."""
        if [row.entry for row in rows] != [row.entry for row in self._model.rows]:
            self._model.set_rows(rows)
            self._join_entries()
        else:
            self._model.set_rows(rows)

    def _join_entries(self) -> None:
        rows = self._model.rows
        self.clearSpans()
        pairs = [i for i in range(len(rows) - 1) if rows[i].entry == rows[i + 1].entry]
        for first in pairs:
            for column in (ENTRY, EXACT):
                self.setSpan(first, column, 2, 1)

    def sizeHint(self) -> QSize:
        """Without names."""
        hint = super().sizeHint()
        hint.setWidth(self._narrow_px + 2 * self.frameWidth() + self.verticalScrollBar().sizeHint().width())
        return hint


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in (ENTRY, ESTIMATOR) else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
