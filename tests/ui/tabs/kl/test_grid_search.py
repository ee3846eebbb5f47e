"""Stationary points read off a landscape against the full search."""

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import find_reverse_stationary, track
from dgm_explorer.ui.tabs.kl.grid_search import count_unexplained, grid_seeds, is_complete, valley_extrema

GRID = Grid1D.of(View1D())


@pytest.fixture(scope="module")
def landscape() -> ReverseLandscape:
    return ReverseLandscape(GRID)


def random_mixture(seed: int) -> Mixture1D:
    rng = np.random.default_rng(seed)
    return Mixture1D(
        [
            Component1D(rng.uniform(0.1, 1.0), rng.uniform(-6.0, 6.0), float(np.exp(rng.uniform(-1.0, 0.7))))
            for _ in range(rng.integers(1, 7))
        ]
    )


def test_what_counts_as_complete_is_what_the_full_search_finds(landscape: ReverseLandscape) -> None:
    n_complete = 0
    for seed in range(30):
        p = random_mixture(seed)
        values = landscape.evaluate(p)
        points = track(p, grid_seeds(values, GRID))
        if points is None or not is_complete(points):
            continue
        n_complete += 1
        truth = find_reverse_stationary(p, values, GRID)
        assert sorted(point.kind for point in points) == sorted(point.kind for point in truth)
        assert count_unexplained(values, GRID, points) == 0
    assert n_complete >= 22


def test_a_saddle_lies_between_two_minima_of_its_valley() -> None:
    """Two wells joined by a pass, drawn by a formula: (x² − 1)² along the valley, steep across it."""
    y, x = np.meshgrid(np.linspace(-1.6, 1.6, 41), np.linspace(-1.2, 1.2, 31), indexing="ij")
    found = valley_extrema((y**2 - 1) ** 2 + 4 * (x - 0.3 * y) ** 2)
    assert len(found.minima) == 2
    assert (found.saddles.rows.tolist(), found.saddles.columns.tolist()) == ([20], [15])


def test_a_slope_without_a_valley_has_nothing() -> None:
    found = valley_extrema(np.add.outer(np.arange(20.0), np.arange(30.0)))
    assert len(found.minima) == len(found.saddles) == 0


def test_an_unknown_minimum_is_noticed(landscape: ReverseLandscape) -> None:
    p = Mixture1D([Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0, 1.0)])
    values = landscape.evaluate(p)
    points = find_reverse_stationary(p, values, GRID)
    assert count_unexplained(values, GRID, points) == 0
    assert count_unexplained(values, GRID, points[1:]) == 1
