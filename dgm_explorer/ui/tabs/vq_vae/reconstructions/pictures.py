"""What is known of an image at a step: its grid of codes and its reconstructions, from where they are."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN, ImageAnswer
from dgm_explorer.ui.widgets.snapshot_panel import example_words


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """A snapshot, what the worker has found out since, and a second run; images go by `rows`.

    A row is one of the data set, or `OWN`.

    Attributes
    ----------
    snapshot, dataset : the run shown.
    answer : grids and reconstructions of images that the snapshot has not, of its step or an earlier one;
        None before the first.
    own : (d,) the user's own image; None where there is none.
    second : of the run compared with; None for none.
    """

    snapshot: VqVaeSnapshot
    dataset: Dataset
    answer: ImageAnswer | None = None
    own: Float32Array | None = None
    second: VqVaeSnapshot | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        assert self.dataset.image_shape is not None
        return self.dataset.image_shape

    def image(self, row: int) -> Float32Array:
        """(d,)."""
        return self.own if row == OWN and self.own is not None else self.dataset.example(row)

    def codes(self, row: int) -> IntArray:
        """(h, w); -1 where they are not known yet."""
        place = _place(self.snapshot.probe, row)
        if place >= 0:
            return _at(self.snapshot.codes, place)
        place = self.answered(row)
        if self.answer is not None and place >= 0:
            return _at(self.answer.codes, place)
        return np.full(self.snapshot.codes.shape[1:], -1, np.int64)

    def reconstruction(self, row: int) -> Float32Array:
        """(d,); NaN where it is not known yet."""
        place = _place(self.snapshot.shown, row)
        if place >= 0:
            return _row(self.snapshot.reconstructions, place)
        place = self.answered(row)
        if self.answer is not None and place >= 0:
            return _row(self.answer.reconstructions, place)
        return np.full(self.dataset.dimension, np.nan, np.float32)

    def answered(self, row: int) -> int:
        """Where an image stands in `answer`; -1 where it does not."""
        return -1 if self.answer is None else self.answer.place_of(row)

    def second_reconstruction(self, row: int) -> Float32Array:
        """(d,) by the second run; NaN where it has not recorded this image."""
        if self.second is not None and self.second.reconstructions.shape[1] == self.dataset.dimension:
            place = _place(self.second.shown, row)
            if place >= 0:
                return _row(self.second.reconstructions, place)
        return np.full(self.dataset.dimension, np.nan, np.float32)

    def is_complete(self, row: int) -> bool:
        """Whether the snapshot alone has grid and reconstruction."""
        return _place(self.snapshot.probe, row) >= 0 and _place(self.snapshot.shown, row) >= 0

    def is_known(self, row: int) -> bool:
        """Whether grid and reconstruction are there, from the snapshot or the answer."""
        return self.is_complete(row) or self.answered(row) >= 0

    def mse(self, row: int) -> float:
        """Mean squared error per number; NaN where the reconstruction is not known."""
        return mean_square(self.image(row), self.reconstruction(row))

    @property
    def variance(self) -> float:
        """Of the pixels, as the snapshot measures it; NaN where it does not."""
        return self.snapshot.mse / self.snapshot.nmse if self.snapshot.nmse > 0 else float("nan")

    def words(self, row: int) -> str:
        """Such as “example 17, label 3, held out”."""
        if row == OWN:
            return "your image"
        return f"{example_words(self.dataset, row)}, {self.kind(row)}"

    def label(self, row: int) -> str:
        """Name of its class; empty without labels."""
        labels, names = self.dataset.labels, self.dataset.class_names
        if labels is None:
            return ""
        label = int(labels[row])
        return names[label] if label < len(names) else str(label)

    def kind(self, row: int) -> str:
        """Whether an example of the data set is trained on."""
        return "held out" if bool(self.dataset.is_held_out[row]) else "trained on"


def mean_square(image: Float32Array, output: Float32Array) -> float:
    """Mean squared difference per number; NaN where the output is not known."""
    return float(((image.astype(np.float64) - output) ** 2).mean())


def _place(rows: IntArray, row: int) -> int:
    places = np.flatnonzero(rows == row)
    return int(places[0]) if row >= 0 and len(places) else -1


def _at(grids: IntArray, place: int) -> IntArray:
    grid: IntArray = grids[place]
    return grid


def _row(images: Float32Array, place: int) -> Float32Array:
    image: Float32Array = images[place]
    return image
