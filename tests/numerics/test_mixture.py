"""The mixture itself: densities, slopes, moments, zeros and entropy against independent computation."""

import numpy as np
import pytest
from scipy import integrate, stats

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.mixture import Mixture1D
from tests.numerics import line_reference as reference

COMPONENTS = (Component1D(1.0, -2.0, 0.5), Component1D(3.0, 1.0, 2.0), Component1D(0.0, 9.0, 1.0))


def scipy_pdf(x: np.ndarray) -> np.ndarray:
    return 0.25 * stats.norm.pdf(x, -2, 0.5) + 0.75 * stats.norm.pdf(x, 1, 2)


def test_weights_are_normalised_and_empty_components_dropped() -> None:
    p = Mixture1D(COMPONENTS)
    assert len(p) == 2
    np.testing.assert_allclose(p.weights, [0.25, 0.75], rtol=1e-15)


def test_arrays_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Mixture1D(COMPONENTS).means[0] = 1.0


def test_all_weights_zero_is_refused_with_a_remedy() -> None:
    with pytest.raises(InputError, match="positive"):
        Mixture1D([Component1D(0.0, 0.0, 1.0)])


def test_weights_of_any_magnitude_count_relative_to_each_other() -> None:
    p = Mixture1D([Component1D(1e-300, 0.0, 1.0), Component1D(1e-300, 1.0, 1.0)])
    np.testing.assert_allclose(p.weights, 0.5)


def test_a_weight_too_small_for_the_quotient_still_rules_the_tails() -> None:
    p = Mixture1D([Component1D(1e-300, 0.0, 100.0), Component1D(1e6, 0.0, 1.0)])
    assert np.log(np.float64(1e-300)) - np.log(1e6) + stats.norm.logpdf(1e3, 0, 100) == pytest.approx(
        float(p.log_pdf(np.array(1e3))), rel=1e-14
    )
    subnormal = Mixture1D([Component1D(1e-320, 0.0, 100.0), Component1D(1e6, 0.0, 1.0)])
    assert np.isfinite(subnormal.log_pdf(np.array([0.0, 1e3]))).all()
    assert subnormal.entropy() == pytest.approx(float(stats.norm.entropy()), rel=1e-14)


@pytest.mark.parametrize("shape", [(), (5,), (3, 4)])
def test_density_agrees_with_scipy_in_any_shape(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(0, 3, shape)
    p = Mixture1D(COMPONENTS)
    assert p.log_pdf(x).shape == shape
    np.testing.assert_allclose(np.exp(p.log_pdf(x)), scipy_pdf(x), rtol=1e-13)


def test_log_density_stays_finite_where_the_density_underflows() -> None:
    far = np.array([1e4])
    expected = stats.norm.logpdf(far, 1, 2) + np.log(0.75)
    np.testing.assert_allclose(Mixture1D(COMPONENTS).log_pdf(far), expected, rtol=1e-14)


def test_score_is_the_slope_of_log_p() -> None:
    x, step = np.linspace(-5, 5, 41), 1e-5
    p = Mixture1D(COMPONENTS)
    slope = (np.log(scipy_pdf(x + step)) - np.log(scipy_pdf(x - step))) / (2 * step)
    np.testing.assert_allclose(p.score(x), slope, rtol=1e-8, atol=1e-8)


def test_moments_agree_with_integration() -> None:
    p = Mixture1D(COMPONENTS)
    mean = integrate.quad(lambda x: x * scipy_pdf(x), -30, 30, points=[-2, 1])[0]
    second = integrate.quad(lambda x: (x - mean) ** 2 * scipy_pdf(x), -30, 30, points=[-2, 1])[0]
    assert p.mean == pytest.approx(mean, rel=1e-10)
    assert p.variance == pytest.approx(second, rel=1e-10)


def test_samples_follow_the_density() -> None:
    samples = Mixture1D(COMPONENTS).sample(20_000, np.random.default_rng(3))

    def cdf(x: np.ndarray) -> np.ndarray:
        return 0.25 * stats.norm.cdf(x, -2, 0.5) + 0.75 * stats.norm.cdf(x, 1, 2)

    assert stats.kstest(samples, cdf).pvalue > 1e-3


def test_density_vanishes_at_its_complex_zeros() -> None:
    zeros = Mixture1D(COMPONENTS).complex_zeros()
    assert len(zeros) > 0
    z = zeros.real + 1j * zeros.abs_imag
    terms = [w / s * np.exp(-0.5 * ((z - m) / s) ** 2) for w, m, s in ((0.25, -2, 0.5), (0.75, 1, 2))]
    np.testing.assert_allclose(np.abs(sum(terms)) / np.abs(terms[0]), 0, atol=1e-12)


def test_zeros_are_found_far_from_the_origin() -> None:
    """Shifting p must not cost digits of the distance between the zeros and the line."""
    near = Mixture1D([Component1D(0.5, 0, 0.01), Component1D(0.5, 1, 0.02)]).complex_zeros()
    far = Mixture1D([Component1D(0.5, 9e5, 0.01), Component1D(0.5, 9e5 + 1, 0.02)]).complex_zeros()
    np.testing.assert_allclose(far.abs_imag, near.abs_imag, rtol=1e-9)


@pytest.mark.parametrize("seed", range(14))
def test_entropy_of_hard_mixtures(seed: int) -> None:
    case = reference.hard_case(seed)
    expected = reference.entropy(case.components)
    assert case.p.entropy() == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_entropy_of_one_gaussian_is_closed_form() -> None:
    p = Mixture1D([Component1D(0.2, 5.0, 1e-3), Component1D(0.8, 5.0, 1e-3)])
    assert p.entropy() == pytest.approx(0.5 * np.log(2 * np.pi * np.e * 1e-6), rel=1e-14)
