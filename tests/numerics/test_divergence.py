"""Both divergences at single points, from needles of 5e-4 of the window to q almost equal to p."""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.numerics.divergence import (
    forward_kl,
    forward_kl_at_moment_match,
    forward_kl_derivatives,
    forward_kl_values,
    reverse_kl,
    reverse_kl_derivatives,
    reverse_kl_values,
)
from dgm_explorer.numerics.mixture import Mixture1D
from tests.numerics import line_reference as reference

# kl_reference.json, mpmath with 40 digits: weights, means, sigmas, q, KL(p‖q), KL(q‖p)
PUBLISHED = [
    ([0.5, 0.5], [-2, 2], [1, 1], (1, 0.5), 10.174132625703187709, 1.4253486658123212203),
    ([0.3, 0.7], [-2, 3], [0.5, 1], (8, 0.05), 9651.1027108921317475, 15.353657217492723372),
    ([0.5, 0.5], [-4, 4], [0.05, 0.05], (0, 1), 9.803835092994045684, 2120.5819125493982764),
    ([0.999, 0.001], [-3, 3], [0.5, 0.3], (-3, 0.5), 0.064283570511547591889, 0.00100050033357539748),
    ([0.9999, 0.0001], [0, 0.3], [2, 0.02], (0, 2), 3.5161780070670221107e-7, 3.5067721015731701142e-7),
    ([0.01, 0.99], [-6, 6], [0.005, 2], (-5.98, 0.05), 29204.855083659626162, 15.380769265147015883),
]


def mixture(weights: list[float], means: list[float], sigmas: list[float]) -> Mixture1D:
    return Mixture1D([Component1D(w, m, s) for w, m, s in zip(weights, means, sigmas, strict=True)])


@pytest.mark.parametrize(("weights", "means", "sigmas", "q", "forward", "reverse"), PUBLISHED)
def test_published_values(
    weights: list[float],
    means: list[float],
    sigmas: list[float],
    q: tuple[float, float],
    forward: float,
    reverse: float,
) -> None:
    p = mixture(weights, means, sigmas)
    assert forward_kl(p, Gaussian1D(*q)) == pytest.approx(forward, rel=1e-12)
    assert reverse_kl(p, Gaussian1D(*q)) == pytest.approx(reverse, rel=2e-12)


def test_every_reference_value_that_lies_beside_the_repository(shared_reference: Path) -> None:
    cases = json.loads((shared_reference / "kl_reference.json").read_text())
    for name, case in cases.items():
        p = mixture(*([float(v) for v in case[key]] for key in ("weights", "means", "sigmas")))
        assert p.entropy() == pytest.approx(float(case["entropy_p"]), rel=1e-12), name
        assert forward_kl_at_moment_match(p) == pytest.approx(float(case["forward_min"]["kl_pq"]), rel=1e-12)
        for point in case["points"]:
            q = Gaussian1D(float(point["mu"]), float(point["sigma"]))
            assert forward_kl(p, q) == pytest.approx(float(point["kl_pq"]), rel=1e-12), name
            assert reverse_kl(p, q) == pytest.approx(float(point["kl_qp"]), rel=2e-12), name


@pytest.mark.parametrize("seed", range(49))
def test_random_hard_cases(seed: int) -> None:
    """Needles, scale ratios of 1000, weights of 1e-6, q far away or 1e-5 wide."""
    case = reference.hard_case(seed)
    expected = reference.reverse_kl(case.components, case.q)
    assert reverse_kl(case.p, case.q) == pytest.approx(expected, rel=1e-11), case
    expected = reference.forward_kl(case.components, case.q)
    assert forward_kl(case.p, case.q) == pytest.approx(expected, rel=1e-11), case


def test_the_reference_itself_agrees_with_mpmath() -> None:
    components = (Component1D(0.01, -6.0, 0.005), Component1D(0.99, 6.0, 2.0))
    with mpmath.workdps(25):

        def log_p(x: mpmath.mpf) -> mpmath.mpf:
            return mpmath.log(
                mpmath.mpf("0.01") * mpmath.npdf(x, -6, mpmath.mpf("0.005"))
                + mpmath.mpf("0.99") * mpmath.npdf(x, 6, 2)
            )

        edges = [
            -7,
            *(-6 + 0.005 * k for k in range(-12, 13)),
            -5.5,
            -5,
            *(0.5 * k - 5 for k in range(1, 21)),
        ]
        expected = mpmath.quad(
            lambda x: mpmath.npdf(x, -5, 1) * (mpmath.log(mpmath.npdf(x, -5, 1)) - log_p(x)),
            [-14, -12, -10, -9, -8, *edges],
        )
        value = reference.reverse_kl(components, Gaussian1D(-5.0, 1.0))
    assert value == pytest.approx(float(expected), rel=1e-13)


