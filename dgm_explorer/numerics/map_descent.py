"""Descent of E f(μ + Lε) in θ = (μ, raw parameters of L) with noisy gradients, one step at a time.

What changes lives in a frozen `MapPosition`; the ε of a step follow from the seed and the number of the
step, so that the same state always takes the same path.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import MapOptimiser, ReparamState
from dgm_explorer.numerics.expected_gradient import expected_gradient
from dgm_explorer.numerics.gaussian_map import GaussianMap, draw_epsilon
from dgm_explorer.numerics.map_gradients import MapGradient, estimate_gradient
from dgm_explorer.numerics.objectives import Objective
from dgm_explorer.numerics.reparam import Parametrisation, parameters_of, parametrisation_of, with_parameters

GRADIENT_MAX = 1e100
"""Its square is finite."""
LONGEST_STEP = 1.0
"""Of an entry of θ, in units of the largest entry of L if that is above 1; always plain for log-like raws."""


@dataclass(frozen=True, slots=True)
class MapPosition:
    """Where descent stands.

    Attributes
    ----------
    theta : p parameters.
    count : steps taken.
    is_clipped : whether the last step was cut to `LONGEST_STEP`, stopped at a limit or dropped.
    first_moment, second_moment : Adam's running averages, p each; empty before the first step.
    """

    theta: tuple[float, ...]
    count: int = 0
    is_clipped: bool = False
    first_moment: tuple[float, ...] = ()
    second_moment: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class MapRule:
    """An optimiser of θ.

    Attributes
    ----------
    learning_rate : η.
    """

    learning_rate: float

    def direction(self, position: MapPosition, gradient: FloatArray) -> tuple[FloatArray, MapPosition]:
        """Return the step (p,) that it wants, and the position with what it remembers."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Sgd(MapRule):
    """θ ← θ − η g (Robbins & Monro 1951)."""

    def direction(self, position: MapPosition, gradient: FloatArray) -> tuple[FloatArray, MapPosition]:
        """−η g."""
        return -self.learning_rate * gradient, position


@dataclass(frozen=True, slots=True)
class MapAdam(MapRule):
    """Adam (Kingma & Ba 2015, algorithm 1).

    Attributes
    ----------
    beta_1, beta_2, epsilon : the paper's constants; its α is the learning rate.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def direction(self, position: MapPosition, gradient: FloatArray) -> tuple[FloatArray, MapPosition]:
        """−η m̂/(√v̂ + ε)."""
        zeros = np.zeros_like(gradient)
        first = np.array(position.first_moment or zeros)
        second = np.array(position.second_moment or zeros)
        first = self.beta_1 * first + (1 - self.beta_1) * gradient
        second = self.beta_2 * second + (1 - self.beta_2) * gradient**2
        count = position.count + 1
        unbiased = first / (1 - self.beta_1**count), second / (1 - self.beta_2**count)
        step = -self.learning_rate * unbiased[0] / (np.sqrt(unbiased[1]) + self.epsilon)
        remembered = replace(
            position, first_moment=tuple(first.tolist()), second_moment=tuple(second.tolist())
        )
        return step, remembered


def make_map_rule(optimiser: MapOptimiser, learning_rate: float) -> MapRule:
    """The optimiser that a `ReparamState` names."""
    return Sgd(learning_rate) if optimiser == "sgd" else MapAdam(learning_rate)


def start_descent(state: ReparamState) -> MapPosition:
    """Position at the state's map, nothing remembered."""
    return MapPosition(tuple(parameters_of(state).tolist()))


def step_gradient(state: ReparamState, objective: Objective, position: MapPosition) -> FloatArray:
    """Return the gradient in θ (p,) that the next step follows.

    Raises
    ------
    InputError
        If the score function of a singular Σ is wanted.
    """
    parametrisation, theta = parametrisation_of(state), np.array(position.theta)
    gaussian = parametrisation.make_map(theta)
    return parametrisation.pull_back(theta, _map_gradient(state, objective, gaussian, position.count))


def _map_gradient(
    state: ReparamState, objective: Objective, gaussian: GaussianMap, count: int
) -> MapGradient:
    if state.estimator == "exact":
        return expected_gradient(objective, gaussian).gradient
    n, d = state.n_samples, state.dimension
    if state.is_frozen:
        epsilon = draw_epsilon(state.seed, n, d)
    else:
        epsilon = np.random.default_rng((state.seed, count)).standard_normal((n, d))
    return estimate_gradient(state.estimator, gaussian, objective, epsilon)


def take_step(state: ReparamState, objective: Objective, position: MapPosition) -> MapPosition:
    """One step of the state's optimiser with the state's estimator.

    Raises
    ------
    InputError
        If the score function of a singular Σ is wanted.
    """
    gradient = step_gradient(state, objective, position)
    rule = make_map_rule(state.optimiser, state.learning_rate)
    return apply_gradient(rule, parametrisation_of(state), position, gradient)


def apply_gradient(
    rule: MapRule, parametrisation: Parametrisation, position: MapPosition, gradient: FloatArray
) -> MapPosition:
    """Move against a gradient (p,); never leaves the finite numbers nor the limits of the parameters.

    A step that is too long keeps its direction; a gradient that is not finite, or absurd, moves nothing.
    """
    if not np.all(np.abs(gradient) <= GRADIENT_MAX):  # NaN too
        return replace(position, count=position.count + 1, is_clipped=True)
    step, remembered = rule.direction(position, gradient)
    theta = np.array(position.theta)
    length = float((np.abs(step) / _reach(parametrisation, theta)).max())
    scale = min(1.0, LONGEST_STEP / length) if length > 0 else 1.0
    wanted = theta + scale * step
    bounded = np.clip(wanted, *parametrisation.limits)
    is_clipped = scale < 1.0 or not math.isfinite(length) or bool((bounded != wanted).any())
    return replace(remembered, theta=tuple(bounded.tolist()), count=position.count + 1, is_clipped=is_clipped)


def _reach(parametrisation: Parametrisation, theta: FloatArray) -> FloatArray:
    """How far each parameter may move in one step, (p,), in units of `LONGEST_STEP`."""
    largest = float(np.abs(parametrisation.make_map(theta).factor).max())
    reach = np.full(len(theta), max(1.0, largest))
    if parametrisation.activation == "exp":
        reach[parametrisation.dimension :][parametrisation.is_raw] = 1.0
    return reach


def state_at(state: ReparamState, position: MapPosition) -> ReparamState:
    """The state with the parameters of the position."""
    return with_parameters(state, np.array(position.theta))
