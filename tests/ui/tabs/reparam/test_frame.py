"""Frames: what is drawn of a state, against NumPy on the points themselves."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.map_descent import MapPosition
from dgm_explorer.numerics.reparam import parameters_of
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine, ReparamFrame

STATE = ReparamState(mean=(1.0, -2.0), n_points=500, seed=4)


def resolve(state: ReparamState, position: MapPosition | None = None) -> ReparamFrame:
    return FrameEngine().resolve(state, KLState(), position)


def test_points_go_through_the_map() -> None:
    frame = resolve(STATE)
    factor = np.array([[math.exp(0.2), 0.0], [0.7, math.exp(-0.3)]])
    np.testing.assert_allclose(frame.z, np.array([1.0, -2.0]) + frame.epsilon @ factor.T, rtol=1e-12)


def test_moments_are_those_of_the_points_beside_the_exact_ones() -> None:
    frame = resolve(STATE)
    mean, cov = frame.z.mean(axis=0), np.cov(frame.z.T)
    exact = np.array([[math.exp(0.2), 0.0], [0.7, math.exp(-0.3)]])
    exact = exact @ exact.T
    found = {row.name: row for row in frame.comparisons}
    assert list(found) == ["E z₁", "E z₂", "Σ₁₁", "Σ₂₁", "Σ₂₂"]
    for name, sample, true in (
        ("E z₁", mean[0], 1.0),
        ("E z₂", mean[1], -2.0),
        ("Σ₁₁", cov[0, 0], exact[0, 0]),
        ("Σ₂₁", cov[0, 1], exact[0, 1]),
        ("Σ₂₂", cov[1, 1], exact[1, 1]),
    ):
        assert (found[name].sample, found[name].exact) == pytest.approx((sample, true), rel=1e-11)
    assert found["E z₁"].error == pytest.approx(math.sqrt(exact[0, 0] / 500))
    assert found["E z₁"].deviation == pytest.approx((mean[0] - 1.0) / math.sqrt(exact[0, 0] / 500))


def test_deviations_are_standard_normal_over_seeds() -> None:
    """Some lie beyond 2 standard errors, as they must; a wrong error bar would show at once."""
    deviations = [
        row.deviation for seed in range(300) for row in resolve(replace(STATE, seed=seed)).comparisons[:2]
    ]
    assert stats.kstest(deviations, "norm").pvalue > 1e-3
    assert 0.02 < np.mean(np.abs(deviations) > 2) < 0.08


def test_one_point_has_a_mean_but_no_covariance() -> None:
    frame = resolve(replace(STATE, n_points=1))
    assert not math.isnan(frame.comparisons[0].deviation)
    assert math.isnan(frame.comparisons[2].sample)
    assert math.isnan(frame.comparisons[2].deviation)


def test_what_does_not_depend_on_the_map_is_kept() -> None:
    engine, kl = FrameEngine(), KLState()
    first = engine.resolve(STATE, kl)
    second = engine.resolve(replace(STATE, off_diagonal=-3.0, mean=(0.0, 0.0)), kl)
    assert second.epsilon is first.epsilon
    assert second.objective is first.objective
    assert engine.resolve(replace(STATE, target=(0.0, 0.0)), kl).objective is not first.objective
    assert engine.resolve(replace(STATE, seed=5), kl).epsilon is not first.epsilon


def test_the_target_of_the_other_tab_is_followed() -> None:
    engine, state = FrameEngine(), replace(STATE, objective="kl_target")
    other = KLState(p2=(Component2D(1.0, (3.0, 4.0), (1.0, 0.0, 1.0)),))
    f = engine.resolve(state, other).objective
    assert f.value(np.array([3.0, 4.0])) == pytest.approx(math.log(2 * math.pi))
    assert engine.resolve(state, other).objective is f
    assert engine.resolve(state, KLState()).objective is not f


def test_what_is_shown_is_where_descent_has_got_to() -> None:
    theta = parameters_of(STATE) + 0.25
    frame = resolve(STATE, position=MapPosition(tuple(theta.tolist()), count=7))
    assert frame.start == STATE
    assert frame.state.mean == (1.25, -1.75)
    assert frame.map.factor[1, 0] == pytest.approx(0.95)
    assert frame.state.n_points == STATE.n_points


def test_the_chosen_point_is_one_that_there_is() -> None:
    assert resolve(replace(STATE, chosen=400)).chosen == 400
    assert resolve(replace(STATE, chosen=400, n_points=10)).chosen == 9


@pytest.mark.parametrize("law", ["gaussian", "logistic", "laplace", "exponential"])
def test_on_the_line_z_has_the_law(law: str) -> None:
    reference = {
        "gaussian": stats.norm,
        "logistic": stats.logistic,
        "laplace": stats.laplace,
        "exponential": stats.expon,
    }[law]
    frame = resolve(replace(STATE, dimension=1, law=law, n_points=20_000))
    sigma = math.exp(0.2)
    assert stats.kstest(frame.z[:, 0], reference(1.0, sigma).cdf).pvalue > 1e-3
    mean, variance = (float(m) for m in reference.stats(1.0, sigma, moments="mv"))
    assert [row.exact for row in frame.comparisons] == pytest.approx([mean, variance])
    assert frame.law == law
    assert frame.shape is None


def test_panels_that_speak_of_gaussian_gradients_show_the_gaussian() -> None:
    frame = resolve(replace(STATE, dimension=1, law="laplace", panel="gradients"))
    assert frame.law == "gaussian"
    np.testing.assert_allclose(frame.z, frame.map(frame.epsilon), rtol=1e-12)
