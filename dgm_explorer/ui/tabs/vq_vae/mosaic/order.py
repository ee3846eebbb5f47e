"""In which order the tiles of the codebook stand, and when they are sorted anew."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import TileOrder

MOST_TILES = 1024
"""Of more codes the first ones are shown."""
MOVED_MUCH = 0.5
"""Mean movement of the codes, in units of their spread, after which they are sorted anew by similarity."""
SHARES_MOVED_MUCH = 0.15
"""Total variation of the shares of use after which the codes are sorted anew by use."""
LEAST_INTERVAL_S = 1.5
"""Between two orders that nobody asked for."""
MOST_UNTANGLED = 256
"""Codes up to which a chain is untangled: it takes 4 ms for 64 codes, 25 ms for 256, 200 ms for 1,024."""
_MOST_PASSES = 8


def similarity_order(vectors: FloatArray | Float32Array) -> IntArray:
    """A chain through all vectors in which each lies near the next: greedy, then untangled by 2-opt.

    Begins at one end of the first principal component and goes on to the nearest vector left, the lower
    index first; then sections are turned round as long as that makes the chain shorter (Croes 1958).

    Parameters
    ----------
    vectors : (n, D); not finite counts as 0.
    """
    points = np.nan_to_num(np.asarray(vectors, np.float64), posinf=0.0, neginf=0.0)
    if len(points) < 3:
        return np.arange(len(points))
    distances = _distances(points)
    chain = _greedy_chain(distances, _first_along_axis(points))
    return _untangled(chain, distances) if len(points) <= MOST_UNTANGLED else chain


def use_order(counts: Float32Array) -> IntArray:
    """The most used first, the lower index first among equals."""
    return np.argsort(-np.nan_to_num(counts), kind="stable")


def _distances(points: FloatArray) -> FloatArray:
    centred = points - points.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    squared = squares[:, None] + squares - 2 * centred @ centred.T
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _first_along_axis(points: FloatArray) -> int:
    """The end of the first principal component where its largest entry is negative."""
    centred = points - points.mean(axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    if axis[np.abs(axis).argmax()] < 0:
        axis = -axis
    return int((centred @ axis).argmin())


def _greedy_chain(distances: FloatArray, first: int) -> IntArray:
    chain = np.empty(len(distances), np.int64)
    is_taken = np.zeros(len(distances))
    at = first
    for place in range(len(chain)):
        chain[place] = at
        is_taken[at] = np.inf
        at = int((distances[at] + is_taken).argmin())
    return chain


def _untangled(chain: IntArray, distances: FloatArray) -> IntArray:
    """Turn round the section after each place that shortens the chain most, until none does."""
    n = len(chain)
    apart = np.zeros((n + 1, n + 1))  # with a stop that is near everything, before and behind the chain
    apart[:n, :n] = distances
    stops = np.concatenate([[n], chain, [n]])
    for _ in range(_MOST_PASSES):
        is_shorter = False
        for place in range(n):
            here, after = apart[stops[place]], apart[stops[place + 1]]
            ends, beyond = stops[place + 1 : -1], stops[place + 2 :]
            gain = here[stops[place + 1]] + apart[ends, beyond] - here[ends] - after[beyond]
            best = int(gain.argmax())
            if gain[best] > 1e-9 * (1.0 + here[stops[place + 1]]):
                section = slice(place + 1, place + 2 + best)
                stops[section] = stops[section][::-1].copy()
                is_shorter = True
        if not is_shorter:
            break
    return stops[1:-1]


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """An order with what it was made of."""

    codes: IntArray
    step: int
    at_s: float
    codebook: Float32Array
    shares: FloatArray


class TileSorter:
    """Keeps the order of the tiles from one snapshot to the next, so that they do not jump.

    Sorts anew when asked to, and by itself once the codes have moved or their use has changed much, at most
    every `LEAST_INTERVAL_S`.

    Parameters
    ----------
    now_s : a clock.

    Attributes
    ----------
    order : what is sorted by.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.order: TileOrder = "index"
        self._now_s = now_s
        self._sorted: _Sorted | None = None

    @property
    def step(self) -> int:
        """Of the snapshot that the present order was made of; -1 without one."""
        return -1 if self._sorted is None else self._sorted.step

    def choose(self, order: TileOrder) -> None:
        """Sort the next snapshot by this."""
        self.order = order
        self.forget()

    def forget(self) -> None:
        """Sort the next snapshot anew."""
        self._sorted = None

    def codes_of(self, snapshot: VqVaeSnapshot) -> IntArray:
        """The codes in the order of their tiles, `MOST_TILES` at most."""
        if self.order == "index":
            return np.arange(min(snapshot.n_codes, MOST_TILES))
        if self._sorted is None or self._is_outdated(self._sorted, snapshot):
            codes, shares = self._sort(snapshot), _shares(snapshot.epoch_counts)
            self._sorted = _Sorted(codes, snapshot.step, self._now_s(), snapshot.codebook, shares)
        return self._sorted.codes

    def _sort(self, snapshot: VqVaeSnapshot) -> IntArray:
        """By similarity, too many codes are chosen by use: a part of a chain says nothing about the rest."""
        most_used = use_order(snapshot.epoch_counts)[:MOST_TILES]
        if self.order == "use":
            return most_used
        chosen = np.sort(most_used)
        return np.asarray(chosen[similarity_order(snapshot.codebook[chosen])])

    def _is_outdated(self, made: _Sorted, snapshot: VqVaeSnapshot) -> bool:
        if made.codebook.shape != snapshot.codebook.shape:
            return True
        if self._now_s() - made.at_s < LEAST_INTERVAL_S:
            return False
        if self.order == "use":
            moved = 0.5 * float(np.abs(_shares(snapshot.epoch_counts) - made.shares).sum())
            return moved > SHARES_MOVED_MUCH
        return _movement(made.codebook, snapshot.codebook) > MOVED_MUCH


def _shares(counts: Float32Array) -> FloatArray:
    total = float(counts.sum(dtype=np.float64))
    return np.asarray(counts / total if total > 0 else np.zeros(len(counts)), np.float64)


def _movement(before: Float32Array, codebook: Float32Array) -> float:
    """Mean movement ÷ root mean square distance from the middle."""
    moved = np.linalg.norm(codebook - before, axis=1).mean()
    spread = np.sqrt(((codebook - codebook.mean(axis=0)) ** 2).sum(axis=1).mean())
    return float(moved / max(spread, 1e-12))
