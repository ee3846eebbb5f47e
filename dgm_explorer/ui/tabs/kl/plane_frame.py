"""From the state of the plane to what is drawn: grid values at once, exact ones later; no Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component2D, Gaussian2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.divergence2d import (
    SampledPlane,
    cross_entropy,
    expectation_under,
    forward_kl_2d,
    reverse_kl_2d,
)
from dgm_explorer.numerics.expectation2d import Expectation
from dgm_explorer.numerics.gaussian_chart import ExpectationRule
from dgm_explorer.numerics.landscape2d import Grid2D, ReverseLandscape2D, forward_landscape_2d
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix, gaussian_2d
from dgm_explorer.numerics.optimum2d import find_reverse_minima_2d, track_minima_2d
from dgm_explorer.numerics.stationary2d import (
    StationaryPoint2D,
    find_reverse_stationary_2d,
    track_stationary_2d,
)

Covariance: TypeAlias = tuple[float, float, float]
Points: TypeAlias = tuple[StationaryPoint2D, ...]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class PlaneNumbers:
    """Nats; by quadrature to about 1e-12, or from samples on a grid where ``is_exact`` is False."""

    entropy: float
    kl_forward: float
    kl_reverse: float
    is_exact: bool

    @property
    def tag(self) -> str:
        return "quadrature" if self.is_exact else "grid"


@dataclass(frozen=True, slots=True)
class PlanePair:
    """What the exact numbers depend on."""

    p2: tuple[Component2D, ...]
    q2: Gaussian2D


def exact_numbers(pair: PlanePair) -> PlaneNumbers:
    """Compute the numbers by quadrature; 10 ms for two components, up to a second for eight."""
    p = Mixture2D(pair.p2)
    forward, reverse = forward_kl_2d(p, pair.q2), reverse_kl_2d(p, pair.q2)
    return PlaneNumbers(p.entropy(), forward.kl, reverse.kl, is_exact=True)


@dataclass(frozen=True, slots=True)
class FixedShape:
    """What the stationary points over q's mean depend on."""

    p2: tuple[Component2D, ...]
    cov: Covariance


def find_minima(p2: tuple[Component2D, ...], rule: ExpectationRule) -> Points:
    """Find the minima of KL(q‖p) over all Gaussians; 0.05 s for two components, seconds for eight."""
    return find_reverse_minima_2d(Mixture2D(p2), rule)


def find_stationary(shape: FixedShape, rule: ExpectationRule) -> Points:
    """Find the stationary points of KL(q‖p) over q's mean; 0.1 s for two components, seconds for eight."""
    return find_reverse_stationary_2d(Mixture2D(shape.p2), covariance_matrix(shape.cov), rule)


class _AbandonedError(Exception):
    """Another search is wanted by now."""


class Search(Generic[Key]):
    """A search in a thread of its own that gives up soon after another one, or none, is wanted."""

    def __init__(self, find: Callable[[Key, ExpectationRule], Points]) -> None:
        self._find = find
        self.wanted: Key | None = None
        """Set in the window's thread, read in the worker's."""

    def run(self, key: Key) -> Points | None:
        """In the worker's thread; None if abandoned."""

        def rule(p: Mixture2D, mean: FloatArray, frame: FloatArray, order: int) -> Expectation:
            if self.wanted != key:
                raise _AbandonedError
            return expectation_under(p, mean, frame, order)

        try:
            return self._find(key, rule)
        except _AbandonedError:
            return None


@dataclass(frozen=True, slots=True)
class PlaneFrame:
    """Everything that one picture of the plane shows.

    Attributes
    ----------
    forward, reverse : (m, n) nats over q's mean on ``grid``.
    forward_minimum, forward_mean : minimum of KL(p‖q) over all Gaussians, and over the mean.
    minima, stationary : of KL(q‖p) over all Gaussians, and over the mean.
    are_minima_exact, are_stationary_exact : False while they are followed from an earlier state.
    """

    p: Mixture2D
    grid: Grid2D
    forward: FloatArray
    reverse: FloatArray
    numbers: PlaneNumbers
    forward_minimum: StationaryPoint2D
    forward_mean: StationaryPoint2D
    minima: Points
    stationary: Points
    are_minima_exact: bool
    are_stationary_exact: bool

    @property
    def is_exact(self) -> bool:
        """Whether nothing in the frame is approximate but the landscapes."""
        return self.numbers.is_exact and self.are_minima_exact and self.are_stationary_exact


