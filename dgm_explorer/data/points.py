"""Points from a CSV or .npy file that may hold anything, one sentence for whatever is wrong with it."""

import io
import re
from array import array
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.npy import NPY_MAGIC, read_npy_body, read_npy_header, require_body

MAX_BYTES = 64 * 2**20
MAX_POINTS = 1_000_000


def read_points(path: Path) -> FloatArray:
    """Numbers of a file: (n,) from one column, (n, 2) from two.

    Text may have a header line, ``#`` comments and cells separated by comma, semicolon, tab or space; with
    semicolons or tabs a decimal comma is understood. ``.npy`` is told by its first bytes, never unpickled,
    and its shape is compared with the file's size before memory is taken.

    Raises
    ------
    InputError
        If the file is missing, unreadable, larger than `MAX_BYTES`, longer than `MAX_POINTS` rows, or holds
        something else than one or two columns of finite numbers.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError(f"{path}: there is no such file; choose a CSV or .npy file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{path}: {size / 2**20:.0f} MB are more than {MAX_BYTES >> 20} MB; thin the points out."
            )
        with path.open("rb") as file:
            if file.read(len(NPY_MAGIC)) == NPY_MAGIC:
                file.seek(0)
                return _from_npy(path, file, size)
            file.seek(0)
            return _from_text(path, file.read(size))
    except OSError as error:
        raise InputError(
            f"{path}: the file cannot be read ({error.strerror or error}); check its permissions."
        ) from error


def _from_npy(path: Path, file: BinaryIO, size: int) -> FloatArray:
    header = read_npy_header(str(path), file)
    shape, dtype = header.shape, header.dtype
    if dtype.kind not in "fiu":
        raise InputError(f"{path}: the array holds {dtype}; save plain numbers, for instance float64.")
    if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] not in (1, 2)):
        raise InputError(f"{path}: the array has shape {shape}; save one or two columns.")
    require_body(str(path), header, size)
    _require_count(path, shape[0])
    numbers = read_npy_body(header, file)
    with np.errstate(over="ignore"):
        points = numbers.astype(np.float64)
    _require_finite(path, points, np.arange(1, len(points) + 1))
    return _squeezed(points)


def _from_text(path: Path, raw: bytes) -> FloatArray:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start + 1} is not text; save the points as CSV in UTF-8 or as .npy."
        ) from error
    lines = _filled_lines(path, text)
    first = list(islice(lines, 2))
    if not first:
        _require_count(path, 0)
    separator = _separator([line for _, line in first])
    if not any(_is_number(cell) for cell in _cells(first[0][1], separator)):
        del first[0]
    width = 0
    numbers, values = array("q"), array("d")  # lists of lines or floats would take a hundred times the file
    for number, line in chain(first, lines):
        cells = _cells(line, separator)
        width = width or len(cells)
        values.extend(_row(path, number, cells, width))
        numbers.append(number)
    _require_count(path, len(numbers))
    points = np.array(values).reshape(len(numbers), width)
    _require_finite(path, points, np.array(numbers))
    return _squeezed(points)


def _filled_lines(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and lines, without empty ones and comments; at most a header and `MAX_POINTS`."""
    count = 0
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            count += 1
            if count > MAX_POINTS + 1:
                _require_count(path, count)
            yield number, line


def _separator(first_lines: list[str]) -> str:
    """What separates the cells, as a regular expression; the second line is asked before a header."""
    for line in reversed(first_lines):
        for mark in (";", "\t", ","):
            if mark in line.strip():
                return mark
    return r"\s+"


def _cells(line: str, separator: str) -> list[str]:
    """Cells of a line, with points for decimal commas; beyond the second they stay in one piece."""
    cells = [cell.strip().strip('"').strip() for cell in re.split(separator, line.strip(), maxsplit=2)]
    return [cell.replace(",", ".") for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # float() accepts 1_000, no table does


def _row(path: Path, number: int, cells: list[str], width: int) -> list[float]:
    if width > 2:
        raise InputError(f"{path}: line {number} has more than 2 columns; keep one or two.")
    if len(cells) != width:
        raise InputError(
            f"{path}: line {number} has {'more' if len(cells) > width else 'fewer'} columns than the lines "
            "before it; give every line the same number."
        )
    for cell in cells:
        if not _is_number(cell):
            raise InputError(f"{path}: {cell[:40]!r} in line {number} is not a number; correct or remove it.")
    return [float(cell) for cell in cells]


def _require_count(path: Path, count: int) -> None:
    if count == 0:
        raise InputError(f"{path}: there are no points in it; give at least one row of numbers.")
    if count > MAX_POINTS:
        raise InputError(f"{path}: there are more than {MAX_POINTS} rows; thin the points out.")


def _require_finite(path: Path, points: FloatArray, row_numbers: np.ndarray) -> None:
    is_bad = ~np.isfinite(points).reshape(len(points), -1).all(axis=1)
    if is_bad.any():
        row = int(row_numbers[np.flatnonzero(is_bad)[0]])
        raise InputError(f"{path}: row {row} holds NaN or infinity; remove that row.")


def _squeezed(points: FloatArray) -> FloatArray:
    """(n, 1) as (n,)."""
    return points[:, 0] if points.ndim == 2 and points.shape[1] == 1 else points
