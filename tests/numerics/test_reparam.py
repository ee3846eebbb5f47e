"""Parameters to map and back: the chain rule against torch, and edits that keep Σ."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.core.reparam_state import RAW_LIMITS, DiagonalActivation, FactorForm, ReparamState
from dgm_explorer.numerics.factor import describe_covariance, split_factor
from dgm_explorer.numerics.map_gradients import MapGradient
from dgm_explorer.numerics.reparam import (
    gaussian_map,
    parameters_of,
    parametrisation_of,
    with_activation,
    with_axes,
    with_factor,
    with_form,
    with_mean,
    with_parameters,
    with_turn,
)

ACTIVATIONS: tuple[DiagonalActivation, ...] = tuple(RAW_LIMITS)
TORCH = {
    "exp": torch.exp,
    "softplus": torch.nn.functional.softplus,
    "relu": torch.relu,
    "identity": lambda x: x,
}
BASE = ReparamState(mean=(1.0, -2.0), raw_diagonal=(0.7, 0.3), off_diagonal=-0.8, full=(0.9, -0.4, 0.3, 1.1))


def covariance(state: ReparamState) -> np.ndarray:
    return gaussian_map(state).covariance


def torch_map(theta: torch.Tensor, state: ReparamState) -> tuple[torch.Tensor, torch.Tensor]:
    """μ and L, written down once more."""
    act = TORCH[state.activation]
    if state.dimension == 1:
        return theta[:1], act(theta[1]).reshape(1, 1)
    if state.form == "full":
        return theta[:2], theta[2:].reshape(2, 2)
    zero = torch.zeros((), dtype=torch.float64)
    rows = [torch.stack([act(theta[2]), zero]), torch.stack([theta[3], act(theta[4])])]
    return theta[:2], torch.stack(rows)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("form", ["lower", "full"])
@pytest.mark.parametrize("dimension", [1, 2])
def test_map_and_chain_rule_are_those_of_autograd(
    activation: DiagonalActivation, form: FactorForm, dimension: int
) -> None:
    state = replace(BASE, activation=activation, form=form, dimension=dimension)
    parametrisation, theta = parametrisation_of(state), parameters_of(state)
    assert len(theta) == len(parametrisation.names)
    x = torch.tensor(theta, requires_grad=True)
    mean, factor = torch_map(x, state)
    np.testing.assert_allclose(gaussian_map(state).mean, mean.detach().numpy())
    np.testing.assert_allclose(gaussian_map(state).factor, factor.detach().numpy(), rtol=1e-14)
    rng = np.random.default_rng(0)
    for_mean, for_factor = rng.normal(size=dimension), rng.normal(size=(dimension, dimension))
    loss = (mean * torch.tensor(for_mean)).sum() + (factor * torch.tensor(for_factor)).sum()
    (expected,) = torch.autograd.grad(loss, x)
    ours = parametrisation.pull_back(theta, MapGradient(for_mean, for_factor))
    np.testing.assert_allclose(ours, expected.numpy(), rtol=1e-13)
    stacked = MapGradient(np.tile(for_mean, (5, 1)), np.tile(for_factor, (5, 1, 1)))
    np.testing.assert_allclose(parametrisation.pull_back(theta, stacked), np.tile(ours, (5, 1)))


def test_names_stand_beside_their_values() -> None:
    assert parametrisation_of(BASE).names == ("μ₁", "μ₂", "raw₁₁", "L₂₁", "raw₂₂")
    assert parametrisation_of(replace(BASE, form="full")).names == ("μ₁", "μ₂", "A₁₁", "A₁₂", "A₂₁", "A₂₂")
    assert parametrisation_of(replace(BASE, dimension=1)).names == ("μ", "raw")


@pytest.mark.parametrize("form", ["lower", "full"])
@pytest.mark.parametrize("dimension", [1, 2])
def test_parameters_there_and_back(form: FactorForm, dimension: int) -> None:
    state = replace(BASE, form=form, dimension=dimension)
    assert with_parameters(state, parameters_of(state)) == state


def test_relu_at_zero_is_singular_and_lets_no_gradient_pass() -> None:
    state = replace(BASE, activation="relu", raw_diagonal=(0.7, -0.1))
    assert gaussian_map(state).is_singular
    assert np.linalg.matrix_rank(covariance(state)) == 1
    gradient = MapGradient(np.ones(2), np.ones((2, 2)))
    assert parametrisation_of(state).pull_back(parameters_of(state), gradient).tolist() == [1, 1, 1, 1, 0]


def test_identity_leaves_the_sign_open() -> None:
    state = replace(BASE, activation="identity", raw_diagonal=(0.7, 0.3))
    mirrored = replace(state, raw_diagonal=(0.7, -0.3))
    np.testing.assert_array_equal(covariance(state), covariance(mirrored))
    assert not np.array_equal(gaussian_map(state).factor, gaussian_map(mirrored).factor)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_factor_from_the_mouse_is_taken(activation: DiagonalActivation) -> None:
    state = replace(BASE, activation=activation)
    wanted = np.array([[1.4, 0.0], [0.6, 0.5]])
    np.testing.assert_allclose(gaussian_map(with_factor(state, wanted)).factor, wanted, rtol=1e-14)
    on_line = with_factor(replace(state, dimension=1), np.array([[0.8]]))
    np.testing.assert_allclose(gaussian_map(on_line).factor, [[0.8]])
    assert on_line.raw_diagonal[1] == state.raw_diagonal[1]


def test_a_triangle_takes_the_covariance_of_a_full_matrix() -> None:
    wanted = np.array([[0.3, -1.0], [0.9, 0.4]])
    np.testing.assert_allclose(covariance(with_factor(BASE, wanted)), wanted @ wanted.T)
    full = with_factor(replace(BASE, form="full"), wanted)
    np.testing.assert_array_equal(gaussian_map(full).factor, wanted)


def test_a_negative_diagonal_stays_negative_under_identity_alone() -> None:
    wanted = np.array([[-1.4, 0.0], [0.6, 0.5]])
    kept = with_factor(replace(BASE, activation="identity"), wanted)
    np.testing.assert_array_equal(gaussian_map(kept).factor, wanted)
    turned = with_factor(BASE, wanted)
    np.testing.assert_allclose(gaussian_map(turned).factor, [[1.4, 0.0], [-0.6, 0.5]])


def test_a_drag_never_leaves_the_limits() -> None:
    far = with_mean(BASE, np.array([1e9, -1e9]))
    assert far.mean == (1e6, -1e6)
    flat = with_factor(BASE, np.array([[0.0, 0.0], [5.0, 0.0]]))
    assert flat.raw_diagonal == (-14, -14)
    huge = with_factor(replace(BASE, form="full"), np.full((2, 2), 1e5))
    assert huge.full == (1000, 1000, 1000, 1000)


def test_a_dead_raw_parameter_stays_where_it_is() -> None:
    state = replace(BASE, activation="relu", raw_diagonal=(0.7, -3.0))
    dragged = with_factor(state, np.array([[0.9, 0.0], [0.1, 0.0]]))
    assert dragged.raw_diagonal == (0.9, -3.0)


@given(st.floats(0.05, 8), st.floats(0.05, 8), st.floats(-3, 3))
@pytest.mark.parametrize("form", ["lower", "full"])
def test_the_factor_follows_the_axes(form: FactorForm, a: float, b: float, angle: float) -> None:
    state = with_axes(replace(BASE, form=form), (a, b), angle)
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    np.testing.assert_allclose(
        covariance(state), turn @ np.diag([a * a, b * b]) @ turn.T, rtol=1e-9, atol=1e-12
    )


def test_dragging_the_axes_keeps_the_turn_of_a_full_matrix() -> None:
    full = replace(BASE, form="full")
    before, after = (split_factor(gaussian_map(s).factor) for s in (full, with_axes(full, (2.0, 0.5), 0.4)))
    assert after.angle == pytest.approx(before.angle)
    assert after.is_reflected == before.is_reflected


def test_turning_the_noise_keeps_the_covariance() -> None:
    full = replace(BASE, form="full")
    turned = with_turn(full, 0.8)
    np.testing.assert_allclose(covariance(turned), covariance(full))
    assert not np.allclose(turned.full, full.full)


def test_changing_the_form_keeps_the_covariance() -> None:
    full = with_form(BASE, "full")
    np.testing.assert_allclose(gaussian_map(full).factor, gaussian_map(BASE).factor)
    lower = with_form(with_turn(full, 1.0), "lower")
    assert lower.form == "lower"
    np.testing.assert_allclose(covariance(lower), covariance(BASE))
    line = with_form(replace(BASE, dimension=1), "full")
    assert line.dimension == 1
    np.testing.assert_allclose(covariance(line), covariance(replace(BASE, dimension=1)))


@pytest.mark.parametrize("old", ACTIVATIONS)
@pytest.mark.parametrize("new", ACTIVATIONS)
def test_changing_the_activation_keeps_the_covariance(
    old: DiagonalActivation, new: DiagonalActivation
) -> None:
    state = replace(BASE, activation=old)
    changed = with_activation(state, new)
    assert changed.activation == new
    np.testing.assert_allclose(covariance(changed), covariance(state), rtol=1e-12)


def test_changing_from_a_negative_diagonal_mirrors_its_column() -> None:
    state = replace(BASE, activation="identity", raw_diagonal=(-0.7, 0.3))
    changed = with_activation(state, "exp")
    np.testing.assert_allclose(covariance(changed), covariance(state))
    assert changed.off_diagonal == -state.off_diagonal


def test_changing_from_a_dead_diagonal_goes_to_the_least_width() -> None:
    state = replace(BASE, activation="relu", raw_diagonal=(0.7, -3.0))
    changed = with_activation(state, "exp")
    assert changed.raw_diagonal[1] == -14
    assert describe_covariance(gaussian_map(changed).factor).eigenvalues[1] < 1e-11


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_triangle_in_reach_of_the_activation_is_kept_to_the_last_digit(
    activation: DiagonalActivation,
) -> None:
    state = with_activation(ReparamState(raw_diagonal=(0.31, -0.47), off_diagonal=0.1 + 0.2), activation)
    factor = gaussian_map(state).factor
    factor[1, 0] = 0.7000000000000001
    moved = with_factor(state, factor)
    assert moved.off_diagonal == 0.7000000000000001
    if activation in ("relu", "identity"):
        assert moved.raw_diagonal == state.raw_diagonal
