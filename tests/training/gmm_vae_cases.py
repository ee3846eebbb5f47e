"""A small GMM-VAE run: data, recipe and ways to look at it."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from sklearn.datasets import load_digits

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun

SMALL = GmmVaeConfig(
    hidden=(16,), pretrain_epochs=2, epochs=3, guided_epochs=1, batch_size=100, n_components=4
)
BATCH, PER_EPOCH = 37, 12  # of 450 training examples, where batches of 100 would leave too few steps


@cache
def some_digits() -> Dataset:
    """500 digits, every tenth held out."""
    digits = load_digits()
    inputs = (digits.data[:500] / 16).astype(np.float32)
    inputs.setflags(write=False)
    labels, held_out = digits.target[:500].astype(np.int64), np.arange(500) % 10 == 0
    return Dataset("digits", inputs, labels, tuple("0123456789"), (8, 8, 1), held_out, "none")


@cache
def some_points() -> Dataset:
    """Points without labels, nothing held out."""
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    return Dataset("painted", points, None, (), None, np.zeros(60, dtype=bool), "none")


def finished(run: GmmVaeModelRun) -> GmmVaeModelRun:
    for _ in run.steps():
        pass
    return run


def column(tables: Sequence[MetricsTable], split: str, name: str) -> np.ndarray:
    table = next(table for table in tables if table.split == split)
    return table.values[:, table.names.index(name)]


def assert_same(one: CheckpointState, two: CheckpointState) -> None:
    assert one.meta == two.meta
    assert one.arrays.keys() == two.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, two.arrays[name], err_msg=name)
