"""Points of Gaussian densities that stay smooth however narrow they are: arrays only, no Qt."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D

SQRT_2PI = float(np.sqrt(2.0 * np.pi))
_REACH = 3.8
_OFFSETS = np.linspace(-_REACH, _REACH, 129)
_COARSE_OFFSETS = np.linspace(-_REACH, _REACH, 33)
_N_UNIFORM = 256


class HasShape(Protocol):
    """Whatever has a mean and a standard deviation."""

    @property
    def mu(self) -> float: ...
    @property
    def sigma(self) -> float: ...


def peak(sigma: float, weight: float = 1.0) -> float:
    """Largest value of ``weight`` · N(x | mu, sigma²)."""
    return weight / (sigma * SQRT_2PI)


def bell(shape: HasShape, weight: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """x and ``weight`` · N(x | mu, sigma²), (129,) each, as far as a thousandth of the peak is left."""
    y = peak(shape.sigma, weight) * np.exp(-0.5 * _OFFSETS**2)
    return shape.mu + shape.sigma * _OFFSETS, y


def bells(shapes: Iterable[tuple[HasShape, float]]) -> tuple[FloatArray, FloatArray]:
    """Several weighted Gaussians after each other, separated by NaN."""
    pieces = [bell(shape, weight) for shape, weight in shapes]
    if not pieces:
        return np.empty(0), np.empty(0)
    gap = np.array([np.nan])
    x = np.concatenate([part for x, _ in pieces for part in (x, gap)])
    y = np.concatenate([part for _, y in pieces for part in (y, gap)])
    return x, y


def shares(components: Sequence[Component1D]) -> FloatArray:
    """Normalised weights (K,)."""
    weights = np.array([component.weight for component in components])
    normalised: FloatArray = weights / weights.sum()
    return normalised


def mixture_curve(
    components: Sequence[Component1D], x_lo: float, x_hi: float
) -> tuple[FloatArray, FloatArray]:
    """x, denser around narrow components, and the mixture's density there; at most 520 points."""
    mu = np.array([component.mu for component in components])
    sigma = np.array([component.sigma for component in components])
    around = (mu[:, None] + sigma[:, None] * _COARSE_OFFSETS).ravel()
    x = np.concatenate([np.linspace(x_lo, x_hi, _N_UNIFORM), around[(around > x_lo) & (around < x_hi)]])
    x.sort()
    z = (x - mu[:, None]) / sigma[:, None]
    y = (shares(components) / (sigma * SQRT_2PI)) @ np.exp(-0.5 * z * z)
    return x, y
