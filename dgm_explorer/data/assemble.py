"""From what a reader brings to a `Dataset`: fewer examples, the held-out part, the fingerprint."""

import hashlib
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import BoolArray, Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError

HELD_OUT_SHARE = 0.1
MIN_EXAMPLES = 2
_SPLIT_SEED = 20161105  # fixed for good: another one would hold out other examples of old runs


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What one reader brings, all examples of it.

    Attributes
    ----------
    inputs : (n, d) float32.
    labels : (n,) classes from 0; None where unknown.
    class_names : names of the classes; empty without labels.
    image_shape : (height, width, channels); None for points in the plane.
    n_test : so many examples at the end are held out; 0 where the set has no part of its own for that.
    """

    inputs: Float32Array
    labels: IntArray | None = None
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, int, int] | None = None
    n_test: int = 0


def chosen_indices(n: int, limit: int) -> IntArray:
    """Which of ``n`` examples stay where at most ``limit`` (0: all) shall: one at random from each stretch.

    So they are spread evenly, and a set whose classes come in turns does not lose some of them, as it
    would with every tenth example. The choice is always the same.
    """
    if limit == 0 or limit >= n:
        return np.arange(n)
    edges = np.arange(limit + 1, dtype=np.int64) * n // limit
    chosen: IntArray = np.random.default_rng(_SPLIT_SEED).integers(edges[:-1], edges[1:])
    return chosen


def assemble(name: str, examples: Examples, limit: int = 0) -> Dataset:
    """The data set of these examples, at most ``limit`` of them (0: all); its arrays are read-only.

    A tenth is held out, chosen by a fixed permutation, unless the set itself says which examples are.

    Raises
    ------
    InputError
        If fewer than two examples remain.
    """
    n_all = len(examples.inputs)
    kept = chosen_indices(n_all, limit)
    if len(kept) < MIN_EXAMPLES:
        raise InputError(f"{name}: {len(kept)} example is too few to train on; use {MIN_EXAMPLES} or more.")
    is_all = len(kept) == n_all
    inputs = np.ascontiguousarray(examples.inputs if is_all else examples.inputs[kept])
    labels = None if examples.labels is None else examples.labels[kept]
    is_held_out = kept >= n_all - examples.n_test
    if is_held_out.all() or not is_held_out.any():
        is_held_out = held_out_tenth(len(kept))
    for array in (inputs, is_held_out, *(() if labels is None else (labels,))):
        array.setflags(write=False)
    return Dataset(
        name=name,
        inputs=inputs,
        labels=labels,
        class_names=examples.class_names,
        image_shape=examples.image_shape,
        is_held_out=is_held_out,
        fingerprint=_fingerprint(inputs, is_held_out),
    )


def held_out_tenth(n: int) -> BoolArray:
    """(n,) a tenth of the examples, at least one of them, by a permutation that is always the same."""
    n_held_out = max(1, round(HELD_OUT_SHARE * n))
    is_held_out = np.zeros(n, dtype=np.bool_)
    is_held_out[np.random.default_rng(_SPLIT_SEED).permutation(n)[:n_held_out]] = True
    return is_held_out


def _fingerprint(inputs: Float32Array, is_held_out: BoolArray) -> str:
    """SHA-256 of shape, inputs and split, the same on machines of either byte order."""
    digest = hashlib.sha256(repr(inputs.shape).encode())
    digest.update(inputs.astype("<f4", copy=False).data)
    digest.update(is_held_out.data)
    return digest.hexdigest()
