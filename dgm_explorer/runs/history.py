"""The metrics of a run in memory, as columns ready to be drawn."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import Float32Array, FloatArray
from dgm_explorer.core.training import MetricsTable, Split

MAX_ROWS = 65_536
"""A screen shows a few thousand; the run folder keeps every row."""
MAX_COLUMNS = 64
_FIRST_CAPACITY = 1024
S = TypeVar("S", bound=np.floating)


class MetricsHistory:
    """All metrics of one run by split.

    A row for a step that is there already takes its place and that of everything later: the run went
    back to a checkpoint and went on from there. Beyond `max_rows` rows every second is dropped, so that
    memory stays bounded and the past gets coarser.

    Parameters
    ----------
    max_rows : most rows kept of each split.
    """

    def __init__(self, max_rows: int = MAX_ROWS) -> None:
        self._max_rows = max_rows
        self._splits: dict[Split, _Columns] = {}

    def append(self, tables: Iterable[MetricsTable]) -> None:
        """Add tables in the order they were made."""
        of_splits: dict[Split, list[MetricsTable]] = {}
        for table in tables:
            of_splits.setdefault(table.split, []).append(table)
        for split, own in of_splits.items():
            columns = self._splits.setdefault(split, _Columns(self._max_rows))
            for names, alike in groupby(own, attrgetter("names")):  # one by one a long run takes 0.25 s
                for rows in _rising_parts(np.concatenate([table.values for table in alike])):
                    columns.append(names, rows)

    def clear(self) -> None:
        """Forget everything."""
        self._splits.clear()

    def splits(self) -> tuple[Split, ...]:
        """Splits that have rows."""
        return tuple(self._splits)

    def names(self, split: Split) -> tuple[str, ...]:
        """Columns of a split, ``step`` left out; empty where it has no rows."""
        columns = self._splits.get(split)
        return columns.names() if columns else ()

    def steps(self, split: Split) -> FloatArray:
        """(n,) steps of the rows, rising; a read-only view, good until the next `append`."""
        columns = self._splits.get(split)
        return columns.steps() if columns else _read_only(np.zeros(0))

    def column(self, split: Split, name: str) -> Float32Array:
        """(n,) one column, NaN where a row has none; a read-only view, good until the next `append`.

        A column that never was is NaN all along.
        """
        columns = self._splits.get(split)
        return columns.column(name) if columns else _read_only(np.zeros(0, dtype=np.float32))

    def last(self, split: Split, name: str) -> float:
        """Newest value of a column; NaN where there is none."""
        column = self.column(split, name)
        return float(column[-1]) if len(column) else float("nan")


class _Columns:
    """Rows of one split: columns that lie side by side in one block with room to grow."""

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self._n = 0
        self._index: dict[str, int] = {}
        self._steps = np.zeros(_FIRST_CAPACITY)
        self._values = np.zeros((0, _FIRST_CAPACITY), dtype=np.float32)

    def names(self) -> tuple[str, ...]:
        return tuple(self._index)

    def steps(self) -> FloatArray:
        return _read_only(self._steps[: self._n])

    def column(self, name: str) -> Float32Array:
        if name not in self._index:
            return _read_only(np.full(self._n, np.nan, dtype=np.float32))
        return _read_only(self._values[self._index[name], : self._n])

    def append(self, names: tuple[str, ...], rows: FloatArray) -> None:
        """Add rows of rising steps; the first column is the step."""
        self._n = int(np.searchsorted(self._steps[: self._n], rows[0, 0]))
        self._add_columns(names[1:])
        while self._n + len(rows) > self._max_rows:
            rows = self._halve(rows)
        self._grow(self._n + len(rows))
        new = slice(self._n, self._n + len(rows))
        self._steps[new] = rows[:, 0]
        self._values[:, new] = np.nan
        for position, name in enumerate(names[1:], start=1):
            if name in self._index:
                with np.errstate(over="ignore"):  # beyond float32 is infinite on any axis
                    self._values[self._index[name], new] = rows[:, position]
        self._n += len(rows)

    def _halve(self, rows: FloatArray) -> FloatArray:
        kept = (self._n + 1) // 2
        self._steps[:kept] = self._steps[: self._n : 2].copy()
        self._values[:, :kept] = self._values[:, : self._n : 2].copy()
        self._n = kept
        return rows[(len(rows) - 1) % 2 :: 2] if self._n + len(rows) > self._max_rows else rows

    def _add_columns(self, names: Iterable[str]) -> None:
        new = [name for name in names if name not in self._index][: MAX_COLUMNS - len(self._index)]
        for name in new:
            self._index[name] = len(self._index)
        if new:
            empty = np.full((len(new), self._values.shape[1]), np.nan, dtype=np.float32)
            self._values = np.concatenate([self._values, empty])

    def _grow(self, n: int) -> None:
        capacity = len(self._steps)
        if n <= capacity:
            return
        extra = max(n, 2 * capacity) - capacity
        self._steps = np.concatenate([self._steps, np.zeros(extra)])
        empty = np.zeros((len(self._values), extra), dtype=np.float32)
        self._values = np.concatenate([self._values, empty], axis=1)


def _rising_parts(values: FloatArray) -> list[FloatArray]:
    """The table cut where its steps do not rise."""
    falls = np.flatnonzero(np.diff(values[:, 0]) <= 0) + 1
    return [part for part in np.split(values, falls) if len(part)]


def _read_only(array: NDArray[S]) -> NDArray[S]:
    view = array[:]
    view.flags.writeable = False
    return view
