"""Clusters from who is whose neighbour: groups of examples densely linked among themselves.

Nothing here sees labels. The examples become a graph: near ones are linked, links weighted by the share of
neighbours in common. The clusters are the K groups of greatest modularity (Newman & Girvan 2004), sought
from several spectral starts by greedy merging and by moves of single examples. Modularity itself, which
needs no labels, says which start was the best.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

N_NEIGHBOURS = 10
MAX_FEATURES = 50
MAX_COORDINATES = 40
MAX_GROUPS = 200
MAX_SWEEPS = 50
INERTIA = 0.1  # keeps simultaneous moves from swinging to and fro
ROWS_PER_PIECE = 4096
DENSE_BELOW = 500
N_SEEDS = 2**32  # that scikit-learn takes


class Start(NamedTuple):
    """Where one search begins.

    Attributes
    ----------
    coordinates, groups : spectral coordinates, and groups before merging, both per cluster asked for.
    seed : of k-means.
    """

    coordinates: float
    groups: int
    seed: int


STARTS = tuple(
    Start(coordinates, groups, seed)
    for coordinates, groups in ((1.0, 1), (1.5, 2), (1.5, 6), (2.0, 2), (2.0, 6), (3.0, 6))
    for seed in (0, 1)
)


def count_pieces(n: int) -> int:
    """How often `cluster_by_neighbours` pauses for ``n`` examples."""
    return -(-n // ROWS_PER_PIECE) + 1 + len(STARTS)


def cluster_by_neighbours(
    features: Float32Array, n_clusters: int, seed: int = 0
) -> Generator[None, None, IntArray]:
    """Find the clusters of ``features`` (n, d), pausing `count_pieces` times; returns (n,) numbers below K.

    A generator, so that whoever drives it stays able to stop: 60,000 images take half a minute. With few
    distinct examples some clusters may stay empty. The same input and seed give the same clusters.
    """
    if len(features) <= n_clusters:
        for _ in range(count_pieces(len(features))):
            yield
        return np.arange(len(features))
    graph = yield from link_neighbours(reduce_features(features, seed))
    coordinates = spectral_coordinates(graph, min(MAX_COORDINATES, 3 * n_clusters, len(features) - 1), seed)
    yield
    best, best_modularity = np.zeros(len(features), dtype=np.int64), -np.inf
    for start in STARTS:
        found = _search(graph, coordinates, n_clusters, start._replace(seed=(seed + start.seed) % N_SEEDS))
        reached = modularity(graph, found)
        if reached > best_modularity:
            best, best_modularity = found, reached
        yield
    return best


def reduce_features(features: Float32Array, seed: int) -> Float32Array:
    """Principal components where there are more than `MAX_FEATURES` numbers per example."""
    from sklearn.decomposition import PCA

    n_kept = min(MAX_FEATURES, len(features))
    if features.shape[1] <= n_kept:
        return features
    reduced: Float32Array = PCA(n_kept, svd_solver="randomized", random_state=seed).fit_transform(features)
    return reduced


def link_neighbours(features: Float32Array) -> Generator[None, None, "csr_array"]:
    """Weights of the graph, symmetric (n, n): Jaccard similarity of the neighbourhoods of linked examples.

    Two examples are linked where one is among the `N_NEIGHBOURS` nearest of the other; an example belongs
    to its own neighbourhood (shared nearest neighbours, Jarvis & Patrick 1973).
    """
    from scipy.sparse import csr_array, eye_array
    from sklearn.neighbors import NearestNeighbors

    n, n_nearest = len(features), min(N_NEIGHBOURS, len(features) - 1)
    search = NearestNeighbors(n_neighbors=n_nearest + 1, algorithm="brute").fit(features)
    nearest = []
    for first in range(0, n, ROWS_PER_PIECE):
        piece = features[first : first + ROWS_PER_PIECE]
        nearest.append(search.kneighbors(piece, return_distance=False))
        yield
    rows = np.repeat(np.arange(n), n_nearest + 1)
    links = csr_array((np.ones(rows.size, dtype=np.float32), (rows, np.concatenate(nearest).ravel())), (n, n))
    hood = ((links + eye_array(n, dtype=np.float32, format="csr")) > 0).astype(np.float32)
    is_linked = (hood + hood.T) > 0
    weights = csr_array((hood @ hood.T).multiply(is_linked))
    sizes: Float32Array = np.asarray(hood.sum(axis=1)).ravel()
    coo = weights.tocoo()
    weights.data = coo.data / (sizes[coo.row] + sizes[coo.col] - coo.data)
    weights.setdiag(0)
    weights.eliminate_zeros()
    return weights


def spectral_coordinates(graph: "csr_array", n_coordinates: int, seed: int) -> FloatArray:
    """Leading eigenvectors of D^-½ W D^-½ (Ng, Jordan & Weiss 2002), (n, m), greatest first."""
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import eigsh

    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)
    scale = diags_array(degrees**-0.5)
    normalised = scale @ graph @ scale
    if graph.shape[0] < DENSE_BELOW:
        return np.linalg.eigh(normalised.toarray())[1][:, ::-1][:, :n_coordinates]
    begin = np.random.default_rng(seed).random(graph.shape[0])
    vectors: FloatArray = eigsh(normalised, k=n_coordinates, which="LA", tol=1e-6, v0=begin)[1]
    return vectors[:, ::-1]


def modularity(graph: "csr_array", labels: IntArray) -> float:
    """Share of link weight within groups less what chance would put there (Newman & Girvan 2004, eq. 5)."""
    between = _weights_between(graph, labels, int(labels.max()) + 1)
    total = between.sum()
    return float(np.trace(between) / total - (between.sum(1) ** 2).sum() / total**2)


def _search(graph: "csr_array", coordinates: FloatArray, n_clusters: int, start: Start) -> IntArray:
    """K groups of high modularity: more groups from k-means, improved, merged, improved."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    kept = coordinates[:, : max(2, round(start.coordinates * n_clusters))]
    directions = kept / np.maximum(np.linalg.norm(kept, axis=1, keepdims=True), 1e-12)
    n_groups = min(max(n_clusters, min(start.groups * n_clusters, MAX_GROUPS)), len(directions))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # equal examples: fewer groups than asked for
        k_means = KMeans(n_groups, n_init=2, max_iter=50, random_state=start.seed)
        groups = k_means.fit_predict(directions).astype(np.int64)
    groups = _renumbered(improve(graph, groups))
    return improve(graph, _renumbered(merge(graph, groups, n_clusters)))


