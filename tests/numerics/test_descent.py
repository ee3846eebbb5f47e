"""Descent rules against torch's optimisers, closed forms and rough handling."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Optimiser
from dgm_explorer.numerics.descent import (
    MAX_STEP,
    Adam,
    DescentRule,
    DescentState,
    GradientDescent,
    NaturalGradient,
    make_optimiser,
    start,
)

RULES: tuple[Optimiser, ...] = ("gradient", "adam", "natural")


def gaussian_gradient(state: DescentState, mu: float, sigma: float) -> np.ndarray:
    """∇ KL(q‖N(mu, sigma²)) in (μ, log σ)."""
    ratio = math.exp(2 * state.log_sigma) / sigma**2
    return np.array([(state.mu - mu) / sigma**2, ratio - 1])


@pytest.mark.parametrize(
    ("rule", "make_reference"),
    [
        (GradientDescent(0.03), lambda theta: torch.optim.SGD([theta], lr=0.03)),
        (Adam(0.05), lambda theta: torch.optim.Adam([theta], lr=0.05)),
    ],
)
def test_follows_torch(rule: DescentRule, make_reference) -> None:
    state = start(Gaussian1D(0.7, 1.3))
    theta = torch.tensor([0.7, math.log(1.3)], dtype=torch.float64, requires_grad=True)
    reference = make_reference(theta)
    rng = np.random.default_rng(3)
    for _ in range(50):
        gradient = rng.standard_normal(2)
        state = rule.step(state, gradient)
        theta.grad = torch.from_numpy(gradient)
        reference.step()
        assert not state.is_clipped
    np.testing.assert_allclose([state.mu, state.log_sigma], theta.detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize("optimiser", RULES)
def test_reaches_the_minimum(optimiser: Optimiser) -> None:
    rule = make_optimiser(optimiser, 0.05)
    state = start(Gaussian1D(-2.0, 3.0))
    for _ in range(2000):
        state = rule.step(state, gaussian_gradient(state, 1.5, 0.8))
    assert state.mu == pytest.approx(1.5, abs=1e-5)
    assert math.exp(state.log_sigma) == pytest.approx(0.8, abs=1e-5)
    assert state.count == 2000


def test_natural_gradient_does_not_depend_on_the_unit_of_x() -> None:
    rule, unit = NaturalGradient(0.1), 1000.0
    small, large = start(Gaussian1D(0.3, 1.1)), start(Gaussian1D(0.3 * unit, 1.1 * unit))
    for _ in range(20):
        small = rule.step(small, gaussian_gradient(small, 1.0, 0.7))
        large = rule.step(large, gaussian_gradient(large, unit, 0.7 * unit))
    assert large.mu == pytest.approx(small.mu * unit, rel=1e-12)
    assert large.log_sigma == pytest.approx(small.log_sigma + math.log(unit), rel=1e-12)


def test_natural_step_is_the_inverse_fisher_information() -> None:
    # Fisher information of N(μ, σ²) by Monte Carlo: the covariance of its score function
    sigma, x = 1.7, np.random.default_rng(0).standard_normal(400_000)
    fisher = np.cov(np.stack([x / sigma, x * x - 1]))
    state = NaturalGradient(0.01).step(start(Gaussian1D(0.0, sigma)), np.array([0.4, -0.3]))
    expected = -0.01 * np.linalg.solve(fisher, [0.4, -0.3])
    np.testing.assert_allclose([state.mu, state.log_sigma - math.log(sigma)], expected, rtol=0.02)


@pytest.mark.parametrize("optimiser", RULES)
def test_fixed_sigma_moves_the_mean_only(optimiser: Optimiser) -> None:
    rule = make_optimiser(optimiser, 0.05, is_sigma_fixed=True)
    state = start(Gaussian1D(0.0, 0.5))
    for _ in range(10):
        state = rule.step(state, np.array([1.0, math.nan]))
    assert state.mu < 0
    assert state.log_sigma == math.log(0.5)


def test_a_long_step_is_cut_and_keeps_its_direction() -> None:
    state = GradientDescent(1.0).step(start(Gaussian1D(0.0, 0.1)), np.array([-1e6, 1e6]))
    assert state.is_clipped
    assert state.mu == pytest.approx(0.1 * MAX_STEP)
    assert state.log_sigma - math.log(0.1) == pytest.approx(-0.1 * MAX_STEP)


@given(
    st.sampled_from(RULES),
    st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=30),
    st.floats(1e-4, 10),
)
def test_never_leaves_the_finite_numbers(
    optimiser: Optimiser, gradients: list[tuple[float, float]], learning_rate: float
) -> None:
    rule = make_optimiser(optimiser, learning_rate)
    state = start(Gaussian1D(1.0, 2.0))
    for gradient in gradients:
        state = rule.step(state, np.array(gradient))
        assert isinstance(state.q, Gaussian1D)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("optimiser", RULES)
def test_log_sigma_stays_where_a_gaussian_is_accepted(optimiser: Optimiser, sign: float) -> None:
    rule = make_optimiser(optimiser, 10.0)
    state = start(Gaussian1D(0.0, 1.0))
    for _ in range(100):
        state = rule.step(state, np.array([0.0, sign * 10.0]))
    assert 1e-6 <= state.q.sigma <= 1e6
    assert state.is_clipped
