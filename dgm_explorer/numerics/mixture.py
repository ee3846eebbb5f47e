"""A mixture of Gaussians on the line, evaluated without overflow however narrow its components are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, require_mixture
from dgm_explorer.numerics.quadrature import distinct, gauss_legendre_panels, graded_breaks

HALF_LOG_2PI = 0.5 * float(np.log(2 * np.pi))
ENVELOPE_DEPTH = 36.0
"""A pair of components this many nats below the density changes log p by less than one rounding error."""
DOMINATED = 6.0
"""Where a third component is this many nats above a pair, their sum cannot cancel it: e^6 > 8 components."""
ENTROPY_REACH = 9.5
"""Standard deviations beyond which p log p of a component is below 1e-18 of its weight."""


@dataclass(frozen=True, slots=True)
class ComplexZeros:
    """Zeros of a density continued to the complex plane: they limit how smooth log p is on the real line.

    Attributes
    ----------
    real : (n,) position along the line.
    abs_imag : (n,) distance from the line, positive.
    """

    real: FloatArray
    abs_imag: FloatArray

    def __len__(self) -> int:
        return len(self.real)


class Mixture1D:
    """p(x) = Σ_k w_k N(x; μ_k, σ_k²) with normalised weights; components of weight 0 are dropped.

    Attributes
    ----------
    weights, log_weights, means, sigmas : (K,) read-only.
    mean, variance : the first two moments of p.
    """

    def __init__(self, components: Sequence[Component1D]) -> None:
        require_mixture(components)
        kept = [component for component in components if component.weight > 0]
        weights = np.array([component.weight for component in kept], dtype=np.float64)
        self.weights: FloatArray = weights / weights.sum()
        self.means: FloatArray = np.array([component.mu for component in kept], dtype=np.float64)
        self.sigmas: FloatArray = np.array([component.sigma for component in kept], dtype=np.float64)
        self.mean = float(self.weights @ self.means)
        self.variance = float(self.weights @ (self.sigmas**2 + (self.means - self.mean) ** 2))
        # not from the quotient: 1e-320 / 1e6 is 0, and far out such a component is all there is
        self.log_weights: FloatArray = np.log(weights) - np.log(weights.sum())
        self._log_peaks: FloatArray = self.log_weights - np.log(self.sigmas) - HALF_LOG_2PI
        for array in (self.weights, self.log_weights, self.means, self.sigmas, self._log_peaks):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.weights)

    def log_components(self, x: FloatArray) -> FloatArray:
        """log w_k N(x; μ_k, σ_k²), shape (K, *x.shape)."""
        x = np.asarray(x, dtype=np.float64)
        column = (-1,) + (1,) * x.ndim
        z = x[None] - self.means.reshape(column)
        z /= self.sigmas.reshape(column)
        z *= z
        z *= -0.5
        z += self._log_peaks.reshape(column)
        return z

    def log_pdf(self, x: FloatArray) -> FloatArray:
        """log p(x), same shape as ``x``."""
        terms = self.log_components(x)
        if len(terms) == 1:
            return np.asarray(terms[0])
        peak = terms.max(axis=0)
        terms -= peak
        np.exp(terms, out=terms)
        return np.asarray(np.log(terms.sum(axis=0)) + peak)

    def score(self, x: FloatArray) -> FloatArray:
        """d log p / dx, same shape as ``x``."""
        return self.log_pdf_and_score(x)[1]

    def log_pdf_and_score(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """log p(x) and its derivative, sharing the exponentials."""
        x = np.asarray(x, dtype=np.float64)
        terms = self.log_components(x)
        peak = terms.max(axis=0)
        terms -= peak
        np.exp(terms, out=terms)
        total = terms.sum(axis=0)
        column = (-1,) + (1,) * x.ndim
        slopes = self.means.reshape(column) - x[None]
        slopes /= (self.sigmas**2).reshape(column)
        slopes *= terms
        return np.asarray(np.log(total) + peak), np.asarray(slopes.sum(axis=0) / total)

    def sample(self, n: int, rng: "np.random.Generator") -> FloatArray:
        """Draw ``n`` independent samples."""
        chosen = rng.choice(len(self), size=n, p=self.weights)
        return np.asarray(self.means[chosen] + self.sigmas[chosen] * rng.standard_normal(n))

    def entropy(self) -> float:
        """H(p) = −∫ p log p in nats, by Gauss–Legendre panels graded to the zeros of p; error about 1e-15."""
        return self._entropy

    def complex_zeros(self) -> ComplexZeros:
        """Return the zeros of p nearest to the real line, pair by pair.

        Two components cancel where a_i(z) − a_j(z) = iπ, a quadratic in z. It is left out where log p
        on the line does not feel the pair, or where other components dominate so that p ≠ 0.
        """
        return self._complex_zeros

    @cached_property
    def _complex_zeros(self) -> ComplexZeros:
        i, j = np.triu_indices(len(self), 1)
        centre = 0.5 * (self.means[i] + self.means[j])
        half_gap = 0.5 * (self.means[j] - self.means[i])
        # In x − centre, the components sit at ∓half_gap: no cancellation far from the origin.
        precision_i, precision_j = self.sigmas[i] ** -2, self.sigmas[j] ** -2
        a = -0.5 * (precision_i - precision_j)
        b = -half_gap * (precision_i + precision_j)
        c = self._log_peaks[i] - self._log_peaks[j] + a * half_gap**2 - 1j * np.pi
        with np.errstate(all="ignore"):
            root = np.sqrt(b * b - 4 * a * c)
            q = -0.5 * (b + np.where(b * root.real >= 0, root, -root))
            z = np.concatenate([np.where(a != 0, q / a, np.nan), np.where(q != 0, c / q, np.nan)])
        first, second = np.concatenate([i, i]), np.concatenate([j, j])
        z = z + np.concatenate([centre, centre])
        is_finite = np.isfinite(z.real) & np.isfinite(z.imag) & (z.imag != 0)
        z, first, second = z[is_finite], first[is_finite], second[is_finite]
        columns = np.arange(len(z))
        on_line = self.log_components(z.real)
        # |w_k N(z)| off the line: narrow components grow like exp(Im² z / 2σ_k²)
        off_line = on_line + 0.5 * (z.imag / self.sigmas[:, None]) ** 2
        is_felt = on_line[first, columns] - on_line.max(axis=0) > -ENVELOPE_DEPTH
        is_felt |= on_line[second, columns] - on_line.max(axis=0) > -ENVELOPE_DEPTH
        is_zero = off_line[first, columns] - off_line.max(axis=0) > -DOMINATED
        z = z[is_felt & is_zero]
        return ComplexZeros(np.asarray(z.real), np.asarray(np.abs(z.imag)))

    @cached_property
    def _entropy(self) -> float:
        x, weight = gauss_legendre_panels(self.support_breaks())
        log_p = self.log_pdf(x)
        return float(-(weight * np.exp(log_p)) @ log_p)

    def support_breaks(self) -> FloatArray:
        """Panel edges that cover the mass of p and resolve both p and log p, sorted."""
        steps = np.arange(-ENTROPY_REACH, ENTROPY_REACH + 0.5, 1.0)
        grid = (self.means[:, None] + self.sigmas[:, None] * steps).ravel()
        zeros = self.complex_zeros()
        breaks = np.concatenate([grid, graded_breaks(zeros.real, zeros.abs_imag, self.sigmas.max())])
        return distinct(np.clip(breaks, grid.min(), grid.max()))
