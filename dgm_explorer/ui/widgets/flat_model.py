"""What the models of tables share."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex

Index = QModelIndex | QPersistentModelIndex


class FlatModel(QAbstractTableModel):
    """Rows and columns without children."""

    def _shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        raise NotImplementedError

    def _announce(self, rows: Sequence[int] | None = None, columns: Sequence[int] | None = None) -> None:
        """Have these neighbouring rows and columns painted again; all by default."""
        n_rows, n_columns = self._shape()
        rows = range(n_rows) if rows is None else rows
        columns = range(n_columns) if columns is None else columns
        if rows:
            self.dataChanged.emit(self.index(rows[0], columns[0]), self.index(rows[-1], columns[-1]))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else self._shape()[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else self._shape()[1]