def improve(graph: "csr_array", labels: IntArray) -> IntArray:
    """Move every example to the group where it adds most to the modularity, until none moves."""
    rows, n_groups = np.arange(len(labels)), int(labels.max()) + 1
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    for _ in range(MAX_SWEEPS):
        members = _indicator(labels, n_groups)
        expected = np.outer(degrees, (degrees @ members) / degrees.sum())
        gain = graph @ members - expected
        gain[rows, labels] += INERTIA * degrees
        moved = gain.argmax(1)
        if (moved == labels).all():
            break
        labels = moved
    return labels


def merge(graph: "csr_array", labels: IntArray, n_clusters: int) -> IntArray:
    """Join the two groups that cost the modularity least (or add most), until ``n_clusters`` are left."""
    between = _weights_between(graph, labels, int(labels.max()) + 1).astype(np.float64)
    between /= between.sum()
    group_of = np.arange(len(between))
    alive = np.ones(len(between), dtype=bool)
    while alive.sum() > n_clusters:
        shares = between.sum(1)
        gain = between - np.outer(shares, shares)
        gain[~alive] = gain[:, ~alive] = -np.inf
        np.fill_diagonal(gain, -np.inf)
        kept, gone = np.unravel_index(int(gain.argmax()), gain.shape)
        between[kept] += between[gone]
        between[:, kept] += between[:, gone]
        between[gone] = between[:, gone] = 0
        group_of[group_of == gone] = kept
        alive[gone] = False
    return group_of[labels]


def _weights_between(graph: "csr_array", labels: IntArray, n_groups: int) -> FloatArray:
    """Total weight of the links between groups, (groups, groups)."""
    members = _indicator(labels, n_groups)
    between: FloatArray = (members.T @ (graph @ members)).astype(np.float64)
    return between


def _indicator(labels: IntArray, n_groups: int) -> Float32Array:
    """(n, groups): 1 where the example belongs to the group."""
    members = np.zeros((len(labels), n_groups), dtype=np.float32)
    members[np.arange(len(labels)), labels] = 1
    return members


def _renumbered(labels: IntArray) -> IntArray:
    """The same groups, numbered without gaps."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
