"""How the codes of a codebook are used: how many in effect, beside which others, in which order to show them.

Shapes in this file: K codes of D numbers.
"""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray

_MANY_ROUNDS, _FEW_ROUNDS = 50, 8
_TOLERANCE = 1e-5
_SMALLEST = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class PairInformation:
    """Pairs of codes that were seen, each (m,), in the order of the table they were counted in.

    Attributes
    ----------
    first, second : the codes of each pair; the second lies to the right of or below the first.
    counts : how often it was seen.
    expected : how often it would have been, were the two independent.
    pmi_nats : pointwise mutual information, log of `counts` ÷ `expected`.
    """

    first: IntArray
    second: IntArray
    counts: FloatArray
    expected: FloatArray
    pmi_nats: FloatArray


def perplexity(counts: FloatArray | Float32Array) -> FloatArray:
    """exp of the entropy of the shares along the first axis, (K, ...) to (...); NaN where nothing is counted.

    Between 1 (one code only) and K (all alike): how many codes, used alike, would be as varied.
    """
    # H = log N - (1/N) Σ n log n needs the logarithms of what was counted only, which mostly is little.
    shape = counts.shape[1:]
    n_places = int(np.prod(shape))
    at = np.flatnonzero(counts > 0)
    seen = counts.reshape(-1)[at].astype(np.float64)
    total = np.bincount(at % n_places, seen, minlength=n_places)
    sums = np.bincount(at % n_places, seen * np.log(seen), minlength=n_places)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = np.exp(np.log(total) - sums / total)
    return result.reshape(shape)


def relative_use(counts: FloatArray | Float32Array) -> FloatArray:
    """Uses ÷ mean use of the K codes along the last axis: 1 where all are used alike, 0 without any use."""
    counts = np.asarray(counts, np.float64)
    mean = counts.mean(axis=-1, keepdims=True)
    result: FloatArray = np.divide(counts, mean, out=np.zeros_like(counts), where=mean > 0)
    return result


def order_by_use(counts: FloatArray | Float32Array) -> IntArray:
    """(K,) codes from the most used to the least; of equally used ones the first comes first."""
    return np.argsort(-counts, kind="stable").astype(np.int64)


def leading_axis(vectors: Float32Array, previous: FloatArray | None = None) -> FloatArray:
    """First principal component of ``vectors`` (K, D) as a unit vector (D,), by power iteration.

    Single precision does for an order, and so do a few rounds of 4 K D operations from the axis of a moment
    ago; a covariance of 512 × 512 and its eigenvectors would take longer than a frame.

    Parameters
    ----------
    vectors : rows that are not finite are left out.
    previous : (D,) where to start, and which of the two signs to take; without it the largest entry is
        positive.
    """
    n_dims = vectors.shape[1]
    finite = vectors[np.isfinite(vectors).all(axis=1)]
    centred = finite - finite.mean(axis=0) if len(finite) else np.zeros((1, n_dims), np.float32)
    if previous is not None and previous.shape == (n_dims,):
        return _iterate(centred, np.asarray(previous, np.float32), _FEW_ROUNDS)
    axis = _iterate(centred, _widest_row(centred), _MANY_ROUNDS)
    return -axis if axis[np.abs(axis).argmax()] < 0 else axis


def _iterate(centred: Float32Array, start: Float32Array, most_rounds: int) -> FloatArray:
    axis = start
    for _ in range(most_rounds):
        turned = centred.T @ (centred @ axis)
        length = np.float32(np.linalg.norm(turned))
        if not length > _SMALLEST:
            break
        before, axis = axis, np.asarray(turned / length, np.float32)
        if float(np.abs(axis - before).max()) < _TOLERANCE:
            break
    return axis.astype(np.float64)


def _widest_row(centred: Float32Array) -> Float32Array:
    """A start that is not orthogonal to the first component, but for a freak."""
    row = centred[(centred**2).sum(axis=1).argmax()]
    length = np.float32(np.linalg.norm(row))
    return np.asarray(row / length if length > 0 else np.eye(centred.shape[1])[0], np.float32)


def order_along(vectors: Float32Array, axis: FloatArray) -> IntArray:
    """(K,) codes by their place on ``axis`` (D,), those that are not finite last."""
    places = vectors.astype(np.float64) @ axis
    return np.argsort(np.where(np.isfinite(places), places, np.inf), kind="stable").astype(np.int64)


def pair_information(pair_counts: Float32Array) -> PairInformation:
    """Pointwise mutual information of neighbouring codes from their counts (K, K).

    log p(i, j) / (p(i) p(j)) with p(i) the share of pairs whose first code is i and p(j) of those whose
    second is j (Church and Hanks 1990, eq. 1, in nats). Pairs never seen are left out: theirs is -∞.
    """
    n_codes = len(pair_counts)
    at = np.flatnonzero(pair_counts > 0)
    first, second = np.divmod(at, max(1, n_codes))
    counts = pair_counts.reshape(-1)[at].astype(np.float64)
    as_first = np.bincount(first, counts, minlength=n_codes)
    as_second = np.bincount(second, counts, minlength=n_codes)
    expected = as_first[first] * as_second[second] / max(float(counts.sum()), 1.0)
    return PairInformation(first, second, counts, expected, np.log(counts / expected))
