"""Files as other programs write them, and nasty ones."""

import gzip
import random
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.catalogue import load_dataset

IDX_CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}


def idx_bytes(array: np.ndarray) -> bytes:
    """The idx format, written from its description."""
    header = bytes([0, 0, IDX_CODES[array.dtype.name], array.ndim])
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_idx_set(folder: Path, n_train: int = 12, n_test: int = 4, is_packed: bool = True) -> None:
    """Images whose first pixel is their number, labels 0, 1, 2, 0, …; named as MNIST's files."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, n in (("train", n_train), ("t10k", n_test)):
        images = np.zeros((n, 4, 5), dtype=np.uint8)
        images[:, 0, 0] = np.arange(n)
        images[:, 1, 1] = 255
        contents = {
            f"{part}-images-idx3-ubyte": idx_bytes(images),
            f"{part}-labels-idx1-ubyte": idx_bytes((np.arange(n) % 3).astype(np.uint8)),
        }
        for name, content in contents.items():
            if is_packed:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / name).write_bytes(content)


def load_or_refuse(path: Path) -> Dataset | None:
    """What is read, or None where one sentence refuses it; anything else that is raised fails the test."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's of old headers, Pillow's of damaged metadata
            return load_dataset(DataSource("path", path=str(path)))
    except InputError as error:
        if "\n" in str(error):
            raise AssertionError(f"more than one line: {error}") from error
        return None


def mutations(whole: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """Damaged versions: cut off, bytes changed, pieces doubled or taken out."""
    rng = random.Random(seed)
    for _ in range(count):
        damaged = bytearray(whole)
        kind = rng.randrange(4)
        at = rng.randrange(len(damaged))
        if kind == 0:
            del damaged[at:]
        elif kind == 1:
            for _ in range(rng.choice((1, 1, 2, 8))):
                damaged[rng.randrange(min(len(damaged), rng.choice((16, 200, 10**9))))] = rng.randrange(256)
        elif kind == 2:
            damaged[at:at] = damaged[at : at + rng.randrange(1, 64)]
        else:
            del damaged[at : at + rng.randrange(1, 64)]
        yield bytes(damaged)
