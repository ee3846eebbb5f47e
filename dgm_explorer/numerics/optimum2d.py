"""The Gaussians of the plane that minimise each divergence from a mixture, mean and full covariance free."""

from collections.abc import Sequence

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.core.kl_state import Direction
from dgm_explorer.numerics.divergence2d import SampledPlane, expectation_under, square_root
from dgm_explorer.numerics.gaussian_chart import ExpectationRule, Unknowns, follow_minimum, minimise_all
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix, gaussian_2d
from dgm_explorer.numerics.stationary2d import StationaryPoint2D, classify_minima, distinct, subset_moments

_ALL: Unknowns = "mean and covariance"
_FAST_STEPS = 40
_FAST_RATE = 0.3  # longer steps leap out of a shallow basin beside thin modes
_LONGEST_TURN = 0.5  # of I + B per step: no axis shrinks below half or grows beyond 1.5


def find_reverse_minima_2d(
    p: Mixture2D, rule: ExpectationRule = expectation_under
) -> tuple[StationaryPoint2D, ...]:
    """Find the local minima of KL(q‖p) over mean and full covariance.

    Descends from every component and from the moment match of every subset: all at once by natural
    gradient, then each by Newton's method on the sampled plane, and each distinct end by Newton's method on
    quadrature values. At a minimum ``-E_q[∇∇ log p] = S⁻¹``. ``rule`` gives the exact expectations under q;
    it may raise to abandon the search.

    Returns
    -------
    Minima by value, called global, tied or local.
    """
    means = np.array([mean for mean, _ in subset_moments(p)])
    frames = np.array([square_root(cov) for _, cov in subset_moments(p)])
    settled = zip(*_fast_descent(p, means, frames), strict=True)
    finest = SampledPlane.resolving(p, p.cov)
    rough = minimise_all(p, settled, _ALL, finest.expectation)
    found = minimise_all(p, [(f.mean, f.frame) for f in rough], _ALL, rule)
    return classify_minima([f for f in distinct(found, 1e-5) if f.curvatures[0] > 0])


def track_minima_2d(p: Mixture2D, points: Sequence[StationaryPoint2D]) -> tuple[StationaryPoint2D, ...]:
    """Follow free minima while p is dragged; approximate, finds no new ones."""
    followed = []
    for point in points:
        cov = covariance_matrix(point.q.cov)
        rule = SampledPlane.resolving(p, cov).expectation
        followed.append(follow_minimum(p, np.array(point.q.mean), square_root(cov), _ALL, rule))
    kept = distinct(followed, 1e-2)
    return classify_minima([f for f in kept if f.curvatures[0] > 0])


def descent_path_2d(
    p: Mixture2D, start: Gaussian2D, direction: Direction, n_steps: int, rate: float = 0.15
) -> tuple[Gaussian2D, ...]:
    """Follow the natural gradient of one divergence from ``start``; n_steps + 1 Gaussians.

    Forward steps are exact. Reverse steps use the sampled plane, whose error near sharp kinks moves the end
    of the path by less than is seen; its limit is found exactly by `find_reverse_minima_2d`.
    """
    plane = SampledPlane.resolving(p, covariance_matrix(start.cov))
    mean, frame = np.array(start.mean), square_root(covariance_matrix(start.cov))
    path = [start]
    for _ in range(n_steps):
        if direction == "forward":
            slope, curvature = _forward_pull(p, mean, frame)
        else:
            _, slopes, curvatures = plane.moments(p, mean[None], frame[None])
            slope, curvature = slopes[0], curvatures[0]
        means, frames = _natural_step(mean[None], frame[None], slope[None], curvature[None], rate)
        mean, frame = means[0], frames[0]
        path.append(gaussian_2d(mean, frame @ frame.T))
    return tuple(path)


def _forward_pull(p: Mixture2D, mean: FloatArray, frame: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what takes the place of E[∇g] and E[∇∇g] for KL(p‖q): -A⁻¹(μ - m) and A⁻¹(V + …)A⁻ᵀ - 2I."""
    inverse = np.linalg.inv(frame)
    offset = p.mean - mean
    seen = inverse @ (p.cov + np.outer(offset, offset)) @ inverse.T
    return inverse @ offset, seen - 2 * np.eye(2)


def _natural_step(
    means: FloatArray, frames: FloatArray, slopes: FloatArray, curvatures: FloatArray, rate: float
) -> tuple[FloatArray, FloatArray]:
    """Move Gaussians by rate · natural gradient: u = rate E[∇g], B = rate (I + E[∇∇g]) / 2, both bounded."""
    u = rate * slopes
    u *= np.minimum(1.0, 1.0 / np.maximum(np.linalg.norm(u, axis=1), 1e-300))[:, None]
    values, axes = np.linalg.eigh(0.5 * rate * (np.eye(2) + curvatures))
    values = 1.0 + np.clip(values, -_LONGEST_TURN, _LONGEST_TURN)
    stretch = np.einsum("bij,bj,bkj->bik", axes, values, axes)
    return means + np.einsum("bij,bj->bi", frames, u), frames @ stretch


def _fast_descent(p: Mixture2D, means: FloatArray, frames: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Natural gradient from all starts at once on a coarse sampled plane; only good for finding basins."""
    plane = SampledPlane.of(spacing=0.5, reach=5.0)
    for _ in range(_FAST_STEPS):
        _, slopes, curvatures = plane.moments(p, means, frames)
        means, frames = _natural_step(means, frames, slopes, curvatures, _FAST_RATE)
    return means, frames
