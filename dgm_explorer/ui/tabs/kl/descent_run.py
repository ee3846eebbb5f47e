"""Both descents from one start, step by step; no Qt."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Direction, Estimator, KLState
from dgm_explorer.numerics.descent import DescentRule, DescentState, make_optimiser, start
from dgm_explorer.numerics.estimators import gradient_estimate
from dgm_explorer.numerics.knowledge import nearest_estimator
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.moving_gradient import MovingReverseGradient

DIRECTIONS: Final[tuple[Direction, Direction]] = ("forward", "reverse")
TRAIL_LIMIT = 2000
CONVERGED_GRADIENT = 1e-9

Gradient: TypeAlias = Callable[[DescentState], FloatArray]
"""(2,) gradient in (μ, log σ) at a state of descent."""


@dataclass(frozen=True)
class Trail:
    """The way that one descent has taken.

    Attributes
    ----------
    mu, sigma : (n,) from the start to the present; long ways keep every second point.
    count : steps taken.
    is_converged : the exact gradient vanishes here.
    """

    mu: FloatArray
    sigma: FloatArray
    count: int
    is_converged: bool

    @property
    def q(self) -> Gaussian1D:
        """The Gaussian that descent has reached."""
        return Gaussian1D(float(self.mu[-1]), float(self.sigma[-1]))


def exact_forward_gradient(p: Mixture1D) -> Gradient:
    """Closed form: KL(p‖q) depends on the two moments of p only."""
    mean, variance = p.mean, p.variance

    def gradient(at: DescentState) -> FloatArray:
        precision, away = math.exp(-2 * at.log_sigma), at.mu - mean
        return np.array((away * precision, 1 - (variance + away * away) * precision))

    return gradient


def exact_reverse_gradient(p: Mixture1D) -> Gradient:
    """Quadrature of E_q[d log p/dx] and its product with z."""
    moving = MovingReverseGradient(p)
    return lambda at: moving(at.mu, at.log_sigma)


class Walker:
    """One descent: an optimiser, a gradient, and the way so far."""

    def __init__(
        self, rule: DescentRule, gradient: Gradient, q: Gaussian1D, *, is_exact: bool, is_sigma_fixed: bool
    ) -> None:
        self.gradient = gradient
        self._rule = rule
        self._is_exact = is_exact
        self._is_sigma_fixed = is_sigma_fixed
        self._state = start(q)
        self.is_converged = False
        self.clear_trail()

    @property
    def count(self) -> int:
        """Steps taken."""
        return self._state.count

    def clear_trail(self) -> None:
        """Forget the way but not the place: it led through a landscape that is gone."""
        self._mu = [self._state.mu]
        self._log_sigma = [self._state.log_sigma]
        self._stride = 1
        self._trail: Trail | None = None

    def step(self) -> None:
        """One step, unless there is nothing left to descend."""
        if self.is_converged:
            return
        gradient = self.gradient(self._state)
        if self._is_exact and self._is_flat(gradient):
            self.is_converged = True
            self._trail = None
            return
        self._state = self._rule.step(self._state, gradient)
        self._record()

    def _is_flat(self, gradient: FloatArray) -> bool:
        """Compared in the metric of q, so that the scale of x plays no part."""
        slope = abs(float(gradient[0])) * math.exp(self._state.log_sigma)
        if not self._is_sigma_fixed:
            slope = max(slope, abs(float(gradient[1])))
        return slope < CONVERGED_GRADIENT

    def _record(self) -> None:
        self._trail = None
        if self._state.count % self._stride == 0:
            self._mu.append(self._state.mu)
            self._log_sigma.append(self._state.log_sigma)
        if len(self._mu) > TRAIL_LIMIT:
            del self._mu[1::2], self._log_sigma[1::2]
            self._stride *= 2

    @property
    def trail(self) -> Trail:
        """The way so far, ending at the present place."""
        if self._trail is None:
            state = self._state
            mu = np.array([*self._mu, state.mu])
            sigma = np.exp(np.array([*self._log_sigma, state.log_sigma]))
            self._trail = Trail(mu, sigma, state.count, self.is_converged)
        return self._trail


class DescentRun:
    """Forward and reverse descent side by side, as a `KLState` asks for them.

    A direction that what is known about p does not allow has no walker. With fixed σ only μ moves.
    """

    def __init__(self, p: Mixture1D, state: KLState) -> None:
        self._p = p
        self._asked = state
        self._rng: np.random.Generator | None = None
        self._walkers: dict[Direction, Walker] = {}
        self._build()

    @property
    def is_converged(self) -> bool:
        """Every direction that runs has arrived."""
        return all(walker.is_converged for walker in self._walkers.values())

    @property
    def count(self) -> int:
        """Steps taken."""
        return max((walker.count for walker in self._walkers.values()), default=0)

    def trail(self, direction: Direction) -> Trail | None:
        """The way of a direction; None where it cannot be descended."""
        walker = self._walkers.get(direction)
        return None if walker is None else walker.trail

    def step(self) -> None:
        """One step in each direction."""
        for walker in self._walkers.values():
            walker.step()

    def restart(self) -> None:
        """Both directions back to q, with the same random numbers as before."""
        self._build()

    def follow(self, p: Mixture1D, state: KLState) -> None:
        """Take over a changed state.

        A moved q starts anew from there; a moved p keeps the place and drops the way; another optimiser
        or estimator starts anew from q.
        """
        old, self._asked, self._p = self._asked, state, p
        if _recipe(old) != _recipe(state) or old.q != state.q:
            self._build()
        elif old.p != state.p:
            for direction, walker in self._walkers.items():
                walker.gradient = self._gradient(direction, self._estimator(direction))
                walker.is_converged = False
                walker.clear_trail()

    def _build(self) -> None:
        state = self._asked
        self._rng = None
        self._walkers = {}
        for direction in DIRECTIONS:
            estimator = self._estimator(direction)
            if estimator is None:
                continue
            rule = make_optimiser(state.optimiser, state.learning_rate, state.is_sigma_fixed)
            gradient = self._gradient(direction, estimator)
            self._walkers[direction] = Walker(
                rule,
                gradient,
                state.q,
                is_exact=estimator == "exact",
                is_sigma_fixed=state.is_sigma_fixed,
            )

    def _estimator(self, direction: Direction) -> Estimator | None:
        state = self._asked
        wish = state.forward_estimator if direction == "forward" else state.reverse_estimator
        return nearest_estimator(state.knowledge, direction, wish)

    def _gradient(self, direction: Direction, estimator: Estimator | None) -> Gradient:
        if estimator is None or estimator == "exact":
            make = exact_forward_gradient if direction == "forward" else exact_reverse_gradient
            return make(self._p)
        if self._rng is None:  # exact descent wants none, nor does the first paint want numpy.random
            self._rng = np.random.default_rng(self._asked.seed)
        p, n_samples, rng = self._p, self._asked.n_samples, self._rng
        log_z = self._asked.log_z if self._asked.knowledge == "unnormalised" else 0.0
        return lambda at: gradient_estimate(estimator, p, at.q, n_samples, rng, log_z)


def _recipe(state: KLState) -> tuple[object, ...]:
    """The fields that decide how descent runs, apart from where."""
    return (
        state.optimiser,
        state.learning_rate,
        state.is_sigma_fixed,
        state.knowledge,
        state.forward_estimator,
        state.reverse_estimator,
        state.n_samples,
        state.seed,
        state.log_z if state.knowledge == "unnormalised" else 0.0,
    )
