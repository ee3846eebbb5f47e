"""Both KL divergences between a planar mixture p and a Gaussian q, at a point, with derivatives."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.numerics.expectation2d import LOG_2PI, Expectation, expect, hermite
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix, rotation

_LINE_ANGLE = 0.7  # any; two angles agreeing is a test of the quadrature


@dataclass(frozen=True)
class PointValue:
    """A quadrature result in nats and the quadrature's own bound on its error."""

    kl: float
    error: float


def square_root(cov: FloatArray, angle: float = _LINE_ANGLE) -> FloatArray:
    """Return a frame A (2, 2) with A Aᵀ = cov, its axes turned by ``angle`` after whitening."""
    return np.linalg.cholesky(cov) @ rotation(angle)


def half_log_det(cov: FloatArray) -> float:
    """Return ½ log det cov."""
    return float(0.5 * np.linalg.slogdet(cov)[1])


def kl_from_expectation(expected_log_p: float, cov: FloatArray) -> float:
    """Return KL(q‖p) = -½ log det(2πe S) - E_q[log p]."""
    return -1 - LOG_2PI - half_log_det(cov) - expected_log_p


def expectation_under(p: Mixture2D, mean: FloatArray, frame: FloatArray, order: int = 0) -> Expectation:
    """Return E_q[∂ⁿ log p], n ≤ order, for q = N(mean, frame frameᵀ), derivatives along the frame's axes."""
    return expect(p.along_lines(mean, frame), order)


def reverse_kl_2d(p: Mixture2D, q: Gaussian2D, angle: float = _LINE_ANGLE) -> PointValue:
    """Return KL(q‖p) by nested quadrature, relative error about 1e-13; 2 to 100 ms.

    ``angle`` turns the lines along which the inner integrals run; the result does not depend on it.
    """
    cov = covariance_matrix(q.cov)
    expected = expectation_under(p, np.array(q.mean), square_root(cov, angle))
    return PointValue(kl_from_expectation(float(expected.moments[0]), cov), float(expected.errors[0]))


def forward_kl_2d(p: Mixture2D, q: Gaussian2D) -> PointValue:
    """Return KL(p‖q): closed form in p's moments, quadrature for H(p) only."""
    return PointValue(cross_entropy(p, q) - p.entropy(), p.entropy_error())


def cross_entropy(p: Mixture2D, q: Gaussian2D) -> float:
    """Return -E_p[log q] = log 2π + ½ log det S + ½ tr S⁻¹ (V + (m - μ)(m - μ)ᵀ), exact."""
    cov = covariance_matrix(q.cov)
    offset = p.mean - np.array(q.mean)
    spread = np.linalg.solve(cov, p.cov + np.outer(offset, offset))
    return LOG_2PI + half_log_det(cov) + 0.5 * float(np.trace(spread))


_SPACINGS = (0.4, 0.3, 0.2, 0.15)


@dataclass(frozen=True)
class SampledPlane:
    """The trapezoid rule in whitened coordinates: fast, and only as good as log p is smooth on q's scale.

    For many descents at once; every value shown from it must be labelled as approximate. For modes as wide
    as q it errs by about 1e-9, across a sharp kink of log p by up to 1e-3 of the value.
    """

    z: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, spacing: float = 0.35, reach: float = 6.5) -> "SampledPlane":
        """Lay a square grid over ±reach standard deviations."""
        n = math.ceil(reach / spacing)
        axis = spacing * np.arange(-n, n + 1)
        t, s = np.meshgrid(axis, axis, indexing="ij")
        z = np.stack([t.ravel(), s.ravel()], axis=1)
        z = z[np.hypot(z[:, 0], z[:, 1]) < reach + spacing]
        weights = np.exp(-0.5 * (z**2).sum(axis=1))
        return cls(z, weights / weights.sum())

    @staticmethod
    def resolving(p: Mixture2D, cov: FloatArray) -> "SampledPlane":
        """Return a plane as fine as p is against q's covariance, within limits that keep it below 2 ms."""
        narrowest = math.sqrt(float(np.linalg.eigvalsh(p.covs)[:, 0].min()))
        widest = math.sqrt(float(np.linalg.eigvalsh(cov)[-1]))
        wanted = 0.5 * narrowest / widest
        return _plane(next((s for s in _SPACINGS if s <= wanted), _SPACINGS[-1]))

    def expectation(self, p: Mixture2D, mean: FloatArray, frame: FloatArray, order: int = 0) -> Expectation:
        """Return what `expectation_under` returns, approximate and with unknown errors."""
        log_p, score = p.log_pdf_and_score(mean + self.z @ frame.T)
        rows = [log_p @ self.weights]
        if order > 0:
            along_t, along_s = (score @ frame).T * self.weights
            he_t, he_s = hermite(self.z[:, 0], order - 1), hermite(self.z[:, 1], order - 1)
            for n in range(1, order + 1):
                rows.append(along_t @ he_t[n - 1])
                rows.extend(along_s @ (he_s[b - 1] * he_t[n - b]) for b in range(1, n + 1))
        return Expectation(np.array(rows), np.full(len(rows), np.nan))

    def entropy(self, p: Mixture2D) -> float:
        """Return H(p), approximate."""
        frames = np.linalg.cholesky(p.covs)
        x = p.means[:, None, :] + np.einsum("kij,nj->kni", frames, self.z)
        return -float(p.weights @ (p.log_pdf(x) @ self.weights))

    def moments(
        self, p: Mixture2D, means: FloatArray, frames: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return E[f] (B,), E[∇f] (B, 2) and E[∇∇f] (B, 2, 2) in the frames, for B Gaussians at once."""
        x = means[:, None, :] + np.einsum("bij,nj->bni", frames, self.z)
        log_p, score = p.log_pdf_and_score(x)
        pulled = np.einsum("bji,bnj->bni", frames, score) * self.weights[:, None]
        hessian = np.einsum("bni,nj->bij", pulled, self.z)
        return log_p @ self.weights, pulled.sum(axis=1), 0.5 * (hessian + hessian.transpose(0, 2, 1))

    def reverse_kl(self, p: Mixture2D, q: Gaussian2D) -> float:
        """Return KL(q‖p), approximate."""
        cov = covariance_matrix(q.cov)
        x = np.array(q.mean) + self.z @ square_root(cov).T
        return kl_from_expectation(float(p.log_pdf(x) @ self.weights), cov)


@cache
def _plane(spacing: float) -> SampledPlane:
    return SampledPlane.of(spacing, reach=6.0)
