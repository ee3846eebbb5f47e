"""Agreement of clusters with labels, against scikit-learn and brute force."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, confusion_matrix, normalized_mutual_info_score

from dgm_explorer.numerics.clustering import count_occupied, match_clusters, measure_clustering

N_CLASSES = 5


def drawn(agreement: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and clusters that are a renaming of them for a share of the examples."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(N_CLASSES, size=300)
    renamed = rng.permutation(N_CLASSES)[labels]
    return np.where(rng.random(300) < agreement, renamed, rng.integers(N_CLASSES, size=300)), labels


@pytest.mark.parametrize("agreement", [0.0, 0.4, 0.9, 1.0])
def test_agrees_with_scikit_learn(agreement: float) -> None:
    clusters, labels = drawn(agreement)
    found = measure_clustering(clusters, labels, N_CLASSES, N_CLASSES)
    assert found.nmi == pytest.approx(normalized_mutual_info_score(labels, clusters), abs=1e-12)
    assert found.ari == pytest.approx(adjusted_rand_score(labels, clusters), abs=1e-12)
    np.testing.assert_array_equal(found.confusion, confusion_matrix(clusters, labels))


@pytest.mark.parametrize("agreement", [0.0, 0.4, 0.9, 1.0])
def test_accuracy_is_that_of_the_best_renaming(agreement: float) -> None:
    clusters, labels = drawn(agreement)
    best = max(np.mean(np.array(names)[clusters] == labels) for names in permutations(range(N_CLASSES)))
    assert measure_clustering(clusters, labels, N_CLASSES, N_CLASSES).accuracy == pytest.approx(best)


def test_more_clusters_than_classes_leave_some_unmatched() -> None:
    confusion = np.array([[5, 0], [0, 4], [9, 1]])
    np.testing.assert_array_equal(match_clusters(confusion), [-1, 1, 0])


def test_one_cluster_and_one_class_agree_wholly() -> None:
    found = measure_clustering(np.zeros(7, dtype=int), np.zeros(7, dtype=int), 1, 1)
    assert (found.accuracy, found.nmi, found.ari) == (1, 1, 1)


def test_nothing_measured_is_not_a_number() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    found = measure_clustering(nothing, nothing, 3, 3)
    assert np.isnan([found.accuracy, found.nmi, found.ari]).all()


def test_occupied_clusters_hold_more_than_one_percent() -> None:
    clusters = np.repeat([0, 1, 2], [150, 48, 2])
    assert count_occupied(clusters, 5) == 2
