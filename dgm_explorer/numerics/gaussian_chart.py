"""Local coordinates around a planar Gaussian, in which Newton's method on KL(q‖p) is scale-free.

Around q = N(mean, A Aᵀ): x = mean + A (u + (I + B) z), z ~ N(0, I), B symmetric. The coordinates
(u₁, u₂, √2 B₁₁, √2 B₂₂, 2 B₁₂) make Fisher's metric the identity, so that the plain gradient in them is the
natural gradient. With g(z) = log p(mean + A z), R = KL(q‖p) has

    R_u = -E[∇g],      R_B[D] = -tr D - Σ D_ij E[g_ij],
    R_uu = -E[∇∇g],    R_uB[D]_i = -Σ D_jk E[g_ijk],
    R_BB[D, D'] = tr(D D') - Σ D_ia D'_jb (δ_ab E[g_ij] + E[g_ijab]).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.divergence2d import expectation_under, kl_from_expectation
from dgm_explorer.numerics.expectation2d import Expectation
from dgm_explorer.numerics.mixture2d import Mixture2D

Unknowns: TypeAlias = Literal["mean", "mean and covariance"]
ExpectationRule: TypeAlias = Callable[[Mixture2D, FloatArray, FloatArray, int], Expectation]
BASIS: FloatArray = np.array(
    [
        [[math.sqrt(0.5), 0.0], [0.0, 0.0]],
        [[0.0, 0.0], [0.0, math.sqrt(0.5)]],
        [[0.0, 0.5], [0.5, 0.0]],
    ]
)
_LONGEST_STEP = 0.7
_SOFTEST_CURVATURE = 1e-3
_LAST_STEP = 1e-6  # Newton squares the error: what remains is 1e-12
_CAPTURE_RADIUS = 0.01
_LONGEST_WALK = 3.0
_SHORT_STEP = 0.02
_SMALL_SLOPE = 0.02
_MAX_ITERATIONS = 60
_MAX_HALVINGS = 6


@dataclass(frozen=True)
class Located:
    """A Gaussian N(mean, frame frameᵀ) with KL(q‖p) and its derivatives in the chart around it.

    ``gradient`` is (2,) or (5,), ``hessian`` square.
    """

    mean: FloatArray
    frame: FloatArray
    kl: float
    gradient: FloatArray
    hessian: FloatArray

    @property
    def cov(self) -> FloatArray:
        """The covariance, (2, 2)."""
        cov: FloatArray = self.frame @ self.frame.T
        return cov

    @property
    def curvatures(self) -> FloatArray:
        """Eigenvalues of the Hessian in the chart, ascending."""
        curvatures: FloatArray = np.linalg.eigvalsh(self.hessian).astype(np.float64)
        return curvatures


def distance(a: Located, b: Located) -> float:
    """Return how far b is from a, in the standard deviations of a (mean) and relative (covariance)."""
    relative = np.linalg.solve(a.frame, b.frame)
    offset = np.linalg.solve(a.frame, b.mean - a.mean)
    return float(np.linalg.norm(offset) + np.linalg.norm(relative @ relative.T - np.eye(2)))


def locate(
    p: Mixture2D,
    mean: FloatArray,
    frame: FloatArray,
    unknowns: Unknowns,
    rule: ExpectationRule = expectation_under,
) -> Located:
    """Evaluate KL(q‖p) and its first two derivatives in the chart around N(mean, frame frameᵀ).

    ``rule`` gives the expectations under q: exact by default, or a sampled plane's.
    """
    is_cov_free = unknowns == "mean and covariance"
    expected = rule(p, mean, frame, 4 if is_cov_free else 2)
    kl = kl_from_expectation(float(expected.moments[0]), frame @ frame.T)
    first, second = expected.tensor(1), expected.tensor(2)
    if not is_cov_free:
        return Located(mean, frame, kl, -first, -second)
    third, fourth = expected.tensor(3), expected.tensor(4)
    gradient = -np.concatenate(
        [first, np.trace(BASIS, axis1=1, axis2=2) + np.einsum("cij,ij->c", BASIS, second)]
    )
    hessian = np.empty((5, 5))
    hessian[:2, :2] = -second
    hessian[:2, 2:] = -np.einsum("cjk,ijk->ic", BASIS, third)
    hessian[2:, :2] = hessian[:2, 2:].T
    hessian[2:, 2:] = (
        np.einsum("cij,dji->cd", BASIS, BASIS)
        - np.einsum("cia,dja,ij->cd", BASIS, BASIS, second)
        - np.einsum("cia,djb,ijab->cd", BASIS, BASIS, fourth)
    )
    return Located(mean, frame, kl, gradient, hessian)


def moved(mean: FloatArray, frame: FloatArray, step: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and frame after a step (2,) or (5,) in the chart."""
    new_mean = mean + frame @ step[:2]
    if len(step) == 2:
        return new_mean, frame
    return new_mean, frame @ (np.eye(2) + np.einsum("c,cij->ij", step[2:], BASIS))


