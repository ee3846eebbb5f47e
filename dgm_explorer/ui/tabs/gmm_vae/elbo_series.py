"""Curves of the bound as arrays ready to draw: means over blocks of steps, stacked by sign."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.core.gmm_vae_config import PHASES, TERMS
from dgm_explorer.core.training import Split

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

PHASE_NAMES = {
    "pretrain": "pre-train",
    "mixture_fit": "mixture fit",
    "guided": "joint, q(c|x) given",
    "joint": "joint training",
}
"""``guided`` is the part of joint training in which each example's component is given: (e) is 0 there."""
_GUIDED = len(PHASES)
_ROUNDING = 1e-9
_LENGTHS = tuple(m * 10**e for e in range(7) for m in (1, 2, 5))


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The five terms at some steps, in order; nats per example.

    Attributes
    ----------
    steps : (n,).
    terms : (n, 5).
    length : how many steps each row is the mean of, at most.
    """

    steps: FloatArray
    terms: FloatArray
    length: int = 1

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def elbo(self) -> FloatArray:
        """(n,) sum of the five."""
        total: FloatArray = self.terms.sum(axis=1)
        return total

    def nearest(self, step: float) -> int:
        """Row whose step is nearest; there must be one."""
        i = int(np.searchsorted(self.steps, step))
        if i == 0:
            return 0
        is_left = i == len(self) or step - self.steps[i - 1] <= self.steps[i] - step
        return i - 1 if is_left else i

    def between(self, lo: float, hi: float) -> "Series":
        """The rows in a range of steps, and one more at either side so that curves reach the border."""
        first = max(int(np.searchsorted(self.steps, lo)) - 1, 0)
        last = int(np.searchsorted(self.steps, hi, side="right")) + 1
        return Series(self.steps[first:last], self.terms[first:last], self.length)


EMPTY = Series(np.empty(0), np.empty((0, len(TERMS))))


@dataclass(frozen=True, slots=True)
class PhaseStart:
    """A phase of the recipe and its first step."""

    step: float
    phase: str

    @property
    def name(self) -> str:
        return PHASE_NAMES[self.phase]


def read_series(history: "MetricsHistory", split: Split) -> Series:
    """The measured terms of one split; rows that are not finite are left out, they cannot be drawn."""
    steps = history.steps(split).copy()  # the history's own views end with its next rows
    if not len(steps):
        return EMPTY
    terms = np.stack([history.column(split, term) for term in TERMS], axis=1, dtype=np.float64)
    is_finite = np.isfinite(terms.sum(axis=1))  # ten times as fast as asking each number
    if is_finite.all():
        return Series(steps, terms)
    return Series(steps[is_finite], terms[is_finite])


def read_epochs(history: "MetricsHistory") -> FloatArray:
    """Epochs done at each training step whose terms are finite."""
    steps = history.steps("train")
    if not len(steps):
        return np.empty(0)
    is_finite = np.isfinite(sum(history.column("train", term) for term in TERMS))
    return history.column("train", "epoch")[is_finite].astype(np.float64)


def read_phases(history: "MetricsHistory") -> tuple[PhaseStart, ...]:
    """Where each phase begins."""
    steps = history.steps("train")
    if not len(steps):
        return ()
    code = np.nan_to_num(history.column("train", "phase"), nan=-1.0)
    code = np.where((code == PHASES.index("joint")) & _is_given(history), _GUIDED, code)
    names = dict(enumerate(PHASES)) | {_GUIDED: "guided"}
    starts = [0, *(np.flatnonzero(np.diff(code)) + 1).tolist()]
    return tuple(PhaseStart(float(steps[i]), names[code[i]]) for i in starts if code[i] in names)


def _is_given(history: "MetricsHistory") -> BoolArray:
    """(n,) where q(c|x) has all its weight on one component; with one component alone it has nothing else."""
    c, e = (np.abs(history.column("train", term)) for term in ("c", "e"))
    given: BoolArray = (e < _ROUNDING) & (c > _ROUNDING)
    return given


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
        np.add.reduceat(series.steps, starts) / counts,
        np.add.reduceat(series.terms, starts, axis=0) / counts[:, None],
        length,
    )


def thin_out(series: Series, max_rows: int) -> Series:
    """Every so many-th row, enough to tell the range of the whole."""
    every = max(1, len(series) // max_rows)
    return Series(series.steps[::every], series.terms[::every])


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One term's part of the stack: between ``lower`` and ``upper``, (n,) each."""

    lower: FloatArray
    upper: FloatArray

    @property
    def is_empty(self) -> bool:
        return not np.any(self.upper > self.lower)


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Terms stacked by sign: negative values downwards from 0, positive ones upwards.

    Attributes
    ----------
    negative, positive : one layer per term.
    """

    negative: tuple[Layer, ...]
    positive: tuple[Layer, ...]

    @property
    def bottom(self) -> FloatArray:
        """(n,) lower border of the whole."""
        return self.negative[-1].lower

    @property
    def top(self) -> FloatArray:
        """(n,) upper border of the whole."""
        return self.positive[-1].upper

    def term_at(self, row: int, y: float) -> int | None:
        """Which term covers the height ``y``; None outside the stack."""
        for i, (down, up) in enumerate(zip(self.negative, self.positive, strict=True)):
            if down.lower[row] <= y < down.upper[row] or up.lower[row] <= y < up.upper[row]:
                return i
        return None


def stack(values: FloatArray) -> Stack:
    """Stack the columns of ``values`` (n, terms) in order; bottom + top is their sum."""
    low = np.cumsum(np.minimum(values, 0.0), axis=1)
    high = np.cumsum(np.maximum(values, 0.0), axis=1)
    zero = np.zeros(len(values))
    down = (zero, *low.T)
    up = (zero, *high.T)
    return Stack(
        tuple(Layer(down[i + 1], down[i]) for i in range(values.shape[1])),
        tuple(Layer(up[i], up[i + 1]) for i in range(values.shape[1])),
    )
