"""On the line, reparametrisation is z = F⁻¹(Φ(ε)) for any law with a quantile function F⁻¹.

Of these laws only the Gaussian is affine in ε. All are of the location-scale kind, z = μ + σ z₀, so that
∂z/∂μ = 1 and ∂z/∂σ = z₀. The standard ones here have the scale that their textbooks give them, not
variance 1.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import QuantileLaw

LOG_2 = math.log(2.0)


@dataclass(frozen=True, slots=True)
class StandardLaw:
    """A law with μ = 0 and σ = 1.

    Attributes
    ----------
    quantile : TeX of F⁻¹(u).
    of_noise : F⁻¹(Φ(ε)), elementwise, from log Φ(ε) and log Φ(−ε) so that both tails keep their digits.
    log_density : log of the density, elementwise; −inf outside of the support.
    cdf : F, elementwise.
    mean, variance, excess_kurtosis : of z₀; a Gaussian has 0, 1 and 0.
    """

    quantile: str
    of_noise: Callable[[FloatArray], FloatArray]
    log_density: Callable[[FloatArray], FloatArray]
    cdf: Callable[[FloatArray], FloatArray]
    mean: float = 0.0
    variance: float = 1.0
    excess_kurtosis: float = 0.0


def _log_cdf(x: FloatArray) -> FloatArray:
    """log Φ(x)."""
    from scipy.special import log_ndtr

    return np.asarray(log_ndtr(x))


def _gaussian_cdf(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(_log_cdf(x)))


def _gaussian_log_density(x: FloatArray) -> FloatArray:
    return np.asarray(-0.5 * x * x - 0.5 * math.log(2 * math.pi))


def _logistic_of_noise(epsilon: FloatArray) -> FloatArray:
    return _log_cdf(epsilon) - _log_cdf(-epsilon)


def _logistic_log_density(x: FloatArray) -> FloatArray:
    return np.asarray(-np.abs(x) - 2 * np.log1p(np.exp(-np.abs(x))))


def _logistic_cdf(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-np.logaddexp(0.0, -x)))


def _laplace_of_noise(epsilon: FloatArray) -> FloatArray:
    return np.asarray(np.where(epsilon < 0, 1.0, -1.0) * (LOG_2 + _log_cdf(-np.abs(epsilon))))


def _laplace_log_density(x: FloatArray) -> FloatArray:
    return np.asarray(-np.abs(x) - LOG_2)


def _laplace_cdf(x: FloatArray) -> FloatArray:
    half = 0.5 * np.exp(-np.abs(x))
    return np.where(x < 0, half, 1 - half)


def _exponential_of_noise(epsilon: FloatArray) -> FloatArray:
    return -_log_cdf(-epsilon)


def _exponential_log_density(x: FloatArray) -> FloatArray:
    return np.where(x >= 0, -x, -np.inf)


def _exponential_cdf(x: FloatArray) -> FloatArray:
    return np.asarray(-np.expm1(-np.maximum(x, 0.0)))


LAWS: Mapping[QuantileLaw, StandardLaw] = {
    "gaussian": StandardLaw(r"\Phi^{-1}(u)", np.asarray, _gaussian_log_density, _gaussian_cdf),
    "logistic": StandardLaw(
        r"\log\frac{u}{1-u}",
        _logistic_of_noise,
        _logistic_log_density,
        _logistic_cdf,
        variance=math.pi**2 / 3,
        excess_kurtosis=1.2,
    ),
    "laplace": StandardLaw(
        r"-\mathrm{sgn}(u-\frac12)\,\log(1-2|u-\frac12|)",
        _laplace_of_noise,
        _laplace_log_density,
        _laplace_cdf,
        variance=2.0,
        excess_kurtosis=3.0,
    ),
    "exponential": StandardLaw(
        r"-\log(1-u)",
        _exponential_of_noise,
        _exponential_log_density,
        _exponential_cdf,
        mean=1.0,
        excess_kurtosis=6.0,
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class QuantilePicture:
    """The three steps of ε → u → z.

    Attributes
    ----------
    epsilon, u, z : (n,) noise, Φ(ε) in (0, 1), and μ + σ F⁻¹(u).
    """

    epsilon: FloatArray
    u: FloatArray
    z: FloatArray


def quantile_picture(law: QuantileLaw, mu: float, sigma: float, epsilon: FloatArray) -> QuantilePicture:
    """Carry ε (n,) over to z; a negative σ mirrors the law at μ."""
    return QuantilePicture(epsilon, _gaussian_cdf(epsilon), mu + sigma * LAWS[law].of_noise(epsilon))


def density(law: QuantileLaw, mu: float, sigma: float, z: FloatArray) -> FloatArray:
    """Density of z, elementwise; σ must not be 0."""
    return np.asarray(np.exp(LAWS[law].log_density((z - mu) / sigma)) / abs(sigma))


@dataclass(frozen=True, slots=True)
class LawMoments:
    """Mean and variance of μ + σ z₀, exact and of a sample.

    Attributes
    ----------
    exact_mean, exact_variance : of the law.
    n : points in the sample.
    mean, mean_error : of the sample; the error is √(variance/n).
    variance, variance_error : divided by n − 1; the error is that of points of this law with its
        kurtosis κ, σ²√(2/(n − 1) + κ/n) (Casella & Berger 2002, exercise 5.8). NaN for one point.
    """

    exact_mean: float
    exact_variance: float
    n: int
    mean: float
    mean_error: float
    variance: float
    variance_error: float


def law_moments(law: QuantileLaw, mu: float, sigma: float, z: FloatArray) -> LawMoments:
    """Compare points z (n,) with the law that they were drawn from."""
    standard, n = LAWS[law], len(z)
    variance = standard.variance * sigma**2
    is_many = n > 1
    return LawMoments(
        mu + sigma * standard.mean,
        variance,
        n,
        float(z.mean()),
        math.sqrt(variance / n),
        float(z.var(ddof=1)) if is_many else math.nan,
        variance * math.sqrt(2 / (n - 1) + standard.excess_kurtosis / n) if is_many else math.nan,
    )


def range_to_see(law: QuantileLaw, mu: float, sigma: float) -> tuple[float, float]:
    """Middle of z and half of its range that show all but 0.05 % of a law, with a margin."""
    ends = mu + sigma * LAWS[law].of_noise(np.array((-3.5, 3.5)))
    return float(ends.mean()), max(0.55 * float(np.ptp(ends)), 1e-3)
