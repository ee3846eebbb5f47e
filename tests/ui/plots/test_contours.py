"""Level lines."""

import numpy as np
import pytest

from dgm_explorer.ui.plots.contours import HalfGrid


def circles(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = np.linspace(-4, 4, n), np.linspace(-3, 3, n)
    return x, y, np.hypot(x, y[:, None])


@pytest.mark.parametrize("n", [128, 129])
def test_lines_lie_on_their_levels(n: int) -> None:
    x, y, z = circles(n)
    lines = HalfGrid(x, y).trace(z, [1.0, 2.5])
    radius = np.hypot(*lines[np.isfinite(lines).all(axis=1)].T)
    assert np.all(np.minimum(abs(radius - 1.0), abs(radius - 2.5)) < 5e-3)
    assert np.any(abs(radius - 1.0) < 5e-3)
    assert np.any(abs(radius - 2.5) < 5e-3)


def test_lines_reach_the_edge_of_the_grid() -> None:
    x, y, z = circles(128)
    lines = HalfGrid(x, y).trace(z, [3.5])
    assert np.nanmax(lines[:, 1]) == pytest.approx(3.0)
    assert np.nanmin(lines[:, 1]) == pytest.approx(-3.0)


def test_different_lines_are_separated() -> None:
    x, y, z = circles(64)
    lines = HalfGrid(x, y).trace(z, [1.0, 2.0])
    assert np.isnan(lines).any(axis=1).sum() >= 2


def test_cells_without_a_value_are_left_out() -> None:
    x, y, z = circles(128)
    z[:, x < 0] = np.inf
    lines = HalfGrid(x, y).trace(z, [1.0])
    assert np.nanmin(lines[:, 0]) >= 0
    assert np.nanmax(lines[:, 0]) == pytest.approx(1.0, abs=5e-3)


def test_a_level_that_is_never_reached_gives_nothing() -> None:
    x, y, z = circles(64)
    assert np.isnan(HalfGrid(x, y).trace(z, [99.0])).all()
