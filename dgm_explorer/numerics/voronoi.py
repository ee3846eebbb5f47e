"""The cells of the nearest site in the plane, exact at any zoom: a rectangle cut along the bisectors.

Qhull names the pairs of sites that may share a boundary; where the boundary runs follows from the two sites
alone. A pair too many changes nothing, so that sites which Qhull cannot tell apart just get more of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray

BORDER = -1
"""What lies across an edge of the rectangle."""

_MANY_NEIGHBOURS = 24
_ROUNDING = 1e-13
_UNSURE = 3e-6
"""Of the extent of all sites: Qhull squares distances, and loses what is below the root of rounding."""
_LENS = 0.03
"""Radius of what is looked at again around a crowd, of the extent of all sites."""
_MOST_CROSSED = 10_000
_FIRST_WIDTH = 12


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The part of every site's cell that lies in a rectangle: convex polygons, one after the other.

    Attributes
    ----------
    corners : (m, 2), in order around each polygon.
    across : (m,) the site on the other side of the edge from each corner to the next; `BORDER` for none.
    offsets : (K + 1,) where the corners of each site begin; a cell out of sight has none.
    """

    corners: FloatArray
    across: IntArray
    offsets: IntArray

    def corners_of(self, site: int) -> FloatArray:
        """(n, 2); empty where the site has no cell here."""
        return self.corners[self.offsets[site] : self.offsets[site + 1]]

    def owners(self) -> IntArray:
        """(m,) the site that each corner belongs to."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def boundaries(self) -> FloatArray:
        """Every line between two cells once, (n, 4): x and y of its ends."""
        following = np.arange(1, len(self.corners) + 1)
        sizes = np.diff(self.offsets)
        following[self.offsets[1:][sizes > 0] - 1] = self.offsets[:-1][sizes > 0]
        is_first = self.across > self.owners()
        return np.hstack([self.corners[is_first], self.corners[following[is_first]]])


def neighbour_pairs(sites: FloatArray) -> IntArray:
    """Pairs (n, 2) of sites (K, 2) among which are all whose cells touch along a line.

    Of equal sites the first has the cell; those that are not finite have none. Both are in no pair.
    """
    kept = owning_sites(sites)
    if len(kept) < 2:
        return np.zeros((0, 2), np.int64)
    pairs = np.sort(_pairs_of_different(sites[kept]), axis=1)
    keys = np.unique(pairs[:, 0] * len(kept) + pairs[:, 1])
    return np.asarray(kept[np.stack(np.divmod(keys, len(kept)), axis=1)], dtype=np.int64)


def owning_sites(sites: FloatArray) -> IntArray:
    """The sites that have a cell: the finite ones, of equal ones the first."""
    finite = np.flatnonzero(np.isfinite(sites).all(axis=1))
    _, first = np.unique(sites[finite, 0] + 1j * sites[finite, 1], return_index=True)
    return np.asarray(np.sort(finite[first]), dtype=np.int64)


def _pairs_of_different(sites: FloatArray) -> IntArray:
    """By the Delaunay triangulation; where sites crowd so that it fails, once more through a lens.

    Edges of a triangulation are edges in that of any part which holds both ends: what is seen through the
    lens is right, and what is beyond it sees a crowd as one site, or that one's neighbours'.
    """
    own = sites - sites.mean(axis=0)
    own /= np.abs(own).max()
    heads = _thinned(own)
    apart = np.flatnonzero(heads == np.arange(len(heads)))
    pairs = apart[_triangulate(own[apart])]
    crowded = np.flatnonzero(np.bincount(heads) > 1)
    parts = [pairs, *_with_surroundings(pairs, heads, crowded)]
    while len(crowded):
        middle = own[crowded[0]]
        seen = np.flatnonzero(np.hypot(*(own - middle).T) < _LENS)
        parts.append(seen[_pairs_of_different(sites[seen])])
        crowded = crowded[np.hypot(*(own[crowded] - middle).T) >= 0.5 * _LENS]
    return np.concatenate(parts)


def _thinned(sites: FloatArray) -> IntArray:
    """(K,) for each site one close by that stands for it, so that those which do lie apart.

    Two within `_UNSURE` share a square of twice that size in one of four grids, each half a square off.
    """
    heads = np.arange(len(sites))
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        apart = np.unique(heads)
        squares = np.floor(sites[apart] / (2 * _UNSURE) + shift)
        _, first, place = np.unique(
            squares[:, 0] + 1j * squares[:, 1], return_index=True, return_inverse=True
        )
        stands_for = np.arange(len(sites))
        stands_for[apart] = apart[first[place]]
        heads = stands_for[heads]
    return heads


def _with_surroundings(pairs: IntArray, heads: IntArray, crowded: IntArray) -> list[IntArray]:
    """Every site of a crowd with the neighbours of the one that stands for it, and with theirs."""
    if not len(crowded):
        return []
    neighbours, starts = _grouped(np.concatenate([pairs[:, 1], pairs[:, 0]]), pairs.T.ravel(), len(heads))
    members, begins = _grouped(np.arange(len(heads)), heads, len(heads))
    parts = []
    for head in crowded.tolist():
        alike = members[begins[head] : begins[head + 1]]
        near = neighbours[starts[head] : starts[head + 1]]
        around = np.unique(np.concatenate([neighbours[starts[one] : starts[one + 1]] for one in near]))
        around = np.union1d(around[around != head], near)
        theirs = np.concatenate([members[begins[one] : begins[one + 1]] for one in around])
        others = theirs if len(alike) * len(theirs) <= _MOST_CROSSED else around
        parts.append(np.stack(np.meshgrid(alike, others), axis=2).reshape(-1, 2))
    return parts


def _grouped(values: IntArray, keys: IntArray, n_keys: int) -> tuple[IntArray, IntArray]:
    """Values in the order of their keys, and where those of each key begin, (n_keys + 1,)."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=n_keys))])
    return values[np.argsort(keys, kind="stable")], starts


