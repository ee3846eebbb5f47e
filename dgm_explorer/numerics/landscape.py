"""Both divergences over the whole (μ, log σ) plane."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.divergence import HALF_LOG_2PI, forward_kl_values, reverse_kl_values
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.pyramid import GaussianPyramid

NEARLY_EQUAL = 1e-4
"""Below this many nats grid values are replaced by point values, which stay accurate relative to KL."""


@dataclass(frozen=True, eq=False)
class Grid1D:
    """Points (μ_j, σ_i) of a landscape; fields over it have shape (m, n), row i at σ_i.

    Attributes
    ----------
    mu : (n,) equally spaced, ascending.
    sigma : (m,) ascending, usually equally spaced in log σ.
    """

    mu: FloatArray
    sigma: FloatArray

    @staticmethod
    def of(view: View1D, n_mu: int = 256, n_sigma: int = 256) -> "Grid1D":
        """Cover a view, its borders included."""
        mu = np.linspace(view.mu_lo, view.mu_hi, n_mu)
        return Grid1D(mu, np.geomspace(view.sigma_lo, view.sigma_hi, n_sigma))


@dataclass(frozen=True, eq=False)
class GradientField:
    """A divergence and its gradient on a grid, each (m, n).

    Attributes
    ----------
    value : nats.
    d_mu, d_log_sigma : partial derivatives in μ and log σ.
    """

    value: FloatArray
    d_mu: FloatArray
    d_log_sigma: FloatArray


def forward_landscape(p: Mixture1D, grid: Grid1D) -> FloatArray:
    """KL(p‖q) in nats on the grid, (m, n): closed form but for the entropy of p, quadratic in μ."""
    value: FloatArray = np.multiply.outer(0.5 / grid.sigma**2, (grid.mu - p.mean) ** 2)
    value += forward_kl_values(p, np.array(p.mean), grid.sigma)[:, None]
    return value


class ReverseLandscape:
    """KL(q‖p) on a fixed grid: −½ log 2πeσ² − E_q[log p], with E_q by a Gaussian pyramid.

    Kernels are made once per grid, so keep an instance while only p moves. Relative error about 1e-13.
    """

    def __init__(self, grid: Grid1D) -> None:
        self.grid = grid
        self._negentropy_q = -(0.5 + HALF_LOG_2PI + np.log(grid.sigma))[:, None]
        self._pyramid = GaussianPyramid(grid.mu, grid.sigma)
        self._gradient_pyramid: GaussianPyramid | None = None

    def evaluate(self, p: Mixture1D) -> FloatArray:
        """KL(q‖p) in nats, (m, n)."""
        return self._value(p, self._pyramid.expectation(p.log_pdf, p.complex_zeros())[0])

    def evaluate_with_gradient(self, p: Mixture1D) -> GradientField:
        """KL(q‖p) with ∂/∂μ = −E[f]′ and ∂/∂log σ = −1 − σ² E[f]″ (heat equation), f = log p."""
        if self._gradient_pyramid is None:
            self._gradient_pyramid = GaussianPyramid(self.grid.mu, self.grid.sigma, has_derivatives=True)
        mean, slope, curvature = self._gradient_pyramid.expectation(p.log_pdf, p.complex_zeros())
        d_log_sigma = -1.0 - (self.grid.sigma**2)[:, None] * curvature
        return GradientField(self._value(p, mean), -slope, d_log_sigma)

    def _value(self, p: Mixture1D, mean_log_p: FloatArray) -> FloatArray:
        value: FloatArray = np.subtract(self._negentropy_q, mean_log_p, out=mean_log_p)
        if value.min() < NEARLY_EQUAL:
            rows, columns = np.nonzero(value < NEARLY_EQUAL)
            value[rows, columns] = reverse_kl_values(p, self.grid.mu[columns], self.grid.sigma[rows])
        return value
