"""Objectives f(z) whose expectation under z = μ + Lε is descended, with their gradients.

Points are (..., d); values (...), gradients (..., d).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.mixture2d import Mixture2D


class Objective(Protocol):
    """A differentiable f."""

    @property
    def degree(self) -> int | None:
        """Degree as a polynomial in z; None where it is none."""

    def value(self, z: FloatArray) -> FloatArray:
        """f(z)."""

    def gradient(self, z: FloatArray) -> FloatArray:
        """∇f(z)."""


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """f(z) = ½ ‖z − t‖², any d.

    Attributes
    ----------
    target : (d,) t.
    """

    target: FloatArray

    @property
    def degree(self) -> int:
        """2."""
        return 2

    def value(self, z: FloatArray) -> FloatArray:
        """f(z)."""
        return np.asarray(0.5 * ((z - self.target) ** 2).sum(axis=-1))

    def gradient(self, z: FloatArray) -> FloatArray:
        """z − t."""
        return np.asarray(z - self.target)


@dataclass(frozen=True, slots=True)
class Banana:
    """f(z) = ½ Σ_j [(1 − z_j)² + b (z_{j+1} − z_j²)²] over neighbours: Rosenbrock's valley, scaled.

    Its minimum 0 is at (1, …, 1). On the line it is the section z₂ = 0, ½ (1 − z)² + ½ b z⁴.
    """

    b: float = 2.0

    @property
    def degree(self) -> int:
        """4."""
        return 4

    @staticmethod
    def _neighbours(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        return (z, np.zeros_like(z)) if z.shape[-1] == 1 else (z[..., :-1], z[..., 1:])

    def value(self, z: FloatArray) -> FloatArray:
        """f(z)."""
        here, after = self._neighbours(z)
        return np.asarray(0.5 * ((1 - here) ** 2 + self.b * (after - here * here) ** 2).sum(axis=-1))

    def gradient(self, z: FloatArray) -> FloatArray:
        """∇f(z)."""
        here, after = self._neighbours(z)
        off_valley = self.b * (after - here * here)
        slope = np.zeros_like(z)
        slope[..., : here.shape[-1]] = here - 1 - 2 * here * off_valley
        if z.shape[-1] > 1:
            slope[..., 1:] += off_valley
        return slope


@dataclass(frozen=True, slots=True)
class TwoWells:
    """f(z) = (z₁² − a²)²/(8a²) + ½ Σ_{j>1} z_j²: minima 0 at z₁ = ±a, curvature 1, a barrier of a²/8."""

    a: float = 2.0

    @property
    def degree(self) -> int:
        """4."""
        return 4

    def value(self, z: FloatArray) -> FloatArray:
        """f(z)."""
        first = (z[..., 0] ** 2 - self.a**2) ** 2 / (8 * self.a**2)
        return np.asarray(first + 0.5 * (z[..., 1:] ** 2).sum(axis=-1))

    def gradient(self, z: FloatArray) -> FloatArray:
        """∇f(z)."""
        slope = z.copy()
        slope[..., 0] *= (z[..., 0] ** 2 - self.a**2) / (2 * self.a**2)
        return slope


@dataclass(frozen=True, slots=True, eq=False)
class LineTarget:
    """f(z) = −log p(z) on the line, z (..., 1)."""

    p: Mixture1D

    @property
    def degree(self) -> None:
        """No polynomial."""
        return None

    def value(self, z: FloatArray) -> FloatArray:
        """f(z)."""
        return -self.p.log_pdf(z[..., 0])

    def gradient(self, z: FloatArray) -> FloatArray:
        """∇f(z)."""
        return -self.p.score(z)


@dataclass(frozen=True, slots=True, eq=False)
class PlaneTarget:
    """f(z) = −log p(z) in the plane, z (..., 2)."""

    p: Mixture2D

    @property
    def degree(self) -> None:
        """No polynomial."""
        return None

    def value(self, z: FloatArray) -> FloatArray:
        """f(z)."""
        return -self.p.log_pdf(z)

    def gradient(self, z: FloatArray) -> FloatArray:
        """∇f(z)."""
        return -self.p.score(z)


def make_objective(state: ReparamState, kl: KLState) -> Objective:
    """f of the state; ``kl`` is the KL tab's, whose p in the same dimension makes ``kl_target``."""
    if state.objective == "quadratic":
        return Quadratic(np.array(state.target[: state.dimension]))
    if state.objective == "banana":
        return Banana()
    if state.objective == "two_wells":
        return TwoWells()
    return LineTarget(Mixture1D(kl.p)) if state.dimension == 1 else PlaneTarget(Mixture2D(kl.p2))
