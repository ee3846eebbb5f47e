"""Clouds of gradient estimates for a state, and the chain of derivatives through one point."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import MapEstimator, ReparamState
from dgm_explorer.numerics.expected_gradient import ExpectedGradient, expected_gradient
from dgm_explorer.numerics.gaussian_map import draw_epsilon
from dgm_explorer.numerics.map_gradients import (
    CloudSummary,
    MapGradient,
    estimate_gradient,
    summarise_cloud,
)
from dgm_explorer.numerics.objectives import Objective
from dgm_explorer.numerics.reparam import gaussian_map, parameters_of, parametrisation_of


@dataclass(frozen=True, slots=True, eq=False)
class GradientCloud:
    """R estimates of the gradient in θ, each from N samples.

    Attributes
    ----------
    estimator : which.
    estimates : (R, p).
    summary : against the exact gradient.
    """

    estimator: MapEstimator
    estimates: FloatArray
    summary: CloudSummary


@dataclass(frozen=True, slots=True, eq=False)
class GradientClouds:
    """Both clouds of a state from the same ε, around the exact gradient.

    Attributes
    ----------
    names : (p,) of the entries of θ.
    exact : in (μ, L), with its error.
    exact_theta : (p,) in θ.
    pathwise : its cloud.
    score : its cloud, with or without baseline; None where Σ is singular and z has no density.
    """

    names: tuple[str, ...]
    exact: ExpectedGradient
    exact_theta: FloatArray
    pathwise: GradientCloud
    score: GradientCloud | None


def gradient_clouds(state: ReparamState, objective: Objective) -> GradientClouds:
    """Estimate the gradient ``n_arrows`` times by each estimator from the first ε of the state's seed."""
    parametrisation, theta, gaussian = parametrisation_of(state), parameters_of(state), gaussian_map(state)
    shape = (state.n_arrows, state.n_samples, state.dimension)
    epsilon = draw_epsilon(state.seed, shape[0] * shape[1], shape[2]).reshape(shape)
    exact = expected_gradient(objective, gaussian)
    exact_theta = parametrisation.pull_back(theta, exact.gradient)

    def cloud(estimator: MapEstimator) -> GradientCloud:
        gradient = estimate_gradient(estimator, gaussian, objective, epsilon)
        estimates = parametrisation.pull_back(theta, gradient)
        return GradientCloud(estimator, estimates, summarise_cloud(estimates, exact_theta))

    score = None if gaussian.is_singular else cloud("score_baseline" if state.has_baseline else "score")
    return GradientClouds(parametrisation.names, exact, exact_theta, cloud("pathwise"), score)


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Values and derivatives along (θ → μ, L), ε → z → f(z) for one ε.

    Attributes
    ----------
    epsilon, z, mean, factor : (d,), (d,), (d,) and (d, d).
    value : f(z).
    slope : (d,) ∂f/∂z, which arrives at z whether or not it goes on from there.
    gradient : ∂f/∂μ = ∂f/∂z and ∂f/∂L = ∂f/∂z εᵀ; None where z is sampled directly: the path is cut.
    gradient_theta : (p,) on to θ, through the slopes of the activation; None likewise.
    """

    epsilon: FloatArray
    z: FloatArray
    mean: FloatArray
    factor: FloatArray
    value: float
    slope: FloatArray
    gradient: MapGradient | None
    gradient_theta: FloatArray | None


def follow_chain(state: ReparamState, objective: Objective, epsilon: FloatArray) -> Chain:
    """Go forth and back through the graph for one ε (d,)."""
    parametrisation, theta, gaussian = parametrisation_of(state), parameters_of(state), gaussian_map(state)
    z = gaussian(epsilon)
    slope = objective.gradient(z)
    gradient = theta_gradient = None
    if state.path == "reparametrise":
        gradient = MapGradient(slope, np.outer(slope, epsilon))
        theta_gradient = parametrisation.pull_back(theta, gradient)
    return Chain(
        epsilon,
        z,
        gaussian.mean,
        gaussian.factor,
        float(objective.value(z)),
        slope,
        gradient,
        theta_gradient,
    )
