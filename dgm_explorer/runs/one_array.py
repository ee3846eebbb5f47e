"""One small array out of a large safetensors file, without reading the rest of it."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError

MAX_HEADER_BYTES = 1 << 20


def read_one_array(path: Path, name: str, max_bytes: int) -> NDArray[Any]:
    """Read the array ``name``; takes no more memory than it and the header have bytes, a few times.

    The file is read, not mapped: one on another computer may go away meanwhile, and a mapped page that
    cannot be fetched ends the program.

    Raises
    ------
    InputError
        If the file cannot be read, is no safetensors file, or the array is missing, damaged or larger than
        ``max_bytes``.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        alone = _cut_out(path, name, max_bytes)
        return load(alone)[name]
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); choose another step."
        ) from error
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path}: the array {name!r} is missing or damaged; choose another step.") from error


def _cut_out(path: Path, name: str, max_bytes: int) -> bytes:
    """A safetensors file of this array alone, whose library then checks what its header claims."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its other end
        raise ValueError("no regular file")
    with path.open("rb") as file:
        header_bytes = int.from_bytes(file.read(8), "little")
        if header_bytes > min(MAX_HEADER_BYTES, status.st_size):
            raise ValueError("header")
        entry = json.loads(file.read(header_bytes))[name]
        start, stop = entry["data_offsets"]
        if not (isinstance(start, int) and isinstance(stop, int) and 0 <= start <= stop <= status.st_size):
            raise ValueError("offsets")
        if stop - start > max_bytes:
            raise ValueError("size")
        file.seek(8 + header_bytes + start, os.SEEK_SET)
        content = file.read(stop - start)
    alone = {name: {"dtype": entry["dtype"], "shape": entry["shape"], "data_offsets": [0, stop - start]}}
    header = json.dumps(alone).encode()
    return len(header).to_bytes(8, "little") + header + content