def minimise(
    p: Mixture2D,
    mean: FloatArray,
    frame: FloatArray,
    unknowns: Unknowns,
    rule: ExpectationRule = expectation_under,
    known: Sequence[Located] = (),
) -> Located:
    """Descend by Newton's method to a local minimum of KL(q‖p).

    Negative curvatures are turned round, steps are at most 0.7 (in standard deviations of q), and halved
    until the divergence falls. Arriving close to one of the ``known`` minima ends the descent with that
    minimum.
    """
    here = locate(p, mean, frame, unknowns, rule)
    for _ in range(_MAX_ITERATIONS):
        for other in known:
            if distance(other, here) < _CAPTURE_RADIUS:
                return other
        curvatures, axes = np.linalg.eigh(here.hessian)
        step = -axes @ ((axes.T @ here.gradient) / np.maximum(np.abs(curvatures), _SOFTEST_CURVATURE))
        length = float(np.linalg.norm(step))
        there = _first_descent(p, here, step * min(1.0, _LONGEST_STEP / max(length, 1e-300)), rule)
        if there is None:
            return here
        here = there
        if length < _LAST_STEP:
            return here
    return here


def _first_descent(p: Mixture2D, here: Located, step: FloatArray, rule: ExpectationRule) -> Located | None:
    """Halve the step until KL(q‖p) no longer rises; None when even a tiny step does not help."""
    unknowns: Unknowns = "mean" if len(step) == 2 else "mean and covariance"
    slack = 1e-13 * (1 + abs(here.kl))
    for _ in range(_MAX_HALVINGS):
        there = locate(p, *moved(here.mean, here.frame, step), unknowns, rule)
        if there.kl <= here.kl + slack:
            return there
        step = 0.5 * step
    return None


def minimise_all(
    p: Mixture2D,
    starts: Iterable[tuple[FloatArray, FloatArray]],
    unknowns: Unknowns,
    rule: ExpectationRule = expectation_under,
) -> list[Located]:
    """Descend from every start (mean, frame) in turn; return the different ends."""
    found: list[Located] = []
    for mean, frame in starts:
        end = minimise(p, mean, frame, unknowns, rule, known=found)
        if not any(end is other for other in found):
            found.append(end)
    return found


def follow(
    p: Mixture2D, mean: FloatArray, frame: FloatArray, unknowns: Unknowns, rule: ExpectationRule
) -> Located | None:
    """Follow a stationary point of a p that moved a little by one or two Newton steps.

    Returns None where the point has gone: the step is long, or leaves the slope as steep as it was.
    """
    here = locate(p, mean, frame, unknowns, rule)
    for _ in range(2):
        step: FloatArray = -np.linalg.solve(here.hessian, here.gradient).astype(np.float64)
        length = float(np.linalg.norm(step))
        if length > _LONGEST_STEP:
            return None
        there = locate(p, *moved(here.mean, here.frame, step), unknowns, rule)
        if np.linalg.norm(there.gradient) > 0.5 * np.linalg.norm(here.gradient) + _SMALL_SLOPE:
            return None
        here = there
        if length < _SHORT_STEP:
            break
    return here


def follow_minimum(
    p: Mixture2D, mean: FloatArray, frame: FloatArray, unknowns: Unknowns, rule: ExpectationRule
) -> Located:
    """Follow a minimum of a p that moved; where it has gone, descend to the one that took its place."""
    there = follow(p, mean, frame, unknowns, rule)
    if there is None or there.curvatures[0] <= 0:
        return minimise(p, mean, frame, unknowns, rule)
    return there


def find_stationary(
    p: Mixture2D,
    mean: FloatArray,
    frame: FloatArray,
    rule: ExpectationRule = expectation_under,
    known: Sequence[Located] = (),
) -> Located | None:
    """Solve ∇KL = 0 over the mean by Newton's method from nearby, whatever the curvature.

    Returns None if it runs away or arrives at a ``known`` point.
    """
    start = mean
    for _ in range(12):
        here = locate(p, mean, frame, "mean", rule)
        if any(distance(other, here) < _CAPTURE_RADIUS for other in known):
            return None
        step: FloatArray = -np.linalg.solve(here.hessian, here.gradient).astype(np.float64)
        length = float(np.linalg.norm(step))
        mean = moved(mean, frame, step * min(1.0, 0.5 / max(length, 1e-300)))[0]
        if length < _LAST_STEP:
            return locate(p, mean, frame, "mean", rule)
        if np.linalg.norm(np.linalg.solve(frame, mean - start)) > _LONGEST_WALK:
            return None
    return None