def _triangulate(sites: FloatArray) -> IntArray:
    """Pairs of different sites, in their order where they lie on a line."""
    from scipy.spatial import Delaunay, QhullError

    if len(sites) >= 3:
        try:
            corners = Delaunay(sites).simplices.astype(np.int64)
        except QhullError:
            pass
        else:
            return np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    _, _, axes = np.linalg.svd(sites - sites.mean(axis=0), full_matrices=False)
    order = np.argsort(sites @ axes[0])
    return np.stack([order[:-1], order[1:]], axis=1)


def cells_in(sites: FloatArray, pairs: IntArray, low: FloatArray, high: FloatArray) -> Cells:
    """Cut the rectangle from ``low`` to ``high``, (2,) each, into the cells of the sites (K, 2).

    Parameters
    ----------
    pairs : of `neighbour_pairs`.
    """
    n_sites = len(sites)
    neighbours, starts = _grouped(np.concatenate([pairs[:, 1], pairs[:, 0]]), pairs.T.ravel(), n_sites)
    degrees = np.diff(starts)
    middle = 0.5 * (low + high)
    cutter = _Cutter(sites - middle, neighbours, starts, degrees, 0.5 * (high - low))
    owning = owning_sites(sites)
    few = owning[degrees[owning] <= _MANY_NEIGHBOURS]
    many = owning[degrees[owning] > _MANY_NEIGHBOURS]  # apart: one with K corners would widen them all
    groups = [few, many]
    parts = [cutter.cut(group) for group in groups]
    counts = np.zeros(n_sites, np.int64)
    counts[np.concatenate(groups)] = np.concatenate([part.counts for part in parts])
    offsets = np.concatenate([[0], np.cumsum(counts)])
    corners, across = np.empty((offsets[-1], 2)), np.empty(offsets[-1], np.int64)
    for group, part in zip(groups, parts, strict=True):
        is_corner = np.arange(part.corners.shape[1]) < part.counts[:, None]
        places = (offsets[group][:, None] + np.arange(part.corners.shape[1]))[is_corner]
        corners[places], across[places] = part.corners[is_corner] + middle, part.across[is_corner]
    return Cells(corners, across, offsets)


