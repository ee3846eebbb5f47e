"""The components of p as exact numbers in a table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Component2D
from dgm_explorer.ui.tabs.kl.state_editor import Component, StateEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.flat_model import FlatModel, Index
from dgm_explorer.ui.widgets.form import font_of
from dgm_explorer.ui.widgets.number_edit import parse_number
from dgm_explorer.ui.widgets.swatch import swatch


@dataclass(frozen=True)
class Column:
    """One number of a component: its heading, what it means, how to read it and how to change it."""

    title: str
    meaning: str
    read: Callable[[Any], float]
    changed: Callable[[Any, float], Component]


def _mean_column(axis: int, title: str) -> Column:
    def changed(c: Component2D, value: float) -> Component2D:
        return replace(c, mean=(value, c.mean[1]) if axis == 0 else (c.mean[0], value))

    return Column(title, f"mean along {title}", lambda c: c.mean[axis], changed)


def _covariance_column(entry: int, title: str) -> Column:
    def changed(c: Component2D, value: float) -> Component2D:
        xx, xy, yy = c.cov
        return replace(c, cov=((value, xy, yy), (xx, value, yy), (xx, xy, value))[entry])

    return Column(title, f"covariance entry {title}", lambda c: c.cov[entry], changed)


CELL_MARGINS_PX: Final = 6
"""Left free by a cell beside its text."""

WEIGHT: Final = Column("w", "weight, relative", lambda c: c.weight, lambda c, v: replace(c, weight=v))
COLUMNS_1D: Final = (
    WEIGHT,
    Column("μ", "mean", lambda c: c.mu, lambda c, v: replace(c, mu=v)),
    Column("σ", "standard deviation", lambda c: c.sigma, lambda c, v: replace(c, sigma=v)),
)
COLUMNS_2D: Final = (
    WEIGHT,
    _mean_column(0, "x"),
    _mean_column(1, "y"),
    _covariance_column(0, "Σxx"),
    _covariance_column(1, "Σxy"),
    _covariance_column(2, "Σyy"),
)


def _fitted(value: float, metrics: QFontMetrics, room_px: int) -> str:
    """As many digits as fit, at most four."""
    texts = [f"{value:.{digits}g}".replace("-", "−") for digits in (4, 3, 2, 1)]
    return next((text for text in texts if metrics.horizontalAdvance(text) <= room_px), texts[-1])


class ComponentModel(FlatModel):
    """The mixture as rows; editing a cell goes through the `StateEditor` and may be refused."""

    refused = Signal(str)

    def __init__(self, editor: StateEditor, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._theme = theme
        self._components: tuple[Component, ...] = ()
        self._columns: tuple[Column, ...] = COLUMNS_1D
        self._metrics = QFontMetrics(QFont())
        self._room_px = 0

    def set_room(self, metrics: QFontMetrics, room_px: int) -> None:
        """Letters of a cell, and how wide its text may be."""
        if (metrics, room_px) != (self._metrics, self._room_px):
            self._metrics, self._room_px = metrics, room_px
            self._announce()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._announce()

    def set_components(self, components: tuple[Component1D, ...] | tuple[Component2D, ...]) -> None:
        """Show a mixture; never answers back."""
        if components == self._components:
            return
        columns = COLUMNS_1D if isinstance(components[0], Component1D) else COLUMNS_2D
        if len(components) == len(self._components) and columns is self._columns:
            changed = [i for i, component in enumerate(components) if component != self._components[i]]
            self._components = components
            self._announce(rows=changed)
            return
        self.beginResetModel()
        self._components, self._columns = components, columns
        self.endResetModel()

    def _sentence(self, row: int, column: Column) -> str:
        component = self._components[row]
        total = sum(c.weight for c in self._components)
        return (
            f"component {row + 1}: {column.meaning} {column.title} = {column.read(component)!r}\n"
            f"p(x) = Σₖ wₖ N(x; μₖ, σₖ²) / Σₖ wₖ; share of this component {component.weight / total:.4g}"
        )

    def _shape(self) -> tuple[int, int]:
        return len(self._components), len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        is_horizontal = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title if is_horizontal else str(section + 1)
        if role == Qt.ItemDataRole.ToolTipRole and is_horizontal:
            return self._columns[section].meaning
        if role == Qt.ItemDataRole.DecorationRole and not is_horizontal:
            return swatch(self._theme.component(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self._columns[index.column()]
        value = column.read(self._components[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return _fitted(value, self._metrics, self._room_px)
        if role == Qt.ItemDataRole.EditRole:
            return repr(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._sentence(index.row(), column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        column = self._columns[index.column()]
        component = self._components[index.row()]
        name = f"component {index.row() + 1}, {column.title}"
        try:
            number = parse_number(str(value), name)
            if number == column.read(component):
                return True
            changed = column.changed(component, number)
        except InputError as error:
            self.refused.emit(f"component {index.row() + 1}: {str(error).removeprefix('component: ')}")
            return False
        except ValueError as error:
            self.refused.emit(str(error))
            return False
        return self._editor.set_component(index.row(), changed)


class ComponentTable(QTableView):
    """The table of p: type a cell, Delete removes the selected row."""

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._theme = theme
        self._model = ComponentModel(editor, theme, self)
        self._model.refused.connect(editor.refused)
        self.setModel(self._model)
        self.setAccessibleName("Components of p")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(24)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_to_rows()

    @property
    def selected_row(self) -> int:
        """The row that *remove* means: the current one, else the last."""
        row = self.currentIndex().row()
        return row if row >= 0 else self._model.rowCount() - 1

    def select_row(self, row: int) -> None:
        """Make a row the current one, in the column that already is; never takes the keyboard."""
        column = max(0, self.currentIndex().column())
        if row != self.currentIndex().row() and row < self._model.rowCount():
            self.setCurrentIndex(self._model.index(row, column))

    def set_components(self, components: tuple[Component1D, ...] | tuple[Component2D, ...]) -> None:
        shape = self._model.rowCount(), self._model.columnCount()
        self._model.set_components(components)
        if shape != (self._model.rowCount(), self._model.columnCount()):
            self._fit_to_rows()  # not from modelReset: the headers have not heard of it yet

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._model.set_theme(theme)
        self._fit_to_rows()

    def _fit_to_rows(self) -> None:
        """As high as its rows; the six columns of the plane need a smaller font."""
        font = font_of(self, self._theme, 0.85 if self._model.columnCount() > 3 else 1.0)
        self.setFont(font)
        row_px = QFontMetrics(font).height() + 7
        self.verticalHeader().setDefaultSectionSize(row_px)
        header_px = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header_px + row_px * max(1, self._model.rowCount()) + 2 * self.frameWidth())
        self._fit_digits()

    def _fit_digits(self) -> None:
        """As wide as a column is: the column of controls is narrower where it scrolls."""
        column_px = self.viewport().width() // self._model.columnCount()
        self._model.set_room(self.fontMetrics(), column_px - CELL_MARGINS_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_digits()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self.currentIndex().isValid():
                self._editor.remove_component(self.currentIndex().row())
            return
        super().keyPressEvent(event)
