"""The Reparametrisation tab as one frozen value: what a session file keeps and undo restores."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from dgm_explorer.core.checks import require_float, require_int
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import View2D

DiagonalActivation: TypeAlias = Literal["exp", "softplus", "relu", "identity"]
FactorForm: TypeAlias = Literal["lower", "full"]
MapHandles: TypeAlias = Literal["columns", "axes"]
QuantileLaw: TypeAlias = Literal["gaussian", "logistic", "laplace", "exponential"]
ObjectiveName: TypeAlias = Literal["quadratic", "banana", "two_wells", "kl_target"]
SamplePath: TypeAlias = Literal["reparametrise", "sample"]
MapEstimator: TypeAlias = Literal["exact", "pathwise", "score", "score_baseline"]
MapOptimiser: TypeAlias = Literal["sgd", "adam"]
GrowthAxis: TypeAlias = Literal["dimension", "samples"]
GrowthQuantity: TypeAlias = Literal["variance", "snr"]
GradientBlock: TypeAlias = Literal["mean", "scale"]
ReparamPanel: TypeAlias = Literal["factor", "graph", "gradients", "growth", "descent"]

MAX_POINTS = 100_000
MAX_SAMPLES = 1000
"""Samples behind one gradient estimate."""
MAX_ARROWS = 500
MAX_DIMENSION = 512
LARGEST_MEAN = 1e6
LARGEST_FACTOR = 1000.0
"""Of an entry of L or A, and of a raw parameter where nothing stricter holds."""
RAW_LIMITS: dict[DiagonalActivation, tuple[float, float]] = {
    "exp": (-14.0, 6.9),
    "softplus": (-14.0, LARGEST_FACTOR),
    "relu": (-LARGEST_FACTOR, LARGEST_FACTOR),
    "identity": (-LARGEST_FACTOR, LARGEST_FACTOR),
}
"""Raw parameters of the diagonal: exp and softplus then stay between 8e-7 and `LARGEST_FACTOR`."""


@dataclass(frozen=True, slots=True)
class ReparamState:
    """The map z = μ + Lε, the objective f(z) and everything that decides what the tab shows.

    Attributes
    ----------
    dimension : 2 in the plane; 1 on the line, z = μ₁ + act(raw₁) ε₁.
    mean : μ; on the line its first entry.
    activation, raw_diagonal, off_diagonal : lower triangle L₁₁ = act(raw₁), L₂₂ = act(raw₂), L₂₁.
    form : whether L is the lower triangle, or ``full``, every entry free.
    full : (A₁₁, A₁₂, A₂₁, A₂₂), used in the form ``full``.
    law : of z on the line, in the quantile picture.
    handles : what of L is taken in hand: its columns, or the axes of the ellipse.
    n_points : how many ε are drawn.
    seed : of the ε.
    is_frozen : whether every step of the optimiser sees the same ε, or fresh ones.
    chosen : the point whose values the graph shows.
    path : whether z is reparametrised or sampled directly, which cuts the path to μ and L.
    objective : f; ``kl_target`` is −log p with the p of the KL tab.
    target : where the quadratic has its minimum.
    has_baseline : whether the score-function cloud subtracts the leave-one-out mean.
    n_samples : N behind one gradient estimate.
    n_arrows : estimates in each cloud.
    has_own_scale : whether each cloud is drawn to its own scale, or both to one.
    estimator, optimiser, learning_rate, steps_per_second : how E f(z) is descended.
    growth, sweep_dimensions : what the variance is swept over; the sweep over N is made in the last of
        the dimensions.
    growth_quantity, growth_block : what is drawn of the sweep: total variance or signal-to-noise ratio, of
        the gradient in μ or in σ.
    panel : which lower panel is in front.
    view : the window on z; on the line its horizontal range.
    """

    dimension: Literal[1, 2] = 2
    mean: tuple[float, float] = (1.0, 0.5)
    activation: DiagonalActivation = "exp"
    raw_diagonal: tuple[float, float] = (0.2, -0.3)
    off_diagonal: float = 0.7
    form: FactorForm = "lower"
    full: tuple[float, float, float, float] = (1.0, 0.7, 0.0, 1.0)
    law: QuantileLaw = "gaussian"
    handles: MapHandles = "columns"
    n_points: int = 1000
    seed: int = 0
    is_frozen: bool = False
    chosen: int = 3
    path: SamplePath = "reparametrise"
    objective: ObjectiveName = "quadratic"
    target: tuple[float, float] = (-1.0, -1.0)
    has_baseline: bool = True
    n_samples: int = 10
    n_arrows: int = 100
    has_own_scale: bool = False
    estimator: MapEstimator = "pathwise"
    optimiser: MapOptimiser = "sgd"
    learning_rate: float = 0.02
    steps_per_second: float = 30.0
    growth: GrowthAxis = "dimension"
    growth_quantity: GrowthQuantity = "variance"
    growth_block: GradientBlock = "mean"
    sweep_dimensions: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
    panel: ReparamPanel = "factor"
    view: View2D = View2D()

    def __post_init__(self) -> None:
        self._check_map()
        for name, value in zip(("target[0]", "target[1]"), self.target, strict=True):
            require_float(name, value, -LARGEST_MEAN, LARGEST_MEAN)
        require_int("n_points", self.n_points, 1, MAX_POINTS)
        require_int("seed", self.seed, 0, 2**32 - 1)
        require_int("chosen", self.chosen, 0, MAX_POINTS - 1)
        require_int("n_samples", self.n_samples, 1, MAX_SAMPLES)
        require_int("n_arrows", self.n_arrows, 1, MAX_ARROWS)
        require_float("learning_rate", self.learning_rate, 1e-6, 10)
        require_float("steps_per_second", self.steps_per_second, 0.1, 1e5)
        self._check_sweep()

    def _check_map(self) -> None:
        for name, value in zip(("mean[0]", "mean[1]"), self.mean, strict=True):
            require_float(name, value, -LARGEST_MEAN, LARGEST_MEAN)
        lo, hi = RAW_LIMITS[self.activation]
        for name, value in zip(("raw_diagonal[0]", "raw_diagonal[1]"), self.raw_diagonal, strict=True):
            require_float(f"{name} of {self.activation}", value, lo, hi)
        require_float("off_diagonal", self.off_diagonal, -LARGEST_FACTOR, LARGEST_FACTOR)
        for index, value in enumerate(self.full):
            require_float(f"full[{index}]", value, -LARGEST_FACTOR, LARGEST_FACTOR)

    def _check_sweep(self) -> None:
        dimensions = self.sweep_dimensions
        if not 1 <= len(dimensions) <= 20:
            raise InputError(f"sweep_dimensions: {len(dimensions)} of them; give between 1 and 20.")
        for dimension in dimensions:
            require_int("sweep_dimensions: dimension", dimension, 1, MAX_DIMENSION)
        if any(a >= b for a, b in pairwise(dimensions)):
            raise InputError("sweep_dimensions must ascend; sort them and leave out repetitions.")
