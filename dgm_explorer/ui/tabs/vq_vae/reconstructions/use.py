"""Where a code is used in the analysed images: arrays only, no Qt."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CodeUse:
    """One code in the grids of n images.

    Attributes
    ----------
    n_cells, n_images, n_analysed : cells with the code; images with such a cell; n.
    places : (m,) images that use it most, the first ones first among equals; places in the grids.
    counts : (m,) their cells with the code, at least 1.
    cells : (q, 3) image, row and column of some of their cells, evenly picked.
    """

    n_cells: int
    n_images: int
    n_analysed: int
    places: IntArray
    counts: IntArray
    cells: IntArray


def find_use(codes: IntArray, code: int, most_images: int, most_cells: int) -> CodeUse:
    """Where ``code`` stands in the grids ``codes`` (n, h, w)."""
    is_code = codes == code
    counts = is_code.reshape(len(codes), -1).sum(axis=1)
    using = np.flatnonzero(counts)
    ranked = using[np.argsort(-counts[using], kind="stable")]
    places = ranked[:most_images]
    rank, rows, columns = np.nonzero(is_code[places])
    picked = np.unique(np.linspace(0, len(rank) - 1, min(most_cells, len(rank))).astype(np.intp))
    cells = np.stack([places[rank[picked]], rows[picked], columns[picked]], axis=1)
    return CodeUse(int(counts.sum()), len(using), len(codes), places, counts[places], cells)
