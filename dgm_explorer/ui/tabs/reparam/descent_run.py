"""One descent of E f(z) from the state's map, step by step, and the way that it has taken; no Qt."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import MapEstimator, MapOptimiser, ReparamState
from dgm_explorer.numerics.expected_gradient import quick_gradient
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.map_descent import (
    MapPosition,
    apply_gradient,
    make_map_rule,
    start_descent,
    step_gradient,
)
from dgm_explorer.numerics.objective_minima import Minima, expected_value, find_minima
from dgm_explorer.numerics.objectives import PlaneTarget, make_objective
from dgm_explorer.numerics.reparam import parametrisation_of
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.estimator_words import ESTIMATOR_NAME, OPTIMISER_NAME

TRAIL_LIMIT = 2000
MOST_EXACT_COMPONENTS = 3
"""With more of them the exact gradient of −log p in the plane takes too long for a step."""
ARRIVED = 1e-9
"""Of E f above its minimum, relative to where it started; only exact descent can get there."""
RUNAWAY = 1e6
WINDOW, WORST_CUTS, LEAST_FALL = 100, 25, 1e-4


class Problem(NamedTuple):
    """What is minimised and from where; descents of the same problem can be compared."""

    objective: tuple[object, ...]
    start: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is descended.

    Attributes
    ----------
    estimator, optimiser, learning_rate : of a `ReparamState`.
    n_samples, is_frozen, seed : the same; None where nothing is drawn.
    """

    estimator: MapEstimator
    optimiser: MapOptimiser
    learning_rate: float
    n_samples: int | None
    is_frozen: bool | None
    seed: int | None

    @classmethod
    def of(cls, state: ReparamState) -> "Recipe":
        """The state's."""
        drawn = (state.n_samples, state.is_frozen, state.seed)
        return cls(
            state.estimator,
            state.optimiser,
            state.learning_rate,
            *((None, None, None) if state.estimator == "exact" else drawn),
        )

    @property
    def name(self) -> str:
        """Estimator, optimiser and rate."""
        rate = tick_text(self.learning_rate, 3)
        return f"{ESTIMATOR_NAME[self.estimator]}, {OPTIMISER_NAME[self.optimiser]} {rate}"

    @property
    def details(self) -> str:
        """What the name leaves out; empty for the exact gradient."""
        if self.n_samples is None:
            return ""
        kind = "the same ε in every step" if self.is_frozen else "fresh ε in every step"
        return f"N = {self.n_samples}, {kind}, seed {self.seed}"


def problem_of(state: ReparamState, kl: KLState) -> Problem:
    """The state's; ``kl`` is asked for p only where f is −log p."""
    p: object = None
    if state.objective == "kl_target":
        p = kl.p if state.dimension == 1 else kl.p2
    target = state.target if state.objective == "quadratic" else None
    if state.form == "full" and state.dimension == 2:
        start: tuple[object, ...] = (state.mean, state.full)
    else:
        start = (state.mean, state.activation, state.raw_diagonal, state.off_diagonal)
    return Problem((state.objective, state.dimension, target, p), (state.form, *start))


@dataclass(frozen=True, slots=True, eq=False)
class DescentTrail:
    """The way of a descent, from the start to the present; long ways keep every second place.

    Attributes
    ----------
    counts : (n,) steps taken at each place.
    means : (n, d) μ.
    factors : (n, d, d) L.
    values : (n,) E f(z).
    distances : (n,) of (μ, L) from (z*, 0), see `Minima.distance`.
    """

    counts: FloatArray
    means: FloatArray
    factors: FloatArray
    values: FloatArray
    distances: FloatArray

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def map(self) -> GaussianMap:
        """Where it has come to."""
        return GaussianMap(self.means[-1], self.factors[-1])

    def nearest(self, step: float) -> int:
        """The place whose step is nearest."""
        return int(np.abs(self.counts - step).argmin())


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    count: int
    map: GaussianMap
    value: float
    distance: float


