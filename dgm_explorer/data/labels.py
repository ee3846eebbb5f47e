"""Labels in the many ways people store them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.bounded import MAX_CLASSES

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """(n,) class of each example from 0, and the classes' names."""

    labels: IntArray
    names: tuple[str, ...]


def as_classes(where: str, values: NDArray[np.generic], n: int) -> Classes:
    """Classes from (n,) or (n, 1) whole numbers, truth values or words, or from (n, k) rows with a single 1.

    Raises
    ------
    InputError
        If there are not ``n`` of them, or they are something else or too many different ones.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim not in (1, 2) or len(values) != n:
        raise InputError(
            f"{where}: labels of shape {values.shape} do not fit {n} examples; give one for each."
        )
    if values.ndim == 2:
        values = _from_one_hot(where, values)
    if values.dtype.kind == "f" and np.isfinite(values).all() and (values == np.rint(values)).all():
        values = values.astype(np.int64) if np.abs(values).max().item() < 2**53 else values
    if values.dtype.kind not in "biuU":
        raise InputError(f"{where}: the labels are not whole numbers or words; number the classes from 0.")
    found, labels = np.unique(values, return_inverse=True)
    if len(found) > MAX_CLASSES:
        raise InputError(f"{where}: there are {len(found)} different labels; use at most {MAX_CLASSES}.")
    names = tuple(plain_name(str(value)) for value in found)
    return Classes(labels.reshape(-1).astype(np.int64), names)


def plain_name(text: str) -> str:
    """A foreign name as one short line that every file and label can hold."""
    line = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def _from_one_hot(where: str, rows: NDArray[np.generic]) -> NDArray[np.generic]:
    is_one_hot = rows.dtype.kind in "biuf" and bool(
        (((rows == 0) | (rows == 1)).all(axis=1) & ((rows == 1).sum(axis=1) == 1)).all()
    )
    if not is_one_hot:
        raise InputError(
            f"{where}: labels of shape {rows.shape} are not one-hot; give one number per example."
        )
    labels: IntArray = np.argmax(rows, axis=1)
    return labels
