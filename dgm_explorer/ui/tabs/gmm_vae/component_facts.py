"""What a snapshot says about its components, as numbers. No Qt, any thread."""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot

ALIKE_GAMMA = 0.02
"""Responsibilities that differ by less count as equal when the most typical examples are looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class ComponentFacts:
    """One component at one instant.

    Attributes
    ----------
    occupancy : mean responsibility over the probe.
    weight : π_c.
    n_members, n_probe : examples of the probe that it has the greatest responsibility for, and all.
    typical : rows of the data set, the most typical first.
    typical_gamma : their responsibilities.
    class_name, class_share : most frequent class of its members and its share; empty and NaN without.
    """

    occupancy: float
    weight: float
    n_members: int
    n_probe: int
    typical: IntArray
    typical_gamma: FloatArray
    class_name: str
    class_share: float


def component_facts(snapshot: GmmVaeSnapshot, dataset: Dataset, index: int, n_typical: int) -> ComponentFacts:
    """Look at component ``index``."""
    is_member = snapshot.responsibilities.argmax(axis=1) == index
    rows = typical_rows(snapshot, index, n_typical)
    class_name, class_share = _main_class(dataset, snapshot.probe[is_member])
    return ComponentFacts(
        float(snapshot.occupancy[index]),
        math.exp(float(snapshot.log_pi[index])),
        int(is_member.sum()),
        len(snapshot.probe),
        snapshot.probe[rows],
        snapshot.responsibilities[rows, index].astype(np.float64),
        class_name,
        class_share,
    )


def typical_rows(snapshot: GmmVaeSnapshot, index: int, count: int) -> IntArray:
    """Rows of the probe that belong to a component most: by responsibility, then by nearness to its mean.

    Nearness is the Mahalanobis distance of the code's mean, in the component's own variances.
    """
    steps = np.round(snapshot.responsibilities[:, index] / ALIKE_GAMMA)
    offset = snapshot.latent_means - snapshot.component_means[index]
    distance = (offset.astype(np.float64) ** 2 * np.exp(-snapshot.component_log_vars[index])).sum(axis=1)
    order: IntArray = np.lexsort((distance, -steps))
    return order[:count]


def mean_entropy(responsibilities: Float32Array) -> float:
    """Mean over the data of −Σ_c γ_c log γ_c, nats: 0 where each is sure of its cluster, log K at most."""
    if not len(responsibilities):
        return math.nan
    logs = np.log(np.maximum(responsibilities, np.finfo(np.float32).tiny))  # 0 log 0 = 0 log tiny = 0
    total = float((responsibilities * logs).sum(dtype=np.float64))
    return max(0.0, -total / len(responsibilities))  # −0 of a sure model would read “-0.000”


def _main_class(dataset: Dataset, rows: IntArray) -> tuple[str, float]:
    if dataset.labels is None or not len(rows):
        return "", math.nan
    counts = np.bincount(dataset.labels[rows])
    best = int(counts.argmax())
    name = dataset.class_names[best] if best < len(dataset.class_names) else str(best)
    return name, float(counts[best] / counts.sum())
