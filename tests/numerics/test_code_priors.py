"""Counted priors: distributions that add up, bits that are entropies, samples that follow them."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.numerics.code_priors import CodePrior, CountTable, Uniform, Unigram

K = 3


def draw_striped(n: int, seed: int) -> IntArray:
    """Grids whose next code is nearly always the left one plus 1: a Markov chain along the rows."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, K, (n, 4, 5))
    for column in range(1, 5):
        follows = rng.random((n, 4)) < 0.9
        codes[:, :, column] = np.where(follows, (codes[:, :, column - 1] + 1) % K, codes[:, :, column])
    return codes


def priors() -> list[CodePrior]:
    codes = draw_striped(200, 0)
    return [Uniform(K), Unigram(codes, K), CountTable(codes, K)]


@pytest.mark.parametrize("prior", priors(), ids=lambda prior: type(prior).__name__)
def test_probabilities_of_all_grids_add_up_to_one(prior: CodePrior) -> None:
    grids = np.array(list(itertools.product(range(K), repeat=4))).reshape(-1, 2, 2)
    probabilities = [2 ** (-4 * prior.bits_per_code(grid[None])) for grid in grids]
    assert math.isclose(sum(probabilities), 1, rel_tol=1e-12)


@pytest.mark.parametrize("prior", priors(), ids=lambda prior: type(prior).__name__)
def test_samples_follow_the_probabilities(prior: CodePrior) -> None:
    grids = np.array(list(itertools.product(range(K), repeat=4))).reshape(-1, 2, 2)
    expected = np.array([2 ** (-4 * prior.bits_per_code(grid[None])) for grid in grids])
    n = 20_000
    drawn = prior.sample(n, 2, 2, np.random.default_rng(5)).reshape(n, 4) @ K ** np.arange(3, -1, -1)
    observed = np.bincount(drawn, minlength=len(grids))
    assert stats.chisquare(observed, expected / expected.sum() * n).pvalue > 1e-3


def test_the_unigram_costs_the_entropy_of_the_shares() -> None:
    shares = np.array([0.5, 0.25, 0.125, 0.125])
    codes = np.random.default_rng(0).choice(4, (2000, 5, 5), p=shares)
    prior = Unigram(codes[:1000], 4)
    assert prior.bits_per_code(codes[1000:]) == pytest.approx(stats.entropy(shares, base=2), abs=0.02)


def test_the_count_table_finds_the_chain() -> None:
    prior = CountTable(draw_striped(3000, 1), K)
    held_out = draw_striped(1000, 2)
    step = stats.entropy([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3], base=2)
    expected = (math.log2(3) + 4 * step) / 5  # the first column is uniform
    assert prior.bits_per_code(held_out) == pytest.approx(expected, abs=0.02)
    assert prior.bits_per_code(held_out) < Unigram(held_out, K).bits_per_code(held_out)


def test_contexts_never_seen_fall_back_to_what_is_known() -> None:
    codes = np.zeros((1, 2, 2), dtype=np.int64)
    prior = CountTable(codes, 1024)
    probabilities = prior.probabilities(np.array([7]), np.array([9]))
    np.testing.assert_allclose(probabilities[0], Unigram(codes, 1024).shares)
    assert math.isfinite(prior.bits_per_code(np.full((1, 2, 2), 1023)))


def test_a_thousand_codes_take_no_cube_of_memory() -> None:
    codes = np.random.default_rng(3).integers(0, 1024, (500, 7, 7))
    drawn = CountTable(codes, 1024).sample(4, 7, 7, np.random.default_rng(0))
    assert drawn.shape == (4, 7, 7)
    assert 0 <= drawn.min() <= drawn.max() < 1024
