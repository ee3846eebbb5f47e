"""Minima of the objectives against scipy, and E f against closed forms."""

import math

import numpy as np
import pytest
from scipy.optimize import differential_evolution

from dgm_explorer.core.gaussians import Component1D, Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.objective_minima import expected_value, find_minima
from dgm_explorer.numerics.objectives import make_objective

LINE = (Component1D(0.5, -1.0, 1.0), Component1D(0.3, 1.5, 0.4), Component1D(0.2, 2.0, 0.5))
PLANE = (
    Component2D(0.4, (-2.0, 0.0), (1.0, 0.5, 1.0)),
    Component2D(0.35, (1.0, 1.0), (0.5, -0.3, 0.4)),
    Component2D(0.25, (1.4, 0.3), (0.6, 0.0, 0.2)),
)
KL = KLState(p=LINE, p2=PLANE)


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("name", ["quadratic", "banana", "two_wells", "kl_target"])
def test_the_least_value_is_that_of_a_global_search(name: str, dimension: int) -> None:
    state = ReparamState(dimension=dimension, objective=name)  # type: ignore[arg-type]
    objective = make_objective(state, KL)
    found = find_minima(objective, dimension)
    search = differential_evolution(
        lambda z: float(objective.value(z)), [(-4.0, 4.0)] * dimension, seed=1, tol=1e-12
    )
    assert found.value == pytest.approx(search.fun, abs=1e-9)
    gaps = np.linalg.norm(found.points - search.x, axis=1)
    assert gaps.min() < 1e-4
    np.testing.assert_allclose(objective.gradient(found.points), 0.0, atol=1e-8)


def test_two_wells_have_two_minima_and_the_nearer_counts() -> None:
    objective = make_objective(ReparamState(objective="two_wells"), KL)
    minima = find_minima(objective, 2)
    assert sorted(minima.points[:, 0].tolist()) == [-2.0, 2.0]
    factor = np.array([[0.3, 0.0], [0.4, 1.2]])
    distance = minima.distance(GaussianMap(np.array([1.5, 1.0]), factor))
    assert distance == pytest.approx(math.sqrt(0.5**2 + 1.0 + 0.3**2 + 0.4**2 + 1.2**2))


def test_the_distance_is_the_root_mean_square_of_z_from_the_minimum() -> None:
    gaussian = GaussianMap(np.array([1.0, 0.5]), np.array([[1.2, 0.0], [0.7, 0.8]]))
    minima = find_minima(make_objective(ReparamState(), KL), 2)
    z = gaussian(np.random.default_rng(3).standard_normal((200_000, 2)))
    squares = ((z - minima.points[0]) ** 2).sum(axis=1)
    error = squares.std() / math.sqrt(len(squares))
    assert minima.distance(gaussian) ** 2 == pytest.approx(squares.mean(), abs=4 * error)


def test_the_expectation_of_the_quadratic_in_closed_form() -> None:
    gaussian = GaussianMap(np.array([1.0, 0.5]), np.array([[1.2, 0.0], [0.7, 0.8]]))
    value = expected_value(make_objective(ReparamState(target=(-1.0, -1.0)), KL), gaussian)
    assert value == pytest.approx(0.5 * (4.0 + 2.25 + 1.44 + 0.49 + 0.64), rel=1e-14)


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_expectation_of_minus_log_p_by_monte_carlo(dimension: int) -> None:
    factor = np.array([[0.8]]) if dimension == 1 else np.array([[0.8, 0.0], [0.3, 0.6]])
    gaussian = GaussianMap(np.full(dimension, 0.4), factor)
    objective = make_objective(ReparamState(dimension=dimension, objective="kl_target"), KL)  # type: ignore[arg-type]
    f = objective.value(gaussian(np.random.default_rng(5).standard_normal((200_000, dimension))))
    assert expected_value(objective, gaussian) == pytest.approx(f.mean(), abs=4 * f.std() / math.sqrt(len(f)))
