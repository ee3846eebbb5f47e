"""Points in the plane whose clusters are known: made here, always the same."""

from collections.abc import Callable

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.data.assemble import Examples

N_POINTS = 2000
N_ARMS = 5
N_RINGS = 3
CELLS_PER_SIDE = 3


def make_toy(name: str) -> Examples:
    """One of `core.dataset.TOYS`, standardised and in random order; labels name the arm, ring or cell."""
    make, word, n_classes = _MAKERS[name]
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(N_POINTS, dtype=np.int64) % n_classes)
    points = standardised(make(rng, labels))
    return Examples(points, labels, tuple(f"{word} {index + 1}" for index in range(n_classes)))


def standardised(points: FloatArray) -> Float32Array:
    """(n, d) with mean 0 and standard deviation 1 on every axis; an axis without spread is centred only."""
    centred = points - points.mean(axis=0)
    spread = centred.std(axis=0)
    scaled: Float32Array = (centred / np.where(spread > 0, spread, 1.0)).astype(np.float32)
    return scaled


def _pinwheel(rng: np.random.Generator, labels: IntArray) -> FloatArray:
    """Arms that are Gaussians stretched along the radius and sheared into spirals.

    The rate of the spiral, 0.25 exp(radius), and the spreads 0.3 and 0.05 are those of the data in Johnson
    et al. 2016, "Composing graphical models with neural networks", figure 1 (arXiv 1603.06277).
    """
    radial = 1.0 + 0.3 * rng.standard_normal(len(labels))
    tangential = 0.05 * rng.standard_normal(len(labels))
    angle = 2 * np.pi * labels / N_ARMS + 0.25 * np.exp(radial)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack((radial * cos - tangential * sin, radial * sin + tangential * cos))


def _moons(rng: np.random.Generator, labels: IntArray) -> FloatArray:
    """Two interleaved half circles, as scikit-learn's ``make_moons``."""
    angle = np.pi * rng.random(len(labels))
    is_lower = labels == 1
    x = np.where(is_lower, 1 - np.cos(angle), np.cos(angle))
    y = np.where(is_lower, 0.5 - np.sin(angle), np.sin(angle))
    return np.column_stack((x, y)) + 0.07 * rng.standard_normal((len(labels), 2))


def _rings(rng: np.random.Generator, labels: IntArray) -> FloatArray:
    """Circles of radius 1, 2, 3 about the origin."""
    angle = 2 * np.pi * rng.random(len(labels))
    radius = 1.0 + labels + 0.08 * rng.standard_normal(len(labels))
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


def _grid(rng: np.random.Generator, labels: IntArray) -> FloatArray:
    """Round Gaussians on a square grid, six standard deviations apart."""
    centres = np.column_stack((labels % CELLS_PER_SIDE, labels // CELLS_PER_SIDE))
    return centres + rng.standard_normal((len(labels), 2)) / 6


_MAKERS: dict[str, tuple[Callable[[np.random.Generator, IntArray], FloatArray], str, int]] = {
    "pinwheel": (_pinwheel, "arm", N_ARMS),
    "moons": (_moons, "moon", 2),
    "rings": (_rings, "ring", N_RINGS),
    "grid": (_grid, "cell", CELLS_PER_SIDE**2),
}
