"""NumPy's .npy format, read from a stream of known length: never unpickled, never believed unchecked."""

import math
import sys
from dataclasses import dataclass
from tokenize import TokenError
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError

NPY_MAGIC = b"\x93NUMPY"
# What NumPy's reader of headers raises, which hands the text to Python's literal parser.
_HEADER_ERRORS = (ValueError, KeyError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class NpyHeader:
    """What stands before the numbers; ``n_bytes`` of them were read."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[np.generic]
    n_bytes: int


def read_npy_header(where: str, stream: BinaryIO) -> NpyHeader:
    """The header at the beginning of the stream.

    Raises
    ------
    InputError
        If it is damaged.
    """
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, is_fortran, dtype = read_header(stream)
        shape = tuple(map(int, shape))  # True passes for a length there
    except _HEADER_ERRORS as error:
        raise InputError(f"{where}: the .npy header is damaged; save the array again.") from error
    return NpyHeader(shape, is_fortran, dtype, stream.tell())


def require_body(where: str, header: NpyHeader, size: int) -> None:
    """Refuse a shape that does not fill a file of ``size`` bytes, before memory is taken for it.

    Raises
    ------
    InputError
    """
    n_bytes = math.prod(header.shape) * header.dtype.itemsize
    # An axis of length 0, or numbers without any bytes, let the other axes claim to be of any length.
    has_room = header.dtype.itemsize > 0 and all(0 <= length <= sys.maxsize for length in header.shape)
    if not has_room or n_bytes != size - header.n_bytes:
        raise InputError(
            f"{where}: shape {header.shape} of {header.dtype} does not fit the file's {size} bytes; "
            "save the array again."
        )


def read_npy_body(header: NpyHeader, stream: BinaryIO) -> NDArray[np.generic]:
    """The numbers behind a header that `require_body` found true."""
    n_bytes = math.prod(header.shape) * header.dtype.itemsize
    numbers = np.frombuffer(stream.read(n_bytes), dtype=header.dtype)
    return numbers.reshape(header.shape, order="F" if header.is_fortran else "C")
