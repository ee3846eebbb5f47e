"""Both descents against the analytic optimum, and what a changed state does to them."""

from dataclasses import replace

import pytest

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.tabs.kl.descent_run import TRAIL_LIMIT, DescentRun

START = replace(KLState(), optimiser="natural", learning_rate=0.5)


def run_of(state: KLState, steps: int = 0) -> DescentRun:
    run = DescentRun(Mixture1D(state.p), state)
    for _ in range(steps):
        run.step()
    return run


def test_both_directions_reach_their_optimum_and_say_so() -> None:
    run = run_of(replace(START, q=Gaussian1D(2.0, 1.2)), 400)
    forward, reverse = run.trail("forward"), run.trail("reverse")
    assert forward is not None
    assert reverse is not None
    assert (forward.q.mu, forward.q.sigma) == pytest.approx((0.0, 10**0.5), abs=1e-6)
    # kl.md section 5, d = 3, in agreement with mpmath
    assert (reverse.q.mu, reverse.q.sigma) == pytest.approx((2.984305987835742, 1.02336855966), abs=1e-6)
    assert run.is_converged
    count = run.count
    run.step()
    assert run.count == count


@pytest.mark.parametrize("is_sigma_fixed", [False, True])
def test_who_only_presses_play_sees_one_cover_and_the_other_seek(is_sigma_fixed: bool) -> None:
    state = replace(KLState(), is_sigma_fixed=is_sigma_fixed)
    run = run_of(state, 4 * int(state.steps_per_second))
    forward, reverse = run.trail("forward"), run.trail("reverse")
    assert forward is not None
    assert reverse is not None
    assert forward.q.mu == pytest.approx(0.0, abs=0.6)  # still on its way; the modes are at ±3
    assert reverse.q.mu == pytest.approx(3.0, abs=0.1)


def test_a_gaussian_target_is_reached_by_both() -> None:
    run = run_of(replace(START, p=(Component1D(1.0, 1.5, 0.7),)), 400)
    for direction in ("forward", "reverse"):
        trail = run.trail(direction)
        assert trail is not None
        assert (trail.q.mu, trail.q.sigma) == pytest.approx((1.5, 0.7), abs=1e-7)


def test_fixed_sigma_moves_the_mean_only() -> None:
    run = run_of(replace(START, is_sigma_fixed=True, q=Gaussian1D(1.0, 1.0)), 300)
    forward, reverse = run.trail("forward"), run.trail("reverse")
    assert forward is not None
    assert reverse is not None
    assert forward.q.sigma == reverse.q.sigma == 1.0
    assert forward.q.mu == pytest.approx(0.0, abs=1e-8)
    assert reverse.q.mu == pytest.approx(2.9870544879, abs=1e-8)  # kl.md section 5, d = 3
    assert run.is_converged


def test_what_is_known_decides_which_direction_runs() -> None:
    run = run_of(replace(START, knowledge="samples"), 5)
    assert run.trail("reverse") is None
    assert run.trail("forward") is not None
    assert not run.is_converged


def test_noise_comes_from_the_seed() -> None:
    noisy = replace(START, knowledge="unnormalised", learning_rate=0.01, seed=3)
    first, second, other = run_of(noisy, 20), run_of(noisy, 20), run_of(replace(noisy, seed=4), 20)
    assert first.trail("reverse").q == second.trail("reverse").q
    assert first.trail("reverse").q != other.trail("reverse").q
    first.restart()
    for _ in range(20):
        first.step()
    assert first.trail("reverse").q == second.trail("reverse").q


def test_a_moved_q_starts_anew_and_a_moved_p_keeps_the_place() -> None:
    run = run_of(START, 10)
    place = run.trail("forward").q
    wider = replace(START, p=(Component1D(0.5, -4.0, 1.0), Component1D(0.5, 4.0, 1.0)))
    run.follow(Mixture1D(wider.p), wider)
    trail = run.trail("forward")
    assert trail.q == place
    assert set(trail.mu) == {place.mu}
    moved = replace(wider, q=Gaussian1D(-1.0, 2.0))
    run.follow(Mixture1D(moved.p), moved)
    assert run.trail("forward").q == moved.q
    assert run.count == 0


def test_a_long_way_stays_short_in_memory() -> None:
    slow = replace(START, optimiser="gradient", learning_rate=1e-6)
    trail = run_of(slow, 3 * TRAIL_LIMIT).trail("forward")
    assert trail.count == 3 * TRAIL_LIMIT
    assert len(trail.mu) <= TRAIL_LIMIT + 2
    assert trail.mu[0] == slow.q.mu
