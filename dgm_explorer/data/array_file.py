"""Images or points from NumPy's .npy and .npz files."""

import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError
from dgm_explorer.data.assemble import Examples
from dgm_explorer.data.bounded import MAX_BYTES, opened, require_shape
from dgm_explorer.data.labels import as_classes
from dgm_explorer.data.npy import NPY_MAGIC, read_npy_body, read_npy_header, require_body
from dgm_explorer.data.progress import Report
from dgm_explorer.data.scaling import scaled_images, scaled_points

ZIP_MAGIC = b"PK"
# In this order; the first that an archive has is taken. All are compared in small letters.
INPUT_NAMES = ("images", "x", "x_train", "train_images", "data", "inputs", "arr_0")
LABEL_NAMES = ("labels", "y", "y_train", "train_labels", "targets", "target", "arr_1")
TEST_INPUT_NAMES = ("x_test", "test_images")
TEST_LABEL_NAMES = ("y_test", "test_labels")
_MAX_MEMBERS = 1000
# One byte holds 1032 at most. The others that a zip knows make a gigabyte of a few hundred bytes.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHANNELS = (1, 3)
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Arrays:
    """What a file holds, before it is understood; (n, …) inputs and labels of training and testing."""

    inputs: NDArray[np.generic]
    labels: NDArray[np.generic] | None = None
    n_test: int = 0


def read_array_file(path: Path, report: Report) -> Examples:
    """Examples of one array, or of an archive with inputs and perhaps labels and a test part.

    Inputs are (n, height, width) or (n, height, width, channels) images, (n, 2) points, or (n, d) rows:
    square images where d is a square number, images of one row otherwise. Pixels are scaled as in
    `scaling.scaled_images`, points to mean 0 and standard deviation 1. In an archive inputs are called as
    in `INPUT_NAMES`, labels as in `LABEL_NAMES`. Nothing is ever unpickled.

    Raises
    ------
    InputError
        If the file is damaged, too large, or holds something else.
    """
    with opened(path) as (file, size):
        start = file.read(len(NPY_MAGIC))
        file.seek(0)
        if start == NPY_MAGIC:
            arrays = _Arrays(_as_inputs(str(path), _read_npy(str(path), file, size)))
        elif start.startswith(ZIP_MAGIC):
            arrays = _read_npz(path, file)
        else:
            raise InputError(
                f"{path}: this is no .npz, .npy or idx file; choose one, or the folder where images are."
            )
    return _understood(str(path), arrays, report)


def _as_inputs(where: str, array: NDArray[np.generic]) -> NDArray[np.generic]:
    if array.dtype.kind == "U" or array.ndim < 2:
        raise InputError(
            f"{where}: {array.dtype} of shape {array.shape} are no images or points; save (n, …) numbers."
        )
    return array


def _understood(where: str, arrays: _Arrays, report: Report) -> Examples:
    raw = arrays.inputs
    n = len(raw)
    require_shape(where, n, raw.shape[1:])
    if raw.ndim == 2 and raw.shape[1] == 2:
        inputs, image_shape = scaled_points(where, raw, report), None
    else:
        image_shape = _image_shape(where, raw)
        inputs = scaled_images(where, raw, report)
    if arrays.labels is None:
        return Examples(inputs, None, (), image_shape, arrays.n_test)
    classes = as_classes(where, arrays.labels, n)
    return Examples(inputs, classes.labels, classes.names, image_shape, arrays.n_test)


def _image_shape(where: str, raw: NDArray[np.generic]) -> tuple[int, int, int]:
    if raw.ndim == 2:
        side = math.isqrt(raw.shape[1])
        return (side, side, 1) if side * side == raw.shape[1] else (1, raw.shape[1], 1)
    if raw.ndim == 3:
        return (*raw.shape[1:], 1)
    if raw.ndim == 4 and raw.shape[3] in _CHANNELS:
        return raw.shape[1:]
    raise InputError(
        f"{where}: inputs of shape {raw.shape} are no images; save (n, height, width) or "
        "(n, height, width, 1 or 3)."
    )


