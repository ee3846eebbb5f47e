"""From a factor L to Σ = LLᵀ, its axes and back: many L have the same Σ, one lower triangle is Cholesky's.

A Aᵀ = (AQ)(AQ)ᵀ for every orthogonal Q, so Σ only fixes A up to a rotation or reflection of ε.
"""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.mixture2d import rotation


@dataclass(frozen=True, slots=True, eq=False)
class CovarianceShape:
    """What there is to say about Σ in the plane.

    Attributes
    ----------
    covariance : (2, 2) Σ.
    eigenvalues : (2,) descending; their square roots are the semi-axes of the 1σ ellipse.
    axes : (2, 2) unit eigenvectors as columns, in that order.
    angle : of the first axis, radians in (−π/2, π/2].
    correlation : Σ₁₂/√(Σ₁₁ Σ₂₂); NaN where a variance is 0.
    """

    covariance: FloatArray
    eigenvalues: FloatArray
    axes: FloatArray
    angle: float
    correlation: float


def describe_covariance(factor: FloatArray) -> CovarianceShape:
    """Describe Σ = LLᵀ from L (2, 2), through the singular values of L, so that nothing small is lost."""
    axes, lengths, _ = np.linalg.svd(factor)
    angle = math.atan2(axes[1, 0], axes[0, 0])
    if angle <= -math.pi / 2 or angle > math.pi / 2:
        axes[:, 0] *= -1
        angle = math.atan2(axes[1, 0], axes[0, 0])
    if np.linalg.det(axes) < 0:
        axes[:, 1] *= -1
    cov = factor @ factor.T
    scale = math.sqrt(cov[0, 0]) * math.sqrt(cov[1, 1])
    correlation = float(cov[0, 1]) / scale if scale > 0 else math.nan
    if not math.isnan(correlation):
        correlation = min(max(correlation, -1.0), 1.0)
    return CovarianceShape(cov, lengths**2, axes, angle, correlation)


def cholesky_factor(factor: FloatArray) -> FloatArray:
    """Return the lower triangle L with diagonal ≥ 0 and LLᵀ = AAᵀ, for any A (d, d), singular ones too.

    By the QR decomposition of Aᵀ, which never forms AAᵀ and so keeps small axes.
    """
    _, upper = np.linalg.qr(factor.T)
    return np.asarray((upper * np.where(np.diagonal(upper) < 0, -1.0, 1.0)[:, None]).T)


def factor_of_axes(lengths: tuple[float, float], angle: float) -> FloatArray:
    """Cholesky factor (2, 2) of the ellipse with semi-axes ``lengths``, the first at ``angle`` radians."""
    return cholesky_factor(rotation(angle) * np.array(lengths))


def turned_factor(factor: FloatArray, angle: float) -> FloatArray:
    """Return A R(angle): the same Σ, ε turned by ``angle`` before it is mapped (2, 2)."""
    return np.asarray(factor @ rotation(angle))


@dataclass(frozen=True, slots=True, eq=False)
class TurnedCholesky:
    """A = L Q: a factor as Cholesky's, preceded by a turn of ε.

    Attributes
    ----------
    cholesky : (2, 2) L.
    angle : Q = R(angle), or R(angle) diag(1, −1) where it is a reflection.
    is_reflected : whether det Q < 0.
    """

    cholesky: FloatArray
    angle: float
    is_reflected: bool


def split_factor(factor: FloatArray) -> TurnedCholesky:
    """Split A (2, 2) into L Q; where A is singular Q is one of several."""
    orthogonal, upper = np.linalg.qr(factor.T)
    signs = np.where(np.diagonal(upper) < 0, -1.0, 1.0)
    turn = (orthogonal * signs).T
    angle = math.atan2(turn[1, 0], turn[0, 0])
    return TurnedCholesky(np.asarray((upper * signs[:, None]).T), angle, bool(np.linalg.det(turn) < 0))
