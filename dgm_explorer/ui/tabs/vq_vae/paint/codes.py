"""From a painting and a snapshot to code grids: arrays only, no Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_vae_painting import Painting, Remap
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot

MOST_TILES: Final = 1024
"""Codes that are shown as tiles."""


@dataclass(frozen=True, slots=True, eq=False)
class PaintedGrid:
    """What a painting makes of its base.

    Attributes
    ----------
    codes : (h, w).
    n_painted, n_remapped : cells that differ from the base by hand and by exchange.
    n_left_out : edits and remaps that do not fit this grid or these codes.
    """

    codes: IntArray
    n_painted: int
    n_remapped: int
    n_left_out: int


def paint_grid(base: IntArray, painting: Painting, n_codes: int) -> PaintedGrid:
    """Lay a painting over the codes (h, w) of its base; what does not fit is left out."""
    height, width = base.shape
    remapped = remap_table(painting.remaps, n_codes)[base]
    codes = remapped.copy()
    edits = np.array(painting.edits, np.int64).reshape(-1, 3)
    fits = (edits < np.array([height, width, n_codes])).all(axis=1)
    rows, columns, laid = edits[fits].T
    codes[rows, columns] = laid
    n_misfits = sum(not _fits(remap, n_codes) for remap in painting.remaps)
    n_painted, n_remapped = int((codes != remapped).sum()), int((remapped != base).sum())
    return PaintedGrid(codes, n_painted, n_remapped, int((~fits).sum()) + n_misfits)


def remap_table(remaps: Iterable[Remap], n_codes: int) -> IntArray:
    """(K,) what stands in place of each code after all exchanges, those of missing codes left out."""
    table = np.arange(n_codes)
    for remap in remaps:
        if _fits(remap, n_codes):
            is_a, is_b = table == remap.a, table == remap.b
            table[is_a] = remap.b
            if remap.kind == "swap":
                table[is_b] = remap.a
    return table


def modal_grid(snapshot: VqVaeSnapshot) -> IntArray:
    """(h, w) the commonest code of each cell in the analysed images."""
    modal: IntArray = snapshot.position_counts.argmax(axis=0)
    return modal


def known_base(painting: Painting, snapshot: VqVaeSnapshot, row: int) -> IntArray | None:
    """(h, w) codes of the base; None for an image, in ``row`` of the data set, that is not analysed."""
    if painting.base == "modal":
        return modal_grid(snapshot)
    if painting.base == "code":
        code = min(painting.base_index, snapshot.n_codes - 1)
        return np.full(snapshot.position_counts.shape[1:], code, np.int64)
    place = int(np.searchsorted(snapshot.probe, row))
    is_known = place < min(len(snapshot.probe), len(snapshot.codes)) and snapshot.probe[place] == row
    return snapshot.codes[place] if is_known else None


def codes_with_tiles(snapshot: VqVaeSnapshot) -> IntArray:
    """The codes in their order; of more than `MOST_TILES` those used most."""
    if snapshot.n_codes <= MOST_TILES:
        return np.arange(snapshot.n_codes)
    most_used = np.argsort(-snapshot.epoch_counts, kind="stable")[:MOST_TILES]
    codes: IntArray = np.sort(most_used).astype(np.int64)
    return codes


def nearest_other_code(snapshot: VqVaeSnapshot, code: int) -> int:
    """The code in use that lies nearest to another one; -1 without any."""
    if not 0 <= code < snapshot.n_codes:
        return -1
    distances = ((snapshot.codebook - snapshot.codebook[code]) ** 2).sum(axis=1)
    distances[snapshot.is_dead | ~np.isfinite(distances)] = np.inf
    distances[code] = np.inf
    nearest = int(distances.argmin())
    return nearest if np.isfinite(distances[nearest]) else (code + 1) % snapshot.n_codes


def brush_cells(cells: Iterable[tuple[int, int]], width: int, grid: tuple[int, int]) -> list[tuple[int, int]]:
    """Every cell under a square brush of ``width`` cells, odd, that goes over ``cells``."""
    reach = width // 2
    covered = {
        (row + down, column + right): None
        for row, column in cells
        for down in range(-reach, reach + 1)
        for right in range(-reach, reach + 1)
    }
    return [cell for cell in covered if 0 <= cell[0] < grid[0] and 0 <= cell[1] < grid[1]]


def shrink(images: Float32Array, most_px: int) -> Float32Array:
    """(n, h, w, c) by means over squares of equal size, so that no side is longer than ``most_px``."""
    n, height, width, channels = images.shape
    side = -(-max(height, width) // most_px)
    if side <= 1:
        return images
    rows, columns = max(1, height // side), max(1, width // side)
    cut = images[:, : rows * side, : columns * side]
    blocks = cut.reshape(n, rows, cut.shape[1] // rows, columns, cut.shape[2] // columns, channels)
    shrunk: Float32Array = blocks.mean(axis=(2, 4))
    return shrunk


def _fits(remap: Remap, n_codes: int) -> bool:
    return remap.a < n_codes and remap.b < n_codes