@dataclass(slots=True, eq=False)
class _Polygons:
    """Of n sites: corners (n, M, 2), what lies across the edge after each (n, M), how many there are (n,)."""

    corners: FloatArray
    across: IntArray
    counts: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Cutter:
    """Cuts a rectangle around the origin along the bisectors of sites with their neighbours.

    Attributes
    ----------
    sites : (K, 2).
    neighbours, starts, degrees : neighbours of all sites, where each site's begin, and how many it has.
    half : (2,) half width and half height of the rectangle.
    """

    sites: FloatArray
    neighbours: IntArray
    starts: IntArray
    degrees: IntArray
    half: FloatArray

    def cut(self, group: IntArray) -> _Polygons:
        """The cells of some sites (n,): all of them by one neighbour each, round by round."""
        most = int(self.degrees[group].max(initial=0))
        signs = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        polygons = _Polygons(
            np.zeros((len(group), _FIRST_WIDTH, 2)),
            np.full((len(group), _FIRST_WIDTH), BORDER),
            np.full(len(group), 4),
        )
        polygons.corners[:, :4] = signs * self.half
        for turn in range(most):
            rows = np.flatnonzero((self.degrees[group] > turn) & (polygons.counts > 0))
            others = self.neighbours[self.starts[group[rows]] + turn]
            self._cut_off(polygons, rows, group[rows], others)
        return polygons

    def _cut_off(self, polygons: _Polygons, rows: IntArray, own: IntArray, others: IntArray) -> None:
        """Take from each polygon what is nearer to the other site than to its own."""
        width = int(polygons.counts[rows].max(initial=0))
        towards = self.sites[others] - self.sites[own]
        towards /= np.hypot(towards[:, 0], towards[:, 1])[:, None]
        bound = 0.5 * ((self.sites[others] + self.sites[own]) * towards).sum(axis=1)
        corners = polygons.corners[rows, :width]
        beyond = corners[..., 0] * towards[:, :1] + corners[..., 1] * towards[:, 1:] - bound[:, None]
        is_corner = np.arange(width) < polygons.counts[rows, None]
        is_cut = is_corner & (beyond > _ROUNDING * float(self.half.max()))
        is_touched = is_cut.any(axis=1)
        if is_touched.any():
            part = rows[is_touched]
            _clip(polygons, part, others[is_touched], beyond[is_touched], is_cut[is_touched])


def _clip(
    polygons: _Polygons, rows: IntArray, others: IntArray, beyond: FloatArray, is_cut: BoolArray
) -> None:
    """Replace the corners beyond a line by its two crossings with the polygon (Sutherland, Hodgman 1974).

    Parameters
    ----------
    rows, others : (n,) polygons that are cut, and what lies across the cut.
    beyond, is_cut : (n, width) signed distance of each corner from the line, and which corners go.
    """
    n, width = beyond.shape
    corners, across = polygons.corners[rows, :width], polygons.across[rows, :width]
    counts, places = polygons.counts[rows, None], np.arange(width)
    is_corner = places < counts
    following = np.where(places + 1 == counts, 0, np.minimum(places + 1, width - 1))
    each = np.arange(n)[:, None]
    is_kept = is_corner & ~is_cut
    is_crossing = is_corner & (is_cut != is_cut[each, following])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(beyond / (beyond - beyond[each, following]), 0.0, 1.0)
        crossings = corners + share[..., None] * (corners[each, following] - corners)
    is_new = np.stack([is_kept, is_crossing], axis=2).reshape(n, -1)
    new_corners = np.stack([corners, crossings], axis=2).reshape(n, -1, 2)
    leaving = np.where(is_cut, across, others[:, None])  # from a crossing on: along the cut, or the old edge
    new_across = np.stack([across, leaving], axis=2).reshape(n, -1)
    new_counts: NDArray[np.int64] = is_new.sum(axis=1)
    _widen(polygons, int(new_counts.max()))
    row, column = np.nonzero(is_new)
    place = (np.cumsum(is_new, axis=1) - 1)[row, column]
    polygons.corners[rows[row], place] = new_corners[row, column]
    polygons.across[rows[row], place] = new_across[row, column]
    polygons.counts[rows] = new_counts


def _widen(polygons: _Polygons, width: int) -> None:
    """Make room for so many corners."""
    missing = width - polygons.corners.shape[1]
    if missing > 0:
        polygons.corners = np.pad(polygons.corners, ((0, 0), (0, missing), (0, 0)))
        polygons.across = np.pad(polygons.across, ((0, 0), (0, missing)), constant_values=BORDER)
