"""Small data, and ways to look at a run, whichever its model."""

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np
from sklearn.datasets import load_digits

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.training.model_run import ModelRun

RunT = TypeVar("RunT", bound=ModelRun)


@cache
def first_digits(n: int) -> Dataset:
    """So many digits, every tenth held out."""
    digits = load_digits()
    inputs = (digits.data[:n] / 16).astype(np.float32)
    inputs.setflags(write=False)
    labels, held_out = digits.target[:n].astype(np.int64), np.arange(n) % 10 == 0
    return Dataset("digits", inputs, labels, tuple("0123456789"), (8, 8, 1), held_out, "none")


@cache
def some_points() -> Dataset:
    """Points without labels, nothing held out."""
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    return Dataset("painted", points, None, (), None, np.zeros(60, dtype=bool), "none")


def finished(run: RunT) -> RunT:
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
