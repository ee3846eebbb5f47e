"""What the panel of reconstructions asks the network beside the window, and what it gets."""

from dataclasses import dataclass, field

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_inference import Encoded, VqInference

OWN = -1
"""The number of the user's own image, where others go by their row of the data set."""
MOST_NUMBERS = 4_000_000
"""Distances worked out at a time for images of which they are not kept."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageRequest:
    """Images to encode, the one in focus first.

    Attributes
    ----------
    rows : (n,) which they are: rows of the data set, or `OWN`.
    images : (n, d).
    step : of the snapshot asked.
    run : counts the runs shown one after the other.
    """

    rows: IntArray
    images: Float32Array
    step: int = -1
    run: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ImageAnswer:
    """Grids and reconstructions of n images at one step.

    Attributes
    ----------
    step : of the snapshot asked.
    rows : (n,) as in the request.
    images : (n, d) as in the request.
    codes : (n, h, w).
    reconstructions : (n, d).
    distances : (h, w, K) squared distances of the first image.
    largest : the largest of them.
    """

    step: int = -1
    rows: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    images: Float32Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    codes: IntArray = field(default_factory=lambda: np.zeros((0, 0, 0), np.int64))
    reconstructions: Float32Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    distances: Float32Array = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32))
    largest: float = 1.0

    def place_of(self, row: int) -> int:
        """Where an image stands in it; -1 where it does not."""
        places = np.flatnonzero(self.rows == row)
        return int(places[0]) if len(places) else -1


def answer(inference: VqInference, request: ImageRequest) -> ImageAnswer:
    """Encode the first image, then the others in parts that bound the memory; in the worker's thread."""
    parts = [inference.encode(request.images[:1])]
    distances = parts[0].distances[0]
    n_each = max(1, MOST_NUMBERS // distances.size)
    for start in range(1, len(request.images), n_each):
        parts.append(_without_distances(inference.encode(request.images[start : start + n_each])))
    codes = np.concatenate([part.codes for part in parts])
    reconstructions = np.concatenate([part.reconstructions for part in parts])
    largest = float(np.fmax.reduce(distances, axis=None))
    return ImageAnswer(request.step, request.rows, request.images, codes, reconstructions, distances, largest)


def _without_distances(encoded: Encoded) -> Encoded:
    return Encoded(encoded.codes, np.zeros((0, 0, 0, 0), np.float32), encoded.reconstructions)
