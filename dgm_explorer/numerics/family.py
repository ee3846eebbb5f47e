"""A family of divergences around the two Kullback–Leibler ones.

* Amari's α-divergence D_α = (1 − ∫ p^α q^(1−α)) / (α (1 − α)): KL(q‖p) at α = 0, four times the squared
  Hellinger distance at α = ½, KL(p‖q) at α = 1 (Amari, Differential-Geometrical Methods in Statistics,
  1985, with α counted from 0 to 1).
* χ²(p‖q) = ∫ p²/q − 1 (Pearson), infinite where q has lighter tails than p².
* Jensen–Shannon, in `jensen_shannon`.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Family
from dgm_explorer.numerics.divergence import forward_kl, reverse_kl
from dgm_explorer.numerics.jensen_shannon import common_breaks, jensen_shannon, log_gaussian
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape, forward_landscape
from dgm_explorer.numerics.mixture import ComplexZeros, Mixture1D
from dgm_explorer.numerics.pyramid import GaussianPyramid
from dgm_explorer.numerics.quadrature import gauss_legendre_panels

How: TypeAlias = Literal["closed form", "quadrature"]

_POLES_OF_GAUSSIAN = np.array([-4.0, 0.0, 4.0])
_POLE_DISTANCE = 2.0
"""A Gaussian has no singularity, yet a grid of steps like its width misses it. Poles at these places,
so far off the line (in standard deviations), make the blur cut it into panels of two deviations."""
LARGEST = 1e300
"""Finite values beyond the range of floating point are cut here; infinity means infinite."""


@dataclass(frozen=True, slots=True)
class FamilyValue:
    """A divergence of the family at one q.

    Attributes
    ----------
    value : nats; dimensionless for χ². Infinite where the integral diverges.
    name : what it is, such as ``D₀.₃₀``.
    how : how it was computed.
    """

    value: float
    name: str
    how: How


class AlphaLandscape:
    """D_α on a fixed grid; keep an instance while only p moves.

    q^(1−α) is a Gaussian of width σ/√(1−α), so that ∫ p^α q^(1−α) is p^α blurred. For small α it is
    p^α − 1 that is blurred: nothing cancels as α → 0. As α → 1 rounding grows as 1e-14/(1 − α).

    Raises
    ------
    ValueError
        If α lies outside [0, 1].
    """

    def __init__(self, grid: Grid1D, alpha: float) -> None:
        if not 0 <= alpha <= 1:
            raise ValueError(f"alpha = {alpha} must lie between 0 and 1")
        self.grid, self.alpha = grid, alpha
        self._reverse = ReverseLandscape(grid) if alpha == 0 else None
        if 0 < alpha < 1:
            self._pyramid = GaussianPyramid(grid.mu, grid.sigma / math.sqrt(1 - alpha))
            # ∫ p^α q^(1−α) = c E[p^α] under the widened q
            self._log_c = 0.5 * alpha * np.log(2 * np.pi * grid.sigma**2) - 0.5 * math.log1p(-alpha)

    def evaluate(self, p: Mixture1D) -> FloatArray:
        """D_α(p, q) in nats, (m, n)."""
        if self._reverse is not None:
            return self._reverse.evaluate(p)
        if self.alpha == 1:
            return forward_landscape(p, self.grid)
        deficit = self._small_alpha(p) if self.alpha < 0.5 else self._large_alpha(p)
        deficit /= self.alpha * (1 - self.alpha)
        return np.maximum(deficit, 0.0, out=deficit)

    def _small_alpha(self, p: Mixture1D) -> FloatArray:
        """1 − ∫ p^α q^(1−α), from p^α − 1."""
        blurred: FloatArray = self._pyramid.expectation(
            lambda x: np.expm1(self.alpha * p.log_pdf(x)), self._singularities(p)
        )[0]
        blurred *= -np.exp(self._log_c)[:, None]
        blurred -= np.expm1(self._log_c)[:, None]
        return blurred

    def _large_alpha(self, p: Mixture1D) -> FloatArray:
        """1 − ∫ p^α q^(1−α), from p^α, which vanishes away from p."""
        blurred: FloatArray = self._pyramid.expectation(
            lambda x: np.exp(self.alpha * p.log_pdf(x)), self._singularities(p)
        )[0]
        blurred *= -np.exp(self._log_c)[:, None]
        blurred += 1.0
        return blurred

    def _singularities(self, p: Mixture1D) -> ComplexZeros:
        """Where p^α varies faster than a grid may see: the zeros of p, and its Gaussians themselves."""
        zeros = p.complex_zeros()
        width = p.sigmas / math.sqrt(self.alpha)
        place = p.means[:, None] + width[:, None] * _POLES_OF_GAUSSIAN
        distance = np.repeat(_POLE_DISTANCE * width, len(_POLES_OF_GAUSSIAN))
        return ComplexZeros(
            np.concatenate([zeros.real, place.ravel()]), np.concatenate([zeros.abs_imag, distance])
        )


def chi2_landscape(p: Mixture1D, grid: Grid1D) -> FloatArray:
    """χ²(p‖q) on the grid, (m, n): closed form, ``inf`` where σ² ≤ s²/2 for the widest component s of p."""
    return _chi2(p, grid.mu[None, :], grid.sigma[:, None])


def chi2_finite_above(p: Mixture1D) -> float:
    """Return the σ of q above which χ²(p‖q) is finite."""
    return float(p.sigmas.max()) / math.sqrt(2.0)


def family_value(family: Family, alpha: float, p: Mixture1D, q: Gaussian1D) -> FamilyValue:
    """The chosen divergence between p and q to about 1e-12; ``alpha`` matters for the α-family only."""
    name = family_name(family, alpha)
    if family == "chi2":
        value = float(_chi2(p, np.array(q.mu), np.array(q.sigma)))
        return FamilyValue(value, name, "closed form")
    if family == "jensen_shannon":
        return FamilyValue(jensen_shannon(p, q), name, "quadrature")
    if alpha == 0:
        return FamilyValue(reverse_kl(p, q), name, "quadrature")
    if alpha == 1:
        return FamilyValue(forward_kl(p, q), name, "quadrature")
    return FamilyValue(_alpha_divergence(alpha, p, q), name, "quadrature")


def family_name(family: Family, alpha: float) -> str:
    """Such as ``KL(q‖p)``, ``D½ (Hellinger)``, ``D₀.₃₀``; subscripts as the field writes them."""
    if family == "chi2":
        return "χ²(p‖q)"
    if family == "jensen_shannon":
        return "JS(p, q)"
    special = {0.0: "KL(q‖p)", 0.5: "D½(p, q)", 1.0: "KL(p‖q)"}
    subscript = f"{alpha:.3g}".translate(str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋"))
    return special.get(alpha, f"D{subscript}(p, q)")


def _alpha_divergence(alpha: float, p: Mixture1D, q: Gaussian1D) -> float:
    """−∫ (p^α q^(1−α) − r) / (α (1 − α)), r the nearer of q and p: nothing cancels at the ends."""
    x, weight = gauss_legendre_panels(common_breaks(p, q))
    log_p, log_q = p.log_pdf(x), log_gaussian(x, q)
    if alpha < 0.5:
        exponent, log_base = alpha * (log_p - log_q), log_q
    else:
        exponent, log_base = (1 - alpha) * (log_q - log_p), log_p
    near = np.exp(log_base) * np.expm1(np.clip(exponent, -1.0, 1.0))
    far = np.exp(log_base + exponent) - np.exp(log_base)
    excess = np.where(np.abs(exponent) < 1.0, near, far)
    return max(0.0, -float(weight @ excess)) / (alpha * (1 - alpha))


def _chi2(p: Mixture1D, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Σ_ij w_i w_j ∫ N_i N_j / q − 1; N_i N_j is a Gaussian of variance v, finite iff all v < σ²."""
    variance = sigma**2
    total: FloatArray = np.zeros(np.broadcast_shapes(mu.shape, sigma.shape))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for i in range(len(p)):
            for j in range(i + 1):
                log_times = 0.0 if i == j else math.log(2.0)
                sum_of_variances = p.sigmas[i] ** 2 + p.sigmas[j] ** 2
                v = (p.sigmas[i] * p.sigmas[j]) ** 2 / sum_of_variances
                mean = (p.means[i] * p.sigmas[j] ** 2 + p.means[j] * p.sigmas[i] ** 2) / sum_of_variances
                log_overlap = (
                    log_times + p.log_weights[i] + p.log_weights[j] - 0.5 * math.log(sum_of_variances)
                ) - 0.5 * (p.means[i] - p.means[j]) ** 2 / sum_of_variances
                excess = variance - v
                total += np.exp(
                    log_overlap + 2 * np.log(sigma) - 0.5 * np.log(excess) + 0.5 * (mean - mu) ** 2 / excess
                )
    total -= 1.0
    is_finite = np.broadcast_to(variance > 0.5 * p.sigmas.max() ** 2, total.shape)
    return np.where(is_finite, np.minimum(np.maximum(total, 0.0), LARGEST), np.inf)
