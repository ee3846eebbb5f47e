"""From a KL state to everything that one frame of the tab shows, as pure computation with caches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState, View1D
from dgm_explorer.numerics.divergence import forward_kl, reverse_kl
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape, forward_landscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import (
    StationaryPoint,
    find_reverse_stationary,
    find_reverse_stationary_fixed_sigma,
    follow,
    forward_minimum,
    forward_minimum_fixed_sigma,
    track,
)
from dgm_explorer.ui.tabs.kl.foresight import Motion
from dgm_explorer.ui.tabs.kl.grid_search import count_unexplained, grid_seeds, is_complete
from dgm_explorer.ui.tabs.kl.mean_curves import MeanCurveEngine, MeanCurves

GRID_SIZE = 256
LONGEST_STEP_SIGMAS = 1.0
LONGEST_STEP_LOG_SIGMA = 0.3
SAME_SIGMAS = 1e-6


@dataclass(frozen=True)
class KLFrame:
    """What one state looks like in numbers.

    Attributes
    ----------
    p, q, grid : target, approximation and the grid of both landscapes.
    forward, reverse : (m, n) KL(p‖q) and KL(q‖p) over (log σ, μ), nats.
    forward_minimum : the one minimum of KL(p‖q); at fixed σ if the state fixes it.
    reverse_points : stationary points of KL(q‖p), sorted by value, minima first; empty while searching.
    entropy, kl_forward, kl_reverse : H(p) and both divergences at q, nats.
    is_searching : the stationary points of this p are not known yet; a search has been asked for.
    is_confirmed : they come from a full search of this very p.
    curves : both divergences over μ where the state fixes σ.
    """

    p: Mixture1D
    q: Gaussian1D
    grid: Grid1D
    forward: FloatArray
    reverse: FloatArray
    forward_minimum: StationaryPoint
    reverse_points: tuple[StationaryPoint, ...]
    entropy: float
    kl_forward: float
    kl_reverse: float
    is_searching: bool = False
    is_confirmed: bool = True
    curves: MeanCurves | None = None


@dataclass(frozen=True)
class SearchRequest:
    """A search for all stationary points that may run in another thread."""

    components: tuple[Component1D, ...]
    p: Mixture1D
    grid: Grid1D
    reverse: FloatArray
    fixed_sigma: float | None

    def run(self) -> tuple[StationaryPoint, ...]:
        """Find all stationary points of KL(q‖p). Any thread."""
        if self.fixed_sigma is not None:
            return find_reverse_stationary_fixed_sigma(self.p, self.fixed_sigma)
        return find_reverse_stationary(self.p, self.reverse, self.grid)


@dataclass(frozen=True)
class _Known:
    """Stationary points of one p, and how many minima of the grid they do not explain.

    ``searched`` is the p of the last full search, from which the points were followed to ``components``;
    ``motion`` is the last step of that.
    """

    searched: tuple[Component1D, ...]
    components: tuple[Component1D, ...]
    fixed_sigma: float | None
    unexplained: int
    points: tuple[StationaryPoint, ...]
    motion: Motion | None = None


def is_small_step(old: tuple[Component1D, ...], new: tuple[Component1D, ...]) -> bool:
    """Whether stationary points may be followed from one mixture to the other.

    After a leap, Newton steps would still converge, but to some of the points twice and to others never.
    """
    return len(old) == len(new) and all(
        abs(b.mu - a.mu) <= LONGEST_STEP_SIGMAS * a.sigma
        and abs(math.log(b.sigma / a.sigma)) <= LONGEST_STEP_LOG_SIGMA
        for a, b in zip(old, new, strict=True)
    )


def is_same_list(first: Sequence[StationaryPoint], second: Sequence[StationaryPoint]) -> bool:
    """Whether two lists of stationary points look the same on the screen."""
    return len(first) == len(second) and all(
        a.kind == b.kind and abs(a.mu - b.mu) + abs(a.sigma - b.sigma) <= SAME_SIGMAS * a.sigma
        for a, b in zip(first, second, strict=True)
    )


class FrameEngine:
    """Resolves states into frames, and computes again only what the state change touches.

    The kernels of a view are kept with its `ReverseLandscape`, the landscapes with p, and the stationary
    points are followed by Newton steps from frame to frame. Used from one thread.
    """

    def __init__(self) -> None:
        self._view: View1D | None = None
        self._grid: Grid1D
        self._reverse_landscape: ReverseLandscape
        self._components: tuple[Component1D, ...] = ()
        self._p: Mixture1D
        self._forward: FloatArray
        self._reverse: FloatArray
        self._curve_engine = MeanCurveEngine()
        self._known: _Known | None = None
        self._fixed_sigma: float | None = None
        self._is_confirmed = False
        self._is_searching = False

    def resolve(self, state: KLState) -> KLFrame:
        """Compute the frame of a state.

        Stationary points that can neither be followed nor read off the landscape are left to a search of
        15–50 ms: the frame says `is_searching`, and `make_search` gives what to run elsewhere and `adopt`.
        """
        self._set_view(state.view)
        self._set_target(state.p)
        fixed_sigma = self._fixed_sigma = state.q.sigma if state.is_sigma_fixed else None
        points = self._stationary(state.view)
        curves = None
        lowest_forward = forward_minimum(self._p)
        if fixed_sigma is not None:
            curves = self._curve_engine.curves(self._p, state.view, fixed_sigma)
            lowest_forward = forward_minimum_fixed_sigma(self._p, fixed_sigma)
        entropy = self._p.entropy()
        kl_forward = forward_kl(self._p, state.q)
        kl_reverse = reverse_kl(self._p, state.q)
        return KLFrame(
            p=self._p,
            q=state.q,
            grid=self._grid,
            forward=self._forward,
            reverse=self._reverse,
            forward_minimum=lowest_forward,
            reverse_points=points,
            entropy=entropy,
            kl_forward=kl_forward,
            kl_reverse=kl_reverse,
            is_searching=self._is_searching,
            is_confirmed=self._is_confirmed,
            curves=curves,
        )

    def adopt(self, request: SearchRequest, points: tuple[StationaryPoint, ...]) -> None:
        """Take over the result of a search; the next `resolve` follows the points to the present p."""
        unexplained = count_unexplained(request.reverse, request.grid, points)
        components = request.components
        self._known = _Known(components, components, request.fixed_sigma, unexplained, points)

    def make_search(self) -> SearchRequest:
        """A full search at the last frame's p: following cannot see a birth outside the view."""
        return SearchRequest(self._components, self._p, self._grid, self._reverse, self._fixed_sigma)

    def _set_view(self, view: View1D) -> None:
        if view == self._view:
            return
        self._view = view
        self._grid = Grid1D.of(view, GRID_SIZE, GRID_SIZE)
        self._reverse_landscape = ReverseLandscape(self._grid)
        self._components = ()

    def _set_target(self, components: tuple[Component1D, ...]) -> None:
        if components == self._components:
            return
        self._components = components
        self._p = Mixture1D(components)
        self._forward = forward_landscape(self._p, self._grid)
        self._reverse = self._reverse_landscape.evaluate(self._p)

    def _stationary(self, view: View1D) -> tuple[StationaryPoint, ...]:
        self._is_searching = False
        known = self._known
        is_same = known is not None and known.fixed_sigma == self._fixed_sigma
        self._is_confirmed = is_same and known is not None and known.searched == self._components
        if known is not None and is_same and known.components == self._components:
            return known.points
        if self._fixed_sigma is not None:
            return self._curve_engine.stationary(self._p, view, self._fixed_sigma)
        followed = self._followed(known) if known is not None and is_same else None
        points = followed
        if followed is None:
            points = self._read_off(known if is_same else None)
        elif self._known is not None and self._known.unexplained:
            points = self._read_off(self._known, at_most=self._known.unexplained - 1) or followed
        self._is_searching = points is None
        return points or ()

    def _followed(self, known: _Known) -> tuple[StationaryPoint, ...] | None:
        """The known points moved to the present p, or None when they cannot be trusted."""
        if not is_small_step(known.components, self._components):
            return None
        guess = known.motion.ahead(self._components) if known.motion is not None else None
        followed = follow(self._p, known.points, guess) if guess is not None else None
        followed = followed or follow(self._p, known.points)
        if followed is None:
            return None
        points = followed.points
        unexplained = count_unexplained(self._reverse, self._grid, points)
        if unexplained > known.unexplained:
            return None
        origins = tuple(known.points[i] for i in followed.came_from)
        motion = Motion(known.components, self._components, origins, points)
        self._known = replace(
            known, components=self._components, unexplained=unexplained, points=points, motion=motion
        )
        return points

    def _read_off(
        self, known: _Known | None, at_most: int | None = None
    ) -> tuple[StationaryPoint, ...] | None:
        """What the landscape shows and what was known outside the view, polished.

        None if that is not all, or leaves more than ``at_most`` minima of the landscape unexplained.
        """
        seeds = grid_seeds(self._reverse, self._grid)
        if known is not None:
            seeds += tuple(point for point in known.points if not self._is_on_grid(point))
        points = track(self._p, seeds) if seeds else None
        if points is None or not is_complete(points):
            return None
        unexplained = count_unexplained(self._reverse, self._grid, points)
        if at_most is not None and unexplained > at_most:
            return None
        self._known = _Known((), self._components, None, unexplained, points)
        return points

    def _is_on_grid(self, point: StationaryPoint) -> bool:
        mu, sigma = self._grid.mu, self._grid.sigma
        return bool(mu[0] <= point.mu <= mu[-1] and sigma[0] <= point.sigma <= sigma[-1])
