"""Clouds around the exact gradient, and the chain through one point."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ObjectiveName, ReparamState
from dgm_explorer.numerics.gaussian_map import draw_epsilon
from dgm_explorer.numerics.gradient_clouds import follow_chain, gradient_clouds
from dgm_explorer.numerics.objectives import make_objective

KL = KLState()


@pytest.mark.parametrize("name", ["quadratic", "banana", "two_wells", "kl_target"])
@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("has_baseline", [False, True])
def test_both_clouds_lie_around_the_exact_gradient(
    name: ObjectiveName, dimension: int, has_baseline: bool
) -> None:
    state = ReparamState(
        dimension=dimension,
        objective=name,
        raw_diagonal=(-0.2, -0.4),
        has_baseline=has_baseline,
        n_samples=40,
        n_arrows=500,
    )
    clouds = gradient_clouds(state, make_objective(state, KL))
    assert clouds.score is not None
    for cloud in (clouds.pathwise, clouds.score):
        assert cloud.estimates.shape == (500, len(clouds.names))
        error = np.abs(cloud.summary.mean - clouds.exact_theta) / np.maximum(cloud.summary.mean_error, 1e-12)
        assert error.max() < 4.5
    assert clouds.score.estimator == ("score_baseline" if has_baseline else "score")
    assert clouds.pathwise.summary.total_variance < clouds.score.summary.total_variance


def test_a_singular_covariance_has_no_score_cloud() -> None:
    state = ReparamState(activation="relu", raw_diagonal=(1.0, 0.0))
    clouds = gradient_clouds(state, make_objective(state, KL))
    assert clouds.score is None
    assert (clouds.pathwise.estimates[:, 4] == 0).all()  # the dead one


def test_the_chain_is_that_of_autograd() -> None:
    state = ReparamState(objective="quadratic", activation="softplus", raw_diagonal=(0.3, -0.8))
    epsilon = draw_epsilon(state.seed, 10)[state.chosen]
    chain = follow_chain(state, make_objective(state, KL), epsilon)
    theta = torch.tensor([1.0, 0.5, 0.3, 0.7, -0.8], dtype=torch.float64, requires_grad=True)
    soft, e = torch.nn.functional.softplus, torch.tensor(epsilon)
    z = torch.stack([theta[0] + soft(theta[2]) * e[0], theta[1] + theta[3] * e[0] + soft(theta[4]) * e[1]])
    z.retain_grad()
    value = ((z + 1) ** 2).sum() / 2
    value.backward()
    assert theta.grad is not None
    assert z.grad is not None
    assert chain.gradient_theta is not None
    assert chain.value == pytest.approx(value.item())
    np.testing.assert_allclose(chain.z, z.detach().numpy())
    np.testing.assert_allclose(chain.slope, z.grad.numpy())
    np.testing.assert_allclose(chain.gradient_theta, theta.grad.numpy())


def test_sampling_directly_cuts_the_path() -> None:
    state = ReparamState()
    objective = make_objective(state, KL)
    epsilon = draw_epsilon(0, 1)[0]
    cut = follow_chain(replace(state, path="sample"), objective, epsilon)
    whole = follow_chain(state, objective, epsilon)
    assert cut.gradient is None
    assert cut.gradient_theta is None
    assert cut.value == whole.value
    np.testing.assert_array_equal(cut.slope, whole.slope)
