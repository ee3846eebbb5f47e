"""Groups of neighbours, against networkx's modularity, shapes that k-means cannot find, and real digits."""

from collections.abc import Generator

import networkx
import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, make_moons

from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.numerics.clustering import measure_clustering
from dgm_explorer.numerics.graph_clustering import (
    ROWS_PER_PIECE,
    cluster_by_neighbours,
    count_pieces,
    improve,
    link_neighbours,
    merge,
    modularity,
)


def drained(work: Generator[None, None, object]) -> tuple[object, int]:
    """What a generator returns, and how often it paused."""
    n_pauses = 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, n_pauses
        n_pauses += 1


def clusters_of(features: np.ndarray, n_clusters: int, seed: int = 0) -> np.ndarray:
    found, n_pauses = drained(cluster_by_neighbours(features.astype(np.float32), n_clusters, seed))
    assert n_pauses == count_pieces(len(features))
    assert isinstance(found, np.ndarray)
    assert found.shape == (len(features),)
    assert found.min() >= 0
    assert found.max() < n_clusters
    return found


def accuracy(clusters: np.ndarray, labels: np.ndarray) -> float:
    n = int(max(clusters.max(), labels.max())) + 1
    return measure_clustering(clusters, labels, n, n).accuracy


@pytest.fixture(scope="module")
def graph() -> csr_array:
    points = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
    found = drained(link_neighbours(points))[0]
    assert isinstance(found, csr_array)
    return found


def test_links_are_symmetric_and_weigh_the_neighbours_in_common(graph: csr_array) -> None:
    points = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    hoods = [set(np.argsort(row)[:11]) for row in distance]
    expected = np.zeros((80, 80))
    for i in range(80):
        for j in range(80):
            if i != j and (j in hoods[i] or i in hoods[j]):
                expected[i, j] = len(hoods[i] & hoods[j]) / len(hoods[i] | hoods[j])
    np.testing.assert_allclose(graph.toarray(), expected, rtol=1e-6)


def test_modularity_is_that_of_networkx(graph: csr_array) -> None:
    labels = np.random.default_rng(1).integers(4, size=80)
    groups = [set(np.flatnonzero(labels == k)) for k in range(4)]
    expected = networkx.community.modularity(networkx.from_scipy_sparse_array(graph), groups)
    assert modularity(graph, labels) == pytest.approx(expected, abs=1e-6)


def test_moves_and_merges_raise_the_modularity(graph: csr_array) -> None:
    labels = np.random.default_rng(2).integers(20, size=80)
    improved = improve(graph, labels)
    assert modularity(graph, improved) > modularity(graph, labels)
    merged = merge(graph, improved, 3)
    assert len(np.unique(merged)) == 3


def test_finds_moons_where_k_means_cannot() -> None:
    points, labels = make_moons(600, noise=0.06, random_state=0)
    assert accuracy(clusters_of(points, 2), labels) == 1
    assert accuracy(KMeans(2, n_init=1, random_state=0).fit_predict(points), labels) < 0.9


def test_finds_digits_whatever_the_seed() -> None:
    digits = load_digits()
    for seed in range(2):
        assert accuracy(clusters_of(digits.data, 10, seed), digits.target) > 0.8


@pytest.mark.parametrize("n", [1, 2, 5, 11, 40])
def test_takes_few_examples(n: int) -> None:
    clusters_of(np.random.default_rng(n).normal(size=(n, 2)), 10)


def test_takes_the_largest_seed_that_a_run_may_have() -> None:
    seed = GmmVaeConfig(seed=2**32 - 1).seed
    points, labels = make_moons(200, noise=0.03, random_state=1)
    assert accuracy(clusters_of(points.astype(np.float32), 2, seed), labels) > 0.95


def test_takes_examples_that_are_all_equal() -> None:
    clusters_of(np.zeros((300, 2)), 10)


def test_large_sets_pause_after_every_few_thousand_examples() -> None:
    assert count_pieces(ROWS_PER_PIECE + 1) == count_pieces(ROWS_PER_PIECE) + 1
