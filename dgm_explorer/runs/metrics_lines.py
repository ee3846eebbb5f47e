"""``metrics.jsonl``: one line per step and split, such as ``{"split":"train","step":7,"a":-31.5,…}``."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from dgm_explorer.core.training import MetricsTable, Split
from dgm_explorer.runs.json_numbers import from_json_number, to_json_number

SPLITS: tuple[Split, ...] = ("train", "held_out", "quality")
MAX_COLUMNS = 64
MAX_NAME = 40
MAX_LINE = 16_384
MAX_STEP = 2.0**53


def to_lines(table: MetricsTable) -> Iterator[bytes]:
    """One line of JSON for each row, without its line feed."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    is_finite = bool(np.isfinite(table.values).all())
    for row in table.values.tolist():
        numbers = row if is_finite else [to_json_number(value) for value in row]
        line = {"split": table.split, **dict(zip(table.names, numbers, strict=True))}
        line["step"] = int(row[0])
        yield encode(line)


def from_lines(lines: Iterable[bytes]) -> tuple[MetricsTable, ...]:
    """Tables of the lines in their order; neighbours of one split and the same columns share a table.

    A line that is no such row, whatever else it is, is left out: metrics are never worth an exception.
    """
    rows = (row for row in map(_parse, lines) if row is not None)
    return tuple(
        MetricsTable(split, names, _table([row[2] for row in same]))
        for (split, names), same in groupby(rows, key=lambda row: (row[0], row[1]))
    )


_Row = tuple[Split, tuple[str, ...], list[float]]


def _parse(line: bytes) -> _Row | None:
    import msgspec

    if len(line) > MAX_LINE:
        return None
    try:
        fields = msgspec.json.decode(line, type=dict[str, float | str])
        named = fields.pop("split", "")
        values = [from_json_number(value) for value in fields.values()]
    except (ValueError, RecursionError):
        return None
    names = tuple(fields)
    split = next((known for known in SPLITS if known == named), None)
    is_row = bool(names) and names[0] == "step" and 0 <= values[0] <= MAX_STEP
    is_small = len(names) <= MAX_COLUMNS and all(len(name) <= MAX_NAME for name in names)
    return (split, names, values) if split is not None and is_row and is_small else None


def _table(rows: Sequence[list[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.array(rows, dtype=np.float64)
    table.flags.writeable = False
    return table
