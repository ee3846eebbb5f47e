"""The idx format of MNIST and its kin, gzipped or plain, read within bounds.

A file is two zero bytes, a byte for the type, a byte for the rank, the sizes as big-endian 32-bit
numbers, and the values (http://yann.lecun.com/exdb/mnist, "The IDX file format").
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError
from dgm_explorer.data.bounded import MAX_BYTES, opened

GZIP_MAGIC = b"\x1f\x8b"
_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MAX_RANK = 4
_LARGEST_DEFLATE_RATIO = 1032


def is_idx(path: Path) -> bool:
    """Whether the first bytes, after unpacking, are those of an idx file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with opened(path) as (file, _):
        try:
            start = _unpacked(file).read(4)
        except (OSError, EOFError, zlib.error):  # gzip.BadGzipFile is an OSError
            return False
    return _is_magic(start)


def read_idx(path: Path) -> NDArray[np.generic]:
    """The array of one file, whatever its rank; at most `MAX_BYTES`.

    Raises
    ------
    InputError
        If the file is missing, damaged, cut off, longer than its header says or too large.
    """
    with opened(path) as (file, size):
        stream = _unpacked(file)
        try:
            return _read(path, stream, size if stream is file else size * _LARGEST_DEFLATE_RATIO)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(
                f"{path}: the gzip stream is damaged ({error}); fetch the file again."
            ) from error


def _unpacked(file: BinaryIO) -> BinaryIO:
    """The stream, behind gzip where it is packed."""
    is_packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_packed else file


def _is_magic(start: bytes) -> bool:
    return (
        len(start) == 4 and start[:2] == b"\0\0" and start[2] in _DTYPES and 1 <= start[3] <= _MAX_RANK
    )  # fmt: skip


def _read(path: Path, stream: BinaryIO, most_bytes: int) -> NDArray[np.generic]:
    """The array behind the header; ``most_bytes`` is what the stream can hold at the very most."""
    start = stream.read(4)
    if not _is_magic(start):
        raise InputError(f"{path}: this is no idx file (it begins with {start.hex(' ') or 'nothing'}).")
    dtype, rank = np.dtype(_DTYPES[start[2]]), start[3]
    sizes = stream.read(4 * rank)
    shape = tuple(int.from_bytes(sizes[4 * k : 4 * k + 4], "big") for k in range(len(sizes) // 4))
    count = math.prod(shape)
    n_bytes = count * dtype.itemsize
    if len(shape) != rank or not 0 < n_bytes <= min(MAX_BYTES, most_bytes):
        raise InputError(f"{path}: its header promises {shape}, which it cannot hold; fetch the file again.")
    # One byte more than there should be tells a longer file; a gzip bomb is not unpacked any further.
    body = stream.read(n_bytes + 1)
    if len(body) != n_bytes:
        found = "more" if len(body) > n_bytes else f"only {len(body)}"
        raise InputError(
            f"{path}: its header promises {shape}, {n_bytes} bytes, but there are {found}; fetch it again."
        )
    return np.frombuffer(body, dtype).reshape(shape)
