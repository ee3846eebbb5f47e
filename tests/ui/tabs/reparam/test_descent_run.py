"""Descent of E f(z) against recursions in closed form, and how it ends."""

import math
from dataclasses import replace

import numpy as np

from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.tabs.reparam.descent_memory import MOST_SHOWN, DescentMemory
from dgm_explorer.ui.tabs.reparam.descent_run import TRAIL_LIMIT, WINDOW, DescentRun, Recipe, problem_of

KL = KLState()
IDENTITY = ReparamState(activation="identity", estimator="exact", learning_rate=0.1)


def _run(state: ReparamState, steps: int, kl: KLState = KL) -> DescentRun:
    run = DescentRun(state, kl)
    for _ in range(steps):
        run.step()
    return run


def test_exact_descent_of_the_quadratic_shrinks_all_by_one_minus_eta() -> None:
    """E f = ½‖μ − t‖² + ½‖L‖²: with the identity on the diagonal every coordinate is a plain parabola."""
    run = _run(IDENTITY, 40)
    trail = run.trail
    shrunk = 0.9**trail.counts
    start = DescentRun(IDENTITY, KL).trail
    target = np.array(IDENTITY.target)
    np.testing.assert_allclose(trail.means - target, shrunk[:, None] * (start.means[0] - target), rtol=1e-10)
    np.testing.assert_allclose(trail.factors, shrunk[:, None, None] * start.factors[0], rtol=1e-10)
    np.testing.assert_allclose(trail.distances, shrunk * start.distances[0], rtol=1e-10)
    np.testing.assert_allclose(trail.values, 0.5 * trail.distances**2, rtol=1e-10)


def test_exact_descent_ends_when_it_has_arrived() -> None:
    run = _run(IDENTITY, 1000)
    assert run.ending == f"Descent has converged after {run.count} steps."
    # 0.9^(2n) falls below 1e-9 of the start, or of 1 where the start lies higher
    goal = 1e-9 * min(1.0, 0.5 * run.trail.distances[0] ** 2)
    expected = math.log(goal / (0.5 * run.trail.distances[0] ** 2)) / (2 * math.log(0.9))
    assert run.count == math.ceil(expected)


def test_noisy_descent_with_the_same_seed_takes_the_same_way() -> None:
    state = ReparamState(estimator="score_baseline", seed=4)
    first, second = _run(state, 30), _run(state, 30)
    np.testing.assert_array_equal(first.trail.means, second.trail.means)
    first.restart()
    assert first.count == 0
    for _ in range(30):
        first.step()
    np.testing.assert_array_equal(first.trail.means, second.trail.means)


def test_the_mean_scatters_less_about_the_target_with_the_pathwise_gradient() -> None:
    ends = {}
    for name in ("pathwise", "score_baseline", "score"):
        state = ReparamState(estimator=name, seed=1, learning_rate=0.05)  # type: ignore[arg-type]
        away = _run(state, 400).trail.means[-200:] - np.array(state.target)
        ends[name] = float(np.sqrt((away**2).sum(axis=1).mean()))
    assert ends["pathwise"] < ends["score_baseline"] < ends["score"]
    assert ends["pathwise"] < 0.7 * ends["score"]


def test_frozen_noise_leads_to_the_minimum_of_the_sample_mean() -> None:
    """With ε kept, ½ mean‖μ + Lε − t‖² is least where μ = t and L = 0, the same for any ε."""
    state = replace(IDENTITY, estimator="pathwise", is_frozen=True, n_samples=20, learning_rate=0.3)
    assert _run(state, 400).trail.distances[-1] < 1e-6


def test_a_singular_sigma_ends_the_score_function_in_one_sentence() -> None:
    state = ReparamState(activation="relu", raw_diagonal=(-1.0, 0.5), estimator="score")
    run = _run(state, 3)
    assert run.count == 0
    assert run.ending.endswith(".")
    assert "pathwise" in run.ending
    assert not _run(replace(state, estimator="pathwise"), 3).ending


