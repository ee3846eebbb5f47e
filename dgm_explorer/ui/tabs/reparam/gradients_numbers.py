"""Both clouds of gradient estimates of a state in (μ, L), with what is known of them exactly; no Qt."""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.reparam_state import MapEstimator, ReparamState
from dgm_explorer.numerics.expected_gradient import EstimatorVariance, estimator_variance
from dgm_explorer.numerics.gradient_clouds import GradientCloud, GradientClouds, gradient_clouds
from dgm_explorer.numerics.objectives import Objective, PlaneTarget
from dgm_explorer.numerics.reparam import parameters_of, parametrisation_of, with_activation

LIVE_SAMPLES = 30_000
"""Numbers ε that are worked through within a frame, in some 2 ms."""
_FIELDS = (
    *("dimension", "mean", "activation", "raw_diagonal", "off_diagonal", "form", "full"),
    *("seed", "n_samples", "n_arrows", "has_baseline"),
)


@dataclass(frozen=True, slots=True, eq=False)
class GradientRequest:
    """What is to be estimated.

    Attributes
    ----------
    state : with the map on the screen.
    objective : f.
    """

    state: ReparamState
    objective: Objective

    def is_same(self, other: "GradientRequest") -> bool:
        """Whether both have the same answer."""
        return self.objective is other.objective and all(
            getattr(self.state, name) == getattr(other.state, name) for name in _FIELDS
        )

    @property
    def is_quick(self) -> bool:
        """Whether the answer comes within a frame."""
        state = self.state
        n_numbers = state.n_arrows * state.n_samples * state.dimension
        return n_numbers <= LIVE_SAMPLES and not isinstance(self.objective, PlaneTarget)


@dataclass(frozen=True, slots=True, eq=False)
class GradientNumbers:
    """The answer.

    Attributes
    ----------
    request : to what.
    names : (p,) of the entries of (μ, L), such as ``L₂₁``; on the line (μ, σ).
    clouds : their estimates; in (μ, L), without an activation.
    pathwise_variance, score_variance : of one estimate, integrated; None of a score function without density.
    """

    request: GradientRequest
    names: tuple[str, ...]
    clouds: GradientClouds
    pathwise_variance: EstimatorVariance
    score_variance: EstimatorVariance | None

    @property
    def dimension(self) -> int:
        return self.request.state.dimension

    def of(self, estimator: MapEstimator) -> tuple[GradientCloud, EstimatorVariance] | None:
        """Cloud and variance of an estimator; None where there are none."""
        if estimator == "pathwise":
            return self.clouds.pathwise, self.pathwise_variance
        if self.clouds.score is None or self.score_variance is None:
            return None
        return self.clouds.score, self.score_variance


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the gradient by one estimator; or, named ‖∇‖, the length of all of it.

    Attributes
    ----------
    entry, estimator : which.
    exact : the entry, or the length.
    mean, error : of the estimates, with the standard error; NaN for the length.
    variance, exact_variance : of one estimate: about the exact gradient, and integrated.
    is_exact : False where the integral is a sum over a lattice.
    signal_to_noise : |exact| / √variance, per estimate.
    """

    entry: str
    estimator: MapEstimator
    exact: float
    mean: float
    error: float
    variance: float
    exact_variance: float
    is_exact: bool
    signal_to_noise: float


def score_estimator(state: ReparamState) -> MapEstimator:
    """Which of the two score functions the state asks for."""
    return "score_baseline" if state.has_baseline else "score"


def compute(request: GradientRequest) -> GradientNumbers:
    """Estimate, and integrate the exact gradient and variances; touches nothing else, in any thread."""
    state, objective = with_activation(request.state, "identity"), request.objective
    clouds = gradient_clouds(state, objective)
    parametrisation, theta = parametrisation_of(state), parameters_of(state)

    def variance(estimator: MapEstimator) -> EstimatorVariance:
        return estimator_variance(estimator, parametrisation, theta, objective, state.n_samples)

    score = None if clouds.score is None else variance(clouds.score.estimator)
    letter = "σ" if state.dimension == 1 else "L"
    names = tuple(name.replace("raw", letter) for name in clouds.names)
    return GradientNumbers(request, names, clouds, variance("pathwise"), score)


def rows_of(numbers: GradientNumbers) -> tuple[EntryRow, ...]:
    """Every entry by every estimator that there is, and the length of the whole gradient."""
    exact = numbers.clouds.exact_theta
    estimators: tuple[MapEstimator, ...] = ("pathwise", score_estimator(numbers.request.state))
    present = [(name, found) for name in estimators if (found := numbers.of(name)) is not None]
    entries = [
        _entry_row(numbers.names[i], float(exact[i]), i, name, *found)
        for i in range(len(exact))
        for name, found in present
    ]
    length = float(np.linalg.norm(exact))
    return (*entries, *(_length_row(length, name, *found) for name, found in present))


def _entry_row(
    entry: str,
    exact: float,
    index: int,
    estimator: MapEstimator,
    cloud: GradientCloud,
    known: EstimatorVariance,
) -> EntryRow:
    summary = cloud.summary
    variance = float(summary.variance[index])
    return EntryRow(
        entry,
        estimator,
        exact,
        float(summary.mean[index]),
        float(summary.mean_error[index]),
        variance,
        float(known.variance[index]),
        known.is_exact,
        _ratio(exact, variance),
    )


def _length_row(
    length: float, estimator: MapEstimator, cloud: GradientCloud, known: EstimatorVariance
) -> EntryRow:
    summary = cloud.summary
    total = summary.total_variance
    return EntryRow(
        "‖∇‖",
        estimator,
        length,
        math.nan,
        math.nan,
        total,
        known.total,
        known.is_exact,
        summary.signal_to_noise,
    )


def _ratio(exact: float, variance: float) -> float:
    if variance > 0:
        return abs(exact) / math.sqrt(variance)
    return math.inf if exact != 0 else 0.0
