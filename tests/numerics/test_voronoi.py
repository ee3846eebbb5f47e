"""Voronoi cells against brute force: whichever polygon holds a place, its site is the nearest."""

import numpy as np
import pytest

from dgm_explorer.numerics.voronoi import BORDER, Cells, cells_in, neighbour_pairs, owning_sites

LOW, HIGH = np.array([-3.0, -2.0]), np.array([3.0, 2.0])


def cells_of(sites: np.ndarray, low: np.ndarray = LOW, high: np.ndarray = HIGH) -> Cells:
    return cells_in(sites, neighbour_pairs(sites), low, high)


def areas(cells: Cells) -> np.ndarray:
    """By the shoelace formula; positive for corners in counter-clockwise order."""
    result = np.zeros(len(cells.offsets) - 1)
    for site in range(len(result)):
        corners = cells.corners_of(site)
        if len(corners):
            middle = corners.mean(axis=0)
            x, y = (corners - middle).T
            result[site] = 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))
    return result


def is_inside(corners: np.ndarray, points: np.ndarray, slack: float) -> np.ndarray:
    """Which points lie in a convex polygon with counter-clockwise corners."""
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*edges.T)
    to_point = points[:, None] - corners
    across = edges[:, 0] * to_point[..., 1] - edges[:, 1] * to_point[..., 0]
    return (across >= -slack * np.maximum(lengths, 1e-300)).all(axis=1)


def assert_exact(sites: np.ndarray, low: np.ndarray = LOW, high: np.ndarray = HIGH, n: int = 4000) -> None:
    """Every place lies in the cell of the site nearest by the plain search, and cells don't overlap."""
    cells = cells_of(sites, low, high)
    size = float((high - low).max())
    points = np.random.default_rng(9).uniform(low, high, (n, 2))
    finite = np.isfinite(sites).all(axis=1)
    squares = np.full((n, len(sites)), np.inf)
    squares[:, finite] = np.square(points[:, None] - sites[finite]).sum(axis=2)
    nearest = squares.argmin(axis=1)
    for site in np.unique(nearest):
        assert is_inside(cells.corners_of(site), points[nearest == site], 1e-9 * size).all()
    assert areas(cells).min() >= -1e-12 * size**2
    assert areas(cells).sum() == pytest.approx(np.prod(high - low), rel=1e-9)


RNG = np.random.default_rng(0)
CASES = {
    "one": np.array([[0.3, 0.2]]),
    "two": np.array([[-1.0, 0.0], [1.0, 0.5]]),
    "three": RNG.normal(size=(3, 2)),
    "some": RNG.normal(size=(64, 2)),
    "many": RNG.normal(size=(512, 2)),
    "lattice": np.stack(np.meshgrid(np.arange(8) / 4 - 1, np.arange(8) / 4 - 1), -1).reshape(-1, 2),
    "on a line": np.stack([np.linspace(-2, 2, 9), np.zeros(9)], 1),
    "on a slanted line": np.linspace(-2, 2, 7)[:, None] * [1.0, 0.7],
    "on a circle": 1.5 * np.stack([np.cos(np.arange(50) / 8), np.sin(np.arange(50) / 8)], 1),
    "a star": np.concatenate([[[0.1, 0.0]], np.exp(1j * np.arange(40)).view(float).reshape(-1, 2)]),
    "out of sight": RNG.normal(size=(20, 2)) + 50,
    "in one corner": RNG.uniform(size=(64, 2)) / 64,
}


@pytest.mark.parametrize("name", CASES)
def test_every_place_lies_in_the_cell_of_its_nearest_site(name: str) -> None:
    assert_exact(CASES[name])


@pytest.mark.parametrize("zoom", [1e-6, 1e-2, 30.0, 1e5])
def test_cells_are_exact_at_any_zoom(zoom: float) -> None:
    sites = CASES["some"]
    on_a_boundary = 0.5 * sites[neighbour_pairs(sites)[3]].sum(axis=0)
    assert_exact(sites, on_a_boundary + zoom * LOW, on_a_boundary + zoom * HIGH)


def test_of_equal_sites_the_first_has_the_cell() -> None:
    sites = np.concatenate([CASES["some"], CASES["some"][:10], CASES["some"][:10]])
    assert_exact(sites)
    assert areas(cells_of(sites))[64:].max() == 0
    alike = np.zeros((6, 2))
    assert areas(cells_of(alike)).tolist() == [24.0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("gap", [1e-5, 1e-6, 1e-8, 1e-11])
def test_sites_that_hardly_differ_share_their_cell_by_their_bisector(gap: float) -> None:
    rng = np.random.default_rng(1)
    sites = np.concatenate([CASES["some"], CASES["some"][:5] + gap * rng.normal(size=(5, 2))])
    sites = np.concatenate([sites, sites[:1] + gap * rng.normal(size=(12, 2))])
    assert_exact(sites)


def test_a_collapsed_codebook_with_a_few_revived_codes() -> None:
    rng = np.random.default_rng(3)
    sites = np.concatenate([rng.uniform(-1, 1, (1500, 2)) / 1500, rng.normal(size=(40, 2))]).astype(
        np.float32
    )
    assert_exact(sites.astype(np.float64), n=1000)
    assert_exact(sites.astype(np.float64), LOW / 2000, HIGH / 2000, n=1000)


def test_sites_without_numbers_have_no_cell() -> None:
    sites = CASES["some"].copy()
    sites[3], sites[7] = np.nan, (np.inf, 0)
    assert_exact(sites)
    nothing = np.full((4, 2), np.nan)
    assert len(neighbour_pairs(nothing)) == 0
    assert len(cells_of(nothing).corners) == 0
    assert len(owning_sites(np.zeros((0, 2)))) == 0


def test_eight_thousand_sites() -> None:
    sites = np.random.default_rng(2).normal(size=(8192, 2))
    assert_exact(sites, n=300)


def test_edges_name_the_site_beyond_them() -> None:
    cells = cells_of(CASES["two"])
    corners, across = cells.corners_of(0), cells.across[cells.offsets[0] : cells.offsets[1]]
    following = np.roll(corners, -1, axis=0)
    for a, b, other in zip(corners, following, across, strict=True):
        is_on_border = any(
            np.isclose(a[axis], b[axis]) and np.isclose(abs(a[axis]), HIGH[axis]) for axis in (0, 1)
        )
        assert other == (BORDER if is_on_border else 1)


def test_boundaries_are_drawn_once_and_lie_between_their_sites() -> None:
    sites = CASES["some"]
    cells = cells_of(sites)
    lines = cells.boundaries()
    n_inner = int((cells.across != BORDER).sum())
    assert 2 * len(lines) == n_inner
    middles = 0.5 * (lines[:, :2] + lines[:, 2:])
    distances = np.sort(np.linalg.norm(middles[:, None] - sites, axis=2), axis=1)
    np.testing.assert_allclose(distances[:, 0], distances[:, 1], rtol=1e-9)
