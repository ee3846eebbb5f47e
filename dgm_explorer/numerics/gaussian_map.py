"""The map z = μ + Lε that turns standard normal noise into N(μ, LLᵀ), and what is drawn of it."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dgm_explorer.core.arrays import FloatArray

SINGULAR = 1e-12
"""Ratio of the singular values of L below which Σ counts as singular."""
_FEW_COLUMNS = 8


@dataclass(frozen=True, slots=True, eq=False)
class GaussianMap:
    """z = μ + Lε.

    Attributes
    ----------
    mean : (d,) μ.
    factor : (d, d) L; any matrix.
    """

    mean: FloatArray
    factor: FloatArray

    @property
    def dimension(self) -> int:
        """d."""
        return len(self.mean)

    @property
    def covariance(self) -> FloatArray:
        """Σ = LLᵀ, (d, d)."""
        return np.asarray(self.factor @ self.factor.T)

    @property
    def is_singular(self) -> bool:
        """Whether z fills less than d dimensions, so that it has no density."""
        values = np.linalg.svd(self.factor, compute_uv=False)
        return bool(values[-1] <= SINGULAR * values[0])

    def __call__(self, epsilon: FloatArray) -> FloatArray:
        """z for ε (..., d), the same shape.

        Few columns are filled one by one, which is four times faster than a thin matrix product.
        """
        if self.dimension > _FEW_COLUMNS:
            return np.asarray(self.mean + epsilon @ self.factor.T)
        z = np.empty_like(epsilon)
        for i, row in enumerate(self.factor):
            column = z[..., i]
            np.multiply(epsilon[..., 0], row[0], out=column)
            for j in range(1, self.dimension):
                if row[j] != 0:
                    column += row[j] * epsilon[..., j]
            column += self.mean[i]
        return z


@lru_cache(maxsize=4)
def draw_epsilon(seed: int, n: int, d: int = 2) -> FloatArray:
    """Return n draws of ε ~ N(0, I), (n, d) read-only; more draws of a seed begin with the same ones."""
    epsilon = np.random.default_rng(seed).standard_normal((n, d))
    epsilon.setflags(write=False)
    return epsilon


def grid_lines(half_width: float, spacing: float) -> FloatArray:
    """Ends (m, 2, 2) of the lines of a square grid about 0; their images under an affine map are straight."""
    n = math.floor(half_width / spacing + 1e-9)
    at, full = spacing * np.arange(-n, n + 1), np.full(2 * n + 1, n * spacing)
    upright = np.stack([np.stack([at, -full], axis=-1), np.stack([at, full], axis=-1)], axis=1)
    return np.concatenate([upright, upright[..., ::-1]])


def circle(radius: float, n: int = 181) -> FloatArray:
    """Return a closed polyline (n, 2) of the circle about 0; its first point is (radius, 0) and its last."""
    angle = np.linspace(0.0, 2 * math.pi, n)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class SampleMoments:
    """Moments of n points with standard errors; NaN where n is too small for them.

    Attributes
    ----------
    n : how many points.
    mean, mean_error : (d,); the error is √(Σ_ii/n).
    covariance, covariance_error : (d, d), divided by n − 1; for Gaussian points the error is
        √((Σ_ii Σ_jj + Σ_ij²)/(n − 1)) (Anderson 2003, section 3.4).
    """

    n: int
    mean: FloatArray
    mean_error: FloatArray
    covariance: FloatArray
    covariance_error: FloatArray


def sample_moments(z: FloatArray, covariance: FloatArray) -> SampleMoments:
    """Moments of points (n, d) drawn from a Gaussian of that exact ``covariance`` (d, d)."""
    n = len(z)
    mean = z.mean(axis=0)
    offsets = (z - mean).T
    degrees = n - 1 if n > 1 else math.nan
    return _with_errors(n, mean, np.asarray(offsets @ offsets.T) / degrees, covariance)


def mapped_moments(gaussian: GaussianMap, noise: SampleMoments) -> SampleMoments:
    """Moments of z = μ + Lε from those of the ε, without a look at the points: μ + Lε̄ and L S Lᵀ.

    ``noise`` are the `sample_moments` of the ε under the identity; a drag of L leaves them as they are.
    """
    factor = gaussian.factor
    mean, covariance = gaussian.mean + factor @ noise.mean, factor @ noise.covariance @ factor.T
    return _with_errors(noise.n, mean, np.asarray(covariance), gaussian.covariance)


def _with_errors(n: int, mean: FloatArray, covariance: FloatArray, exact: FloatArray) -> SampleMoments:
    variances = np.diagonal(exact)
    spread = np.outer(variances, variances) + exact**2
    degrees = n - 1 if n > 1 else math.nan
    return SampleMoments(n, mean, np.sqrt(variances / n), covariance, np.sqrt(spread / degrees))
