"""Data for training: where it comes from, as a value, and what is read from there."""

from dataclasses import dataclass

from dgm_explorer.core.arrays import BoolArray, Float32Array, IntArray
from dgm_explorer.core.errors import InputError

EMBEDDED = ("digits",)
DOWNLOADED = ("mnist", "fashion-mnist", "kmnist")
TOYS = ("pinwheel", "moons", "rings", "grid")
PAINTED = "painted"
FROM_PATH = "path"
SOURCES = (*EMBEDDED, *DOWNLOADED, *TOYS, PAINTED, FROM_PATH)
MAX_PAINTED = 5000
FARTHEST_PAINTED = 1e6
"""Largest coordinate of a painted point: models compute in float32."""


@dataclass(frozen=True, slots=True)
class DataSource:
    """Names a data set without holding it.

    Attributes
    ----------
    name : one of `SOURCES`.
    path : folder of images, ``.npz``, ``.npy`` or idx file; for the name ``path`` only.
    painted : points in the plane, drawn with the mouse; for the name ``painted`` only.
    limit : use at most so many examples, evenly spread over the set; 0 for all.
    """

    name: str = "digits"
    path: str = ""
    painted: tuple[tuple[float, float], ...] = ()
    limit: int = 0

    def __post_init__(self) -> None:
        if self.name not in SOURCES:
            raise InputError(f"data {self.name[:40]!r} is not known; use one of {', '.join(SOURCES)}.")
        if self.name == FROM_PATH and not self.path:
            raise InputError("data: the path is empty; name a folder of images or a file.")
        if not 0 <= self.limit <= 10_000_000:
            raise InputError(f"data: limit = {self.limit} must lie between 0 (all) and 10000000.")
        if len(self.painted) > MAX_PAINTED:
            raise InputError(f"data: more than {MAX_PAINTED} painted points; paint fewer.")
        if not all(abs(value) <= FARTHEST_PAINTED for point in self.painted for value in point):
            raise InputError(f"data: a painted point lies beyond ±{FARTHEST_PAINTED:g}; paint it again.")

    @property
    def title(self) -> str:
        """What a user calls the data: the name of the set, of the file or of the folder."""
        if self.name == FROM_PATH:
            return self.path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or self.path
        return "painted points" if self.name == PAINTED else self.name


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Examples in memory, read-only.

    Attributes
    ----------
    name : what the user calls it, such as ``digits`` or a file's name.
    inputs : (n, d) float32; images flattened row by row with values in [0, 1]; points with mean 0 and
        standard deviation 1 on both axes, or as they were painted.
    labels : (n,) class of each example, used for measuring and colours only; None where unknown.
    class_names : names of the classes; empty without labels.
    image_shape : (height, width, channels); None for points in the plane.
    is_held_out : (n,) whether an example is kept out of training.
    fingerprint : SHA-256 of inputs and split, so that a run resumes on the data it began with.
    """

    name: str
    inputs: Float32Array
    labels: IntArray | None
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int] | None
    is_held_out: BoolArray
    fingerprint: str

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def dimension(self) -> int:
        """Numbers per example."""
        return int(self.inputs.shape[1])

    def example(self, row: int) -> Float32Array:
        """(d,); a copy, because whoever keeps a view keeps the whole set."""
        example: Float32Array = self.inputs[row].copy()
        return example
