"""Activations against torch, and against mpmath where double precision is hard to keep."""

import mpmath
import numpy as np
import pytest
import torch

from dgm_explorer.core.reparam_state import RAW_LIMITS, DiagonalActivation
from dgm_explorer.numerics.activations import ACTIVATIONS

TORCH = {
    "exp": torch.exp,
    "softplus": torch.nn.Softplus(threshold=800),
    "relu": torch.relu,
    "identity": lambda x: x,
}
X = np.concatenate([np.linspace(-14, 6.9, 101), [0.0]])


@pytest.mark.parametrize("name", RAW_LIMITS)
def test_value_and_slope_are_those_of_automatic_differentiation(name: DiagonalActivation) -> None:
    x = torch.tensor(X, requires_grad=True)
    y = TORCH[name](x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    np.testing.assert_allclose(ACTIVATIONS[name].value(X), y.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(ACTIVATIONS[name].slope(X), slope.numpy(), rtol=1e-13)


@pytest.mark.parametrize("x", [-700.0, -40.0, -1e-9, 0.0, 0.5, 37.0, 800.0])
def test_softplus_is_stable(x: float) -> None:
    with mpmath.workdps(400):
        value, slope = mpmath.log1p(mpmath.exp(x)), 1 / (1 + mpmath.exp(-mpmath.mpf(x)))
    softplus = ACTIVATIONS["softplus"]
    assert float(softplus.value(x)) == pytest.approx(float(value), rel=1e-15)
    assert float(softplus.slope(x)) == pytest.approx(float(slope), rel=1e-13)


@pytest.mark.parametrize("y", [1e-6, 1e-3, 0.5, 20.0, 900.0])
def test_softplus_inverse(y: float) -> None:
    with mpmath.workdps(500):
        x = mpmath.log(mpmath.expm1(mpmath.mpf(y)))
    assert float(ACTIVATIONS["softplus"].inverse(y)) == pytest.approx(float(x), rel=1e-14)


@pytest.mark.parametrize("name", RAW_LIMITS)
def test_inverse_undoes_the_activation(name: DiagonalActivation) -> None:
    act = ACTIVATIONS[name]
    y = act.value(np.linspace(0.1, 6.9, 30))
    np.testing.assert_allclose(act.value(act.inverse(y)), y, rtol=1e-14)


def test_what_no_raw_parameter_reaches_has_no_inverse() -> None:
    assert float(ACTIVATIONS["exp"].inverse(0.0)) == -np.inf
    assert float(ACTIVATIONS["softplus"].inverse(0.0)) == -np.inf
    assert np.isnan(ACTIVATIONS["relu"].inverse(-1.0))
    assert np.isnan(ACTIVATIONS["exp"].inverse(-1.0))


def test_a_raw_parameter_dragged_far_out_gives_infinity_without_a_warning() -> None:
    assert float(ACTIVATIONS["exp"].value(1e4)) == np.inf


def test_relu_is_dead_from_zero_down() -> None:
    np.testing.assert_array_equal(ACTIVATIONS["relu"].slope([-2.0, 0.0, 1e-300]), [0, 0, 1])


def test_only_exp_and_softplus_are_positive_everywhere() -> None:
    for name, act in ACTIVATIONS.items():
        assert act.is_positive == bool((act.value(np.linspace(*RAW_LIMITS[name], 201)) > 0).all())
