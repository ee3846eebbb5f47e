"""Arrays and a few texts in one safetensors file, written in one step and read with suspicion."""

import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class ArrayFile:
    """What one file holds.

    Attributes
    ----------
    arrays : by name; read-only views of the file's bytes.
    texts : by name.
    """

    arrays: Mapping[str, NDArray[Any]]
    texts: Mapping[str, str]


def write_arrays(path: Path, content: ArrayFile) -> None:
    """Write a file in one step, readable by others as far as the umask allows.

    Raises
    ------
    InputError
        If the place cannot be written to; nothing half-written is left.
    """
    from safetensors.numpy import save

    arrays = {name: np.asarray(array, order="C") for name, array in content.arrays.items()}
    encoded = save(arrays, metadata=dict(content.texts))
    with open_atomically(path) as file:
        file.write(encoded)


def read_arrays(path: Path, max_bytes: int) -> ArrayFile:
    """Read a file; no more memory is taken than it has bytes, twice.

    Raises
    ------
    InputError
        If it cannot be read, is larger than `max_bytes`, or is no whole safetensors file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    content = _read_bounded(path, max_bytes)
    try:
        arrays = load(content)
        texts = _texts_of(content)
    except MemoryError as error:
        raise InputError(
            f"{path} does not fit into memory; close other programs or take another file."
        ) from error
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InputError(
            f"{path} is damaged or is no safetensors file ({_first_line(error)}); choose another step."
        ) from error
    for array in arrays.values():
        array.flags.writeable = False
    return ArrayFile(arrays, texts)


def _read_bounded(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its other end
            raise InputError(f"{path} is a directory or a device; choose another step.")
        if status.st_size > max_bytes:
            raise InputError(
                f"{path} is larger than {max_bytes >> 20} MiB and was not made by this program; "
                "choose another step."
            )
        with path.open("rb") as file:
            return file.read(status.st_size)  # as much memory is taken as is asked for, before it is read
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(
            f"{path} does not fit into memory; close other programs or take another file."
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}); choose another step.") from error


def _texts_of(content: bytes) -> dict[str, str]:
    """The texts in the header, which safetensors has found to be sound."""
    length = int.from_bytes(content[:8], "little")
    texts = json.loads(content[8 : 8 + length]).get("__metadata__") or {}
    return {str(name): str(text) for name, text in texts.items()}


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
