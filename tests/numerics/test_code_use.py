"""Numbers on the use of codes, against scipy, scikit-learn and brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import entropy

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.numerics.code_use import (
    leading_axis,
    order_along,
    order_by_use,
    pair_information,
    perplexity,
    relative_use,
)

COUNTS = arrays(np.float32, st.tuples(st.integers(2, 9), st.integers(1, 4)), elements=st.integers(0, 50))


@settings(deadline=None, max_examples=50)
@given(COUNTS)
def test_perplexity_is_exp_of_the_entropy_that_scipy_finds(counts: Float32Array) -> None:
    with np.errstate(invalid="ignore"):
        expected = np.exp(entropy(counts.astype(float), axis=0))
    np.testing.assert_allclose(perplexity(counts), expected, rtol=1e-9)


def test_perplexity_lies_between_one_code_and_all() -> None:
    counts = np.array([[7, 3, 0], [0, 3, 0], [0, 3, 0]], np.float32)
    np.testing.assert_allclose(perplexity(counts), [1.0, 3.0, np.nan])
    assert float(perplexity(np.full(64, 2, np.float32))) == pytest.approx(64)


def test_use_is_measured_in_multiples_of_the_mean() -> None:
    np.testing.assert_allclose(relative_use(np.array([[1, 3, 0, 0], [0, 0, 0, 0]])), [[1, 3, 0, 0], [0] * 4])


def test_the_most_used_code_comes_first_and_of_equals_the_first() -> None:
    assert order_by_use(np.array([2.0, 5, 2, 0, 9])).tolist() == [4, 1, 0, 2, 3]


@pytest.mark.parametrize("shape", [(50, 1), (50, 16), (20, 64)])
def test_the_leading_axis_is_the_first_right_singular_vector(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    scales = np.geomspace(3, 0.1, shape[1]) if shape[1] > 1 else np.ones(1)
    vectors = (rng.normal(size=shape) * scales + 7).astype(np.float32)
    exact = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2][0]
    axis = leading_axis(vectors)
    assert abs(float(axis @ exact)) > 0.999
    assert axis[np.abs(axis).argmax()] > 0
    turned = leading_axis(vectors, -axis)
    np.testing.assert_allclose(turned, -axis, atol=1e-3)  # it does not flip from one moment to the next


def test_codes_that_are_alike_or_broken_still_have_an_order() -> None:
    same = np.ones((4, 3), np.float32)
    assert order_along(same, leading_axis(same)).tolist() == [0, 1, 2, 3]
    broken = np.array([[np.nan, 0], [3, 0], [1, 0]], np.float32)
    assert sorted(order_along(broken, leading_axis(broken)).tolist()) == [0, 1, 2]
    assert order_along(broken, leading_axis(broken))[-1] == 0
    nothing = np.full((2, 2), np.nan, np.float32)
    assert np.isfinite(leading_axis(nothing)).all()


def test_another_number_of_dimensions_starts_anew() -> None:
    vectors = np.array([[0, 0, 1], [0, 0, 5], [0, 1, 9]], np.float32)
    assert leading_axis(vectors, np.array([1.0, 0.0])).shape == (3,)


def test_pmi_equals_its_definition_pair_by_pair() -> None:
    counts = np.random.default_rng(1).integers(0, 4, (7, 7)).astype(np.float32)
    counts[2] = 0
    counts[:, 3] = 0
    information = pair_information(counts)
    p = counts / counts.sum()
    seen = {(int(i), int(j)) for i, j in zip(*np.nonzero(counts), strict=True)}
    assert set(zip(information.first.tolist(), information.second.tolist(), strict=True)) == seen
    for i, j, n, pmi in zip(
        information.first, information.second, information.counts, information.pmi_nats, strict=True
    ):
        assert n == counts[i, j]
        assert pmi == pytest.approx(math.log(p[i, j] / (p[i].sum() * p[:, j].sum())), abs=1e-5)


def test_the_mean_pmi_is_the_mutual_information_that_scikit_learn_finds() -> None:
    from sklearn.metrics import mutual_info_score

    rng = np.random.default_rng(2)
    left = rng.integers(0, 5, 400)
    right = (left + rng.integers(0, 2, 400)) % 5
    counts = np.zeros((5, 5), np.float32)
    np.add.at(counts, (left, right), 1)
    information = pair_information(counts)
    mean = float((information.counts * information.pmi_nats).sum() / information.counts.sum())
    assert mean == pytest.approx(mutual_info_score(left, right), abs=1e-9)


def test_independent_codes_have_no_information_and_faithful_pairs_log_k() -> None:
    independent = pair_information(np.outer([1, 2, 3], [4, 5, 6]).astype(np.float32))
    np.testing.assert_allclose(independent.pmi_nats, 0, atol=1e-9)
    faithful = pair_information(np.eye(8, dtype=np.float32)[::-1].copy() * 5)
    np.testing.assert_allclose(faithful.pmi_nats, math.log(8))


@pytest.mark.parametrize("counts", [np.zeros((3, 3), np.float32), np.zeros((0, 0), np.float32)])
def test_no_pairs_at_all_are_no_error(counts: Float32Array) -> None:
    assert len(pair_information(counts).pmi_nats) == 0
