"""The microscope's clouds grow by whole repeats, and its statistics say what they claim."""

import math

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import DIRECTIONS
from dgm_explorer.numerics.microscope import (
    MAX_REPEATS,
    MAX_SAMPLES,
    MIN_REPEATS,
    Cloud,
    observe,
    repeats_for,
    summarise,
)
from dgm_explorer.numerics.mixture import Mixture1D

P = Mixture1D([Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0, 1.0)])
Q = Gaussian1D(2.984, 1.023)
ESTIMATORS: tuple[Estimator, ...] = tuple(DIRECTIONS)


@pytest.mark.parametrize("n_samples", [1, 7, 1000, 30_000, 100_000])
def test_work_is_bounded(n_samples: int) -> None:
    repeats = repeats_for(n_samples)
    assert MIN_REPEATS <= repeats <= MAX_REPEATS
    assert repeats * n_samples <= MAX_SAMPLES


def test_clouds_grow_and_what_was_seen_stays() -> None:
    seen = list(observe(P, Q, ESTIMATORS, 400, seed=1))
    assert len(seen) > 2
    assert [cloud.estimator for cloud in seen[0]] == list(ESTIMATORS)
    assert len(seen[-1][0].gradients) == repeats_for(400)
    for cloud, final in zip(seen[0], seen[-1], strict=True):
        np.testing.assert_array_equal(cloud.gradients, final.gradients[: len(cloud.gradients)])


def test_a_seed_repeats_the_random_numbers_and_another_changes_them() -> None:
    first, again, other = (next(observe(P, Q, ESTIMATORS, 10, seed))[0].gradients for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_pairs_share_their_random_numbers() -> None:
    """Reparametrised minus sticking-the-landing is −mean s(x), sample by sample (Roeder et al. 2017)."""
    q = Gaussian1D(0.0, 1.0)
    for clouds in observe(P, q, ("reparametrised", "sticking_the_landing"), 100, seed=0):
        pathwise, landing = (cloud.gradients for cloud in clouds)
    # without shared numbers the difference would keep the variance of both
    assert (pathwise - landing).var(axis=0)[0] == pytest.approx(1 / 100, rel=0.4)


def test_statistics_of_a_known_cloud() -> None:
    rng = np.random.default_rng(0)
    gradients = np.array([3.0, -1.0]) + rng.standard_normal((20_000, 2)) * [0.5, 2.0]
    summary = summarise(Cloud("snis", gradients, np.full(20_000, 0.8)), 100, np.array([2.0, -1.0]))
    np.testing.assert_allclose(summary.bias, [1.0, 0.0], atol=0.06)
    np.testing.assert_allclose(summary.bias_se, [0.5 / math.sqrt(20_000), 2 / math.sqrt(20_000)], rtol=0.05)
    np.testing.assert_allclose(summary.variance_n, [25, 400], rtol=0.05)
    np.testing.assert_allclose(summary.snr, [6, 0.5], rtol=0.1)
    assert summary.sample_fraction == pytest.approx(0.8)
    assert summary.repeats == 20_000


def test_one_repeat_claims_no_spread() -> None:
    summary = summarise(Cloud("reinforce", np.array([[1.0, 2.0]]), np.ones(1)), 10, np.zeros(2))
    assert np.isnan(summary.bias_se).all()
    assert np.isnan(summary.variance_n).all()
