"""What the panel of reconstructions asks the network beside the window, and what it gets."""

from dataclasses import dataclass, replace

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_inference import VqInference

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
    """Grids and reconstructions of n images.

    Attributes
    ----------
    rows : (n,) which they are: rows of the data set, or `OWN`.
    steps : (n,) of the snapshot that each was encoded by.
    images : (n, d) as they were asked.
    codes : (n, h, w).
    reconstructions : (n, d).
    distances : (h, w, K) squared distances of the first image.
    largest : the largest of them.
    """

    rows: IntArray
    steps: IntArray
    images: Float32Array
    codes: IntArray
    reconstructions: Float32Array
    distances: Float32Array
    largest: float

    def place_of(self, row: int) -> int:
        """Where an image stands in it; -1 where it does not."""
        places = np.flatnonzero(self.rows == row)
        return int(places[0]) if len(places) else -1

    def with_rest_of(self, older: "ImageAnswer") -> "ImageAnswer":
        """Together with the images that only an older answer has."""
        is_rest = ~np.isin(older.rows, self.rows)
        return replace(
            self,
            rows=np.concatenate([self.rows, older.rows[is_rest]]),
            steps=np.concatenate([self.steps, older.steps[is_rest]]),
            images=np.concatenate([self.images, older.images[is_rest]]),
            codes=np.concatenate([self.codes, older.codes[is_rest]]),
            reconstructions=np.concatenate([self.reconstructions, older.reconstructions[is_rest]]),
        )


def answer(inference: VqInference, request: ImageRequest) -> ImageAnswer:
    """Encode the first image, then the others in parts that bound the memory; in the worker's thread."""
    first = inference.encode(request.images[:1])
    distances = first.distances[0]
    n_each = max(1, MOST_NUMBERS // distances.size)
    grids, outputs = [first.codes], [first.reconstructions]
    for start in range(1, len(request.images), n_each):
        encoded = inference.encode(request.images[start : start + n_each])
        grids.append(encoded.codes)
        outputs.append(encoded.reconstructions)
    return ImageAnswer(
        rows=request.rows,
        steps=np.full(len(request.rows), request.step),
        images=request.images,
        codes=np.concatenate(grids),
        reconstructions=np.concatenate(outputs),
        distances=distances,
        largest=float(np.fmax.reduce(distances, axis=None)),
    )