class PlaneEngine:
    """Resolves states one after the other, keeping what does not change from one to the next."""

    def __init__(self) -> None:
        self._plane = SampledPlane.of()
        self._p2: tuple[Component2D, ...] = ()
        self._p: Mixture2D | None = None
        self._entropy = 0.0
        self._landscape: ReverseLandscape2D | None = None
        self._reverse: tuple[ReverseLandscape2D, Mixture2D, FloatArray] | None = None
        self._numbers: tuple[PlanePair, PlaneNumbers] | None = None
        self._minima: _Tracked[tuple[Component2D, ...]] = _Tracked()
        self._stationary: _Tracked[FixedShape] = _Tracked()

    def resolve(self, state: KLState, grid: Grid2D) -> PlaneFrame:
        """Compute what can be shown within a frame: 3 ms for two components."""
        p = self._mixture(state.p2)
        cov = covariance_matrix(state.q2.cov)
        numbers = self._present_numbers(p, state)
        shape = FixedShape(state.p2, state.q2.cov)
        self._minima.follow(state.p2, lambda points: track_minima_2d(p, points))
        self._stationary.follow(shape, lambda points: track_stationary_2d(p, cov, points))
        return PlaneFrame(
            p=p,
            grid=grid,
            forward=forward_landscape_2d(p, cov, grid, numbers.entropy),
            reverse=self._reverse_values(p, cov, grid),
            numbers=numbers,
            forward_minimum=_forward_point(p, gaussian_2d(p.mean, p.cov), numbers.entropy),
            forward_mean=_forward_point(p, gaussian_2d(p.mean, cov), numbers.entropy),
            minima=self._minima.points,
            stationary=self._stationary.points,
            are_minima_exact=self._minima.is_exact,
            are_stationary_exact=self._stationary.is_exact,
        )

    def forget_points_of_others(self, state: KLState) -> None:
        """Follow no points from what was seen long ago: that is sound from one step of a drag to the next."""
        self._minima.forget_unless(state.p2)
        self._stationary.forget_unless(FixedShape(state.p2, state.q2.cov))

    def _mixture(self, p2: tuple[Component2D, ...]) -> Mixture2D:
        if self._p is None or p2 != self._p2:
            self._p2, self._p = p2, Mixture2D(p2)
            self._entropy = self._plane.entropy(self._p)
        return self._p

    def _reverse_values(self, p: Mixture2D, cov: FloatArray, grid: Grid2D) -> FloatArray:
        landscape = self._landscape
        if landscape is None or landscape.grid is not grid or not np.array_equal(landscape.cov, cov):
            landscape = self._landscape = ReverseLandscape2D(grid, cov)
        if self._reverse is None or self._reverse[0] is not landscape or self._reverse[1] is not p:
            self._reverse = (landscape, p, landscape.evaluate(p))
        return self._reverse[2]

    # -- numbers ------------------------------------------------------------------------------------------

    def _present_numbers(self, p: Mixture2D, state: KLState) -> PlaneNumbers:
        if self._numbers is not None:
            pair, numbers = self._numbers
            if pair == PlanePair(state.p2, state.q2):
                return numbers
            if pair.p2 == state.p2:
                self._entropy = numbers.entropy
        forward = cross_entropy(p, state.q2) - self._entropy
        plane = SampledPlane.resolving(p, covariance_matrix(state.q2.cov))
        return PlaneNumbers(self._entropy, forward, plane.reverse_kl(p, state.q2), is_exact=False)

    # -- exact values -------------------------------------------------------------------------------------

    def wanted_numbers(self, state: KLState) -> PlanePair | None:
        """What `exact_numbers` should be asked for; None when it is known."""
        pair = PlanePair(state.p2, state.q2)
        return None if self._numbers is not None and self._numbers[0] == pair else pair

    def wanted_minima(self) -> tuple[Component2D, ...] | None:
        """What `find_minima` should be asked for; None when they are known."""
        return self._minima.wanted

    def wanted_stationary(self) -> FixedShape | None:
        """What `find_stationary` should be asked for; None when they are known."""
        return self._stationary.wanted

    def adopt_numbers(self, pair: PlanePair, numbers: PlaneNumbers) -> None:
        self._numbers = (pair, numbers)

    def adopt_minima(self, p2: tuple[Component2D, ...], points: Points) -> bool:
        """Take over what was found; False if p has moved on."""
        return self._minima.adopt(p2, points)

    def adopt_stationary(self, shape: FixedShape, points: Points) -> bool:
        """Take over what was found; False if p or q's covariance has moved on."""
        return self._stationary.adopt(shape, points)


class _Tracked(Generic[Key]):
    """Points that belong to a key: found for it, or followed from the points of earlier keys."""

    def __init__(self) -> None:
        self.points: Points = ()
        self._key: Key | None = None
        self.is_exact = False

    @property
    def wanted(self) -> Key | None:
        return None if self.is_exact else self._key

    def follow(self, key: Key, track: Callable[[Points], Points]) -> None:
        if key != self._key:
            self._key, self.is_exact = key, False
            self.points = track(self.points)

    def forget_unless(self, key: Key) -> None:
        if key != self._key:
            self.points = ()

    def adopt(self, key: Key, points: Points) -> bool:
        if key != self._key:
            return False
        self.points, self.is_exact = points, True
        return True


def _forward_point(p: Mixture2D, q: Gaussian2D, entropy: float) -> StationaryPoint2D:
    return StationaryPoint2D(q, cross_entropy(p, q) - entropy, "global")