class DescentRun:
    """Descent of one problem by one recipe; deterministic, for ε follow from the seed.

    Parameters
    ----------
    state, kl : where it starts and how it goes.
    before : another run, whose minima are kept where f is the same.

    Attributes
    ----------
    state : that it was started from.
    problem, recipe : of that state.
    minima : of f.
    position : where it stands.
    ending : why it goes no further, one sentence; empty while it does.
    """

    def __init__(self, state: ReparamState, kl: KLState, before: "DescentRun | None" = None) -> None:
        self.state = state
        self.problem, self.recipe = problem_of(state, kl), Recipe.of(state)
        self._parametrisation = parametrisation_of(state)
        self._objective = make_objective(state, kl)
        self._rule = make_map_rule(state.optimiser, state.learning_rate)
        if before is not None and before.problem.objective == self.problem.objective:
            self.minima: Minima = before.minima
        else:
            self.minima = find_minima(self._objective, state.dimension)
        self._present: _Place
        self._trail: DescentTrail | None
        self.restart()

    @property
    def count(self) -> int:
        """Steps taken."""
        return self.position.count

    @property
    def is_converged(self) -> bool:
        """Whether it has ended, well or badly."""
        return bool(self.ending)

    @property
    def trail(self) -> DescentTrail:
        """The way so far, ending at the present place."""
        self._mark()
        if self._trail is None:
            places = self._places
            if places[-1] is not self._present:
                places = [*places, self._present]
            self._trail = DescentTrail(
                np.array([place.count for place in places], dtype=np.float64),
                np.array([place.map.mean for place in places]),
                np.array([place.map.factor for place in places]),
                np.array([place.value for place in places]),
                np.array([place.distance for place in places]),
            )
        return self._trail

    def restart(self) -> None:
        """Back to the start, with the same random numbers as before."""
        self.position: MapPosition = start_descent(self.state)
        self.ending = ""
        self._places: list[_Place] = []
        self._stride, self._marks = 1, 0
        self._trail = None
        self._mark()
        self._cuts = 0
        self._start_gap = self._window_gap = self._present.value - self.minima.value

    def step(self) -> None:
        """One step, unless it has ended."""
        if self.ending:
            return
        try:
            gradient = self._gradient()
        except InputError as error:
            self.ending = str(error)
            return
        if self.recipe.estimator == "exact" and not gradient.any():
            self.ending = f"The gradient is 0: descent rests after {self.count} steps."
            return
        self.position = apply_gradient(self._rule, self._parametrisation, self.position, gradient)
        if self._objective.degree is not None:
            self._mark()
        self.ending = self._end()

    def _gradient(self) -> FloatArray:
        objective, is_exact = self._objective, self.recipe.estimator == "exact"
        if is_exact and isinstance(objective, PlaneTarget) and len(objective.p) > MOST_EXACT_COMPONENTS:
            theta = np.array(self.position.theta)
            gradient = quick_gradient(objective, self._parametrisation.make_map(theta)).gradient
            return self._parametrisation.pull_back(theta, gradient)
        return step_gradient(self.state, objective, self.position)

    # -- the way ------------------------------------------------------------------------------------------

    def _mark(self) -> None:
        """Note the present place, unless it is noted: cheap for polynomials, else only where it is seen."""
        if self._marks and self._present.count == self.count:
            return
        gaussian = self._parametrisation.make_map(np.array(self.position.theta))
        value = expected_value(self._objective, gaussian)
        self._present = _Place(self.count, gaussian, value, self.minima.distance(gaussian))
        self._trail = None
        if self._marks % self._stride == 0:
            self._places.append(self._present)
        self._marks += 1
        if len(self._places) > TRAIL_LIMIT:
            del self._places[1::2]
            self._stride *= 2

    # -- its end ------------------------------------------------------------------------------------------

    def _end(self) -> str:
        """Why there is no going on, judged where E f is known."""
        place = self._present
        if place.count == self.count:
            gap = place.value - self.minima.value
            if not gap <= RUNAWAY * (1 + self._start_gap):  # NaN too
                return self._diverging(f"E f has grown to {tick_text(place.value, 3)}")
            if self.recipe.estimator == "exact" and gap <= ARRIVED * min(1.0, self._start_gap):
                return f"Descent has converged after {self.count} steps."
        return self._judge_cuts()

    def _judge_cuts(self) -> str:
        """Whether steps were cut time and again and led nowhere: of a noisy gradient, not below the start."""
        self._cuts += self.position.is_clipped
        if self.count % WINDOW:
            return ""
        self._mark()
        cuts, before = self._cuts, self._window_gap
        gap = self._present.value - self.minima.value
        self._cuts, self._window_gap = 0, gap
        allowed = before if self.recipe.estimator == "exact" else max(before, self._start_gap)
        if cuts < WORST_CUTS or gap < (1 - LEAST_FALL) * allowed:
            return ""
        return self._diverging(f"{cuts} of {WINDOW} steps were cut short")

    def _diverging(self, symptom: str) -> str:
        rate = tick_text(self.recipe.learning_rate, 3)
        remedy = f"take a rate below η = {rate}"
        if self.recipe.estimator in ("score", "score_baseline"):
            remedy += ", more samples N or the pathwise gradient"
        return f"Diverging at step {self.count}: {symptom}; {remedy}."
