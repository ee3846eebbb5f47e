"""The use of every code at many steps: a bounded record of a run, without Qt."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray

MOST_STEPS: Final = 512


class UseAtStep(NamedTuple):
    """Uses of the K codes (K,) in the batch of one step."""

    step: int
    counts: Float32Array


class UseHistory:
    """At most `MOST_STEPS` steps; beyond that the one goes whose neighbours in time are nearest.

    The first and the last step always stay. All have the same number of codes.
    """

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._counts: list[Float32Array] = []

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def n_codes(self) -> int:
        """K; 0 without a step."""
        return len(self._counts[0]) if self._counts else 0

    @property
    def steps(self) -> IntArray:
        """(n,) rising."""
        return np.array(self._steps, np.int64)

    def clear(self) -> None:
        self._steps.clear()
        self._counts.clear()

    def add(self, use: UseAtStep) -> None:
        """Take in what was just measured; another number of codes means another run."""
        if len(use.counts) != self.n_codes:
            self.clear()
        self._insert(use)

    def add_recorded(self, uses: Iterable[UseAtStep]) -> None:
        """Take in what was written down earlier; of other numbers of codes nothing."""
        for use in uses:
            if self.n_codes in (0, len(use.counts)):
                self._insert(use)

    def _insert(self, use: UseAtStep) -> None:
        at = bisect_left(self._steps, use.step)
        counts = np.array(use.counts, np.float32)  # a view would keep the whole file in memory
        if at < len(self._steps) and self._steps[at] == use.step:
            self._counts[at] = counts
            return
        self._steps.insert(at, use.step)
        self._counts.insert(at, counts)
        if len(self._steps) > MOST_STEPS:
            steps = self.steps
            crowded = int((steps[2:] - steps[:-2]).argmin()) + 1
            del self._steps[crowded], self._counts[crowded]

    def nearest(self, steps: FloatArray) -> IntArray:
        """Which record is nearest to each of some steps; of two the earlier."""
        own = self.steps.astype(np.float64)
        return np.searchsorted((own[1:] + own[:-1]) / 2, steps, side="left").astype(np.int64)

    def record(self, row: int) -> UseAtStep:
        return UseAtStep(self._steps[row], self._counts[row])

    def counts_of(self, rows: Iterable[int], n_codes: int) -> Float32Array:
        """(n, n_codes) uses of the first codes in some records."""
        return np.stack([self._counts[row][:n_codes] for row in rows])