def _read_npy(where: str, stream: BinaryIO, size: int) -> NDArray[np.generic]:
    """One array of numbers of at most `MAX_BYTES`."""
    header = read_npy_header(where, stream)
    if header.dtype.kind not in "biufU":
        raise InputError(f"{where}: it holds {header.dtype}, not plain numbers; save those.")
    if header.dtype.kind == "f" and header.dtype.itemsize > 8:
        raise InputError(f"{where}: it holds {header.dtype}; save float32 or float64.")
    if len(header.shape) > 4:
        raise InputError(f"{where}: its shape {header.shape} has more than four axes; save (n, h, w, c).")
    require_body(where, header, size)
    if size > MAX_BYTES:
        raise InputError(f"{where}: its {size >> 20} MB are more than {MAX_BYTES >> 20} MB; thin it out.")
    return read_npy_body(header, stream)


def _read_npz(path: Path, file: BinaryIO) -> _Arrays:
    """The arrays of an archive that are wanted; the others are not unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS:
                raise InputError(f"{path}: {len(members)} members are too many; keep inputs and labels.")
            by_name = {item.filename.removesuffix(".npy").lower(): item for item in members}
            return _chosen(_Archive(path, archive, by_name))
    except InputError:
        raise
    except _ZIP_ERRORS as error:
        raise InputError(f"{path}: the archive is damaged; save it again with numpy.savez.") from error


@dataclass(frozen=True, slots=True, eq=False)
class _Archive:
    path: Path
    archive: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]

    def find(self, names: tuple[str, ...]) -> NDArray[np.generic] | None:
        """The first array that is called so; its size is known before it is unpacked."""
        name = next((name for name in names if name in self.members), None)
        if name is None:
            return None
        item = self.members[name]
        where = f"{self.path}, {item.filename}"
        if item.compress_type not in _PACKINGS:
            raise InputError(f"{where}: NumPy does not pack arrays like this; save it with numpy.savez.")
        with self.archive.open(item) as stream:
            return _read_npy(where, cast(BinaryIO, stream), item.file_size)


def _chosen(archive: _Archive) -> _Arrays:
    path = archive.path
    inputs, labels = archive.find(INPUT_NAMES), archive.find(LABEL_NAMES)
    if inputs is None:
        found = ", ".join(list(archive.members)[:8])[:200] or "nothing"
        raise InputError(
            f"{path}: no inputs among its arrays ({found}); call them {' or '.join(INPUT_NAMES)}."
        )
    train = _Arrays(_as_inputs(str(path), inputs), labels)
    test_inputs = archive.find(TEST_INPUT_NAMES)
    if test_inputs is None:
        return train
    test = _Arrays(_as_inputs(str(path), test_inputs), archive.find(TEST_LABEL_NAMES))
    return _joined(str(path), train, test)


def _joined(where: str, train: _Arrays, test: _Arrays) -> _Arrays:
    """Both parts behind each other."""
    if test.inputs.shape[1:] != train.inputs.shape[1:] or test.inputs.dtype != train.inputs.dtype:
        raise InputError(f"{where}: inputs for training and for testing differ in kind; save them alike.")
    inputs = np.concatenate((train.inputs, test.inputs))
    if train.labels is None and test.labels is None:
        return _Arrays(inputs, None, len(test.inputs))
    if train.labels is None or test.labels is None:
        raise InputError(f"{where}: only one of training and testing has labels; save both or none.")
    for part, labels in ((train, train.labels), (test, test.labels)):
        if labels.ndim == 0 or len(labels) != len(part.inputs) or labels.shape[1:] != train.labels.shape[1:]:
            raise InputError(
                f"{where}: labels of shape {labels.shape} do not fit {len(part.inputs)} examples; "
                "give one for each."
            )
    return _Arrays(inputs, np.concatenate((train.labels, test.labels)), len(test.inputs))
