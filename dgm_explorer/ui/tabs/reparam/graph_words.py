"""How the graph names its ways and writes its numbers; no Qt."""

import math
from typing import Final

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import ObjectiveName, SamplePath
from dgm_explorer.ui.plots.axis import tick_text

OBJECTIVE_SHORT: Final[dict[ObjectiveName, str]] = {
    "quadratic": "quadratic",
    "banana": "banana",
    "two_wells": "two wells",
    "kl_target": "−log p",
}
PATH_NAME: Final[dict[SamplePath, str]] = {"reparametrise": "reparametrise", "sample": "sample directly"}
PATH_WORDS: Final[dict[SamplePath, str]] = {
    "reparametrise": "The noise is drawn first: z is then a plain function of μ and L, with a derivative.",
    "sample": "z is drawn from its law: the draw has no derivative, and nothing flows back to μ and L.",
}
WIDEST_CELL: Final = "−88.88"
NO_ENTRY: Final = "·"

Rows = tuple[tuple[str, ...], ...]


def cell_text(value: float) -> str:
    """A number in at most six letters, so that nothing moves while it changes."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    if size < 1e-99:
        text = "0"
    elif size < 0.005 or size >= 9999.5:
        text = f"{value:.0e}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    elif size < 99.995:
        text = f"{value:.2f}"
    else:
        text = f"{value:.0f}"
    return text.replace("-", "−")


def column_texts(values: FloatArray) -> Rows:
    """A vector (d,) as a column."""
    return tuple((cell_text(value),) for value in values.tolist())


def matrix_texts(values: FloatArray, is_triangle: bool) -> Rows:
    """A matrix (d, d); of a triangle the entries that are no parameters are dots."""
    return tuple(
        tuple(NO_ENTRY if is_triangle and j > i else cell_text(value) for j, value in enumerate(row))
        for i, row in enumerate(values.tolist())
    )


def exact_text(values: FloatArray) -> str:
    """A number, vector or matrix in one line, with five digits."""
    rows = np.atleast_2d(values if values.ndim == 2 else values[:, None]).tolist()
    return in_line(tuple(tuple(tick_text(value, 5) for value in row) for row in rows))


def in_line(rows: Rows) -> str:
    """Rows in one line: (1, 2), or (1, 0; 3, 4)."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    if all(len(row) == 1 for row in rows):
        return f"({', '.join(row[0] for row in rows)})"
    return f"({'; '.join(', '.join(row) for row in rows)})"
