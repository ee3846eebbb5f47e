"""The cheap gradient along a path against the exact one at every point of it."""

import math

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.divergence import reverse_kl_derivatives
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.moving_gradient import MovingReverseGradient

CASES = {
    "two": (Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0, 1.0)),
    "needle": (Component1D(0.5, 0.0, 0.02), Component1D(0.5, 1.0, 2.0)),
    "two narrow": (Component1D(0.5, -4.0, 0.05), Component1D(0.5, 4.0, 0.05)),
    "one": (Component1D(1.0, 1.0, 0.5),),
}


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_with_quadrature_made_afresh_all_along_a_path(case: str) -> None:
    p = Mixture1D(CASES[case])
    cheap = MovingReverseGradient(p)
    rng = np.random.default_rng(1)
    mu, log_sigma = 0.8, 0.2
    for _ in range(200):
        found = cheap(mu, log_sigma)
        exact = reverse_kl_derivatives(p, np.array([mu]), np.array([math.exp(log_sigma)])).gradient[0]
        size = np.array([1.0, math.exp(log_sigma)]) * np.abs(p.score(np.array([mu, mu + 1.0]))).max()
        assert np.abs(found - exact).max() <= 1e-10 * (1 + size.max() + np.abs(exact).max())
        mu += 0.3 * math.exp(log_sigma) * float(rng.standard_normal())
        log_sigma = min(1.5, max(-3.0, log_sigma + 0.1 * float(rng.standard_normal())))


def test_a_leap_makes_new_nodes() -> None:
    cheap = MovingReverseGradient(Mixture1D(CASES["one"]))
    cheap(0.0, 0.0)
    # p = N(1, 0.5²): dKL/dμ = (μ − 1)/0.25, dKL/dlog σ = σ²/0.25 − 1
    assert cheap(50.0, -1.0) == pytest.approx([49 / 0.25, math.exp(-2.0) / 0.25 - 1], rel=1e-12)
