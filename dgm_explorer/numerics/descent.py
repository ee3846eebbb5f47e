"""Descent in (μ, log σ): gradient descent, Adam and natural gradient, one step at a time.

Each optimiser is a frozen configuration; what changes lives in a frozen `DescentState`, so a state can be
kept, compared and resumed. `step` never leaves the finite numbers: a step longer than one σ (or one unit of
log σ) keeps its direction and is cut to that length, a gradient that is not finite (or absurd) moves nothing,
and log σ stays within the σ that a `Gaussian1D` accepts. `DescentState.is_clipped` reports it.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Optimiser

MAX_STEP = 1.0
LOG_SIGMA_MIN = math.log(1e-6) + 1e-9
LOG_SIGMA_MAX = math.log(1e6) - 1e-9
MU_MAX = 1e9
GRADIENT_MAX = 1e100  # its square is finite


class Vector(NamedTuple):
    """A gradient or a step in (μ, log σ)."""

    mu: float
    log_sigma: float


_ZERO = Vector(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class DescentState:
    """Where descent stands.

    Attributes
    ----------
    mu, log_sigma : the parameters of q.
    count : steps taken.
    is_clipped : whether the last step was cut to `MAX_STEP`, stopped at a bound or dropped.
    first_moment, second_moment : Adam's running averages; zero for the others.
    """

    mu: float
    log_sigma: float
    count: int = 0
    is_clipped: bool = False
    first_moment: Vector = _ZERO
    second_moment: Vector = _ZERO

    @property
    def q(self) -> Gaussian1D:
        """The Gaussian at this state."""
        return Gaussian1D(self.mu, math.exp(self.log_sigma))


def start(q: Gaussian1D) -> DescentState:
    """State at q, nothing remembered."""
    return DescentState(q.mu, math.log(q.sigma))


def _usable(gradient: FloatArray, is_sigma_fixed: bool) -> Vector | None:
    mu, log_sigma = float(gradient[0]), 0.0 if is_sigma_fixed else float(gradient[1])
    is_usable = abs(mu) <= GRADIENT_MAX and abs(log_sigma) <= GRADIENT_MAX  # False for NaN too
    return Vector(mu, log_sigma) if is_usable else None


def _moved(state: DescentState, step: Vector) -> DescentState:
    """The state after ``step``, cut to the trust region max(|Δμ|/σ, |Δlog σ|) ≤ `MAX_STEP` and the bounds."""
    length = max(abs(step.mu) / math.exp(state.log_sigma), abs(step.log_sigma))
    if not math.isfinite(length):
        return replace(state, count=state.count + 1, is_clipped=True)
    scale = min(1.0, MAX_STEP / length) if length > 0 else 1.0
    mu = state.mu + scale * step.mu
    log_sigma = state.log_sigma + scale * step.log_sigma
    bounded_mu = min(max(mu, -MU_MAX), MU_MAX)
    bounded_log_sigma = min(max(log_sigma, LOG_SIGMA_MIN), LOG_SIGMA_MAX)
    is_clipped = scale < 1.0 or bounded_mu != mu or bounded_log_sigma != log_sigma
    return replace(
        state, mu=bounded_mu, log_sigma=bounded_log_sigma, count=state.count + 1, is_clipped=is_clipped
    )


@dataclass(frozen=True, slots=True)
class DescentRule:
    """An optimiser of q.

    Attributes
    ----------
    learning_rate : η.
    is_sigma_fixed : move μ only.
    """

    learning_rate: float
    is_sigma_fixed: bool = False

    def step(self, state: DescentState, gradient: FloatArray) -> DescentState:
        """One step against ``gradient``, (2,) in (μ, log σ)."""
        g = _usable(gradient, self.is_sigma_fixed)
        if g is None:
            return replace(state, count=state.count + 1, is_clipped=True)
        return self._step(state, g)

    def _step(self, state: DescentState, g: Vector) -> DescentState:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class GradientDescent(DescentRule):
    """θ ← θ − η g, steepest in the Euclidean metric of (μ, log σ)."""

    def _step(self, state: DescentState, g: Vector) -> DescentState:
        return _moved(state, Vector(-self.learning_rate * g.mu, -self.learning_rate * g.log_sigma))


@dataclass(frozen=True, slots=True)
class NaturalGradient(DescentRule):
    """θ ← θ − η F⁻¹ g with the Fisher information of N(μ, σ²) in (μ, log σ), F = diag(1/σ², 2).

    Steepest in the metric KL(q‖q+dq) ≈ ½ dθᵀF dθ (Amari 1998), so it does not depend on the units of x.
    """

    def _step(self, state: DescentState, g: Vector) -> DescentState:
        variance = math.exp(2 * state.log_sigma)
        step = Vector(-self.learning_rate * variance * g.mu, -self.learning_rate * g.log_sigma / 2)
        return _moved(state, step)


@dataclass(frozen=True, slots=True)
class Adam(DescentRule):
    """Adam (Kingma & Ba 2015, algorithm 1) on (μ, log σ).

    Attributes
    ----------
    beta_1, beta_2, epsilon : the paper's constants; its α is the learning rate.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def _step(self, state: DescentState, g: Vector) -> DescentState:
        first = self._averaged(self.beta_1, state.first_moment, g)
        second = self._averaged(self.beta_2, state.second_moment, Vector(g.mu**2, g.log_sigma**2))
        remembered = replace(state, first_moment=first, second_moment=second)
        count = state.count + 1
        unbias_1, unbias_2 = 1 - self.beta_1**count, 1 - self.beta_2**count
        return _moved(
            remembered,
            Vector(
                *(
                    -self.learning_rate * (m / unbias_1) / (math.sqrt(v / unbias_2) + self.epsilon)
                    for m, v in zip(first, second, strict=True)
                )
            ),
        )

    @staticmethod
    def _averaged(beta: float, old: Vector, new: Vector) -> Vector:
        return Vector(*(beta * o + (1 - beta) * n for o, n in zip(old, new, strict=True)))


def make_optimiser(optimiser: Optimiser, learning_rate: float, is_sigma_fixed: bool = False) -> DescentRule:
    """The optimiser that a `KLState` names."""
    rules: dict[Optimiser, type[DescentRule]] = {
        "gradient": GradientDescent,
        "adam": Adam,
        "natural": NaturalGradient,
    }
    return rules[optimiser](learning_rate, is_sigma_fixed)
