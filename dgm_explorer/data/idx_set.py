"""Images, labels and a test part in idx files that lie side by side, as MNIST is handed out."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError
from dgm_explorer.data.assemble import Examples
from dgm_explorer.data.bounded import require_shape
from dgm_explorer.data.idx import read_idx
from dgm_explorer.data.labels import as_classes
from dgm_explorer.data.progress import Report, tell
from dgm_explorer.data.scaling import scaled_images

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


@dataclass(frozen=True, slots=True)
class IdxPart:
    """Images and, where there are any, labels."""

    images: Path
    labels: Path | None


def find_idx_set(folder: Path) -> tuple[IdxPart, ...]:
    """The training part and, if it is there, the test part in a folder; nothing if there is neither."""
    parts = []
    for images_name, labels_name in ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS)):
        images = _find(folder, images_name)
        if images is not None:
            parts.append(IdxPart(images, _find(folder, labels_name)))
    return tuple(parts)


def part_of(images: Path) -> IdxPart:
    """One images file and the labels file beside it, told by its name."""
    stem = images.name.removesuffix(".gz")
    labels_name = stem.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    return IdxPart(images, _find(images.parent, labels_name) if labels_name != stem else None)


def read_idx_set(parts: tuple[IdxPart, ...], class_names: tuple[str, ...], report: Report) -> Examples:
    """The images of all parts; those of the second one are for testing.

    ``class_names`` name the classes 0, 1, …; without them the numbers do.

    Raises
    ------
    InputError
        If a file is damaged or they do not fit each other.
    """
    where = str(parts[0].images)
    images, labels = [], []
    for index, part in enumerate(parts):
        tell(report, f"reading {part.images.name}", index / len(parts))
        images.append(_read_images(part.images))
        if part.labels is not None:
            labels.append(_read_labels(part.labels, len(images[-1])))
    shape = images[0].shape[1:]
    for part, array in zip(parts, images, strict=True):
        if array.shape[1:] != shape or array.dtype != images[0].dtype:
            raise InputError(f"{part.images}: its images differ from those of {where}; keep one kind.")
    n = sum(map(len, images))
    require_shape(where, n, shape)
    if labels and len(labels) < len(parts):
        raise InputError(f"{where}: only one of its two parts has labels; add the other labels file.")
    classes = as_classes(where, np.concatenate(labels), n) if labels else None
    inputs = scaled_images(where, np.concatenate(images) if len(images) > 1 else images[0], report)
    names = classes.names if classes is not None else ()
    if names == tuple(map(str, range(len(class_names)))):
        names = class_names
    return Examples(
        inputs,
        classes.labels if classes is not None else None,
        names,
        (shape[0], shape[1], shape[2] if len(shape) == 3 else 1),
        len(images[1]) if len(images) > 1 else 0,
    )


def _find(folder: Path, name: str) -> Path | None:
    """The file, gzipped or not; None also where the folder may not be looked into."""
    for path in (folder / f"{name}.gz", folder / name):
        with suppress(OSError):
            if path.is_file():
                return path
    return None


def _read_images(path: Path) -> NDArray[np.generic]:
    array = read_idx(path)
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)):
        raise InputError(
            f"{path}: an array of shape {array.shape} is no set of images; choose the images file."
        )
    return array


def _read_labels(path: Path, n: int) -> NDArray[np.generic]:
    array = read_idx(path)
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise InputError(
            f"{path}: labels of shape {array.shape} do not fit {n} images; choose matching files."
        )
    return array
