"""Quantile transforms against scipy.stats."""

import math

import mpmath
import numpy as np
import pytest
from scipy import stats

from dgm_explorer.core.reparam_state import QuantileLaw
from dgm_explorer.numerics.gaussian_map import draw_epsilon
from dgm_explorer.numerics.quantile import LAWS, density, law_moments, quantile_picture

REFERENCE: dict[QuantileLaw, stats.rv_continuous] = {
    "gaussian": stats.norm,
    "logistic": stats.logistic,
    "laplace": stats.laplace,
    "exponential": stats.expon,
}
EPSILON = np.linspace(-5, 5, 81)


@pytest.mark.parametrize("law", LAWS)
def test_noise_goes_through_the_quantile_function(law: QuantileLaw) -> None:
    picture = quantile_picture(law, 1.5, 0.7, EPSILON)
    np.testing.assert_allclose(picture.u, stats.norm.cdf(EPSILON), rtol=1e-13)
    expected = REFERENCE[law].ppf(stats.norm.cdf(EPSILON), loc=1.5, scale=0.7)
    np.testing.assert_allclose(picture.z, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_density_and_distribution(law: QuantileLaw) -> None:
    z = np.linspace(-4, 6, 60)
    np.testing.assert_allclose(density(law, 1.5, 0.7, z), REFERENCE[law].pdf(z, 1.5, 0.7), rtol=1e-12)
    np.testing.assert_allclose(LAWS[law].cdf(z), REFERENCE[law].cdf(z), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("law", LAWS)
def test_the_points_have_the_law(law: QuantileLaw) -> None:
    z = quantile_picture(law, -2.0, 3.0, draw_epsilon(1, 20_000, 1)[:, 0]).z
    assert stats.kstest(z, REFERENCE[law](-2.0, 3.0).cdf).pvalue > 1e-3


def test_far_tails_keep_their_digits() -> None:
    with mpmath.workdps(60):
        tail = mpmath.ncdf(-12)
        logistic = mpmath.log((1 - tail) / tail)
        exponential = -mpmath.log(tail)
    far = np.array([12.0])
    assert LAWS["logistic"].of_noise(far)[0] == pytest.approx(float(logistic), rel=1e-14)
    assert LAWS["exponential"].of_noise(far)[0] == pytest.approx(float(exponential), rel=1e-14)
    assert LAWS["laplace"].of_noise(-far)[0] == pytest.approx(math.log(2) - float(exponential), rel=1e-14)


def test_only_the_gaussian_is_affine() -> None:
    for law in LAWS:
        z = quantile_picture(law, 0.0, 1.0, EPSILON).z
        bend = np.abs(np.diff(z, 2)).max()
        assert (bend < 1e-12) == (law == "gaussian")


@pytest.mark.parametrize("law", LAWS)
def test_moments_are_those_of_the_law(law: QuantileLaw) -> None:
    mean, variance, kurtosis = (float(m) for m in REFERENCE[law].stats(1.5, 0.7, moments="mvk"))
    found = law_moments(law, 1.5, 0.7, np.zeros(5))
    assert (found.exact_mean, found.exact_variance) == pytest.approx((mean, variance), rel=1e-12)
    assert LAWS[law].excess_kurtosis == pytest.approx(kurtosis, abs=1e-12)


@pytest.mark.parametrize("law", LAWS)
def test_standard_errors_are_the_spread_of_many_samples(law: QuantileLaw) -> None:
    n, repeats = 20, 20_000
    samples = REFERENCE[law].rvs(1.5, 0.7, size=(repeats, n), random_state=np.random.default_rng(3))
    found = law_moments(law, 1.5, 0.7, samples[0])
    assert found.mean == pytest.approx(np.mean(samples[0]), rel=1e-12)
    assert found.variance == pytest.approx(np.var(samples[0], ddof=1), rel=1e-12)
    assert found.mean_error == pytest.approx(samples.mean(axis=1).std(), rel=0.03)
    assert found.variance_error == pytest.approx(samples.var(axis=1, ddof=1).std(), rel=0.12)


def test_one_point_has_no_variance() -> None:
    alone = law_moments("gaussian", 0.0, 1.0, np.array([0.3]))
    assert math.isnan(alone.variance)
    assert math.isnan(alone.variance_error)
    assert alone.mean_error == 1.0
