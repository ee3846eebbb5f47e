"""Mixtures of full-covariance Gaussians in the plane."""

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component2D, Gaussian2D, require_mixture
from dgm_explorer.numerics.expectation2d import LOG_2PI, expect
from dgm_explorer.numerics.line_mixtures import LineMixtures


def covariance_matrix(cov: tuple[float, float, float]) -> FloatArray:
    """Return the (2, 2) matrix of (xx, xy, yy)."""
    xx, xy, yy = cov
    return np.array([[xx, xy], [xy, yy]])


def gaussian_2d(mean: FloatArray, cov: FloatArray) -> Gaussian2D:
    """Wrap a mean (2,) and a covariance (2, 2) as a checked value."""
    return Gaussian2D(
        (float(mean[0]), float(mean[1])), (float(cov[0, 0]), float(cov[0, 1]), float(cov[1, 1]))
    )


def rotation(angle: float) -> FloatArray:
    """Return the (2, 2) rotation by ``angle`` radians."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


class Mixture2D:
    """p(x) = Σ_k w_k N(x; m_k, Σ_k); zero weights are dropped, the rest normalised. Never changes.

    Attributes
    ----------
    weights : (K,), means : (K, 2), covs : (K, 2, 2)
    mean : (2,), cov : (2, 2); the moments of p.
    """

    def __init__(self, components: Sequence[Component2D]) -> None:
        require_mixture(components)
        kept = [c for c in components if c.weight > 0]
        weights = np.array([c.weight for c in kept])
        self.weights: FloatArray = weights / weights.sum()
        self.means: FloatArray = np.array([c.mean for c in kept], dtype=np.float64)
        self.covs: FloatArray = np.array([covariance_matrix(c.cov) for c in kept])
        factors = np.linalg.cholesky(self.covs)
        self._whiteners: FloatArray = np.linalg.inv(factors)  # lower triangular, Uᵀ U = Σ⁻¹
        log_dets = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
        # not from the quotient: 1e-320 / 1e6 is 0, and far out such a component is all there is
        log_weights = np.log(weights) - np.log(weights.sum())
        self._log_norms: FloatArray = log_weights - LOG_2PI - log_dets
        self.mean, self.cov = self.moments(range(len(kept)))

    def __len__(self) -> int:
        return len(self.weights)

    def moments(self, indices: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Return mean (2,) and covariance (2, 2) of the sub-mixture of the components ``indices``."""
        chosen = np.asarray(indices, dtype=np.int64)
        weights = self.weights[chosen] / self.weights[chosen].sum()
        mean = weights @ self.means[chosen]
        offsets = self.means[chosen] - mean
        cov = np.einsum("k,kij->ij", weights, self.covs[chosen])
        return mean, cov + np.einsum("k,ki,kj->ij", weights, offsets, offsets)

    def _residuals(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return U_k (x - m_k), whose squared length is Mahalanobis', as two arrays (K, ...)."""
        u, means = self._whiteners.reshape(-1, 2, 2, *(1,) * (x.ndim - 1)), self.means.T
        dx = x[..., 0] - means[0].reshape(-1, *(1,) * (x.ndim - 1))
        dy = x[..., 1] - means[1].reshape(-1, *(1,) * (x.ndim - 1))
        return u[:, 0, 0] * dx, u[:, 1, 0] * dx + u[:, 1, 1] * dy

    def _log_components(self, first: FloatArray, second: FloatArray) -> FloatArray:
        log_norms: FloatArray = self._log_norms.reshape(-1, *(1,) * (first.ndim - 1))
        return log_norms - 0.5 * (first * first + second * second)

    def log_components(self, x: FloatArray) -> FloatArray:
        """Return log (w_k N(x; m_k, Σ_k)), shape (K, ...) for x (..., 2)."""
        return self._log_components(*self._residuals(x))

    def log_pdf(self, x: FloatArray) -> FloatArray:
        """Return log p, shape (...) for x (..., 2)."""
        logs = self.log_components(x)
        top = logs.max(axis=0)
        result: FloatArray = top + np.log(np.exp(logs - top).sum(axis=0))
        return result

    def log_pdf_and_score(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return log p (...) and ∇ log p (..., 2) for x (..., 2)."""
        first, second = self._residuals(x)
        logs = self._log_components(first, second)
        top = logs.max(axis=0)
        shares = np.exp(logs - top)
        total = shares.sum(axis=0)
        shares /= total
        first *= shares
        second *= shares
        u = self._whiteners
        along_x = np.tensordot(u[:, 0, 0], first, 1) + np.tensordot(u[:, 1, 0], second, 1)
        score = -np.stack([along_x, np.tensordot(u[:, 1, 1], second, 1)], axis=-1)
        return top + np.log(total), score

    def score(self, x: FloatArray) -> FloatArray:
        """Return ∇ log p, shape (..., 2)."""
        return self.log_pdf_and_score(x)[1]

    def log_pdf_on_grid(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return log p on the grid of columns x (n,) and rows y (m,), shape (m, n).

        A quadratic has rank 3 on a grid, so a component costs one thin matrix product.
        """
        logs = np.empty((len(self), len(y), len(x)))
        for out, log_norm, mean, precision in zip(
            logs, self._log_norms, self.means, self.precisions, strict=True
        ):
            dx, dy = x - mean[0], y - mean[1]
            left = np.stack([np.ones_like(dy), dy, log_norm - 0.5 * precision[1, 1] * dy * dy], axis=1)
            right = np.stack([-0.5 * precision[0, 0] * dx * dx, -precision[0, 1] * dx, np.ones_like(dx)])
            np.matmul(left, right, out=out)
        if len(logs) == 1:
            only: FloatArray = logs[0]
            return only
        top = logs.max(axis=0)
        logs -= top
        np.exp(logs, out=logs)
        total: FloatArray = logs.sum(axis=0)
        np.log(total, out=total)
        total += top
        return total

    @cached_property
    def precisions(self) -> FloatArray:
        """Σ_k⁻¹, shape (K, 2, 2)."""
        precisions: FloatArray = np.einsum("kji,kjl->kil", self._whiteners, self._whiteners)
        return precisions

    def along_lines(self, mean: FloatArray, frame: FloatArray) -> LineMixtures:
        """Return p seen from the frame ``x = mean + frame @ (t, s)``."""
        return LineMixtures.of(self._log_norms, self.means, self._whiteners, mean, frame)

    @cached_property
    def _entropy(self) -> tuple[float, float]:
        if len(self) == 1:
            return float(1 + LOG_2PI + 0.5 * np.linalg.slogdet(self.cov)[1]), 1e-15
        value = error = 0.0
        for weight, mean, cov in zip(self.weights, self.means, self.covs, strict=True):
            frame = np.linalg.cholesky(cov) @ rotation(0.7)
            part = expect(self.along_lines(mean, frame))
            value -= weight * part.moments[0]
            error += weight * part.errors[0]
        return float(value), float(error)

    def entropy(self) -> float:
        """Return H(p) = -Σ_k w_k E_k[log p] in nats, by quadrature good to about 1e-12."""
        return self._entropy[0]

    def entropy_error(self) -> float:
        """Return the quadrature's own bound on the error of `entropy`."""
        return self._entropy[1]

    def sample(self, n: int, rng: "np.random.Generator") -> FloatArray:
        """Draw n points, shape (n, 2)."""
        chosen = rng.choice(len(self), size=n, p=self.weights)
        factors = np.linalg.cholesky(self.covs)[chosen]
        noise: FloatArray = np.einsum("nij,nj->ni", factors, rng.standard_normal((n, 2)))
        return self.means[chosen] + noise
