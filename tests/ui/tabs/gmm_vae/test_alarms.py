"""Alarms ring when they should and only then."""

from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.ui.tabs.alarm import Alarm
from dgm_explorer.ui.tabs.gmm_vae.alarms import distinct_components, find_alarms
from tests.ui.tabs.gmm_vae.bound_cases import TRAIN, make_history, make_snapshot


def alarms(snapshot: GmmVaeSnapshot) -> tuple[Alarm, ...]:
    return find_alarms(snapshot, make_history(50))


def with_gamma(snapshot: GmmVaeSnapshot, gamma: np.ndarray) -> GmmVaeSnapshot:
    return replace(
        snapshot,
        responsibilities=gamma,
        occupancy=gamma.mean(axis=0),
        log_pi=np.log(gamma.mean(axis=0) + 1e-9),
    )


def test_a_healthy_run_is_silent() -> None:
    assert alarms(make_snapshot()) == ()


def test_components_on_top_of_one_another_are_told_though_all_are_occupied() -> None:
    """As without pre-training: every γ is uniform, so that occupancy and π look perfectly even."""
    (alarm,) = alarms(with_gamma(make_snapshot(), np.full((60, 3), 1 / 3)))
    assert alarm.kind == "merged_components"
    assert alarm.is_grave
    assert "pre-training" in alarm.sentence


@pytest.mark.parametrize(("share", "is_told"), [(0.13, False), (0.4, True)])
def test_two_components_may_overlap_but_not_coincide(share: float, is_told: bool) -> None:
    """0.13 of every example goes to the other one, as on the moons where one in seven is told wrongly."""
    gamma = np.array([[1 - share, share], [share, 1 - share]])[np.arange(60) % 2]
    kinds = [alarm.kind for alarm in alarms(with_gamma(make_snapshot(), gamma))]
    assert kinds == (["merged_components"] if is_told else [])


def test_an_empty_component_is_named_and_most_empty_is_grave() -> None:
    some = np.eye(5)[np.arange(60) % 4]
    (alarm,) = alarms(with_gamma(make_snapshot(), some))
    assert (alarm.kind, alarm.is_grave) == ("empty_components", False)
    assert "1 of 5 components (5) holds less than 1 %" in alarm.sentence
    most = np.eye(5)[np.arange(60) % 2]
    assert [(a.kind, a.is_grave) for a in alarms(with_gamma(make_snapshot(), most))] == [
        ("empty_components", True)
    ]


@pytest.mark.parametrize(
    ("kl", "is_grave", "words"), [([2.0, 0.004], False, "z2"), ([0.0, 0.001], True, "every")]
)
def test_posterior_collapse(kl: list[float], is_grave: bool, words: str) -> None:
    (alarm,) = alarms(replace(make_snapshot(), kl_per_dim=np.array(kl, np.float32)))
    assert (alarm.kind, alarm.is_grave) == ("posterior_collapse", is_grave)
    assert words in alarm.sentence


@pytest.mark.parametrize("phase", ["pretrain", "mixture_fit"])
def test_a_mixture_that_is_not_in_use_rings_no_alarm(phase: str) -> None:
    snapshot = with_gamma(make_snapshot(phase), np.full((60, 3), 1 / 3))
    assert alarms(replace(snapshot, kl_per_dim=np.zeros(2, np.float32))) == ()


def test_nan_comes_before_everything_else() -> None:
    history = make_history(50)
    row = np.array([[51.0, 5.1, 0.0, np.nan, -3.0, -1.0, 2.0, 0.5, np.nan]])
    history.append((MetricsTable("train", TRAIN, row),))
    (alarm,) = find_alarms(make_snapshot("pretrain"), history)
    assert alarm.kind == "not_finite"
    assert "(a)" in alarm.sentence
    assert "learning rate" in alarm.sentence


def test_nan_in_the_mixture_is_found_without_metrics() -> None:
    broken = replace(make_snapshot(), component_means=np.full((3, 2), np.nan, np.float32))
    assert [alarm.kind for alarm in find_alarms(broken, make_history(0))] == ["not_finite"]


def test_one_component_alone_is_not_a_collapse() -> None:
    snapshot = replace(
        with_gamma(make_snapshot(), np.ones((60, 1))),
        component_means=np.zeros((1, 2), np.float32),
        component_log_vars=np.zeros((1, 2), np.float32),
    )
    assert alarms(snapshot) == ()


def test_distinct_components_counts_what_is_told_apart() -> None:
    assert distinct_components(np.eye(4)[np.arange(40) % 4]) == pytest.approx(4.0)
    assert distinct_components(np.full((40, 4), 0.25)) == pytest.approx(1.0)
