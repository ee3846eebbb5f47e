"""How well clusters found without labels agree with labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dgm_explorer.core.arrays import FloatArray, IntArray

OCCUPIED_SHARE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class ClusteringQuality:
    """Agreement of a clustering with labels; all three numbers are 1 for the same partition.

    Attributes
    ----------
    accuracy : share of examples on the best one-to-one matching of clusters to classes (Hungarian).
    nmi : normalised mutual information, over the arithmetic mean of the entropies.
    ari : Rand index adjusted for chance (Hubert & Arabie 1985); 0 on average for random clusters.
    confusion : (clusters, classes) counts.
    """

    accuracy: float
    nmi: float
    ari: float
    confusion: IntArray


def measure_clustering(
    clusters: IntArray, labels: IntArray, n_clusters: int, n_classes: int
) -> ClusteringQuality:
    """Compare clusters 0 … n_clusters - 1 with labels 0 … n_classes - 1, both (n,)."""
    table = np.bincount(clusters * n_classes + labels, minlength=n_clusters * n_classes)
    confusion = table.reshape(n_clusters, n_classes).astype(np.int64)
    return ClusteringQuality(
        accuracy=hungarian_accuracy(confusion),
        nmi=normalised_mutual_information(confusion),
        ari=adjusted_rand_index(confusion),
        confusion=confusion,
    )


def hungarian_accuracy(confusion: IntArray) -> float:
    """Largest share of examples that a one-to-one matching of rows to columns can put on it; NaN if empty."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(confusion, maximize=True)
    n = int(confusion.sum())
    return float(confusion[rows, columns].sum() / n) if n else float("nan")


def normalised_mutual_information(confusion: IntArray) -> float:
    """I(cluster; class) over the mean of the two entropies; 1 where both are constant, NaN if empty."""
    n = confusion.sum()
    if n == 0:
        return float("nan")
    rows, columns = (_entropy(confusion.sum(axis) / n) for axis in (1, 0))
    if rows + columns == 0:
        return 1.0
    information = rows + columns - _entropy(confusion.ravel() / n)
    return float(max(0.0, information) / (0.5 * (rows + columns)))


def _entropy(shares: FloatArray) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum())


def adjusted_rand_index(confusion: IntArray) -> float:
    """(pairs together in both - expected) / (largest possible - expected); 1 for equal partitions."""
    n = int(confusion.sum())
    if n == 0:
        return float("nan")
    together = float(_pairs(confusion).sum())
    in_rows = float(_pairs(confusion.sum(1)).sum())
    in_columns = float(_pairs(confusion.sum(0)).sum())
    expected = in_rows * in_columns / max(float(_pairs(np.array([n]))[0]), 1.0)
    largest = 0.5 * (in_rows + in_columns)
    return 1.0 if largest == expected else (together - expected) / (largest - expected)


def _pairs(counts: IntArray) -> FloatArray:
    real = counts.astype(np.float64)
    return 0.5 * real * (real - 1)


def count_occupied(clusters: IntArray, n_clusters: int) -> int:
    """Clusters that hold more than `OCCUPIED_SHARE` of the examples."""
    counts = np.bincount(clusters, minlength=n_clusters)
    return int((counts > OCCUPIED_SHARE * len(clusters)).sum())


def match_clusters(confusion: ArrayLike) -> IntArray:
    """The class matched to each cluster, (clusters,); -1 for clusters beyond the number of classes."""
    from scipy.optimize import linear_sum_assignment

    table = np.asarray(confusion)
    matched = np.full(len(table), -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(table, maximize=True)
    matched[rows] = columns
    return matched
