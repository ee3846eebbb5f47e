"""Numbers measured over steps as arrays ready to draw: cut to what is seen, means over blocks of steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.training import Split

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

_LENGTHS = tuple(m * 10**e for e in range(7) for m in (1, 2, 5))


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Some columns of metrics at some steps, in order.

    Attributes
    ----------
    names : m columns.
    steps : (n,).
    values : (n, m).
    length : how many steps each row is the mean of, at most.
    """

    names: tuple[str, ...]
    steps: FloatArray
    values: FloatArray
    length: int = 1

    def __len__(self) -> int:
        return len(self.steps)

    def column(self, name: str) -> FloatArray:
        """(n,) values of one column."""
        return self.values[:, self.names.index(name)]

    def nearest(self, step: float) -> int:
        """Row whose step is nearest; there must be one."""
        i = int(np.searchsorted(self.steps, step))
        if i == 0:
            return 0
        is_left = i == len(self) or step - self.steps[i - 1] <= self.steps[i] - step
        return i - 1 if is_left else i

    def at(self, step: float | None) -> FloatArray:
        """(m,) values of the row nearest to ``step``, or of the last for None; NaN without any row."""
        if not len(self):
            return np.full(len(self.names), np.nan)
        row: FloatArray = self.values[-1 if step is None else self.nearest(step)]
        return row

    def between(self, lo: float, hi: float) -> "Series":
        """The rows in a range of steps, and one more at either side so that curves reach the border."""
        first = max(int(np.searchsorted(self.steps, lo)) - 1, 0)
        last = int(np.searchsorted(self.steps, hi, side="right")) + 1
        return Series(self.names, self.steps[first:last], self.values[first:last], self.length)


def no_series(names: Sequence[str]) -> Series:
    """Nothing measured yet."""
    return Series(tuple(names), np.empty(0), np.empty((0, len(names))))


def read_series(history: "MetricsHistory", split: Split, names: Sequence[str]) -> Series:
    """Some columns of one split; rows that are not finite are left out, they cannot be drawn."""
    steps = history.steps(split).copy()  # the history's own views end with its next rows
    if not len(steps):
        return no_series(names)
    values = np.stack([history.column(split, name) for name in names], axis=1, dtype=np.float64)
    is_finite = np.isfinite(values.sum(axis=1))  # ten times as fast as asking each number
    if is_finite.all():
        return Series(tuple(names), steps, values)
    return Series(tuple(names), steps[is_finite], values[is_finite])


def block_means(series: Series, max_blocks: int, breaks: tuple[float, ...] = ()) -> Series:
    """Means over blocks of a round number of steps, at most about ``max_blocks`` of them.

    Blocks begin at multiples of their length, so that a growing curve does not shimmer, and at each of
    ``breaks``, so that none mixes two phases. A block stands at the mean of its steps.
    """
    n = len(series)
    if n <= max(max_blocks, 1):
        return series
    span = series.steps[-1] - series.steps[0]
    needed = max(span / max(max_blocks, 1), n / max(max_blocks, 1) if span == 0 else 0.0)
    length = next((value for value in _LENGTHS if value >= needed), _LENGTHS[-1])
    key = np.floor(series.steps / length) + np.searchsorted(np.asarray(breaks), series.steps, side="right")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1])
    counts = np.diff(np.append(starts, n))
    return Series(
        series.names,
        np.add.reduceat(series.steps, starts) / counts,
        np.add.reduceat(series.values, starts, axis=0) / counts[:, None],
        length,
    )


def thin_out(series: Series, max_rows: int) -> Series:
    """Every so many-th row, enough to tell the range of the whole."""
    every = max(1, len(series) // max_rows)
    return Series(series.names, series.steps[::every], series.values[::every])
