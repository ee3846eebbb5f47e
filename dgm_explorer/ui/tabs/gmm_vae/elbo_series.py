"""The bound over steps as arrays ready to draw: its terms, its phases, and terms stacked by sign."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.core.gmm_vae_config import PHASES, TERMS
from dgm_explorer.core.training import Split
from dgm_explorer.ui.plots.series import Series, no_series, read_series

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

EMPTY = no_series(TERMS)


@dataclass(frozen=True, slots=True)
class PhaseStart:
    """A phase of the recipe and its first step."""

    step: float
    phase: str

    @property
    def name(self) -> str:
        return PHASE_NAMES[self.phase]


def read_terms(history: "MetricsHistory", split: Split) -> Series:
    """The measured terms of one split, nats per example."""
    return read_series(history, split, TERMS)


def bound_of(terms: Series) -> FloatArray:
    """(n,) sum of the five."""
    total: FloatArray = terms.values.sum(axis=1)
    return total


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