@given(mu=st.floats(-5, 5), sigma=st.floats(1e-3, 1e3), shift=st.floats(-1, 1), log_ratio=st.floats(-1, 1))
@settings(max_examples=25, deadline=None)
def test_two_gaussians_keep_every_digit_however_close(
    mu: float, sigma: float, shift: float, log_ratio: float
) -> None:
    """Closed form of Gaussians evaluated with 40 digits; shrinking both differences to 1e-7.

    KL(p‖q) = δ²/4 also feels the variance of p being rounded: an error of 1e-16 δ.
    """
    for closeness in (1.0, 1e-3, 1e-7):
        m, s = mu + closeness * shift * sigma, sigma * float(np.exp(closeness * log_ratio))
        p, q = Mixture1D([Component1D(1.0, mu, sigma)]), Gaussian1D(m, s)
        with mpmath.workdps(40):
            ratio = (mpmath.mpf(s) / mpmath.mpf(sigma)) ** 2
            offset = ((mpmath.mpf(m) - mpmath.mpf(mu)) / mpmath.mpf(sigma)) ** 2
            backward = float((ratio + offset - 1 - mpmath.log(ratio)) / 2)
            forward = float(((1 + offset) / ratio - 1 + mpmath.log(ratio)) / 2)
        assert reverse_kl(p, q) == pytest.approx(backward, rel=1e-11, abs=1e-30)
        assert forward_kl(p, q) == pytest.approx(forward, rel=1e-11, abs=1e-15 * forward**0.5 + 1e-30)


def test_both_are_zero_when_q_is_p() -> None:
    p = Mixture1D([Component1D(0.3, 1.7, 0.013), Component1D(0.7, 1.7, 0.013)])
    q = Gaussian1D(1.7, 0.013)
    assert reverse_kl(p, q) == pytest.approx(0, abs=1e-30)
    assert forward_kl(p, q) == pytest.approx(0, abs=1e-30)


@pytest.mark.parametrize("seed", range(12))
def test_derivatives_agree_with_differences_of_values(seed: int) -> None:
    case = reference.hard_case(seed)
    q = Gaussian1D(case.q.mu, max(case.q.sigma, 0.3 * float(case.p.sigmas.min())))
    step = 1e-3
    offsets = np.array([-2, -1, 1, 2]) * step
    weights = np.array([1, -8, 8, -1]) / (12 * step)
    for derivatives, values in (
        (reverse_kl_derivatives, reverse_kl_values),
        (forward_kl_derivatives, forward_kl_values),
    ):
        exact = derivatives(case.p, np.array([q.mu]), np.array([q.sigma]))
        mu, sigma = q.mu + offsets * q.sigma, q.sigma * np.exp(offsets)
        along_mu = weights @ values(case.p, mu, np.full(4, q.sigma)) / q.sigma
        along_sigma = weights @ values(case.p, np.full(4, q.mu), sigma)
        size = 1 + float(np.abs(exact.value[0]))
        assert exact.gradient[0, 0] * q.sigma == pytest.approx(along_mu * q.sigma, rel=1e-7, abs=1e-9 * size)
        assert exact.gradient[0, 1] == pytest.approx(along_sigma, rel=1e-7, abs=1e-9 * size)
        around_mu = derivatives(case.p, mu, np.full(4, q.sigma)).gradient
        around_sigma = derivatives(case.p, np.full(4, q.mu), sigma).gradient
        hessian = np.stack([weights @ around_mu / q.sigma, weights @ around_sigma])
        scale = np.array([q.sigma, 1])
        np.testing.assert_allclose(
            exact.hessian[0] * scale * scale[:, None],
            hessian * scale * scale[:, None],
            rtol=1e-7,
            atol=1e-8 * size,
        )


@pytest.mark.parametrize("weight", [1e-320, 1e-310, 1e-200])
def test_a_component_of_next_to_no_weight_changes_nothing(weight: float) -> None:
    p, q = mixture([weight, 1e6], [2.5, 5.5], [8123.0, 1.06]), Gaussian1D(0.0, 1.0)
    forward = -math.log(1.06) + (1.06**2 + 5.5**2 - 1) / 2
    assert forward_kl(p, q) == pytest.approx(forward, rel=1e-12)
    assert reverse_kl(p, q) == pytest.approx(math.log(1.06) + (1 + 5.5**2) / (2 * 1.06**2) - 0.5, rel=1e-12)
    assert forward_kl(p, Gaussian1D(5.5, 1.06)) == pytest.approx(0, abs=1e-30)
