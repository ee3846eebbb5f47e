"""A snapshot as a picture of its code space: pure functions, no widget."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import BoolArray, Float32Array, FloatArray, IntArray
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.numerics.voronoi import neighbour_pairs
from dgm_explorer.ui.plots.latent_plane import LatentPlane, Projection, plane_of
from dgm_explorer.ui.plots.latent_shapes import ByteArray
from dgm_explorer.ui.plots.site_marks import ColorArray

MOST_DIMS_AT_ONCE = 128
"""Codes of more numbers get new axes only as often as the steps have grown by `_GROWTH`: 70 ms for 512."""
_GROWTH = 1.1
_SETTLE_DEG = 2.0
"""A picture: slow enough to be followed, and after some twenty of them the axes are the components."""
_CLOSE = 1 + 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingScene:
    """Dots and codes as they lie in the picture; m dots, K codes.

    Attributes
    ----------
    plane : between the space of the codes and the picture.
    plane_step : when its axes were found.
    dots, dot_codes, dot_rgb : (m, 2) encoder outputs, (m,) their true codes, (m, 3) colours of these.
    sites, colors, is_dead : (K, 2) codes, (K,) as 0xffrrggbb, (K,).
    pairs : neighbours among the codes; None where there are no cells because the picture is a projection.
    true_share : of the dots, how many lie nearest to their own code in the picture; NaN without dots.
    spread : root mean square distance of the dots from their mean, along axes that mean something.
    statement : what holds of this picture, in a sentence.
    """

    plane: LatentPlane
    plane_step: int
    dots: Float32Array
    dot_codes: IntArray
    dot_rgb: ByteArray
    sites: FloatArray
    colors: ColorArray
    is_dead: BoolArray
    pairs: IntArray | None
    true_share: float
    spread: float
    statement: str


def load_geometry(request: None) -> None:
    """Import what finds neighbours, up to 0.5 s the first time: in a worker's thread, before `make_scene`."""
    import scipy.spatial  # noqa: F401

    del request


def make_scene(
    snapshot: VqVaeSnapshot,
    colors: ColorArray,
    previous: EmbeddingScene | None = None,
    is_lattice: bool = False,
) -> EmbeddingScene:
    """Draw a snapshot.

    Parameters
    ----------
    colors : (K,) of the codes.
    previous : picture before, so that the axes neither flip nor spin.
    is_lattice : whether the codes are fixed levels, as in finite scalar quantisation.
    """
    plane, plane_step = _find_plane(snapshot, previous)
    with np.errstate(invalid="ignore"):  # what is not finite stays so
        dots = plane.place_codes(snapshot.points)
        sites = plane.place_means(snapshot.codebook.astype(np.float64))
    is_projection = isinstance(plane, Projection)
    share = _true_share(dots, snapshot.point_codes, sites) if is_projection else 1.0
    rgb = colors.astype("<u4").view(np.uint8).reshape(-1, 4)[:, 2::-1]
    n_dims = snapshot.codebook.shape[1]
    return EmbeddingScene(
        plane=plane,
        plane_step=plane_step,
        dots=dots,
        dot_codes=snapshot.point_codes,
        dot_rgb=rgb[snapshot.point_codes],
        sites=sites,
        colors=colors,
        is_dead=snapshot.is_dead,
        pairs=None if is_projection else _find_pairs(sites, previous),
        true_share=share,
        spread=_spread(dots[:, :n_dims]),
        statement=_statement(n_dims, share, is_lattice),
    )


def _find_plane(snapshot: VqVaeSnapshot, previous: EmbeddingScene | None) -> tuple[LatentPlane, int]:
    n_dims = snapshot.codebook.shape[1]
    if previous is None or not isinstance(previous.plane, Projection) or n_dims <= 2:
        return plane_of(snapshot.points), snapshot.step
    is_alike = previous.plane.plane.axes.shape[1] == n_dims
    is_recent = previous.plane_step <= snapshot.step <= _GROWTH * previous.plane_step
    if n_dims > MOST_DIMS_AT_ONCE and is_alike and is_recent:
        return previous.plane, previous.plane_step
    return plane_of(snapshot.points, previous.plane, _SETTLE_DEG), snapshot.step


def _find_pairs(sites: FloatArray, previous: EmbeddingScene | None) -> IntArray:
    """Neighbours; a lattice that stays where it is keeps its own."""
    if previous is not None and previous.pairs is not None and np.array_equal(previous.sites, sites):
        return previous.pairs
    return neighbour_pairs(sites)


def _true_share(dots: Float32Array, dot_codes: IntArray, sites: FloatArray) -> float:
    """How many of the dots have no nearer code in the picture than their own; NaN without any."""
    from scipy.spatial import cKDTree

    is_site = np.asarray(np.isfinite(sites).all(axis=1))
    is_dot = np.logical_and(np.isfinite(dots).all(axis=1), is_site[dot_codes])
    if not is_dot.any():
        return float("nan")
    places = dots[is_dot].astype(np.float64)
    nearest, _ = cKDTree(sites[is_site]).query(places)
    own = np.linalg.norm(places - sites[dot_codes[is_dot]], axis=1)
    return float(np.mean(own <= nearest * _CLOSE))


def _spread(dots: Float32Array) -> float:
    finite = dots[np.isfinite(dots).all(axis=1)].astype(np.float64)
    return float(np.sqrt(finite.var(axis=0).sum())) if len(finite) else 0.0


def _statement(n_dims: int, share: float, is_lattice: bool) -> str:
    if n_dims == 1:
        return (
            "Codes are single numbers: the height of a dot means nothing, and the lines bound the interval "
            "of each code exactly."
        )
    if n_dims == 2 and is_lattice:
        return "Codes are a fixed lattice in this very plane: their cells are exact."
    if n_dims == 2:
        return "Codes are points of this very plane: their cells are exact."
    if np.isnan(share):
        return "No cells are drawn because the picture is a projection."
    return (
        f"{100 * share:.0f} % of the dots lie nearest to their own code here: no cells are drawn because the "
        "picture is a projection."
    )


@dataclass(frozen=True, slots=True)
class Target:
    """What lies under the mouse.

    Attributes
    ----------
    code : of the mark, the dot or the cell; -1 for none.
    dot : row of the dot; -1 where it is not one.
    place : coordinates of the mouse in the picture where it is a cell; else None.
    """

    code: int = -1
    dot: int = -1
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class NearestTwo:
    """A code and its distance, and the nearest of the others and its distance; -1 and NaN for none."""

    code: int
    distance: float
    second: int
    second_distance: float


def nearest_two(codebook: Float32Array, point: FloatArray, code: int = -1) -> NearestTwo:
    """Codes (K, D) nearest to a point (D,), exactly; the first of them is ``code`` where that is given."""
    squares = np.square(codebook - point).sum(axis=1, dtype=np.float64)
    squares[~np.isfinite(squares)] = np.inf
    first = int(squares.argmin()) if code < 0 else code
    rest = squares.copy()
    rest[first] = np.inf
    second = int(rest.argmin())
    if not np.isfinite(rest[second]):
        return NearestTwo(first, float(np.sqrt(squares[first])), -1, float("nan"))
    return NearestTwo(first, float(np.sqrt(squares[first])), second, float(np.sqrt(rest[second])))
