"""What every reader of foreign files keeps to: how much is taken in, and opening without surprises."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dgm_explorer.core.errors import InputError

MAX_VALUES = 2**28
"""Numbers of one data set; as float32 they take 1 GiB."""
MAX_BYTES = 2**30
"""Bytes of one array as it is stored."""
MAX_DIMENSION = 3 * 256 * 256
"""Numbers of one example: a colour image of 256×256."""
MAX_EXAMPLES = 5_000_000
MAX_CLASSES = 1000


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file and its size in bytes; a pipe or device is not opened, so that nothing hangs.

    Raises
    ------
    InputError
        If it is missing or cannot be read, also for every `OSError` within the block.
    """
    try:
        if not path.is_file():
            what = "it is no file" if path.exists() else "there is no such file"
            raise InputError(f"{path}: {what}; choose a file that exists.")
        with path.open("rb") as file:
            yield file, path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InputError:
    """The sentence for a file or folder that the system does not hand over."""
    return InputError(f"{path}: it cannot be read ({error.strerror or error}); check its permissions.")


def require_shape(path: object, n: int, shape: tuple[int, ...]) -> None:
    """Refuse what no model here could take, before memory is taken for it.

    Parameters
    ----------
    n : number of examples.
    shape : of one example.
    """
    dimension = math.prod(shape)
    size = "×".join(map(str, shape))
    if n < 1 or dimension < 1:
        raise InputError(f"{path}: there are no examples in it; choose data that is not empty.")
    if dimension > MAX_DIMENSION:
        raise InputError(f"{path}: {size} numbers in one example are too many; shrink to 256×256×3 or less.")
    if n > MAX_EXAMPLES or n * dimension > MAX_VALUES:
        raise InputError(f"{path}: {n} examples of {size} numbers are too many; thin them out.")
