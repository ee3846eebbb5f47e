"""Objectives and their gradients against torch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ObjectiveName, ReparamState
from dgm_explorer.numerics.objectives import Banana, Quadratic, TwoWells, make_objective

KL = KLState()
NAMES: tuple[ObjectiveName, ...] = ("quadratic", "banana", "two_wells", "kl_target")


def mixture(dimension: int) -> torch.distributions.Distribution:
    if dimension == 1:
        weights = torch.tensor([c.weight for c in KL.p], dtype=torch.float64)
        means = torch.tensor([c.mu for c in KL.p], dtype=torch.float64)
        sigmas = torch.tensor([c.sigma for c in KL.p], dtype=torch.float64)
        parts: torch.distributions.Distribution = torch.distributions.Independent(
            torch.distributions.Normal(means[:, None], sigmas[:, None]), 1
        )
    else:
        weights = torch.tensor([c.weight for c in KL.p2], dtype=torch.float64)
        means = torch.tensor([c.mean for c in KL.p2], dtype=torch.float64)
        covs = torch.tensor([[[c.cov[0], c.cov[1]], [c.cov[1], c.cov[2]]] for c in KL.p2]).double()
        parts = torch.distributions.MultivariateNormal(means, covs)
    return torch.distributions.MixtureSameFamily(torch.distributions.Categorical(weights), parts)


def torch_value(name: ObjectiveName, z: torch.Tensor, target: tuple[float, float]) -> torch.Tensor:
    d = z.shape[-1]
    if name == "quadratic":
        return ((z - torch.tensor(target[:d], dtype=torch.float64)) ** 2).sum(-1) / 2
    if name == "two_wells":
        return (z[..., 0] ** 2 - 4) ** 2 / 32 + (z[..., 1:] ** 2).sum(-1) / 2
    if name == "kl_target":
        return -mixture(d).log_prob(z)
    after = z[..., 1] if d == 2 else 0.0
    return ((1 - z[..., 0]) ** 2 + 2 * (after - z[..., 0] ** 2) ** 2) / 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("shape", [(), (6,), (3, 4)])
def test_value_and_gradient(name: ObjectiveName, dimension: int, shape: tuple[int, ...]) -> None:
    state = ReparamState(dimension=dimension, objective=name, target=(0.4, -1.7))
    objective = make_objective(state, KL)
    points = 3 * np.random.default_rng(2).normal(size=(*shape, dimension))
    z = torch.tensor(points, requires_grad=True)
    value = torch_value(name, z, state.target)
    (gradient,) = torch.autograd.grad(value.sum(), z)
    np.testing.assert_allclose(objective.value(points), value.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(objective.gradient(points), gradient.numpy(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("objective", [Quadratic(np.arange(5.0)), Banana(), TwoWells()])
def test_gradients_in_five_dimensions_are_slopes(objective: Quadratic | Banana | TwoWells) -> None:
    z, h = np.random.default_rng(0).normal(size=5), 1e-6
    steps = h * np.eye(5)
    slopes = (objective.value(z + steps) - objective.value(z - steps)) / (2 * h)
    np.testing.assert_allclose(objective.gradient(z), slopes, rtol=1e-7, atol=1e-8)


def test_minima_are_where_the_words_say() -> None:
    for d in (2, 3, 7):
        assert Banana().value(np.ones(d)) == 0
    wells = TwoWells(a=3.0)
    np.testing.assert_array_equal(wells.value(np.array([[3.0, 0.0], [-3.0, 0.0]])), 0)
    assert wells.value(np.zeros(2)) == pytest.approx(9 / 8)
    curvature = (wells.gradient(np.array([3 + 1e-6, 0.0])) - wells.gradient(np.array([3 - 1e-6, 0.0])))[0]
    assert curvature / 2e-6 == pytest.approx(1)


@pytest.mark.parametrize("name", ["quadratic", "banana", "two_wells"])
@pytest.mark.parametrize("dimension", [1, 2])
def test_degree_is_that_of_the_polynomial(name: ObjectiveName, dimension: int) -> None:
    objective = make_objective(ReparamState(objective=name, dimension=dimension), KL)
    line = np.linspace(-4, 4, 33)[:, None] * np.array([0.7, 1.3])[:dimension]
    assert objective.degree is not None
    fit = np.polynomial.Polynomial.fit(np.arange(33.0), objective.value(line), objective.degree)
    np.testing.assert_allclose(fit(np.arange(33.0)), objective.value(line), atol=1e-9)
    assert abs(fit.convert().coef[-1]) > 1e-12


def test_the_target_of_the_kl_tab_is_the_one_of_the_dimension() -> None:
    moved = replace(KL, p=KL.p[:1])
    state = ReparamState(dimension=1, objective="kl_target")
    z = np.array([[1.0]])
    assert make_objective(state, KL).value(z) != make_objective(state, moved).value(z)
