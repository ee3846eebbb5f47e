"""Priors over grids of codes that are counted, not trained: uniform, unigram, and P(code | left, up).

Shapes in this file: n grids of h × w codes below K. Bits per code are -log2 P averaged over all cells.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import FloatArray, IntArray

STRENGTH = 6.0
"""Observations that the less specific distribution counts for in each context (Dirichlet smoothing, MacKay &
Peto 1995): grids of digits and of Fashion-MNIST want 4 to 10 of them."""


class CodePrior(Protocol):
    """A distribution over code grids."""

    def bits_per_code(self, codes: IntArray) -> float:
        """Of grids (n, h, w)."""
        ...

    def sample(self, n: int, height: int, width: int, rng: np.random.Generator) -> IntArray:
        """Grids (n, height, width)."""
        ...


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every code alike."""

    n_codes: int

    def bits_per_code(self, codes: IntArray) -> float:  # noqa: ARG002 - all grids cost the same
        return math.log2(self.n_codes)

    def sample(self, n: int, height: int, width: int, rng: np.random.Generator) -> IntArray:
        return rng.integers(0, self.n_codes, (n, height, width))


class Unigram:
    """Codes by how often they are used, whatever is beside them.

    Attributes
    ----------
    shares : (K,) their probabilities.
    """

    def __init__(self, codes: IntArray, n_codes: int) -> None:
        counts = np.bincount(codes.ravel(), minlength=n_codes)
        self.shares: FloatArray = (counts + STRENGTH / n_codes) / (counts.sum() + STRENGTH)

    def bits_per_code(self, codes: IntArray) -> float:
        return float(-np.log2(self.shares)[codes].mean())

    def sample(self, n: int, height: int, width: int, rng: np.random.Generator) -> IntArray:
        return rng.choice(len(self.shares), (n, height, width), p=self.shares)


class CountTable:
    """P(code | left, up), smoothed by the mean of P(code | left) and P(code | up), and these by the unigram.

    Only contexts that occur are stored: K³ numbers would be too many. Beyond the edge stands a code of
    its own, K.
    """

    def __init__(self, codes: IntArray, n_codes: int) -> None:
        self._n_codes = n_codes
        self._unigram = Unigram(codes, n_codes)
        left, up = _neighbours(codes, n_codes)
        flat = codes.ravel()
        self._by_left = _Counts(left, flat, n_codes)
        self._by_up = _Counts(up, flat, n_codes)
        self._by_both = _Counts(self._both(left, up), flat, n_codes)

    def _both(self, left: IntArray, up: IntArray) -> IntArray:
        return left * (self._n_codes + 1) + up

    def bits_per_code(self, codes: IntArray) -> float:
        left, up = _neighbours(codes, self._n_codes)
        flat = codes.ravel()
        base = self._unigram.shares[flat]
        either = (
            _smoothed(*self._by_left.of(left, flat), base) + _smoothed(*self._by_up.of(up, flat), base)
        ) / 2
        return float(-np.log2(_smoothed(*self._by_both.of(self._both(left, up), flat), either)).mean())

    def sample(self, n: int, height: int, width: int, rng: np.random.Generator) -> IntArray:
        padded = np.full((n, height + 1, width + 1), self._n_codes)
        for row in range(1, height + 1):
            for column in range(1, width + 1):
                shares = self.probabilities(padded[:, row, column - 1], padded[:, row - 1, column])
                padded[:, row, column] = _draw(shares, rng)
        return padded[:, 1:, 1:].copy()

    def probabilities(self, left: IntArray, up: IntArray) -> FloatArray:
        """P(code | left, up) of each pair, (m, K); K stands for the edge."""
        base = self._unigram.shares
        either = (_smoothed(*self._by_left.rows(left), base) + _smoothed(*self._by_up.rows(up), base)) / 2
        return _smoothed(*self._by_both.rows(self._both(left, up)), either)


class _Counts:
    """How often each code follows each context, sparsely; contexts are whole numbers."""

    def __init__(self, contexts: IntArray, codes: IntArray, n_codes: int) -> None:
        self._n_codes = n_codes
        self._keys, self._counts = np.unique(contexts * n_codes + codes, return_counts=True)
        self._contexts, self._totals = np.unique(contexts, return_counts=True)

    def of(self, contexts: IntArray, codes: IntArray) -> tuple[FloatArray, FloatArray]:
        """Count of each pair (m,), and of its context, (m,)."""
        keys = contexts * self._n_codes + codes
        return _look_up(self._keys, self._counts, keys), self._totals_of(contexts)

    def rows(self, contexts: IntArray) -> tuple[FloatArray, FloatArray]:
        """Counts of all codes (m, K), and of each context, (m, 1)."""
        starts = np.searchsorted(self._keys, contexts * self._n_codes)
        lengths = np.searchsorted(self._keys, (contexts + 1) * self._n_codes) - starts
        rows = np.repeat(np.arange(len(contexts)), lengths)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        entries = starts[rows] + within
        counts = np.zeros((len(contexts), self._n_codes))
        counts[rows, self._keys[entries] % self._n_codes] = self._counts[entries]
        return counts, self._totals_of(contexts)[:, None]

    def _totals_of(self, contexts: IntArray) -> FloatArray:
        return _look_up(self._contexts, self._totals, contexts)


def _look_up(keys: IntArray, counts: NDArray[np.int64], wanted: IntArray) -> FloatArray:
    """Counts of the wanted keys, 0 where they never occurred; ``keys`` ascending."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0).astype(np.float64)


def _smoothed(counts: FloatArray, totals: FloatArray, base: FloatArray) -> FloatArray:
    """(counts + s · base) / (totals + s)."""
    smoothed: FloatArray = (counts + STRENGTH * base) / (totals + STRENGTH)
    return smoothed


def _neighbours(codes: IntArray, n_codes: int) -> tuple[IntArray, IntArray]:
    """Left and upper neighbour of every cell, each (n · h · w,); K beyond the edge."""
    padded = np.pad(codes, ((0, 0), (1, 0), (1, 0)), constant_values=n_codes)
    return padded[:, 1:, :-1].ravel(), padded[:, :-1, 1:].ravel()


def _draw(shares: FloatArray, rng: np.random.Generator) -> IntArray:
    """One code per row of (m, K)."""
    below = np.cumsum(shares, axis=1) < rng.random((len(shares), 1)) * shares.sum(1, keepdims=True)
    drawn: IntArray = np.minimum(below.sum(1), shares.shape[1] - 1)
    return drawn