def test_a_rate_that_is_too_large_ends_in_one_sentence() -> None:
    run = _run(replace(IDENTITY, learning_rate=2.5, mean=(0.7, 0.5)), 2000)
    assert run.ending.startswith("Diverging at step ")
    assert "a rate below η = 2.5" in run.ending
    assert run.count <= 3 * WINDOW
    before = run.count
    run.step()
    assert run.count == before


def test_a_long_way_home_in_short_steps_is_no_divergence() -> None:
    run = _run(replace(IDENTITY, mean=(300.0, 0.0)), 2000)
    assert "converged" in run.ending


def test_noise_that_only_hovers_is_no_divergence() -> None:
    run = _run(ReparamState(estimator="score", n_samples=2, learning_rate=0.3, optimiser="adam"), 400)
    assert run.ending == ""


def test_a_long_way_keeps_its_start_and_its_end() -> None:
    run = _run(ReparamState(learning_rate=1e-6), TRAIL_LIMIT + 700)
    trail = run.trail
    assert len(trail) <= TRAIL_LIMIT + 1
    assert trail.counts[0] == 0
    assert trail.counts[-1] == run.count == TRAIL_LIMIT + 700
    assert np.all(np.diff(trail.counts) > 0)
    assert trail.nearest(1001.0) == int(np.abs(trail.counts - 1001).argmin())


def test_minus_log_p_is_noted_where_it_is_looked_at() -> None:
    run = _run(ReparamState(objective="kl_target", estimator="pathwise"), 7)
    assert run.trail.counts.tolist() == [0.0, 7.0]
    run.step()
    assert run.trail.counts.tolist() == [0.0, 7.0, 8.0]


def test_exact_descent_of_many_components_goes_downhill() -> None:
    p2 = tuple(Component2D(1.0, (float(i), 0.0), (0.5, 0.1, 0.5)) for i in range(6))
    kl = KLState(p2=p2)
    trail = _run(ReparamState(objective="kl_target", estimator="exact"), 5, kl).trail
    assert trail.values[-1] < trail.values[0]


def test_the_name_says_estimator_and_rate() -> None:
    recipe = Recipe.of(ReparamState(estimator="score_baseline", learning_rate=0.02))
    assert recipe.name == "score, baseline, SGD 0.02"
    assert recipe.details == "N = 10, fresh ε in every step, seed 0"
    assert Recipe.of(ReparamState(estimator="exact", seed=1)) == Recipe.of(
        ReparamState(estimator="exact", seed=2, n_samples=3)
    )


def test_problems_differ_by_what_matters() -> None:
    state = ReparamState()
    assert problem_of(state, KL) == problem_of(replace(state, n_points=5, panel="growth"), KL)
    assert problem_of(state, KL) != problem_of(replace(state, mean=(0.0, 0.0)), KL)
    assert problem_of(state, KL) == problem_of(state, KLState(p2=KL.p2[:1]))
    to_p = replace(state, objective="kl_target")
    assert problem_of(to_p, KL) != problem_of(to_p, KLState(p2=KL.p2[:1]))
    assert problem_of(to_p, KL) == problem_of(replace(to_p, target=(3.0, 3.0)), KL)


def test_memory_keeps_four_of_a_problem_and_brings_them_back() -> None:
    memory = DescentMemory()
    rates = (0.01, 0.02, 0.03, 0.04, 0.05)
    for rate in rates:
        memory.keep(_run(ReparamState(learning_rate=rate), 2))
    memory.keep(_run(ReparamState(learning_rate=0.9), 0))
    present = DescentRun(ReparamState(learning_rate=0.06), KL)
    assert [kept.recipe.learning_rate for kept in memory.beside(present)] == [0.05, 0.04, 0.03, 0.02]
    assert len(memory.beside(present)) == MOST_SHOWN
    elsewhere = DescentRun(ReparamState(mean=(0.0, 0.0)), KL)
    assert memory.beside(elsewhere) == ()
    again = _run(ReparamState(learning_rate=0.05), 1)
    assert [kept.recipe.learning_rate for kept in memory.beside(again)] == [0.04, 0.03, 0.02, 0.01]
    memory.forget(present)
    assert memory.beside(present) == ()
