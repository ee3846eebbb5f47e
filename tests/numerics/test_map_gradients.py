"""Estimators of ∇ E f(μ + Lε) against autograd on the same ε, and free of bias."""

import math

import numpy as np
import pytest
import torch

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import MapEstimator, ObjectiveName, ReparamState
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.map_gradients import (
    estimate_gradient,
    gradient_terms,
    score_function,
    signal_to_noise,
    summarise_cloud,
)
from dgm_explorer.numerics.objectives import Banana, Objective, Quadratic, TwoWells, make_objective

ESTIMATORS: tuple[MapEstimator, ...] = ("pathwise", "score", "score_baseline")
MAPS = {
    1: GaussianMap(np.array([0.4]), np.array([[-0.8]])),
    2: GaussianMap(np.array([0.4, -0.3]), np.array([[0.9, 0.2], [0.5, -0.6]])),
}


def objective(name: ObjectiveName, dimension: int) -> Objective:
    state = ReparamState(dimension=1 if dimension == 1 else 2, objective=name)
    return make_objective(state, KLState())


def surrogate_gradient(
    estimator: MapEstimator, gaussian: GaussianMap, f: Objective, epsilon: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Automatic differentiation of a surrogate loss whose gradient is the estimate."""
    mean = torch.tensor(gaussian.mean, requires_grad=True)
    factor = torch.tensor(gaussian.factor, requires_grad=True)
    z = mean + torch.tensor(epsilon) @ factor.T
    still = z.detach()
    if estimator == "pathwise":
        loss = (torch.tensor(f.gradient(still.numpy())) * z).sum(-1).mean()
    else:
        values = torch.tensor(f.value(still.numpy()))
        n = len(values)
        if estimator == "score_baseline" and n > 1:
            values = values - torch.stack([(values.sum() - v) / (n - 1) for v in values])
        cov = factor @ factor.T
        log_q = torch.distributions.MultivariateNormal(mean, cov).log_prob(still)
        loss = (values * log_q).mean()
    gradients = torch.autograd.grad(loss, (mean, factor))
    return gradients[0].numpy(), gradients[1].numpy()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("name", ["quadratic", "banana", "two_wells", "kl_target"])
@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("n", [1, 2, 31])
def test_equals_automatic_differentiation(
    estimator: MapEstimator, name: ObjectiveName, dimension: int, n: int
) -> None:
    f, gaussian = objective(name, dimension), MAPS[dimension]
    epsilon = np.random.default_rng(n).standard_normal((n, dimension))
    ours = estimate_gradient(estimator, gaussian, f, epsilon)
    mean, factor = surrogate_gradient(estimator, gaussian, f, epsilon)
    np.testing.assert_allclose(ours.mean, mean, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(ours.factor, factor, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_estimate_is_the_mean_of_its_terms(estimator: MapEstimator) -> None:
    epsilon = np.random.default_rng(0).standard_normal((3, 17, 2))
    terms = gradient_terms(estimator, MAPS[2], Banana(), epsilon)
    estimate = estimate_gradient(estimator, MAPS[2], Banana(), epsilon)
    assert terms.mean.shape == (3, 17, 2)
    assert terms.factor.shape == (3, 17, 2, 2)
    np.testing.assert_allclose(terms.mean.mean(axis=1), estimate.mean, rtol=1e-10)
    np.testing.assert_allclose(terms.factor.mean(axis=1), estimate.factor, rtol=1e-10)


def test_a_batch_of_estimates_is_one_after_the_other() -> None:
    epsilon = np.random.default_rng(0).standard_normal((4, 9, 2))
    batch = estimate_gradient("score_baseline", MAPS[2], TwoWells(), epsilon)
    for index, part in enumerate(epsilon):
        one = estimate_gradient("score_baseline", MAPS[2], TwoWells(), part)
        np.testing.assert_allclose(batch.factor[index], one.factor, rtol=1e-12)


def test_score_function_has_mean_zero_and_the_information_as_covariance() -> None:
    gaussian, n = MAPS[2], 100_000
    score = score_function(gaussian, np.random.default_rng(3).standard_normal((n, 2)))
    flat = np.concatenate([score.mean, score.factor.reshape(n, 4)], axis=1)
    assert np.abs(flat.mean(axis=0) / (flat.std(axis=0) / math.sqrt(n))).max() < 4
    information = np.linalg.inv(gaussian.covariance)
    products = score.mean[:, :, None] * score.mean[:, None, :]
    off = (products.mean(axis=0) - information) / (products.std(axis=0) / math.sqrt(n))
    assert np.abs(off).max() < 4


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_is_unbiased(estimator: MapEstimator) -> None:
    """On the quadratic, where ∇ = (μ − t, L)."""
    gaussian, repeats = MAPS[2], 40_000
    epsilon = np.random.default_rng(8).standard_normal((repeats, 3, 2))
    estimate = estimate_gradient(estimator, gaussian, Quadratic(np.array([1.0, -1.0])), epsilon)
    exact = np.concatenate([gaussian.mean - [1.0, -1.0], gaussian.factor.ravel()])
    flat = np.concatenate([estimate.mean, estimate.factor.reshape(repeats, 4)], axis=1)
    summary = summarise_cloud(flat, exact)
    z = (summary.mean - exact) / summary.mean_error
    assert np.abs(z).max() < 4
    assert np.abs((summary.mean - 0.5 * exact) / summary.mean_error).max() > 10  # a missing ½ is seen


def test_a_singular_map_has_a_pathwise_gradient_and_no_score_function() -> None:
    flat = GaussianMap(np.zeros(2), np.array([[1.0, 0.0], [2.0, 0.0]]))
    epsilon = np.random.default_rng(0).standard_normal((5, 2))
    assert np.isfinite(estimate_gradient("pathwise", flat, Banana(), epsilon).factor).all()
    for estimator in ("score", "score_baseline"):
        with pytest.raises(InputError, match="Σ is singular"):
            estimate_gradient(estimator, flat, Banana(), epsilon)
        with pytest.raises(InputError, match="Σ is singular"):
            gradient_terms(estimator, flat, Banana(), epsilon)


def test_summary_of_a_cloud() -> None:
    rng = np.random.default_rng(0)
    exact = np.array([3.0, 4.0])
    estimates = exact + rng.normal(size=(50_000, 2)) * [1.0, 2.0]
    summary = summarise_cloud(estimates, exact)
    assert summary.n_estimates == 50_000
    assert abs(summary.total_variance - 5) < 4 * summary.total_variance_error
    np.testing.assert_allclose(summary.variance, [1, 4], rtol=0.05)
    np.testing.assert_allclose(summary.mean_error, np.array([1, 2]) / math.sqrt(50_000), rtol=0.02)
    assert summary.signal_to_noise == pytest.approx(5 / math.sqrt(5), rel=0.02)


def test_a_cloud_of_one_has_no_standard_errors() -> None:
    summary = summarise_cloud(np.array([[1.0, 2.0]]), np.zeros(2))
    assert np.isnan(summary.mean_error).all()
    assert math.isnan(summary.total_variance_error)
    assert summary.total_variance == 5
    assert signal_to_noise(np.zeros(2), 0.0) == 0
    assert signal_to_noise(np.ones(2), 0.0) == math.inf
