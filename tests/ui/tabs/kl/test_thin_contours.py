"""Level lines of p in the plane where a component is thinner than the cells of the view."""

import math

import numpy as np
import pytest
from contourpy import contour_generator
from scipy.spatial import KDTree
from scipy.stats import multivariate_normal

from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.ui.plots.contours import ThinnedGrid
from dgm_explorer.ui.plots.curve_overlay import line_segments
from dgm_explorer.ui.tabs.kl.thin_contours import thin_boxes, trace_mixture

LEVELS = (0.02, 0.25, 0.7)
X, Y = np.linspace(-4.0, 4.0, 192), np.linspace(-4.0, 4.0, 192)
CELL = 3 * (X[1] - X[0])


def component(
    weight: float, mean: tuple[float, float], longer: float, shorter: float, degrees: float
) -> Component2D:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    a, b = longer**2, shorter**2
    return Component2D(weight, mean, (a * c * c + b * s * s, (a - b) * s * c, a * s * s + b * c * c))


NEEDLE = component(1.0, (0.3, -0.2), 0.9, 0.01, 35)
BLANKET = component(8.0, (-0.4, 0.3), 1.1, 0.8, 100)
CROSSING = component(0.5, (0.2, 0.1), 0.7, 0.03, 120)


def lines_of(*components: Component2D) -> np.ndarray:
    p = Mixture2D(components)
    log_p = p.log_pdf_on_grid(X, Y)
    log_top = float(p.log_pdf(p.means).max())
    return trace_mixture(p, ThinnedGrid(X, Y), np.exp(log_p - log_top), log_top, LEVELS)


def density(components: tuple[Component2D, ...], points: np.ndarray) -> np.ndarray:
    """By SciPy, up to a factor."""
    total = np.zeros(points.shape[:-1])
    for c in components:
        xx, xy, yy = c.cov
        total += c.weight * multivariate_normal(c.mean, [[xx, xy], [xy, yy]]).pdf(points)
    return total


def test_the_lines_of_a_needle_are_its_ellipses() -> None:
    lines = lines_of(NEEDLE)
    points = lines[np.isfinite(lines).all(axis=1)]
    xx, xy, yy = NEEDLE.cov
    offsets = points - NEEDLE.mean
    radius = np.sqrt(np.einsum("ni,ni->n", offsets, np.linalg.solve([[xx, xy], [xy, yy]], offsets.T).T))
    expected = np.sqrt(-2 * np.log(LEVELS))
    nearest = abs(radius[:, None] - expected)
    assert nearest.min(axis=1).max() < 0.05
    assert np.bincount(nearest.argmin(axis=1)).min() > 30


@pytest.mark.parametrize("components", [(NEEDLE, BLANKET), (NEEDLE, BLANKET, CROSSING), (BLANKET, CROSSING)])
def test_no_line_is_missing_or_astray_where_components_cross(components: tuple[Component2D, ...]) -> None:
    x = y = np.linspace(-4, 4, 1601)
    values = density(components, np.stack(np.meshgrid(x, y), axis=-1))
    top = density(components, np.array([c.mean for c in components])).max()
    fine = contour_generator(x, y, values / top)
    exact = np.concatenate([line for level in LEVELS for line in fine.lines(level)])
    segments = line_segments(lines_of(*components)).reshape(-1, 2, 2)
    share = np.linspace(0, 1, 80)[:, None, None]
    drawn = ((1 - share) * segments[:, 0] + share * segments[:, 1]).reshape(-1, 2)
    assert KDTree(drawn).query(exact)[0].max() < 0.25 * CELL
    assert KDTree(exact).query(drawn)[0].max() < 0.25 * CELL


def test_wide_components_and_those_out_of_sight_cost_nothing() -> None:
    assert thin_boxes(Mixture2D((BLANKET,)), CELL) == []
    far = component(1.0, (500.0, 0.0), 0.9, 0.01, 35)
    (box,) = thin_boxes(Mixture2D((far,)), CELL)
    assert box.grid(np.zeros(2), 6.0, CELL) is None
    long = component(1.0, (0.0, 0.0), 400.0, 0.05, 35)
    (box,) = thin_boxes(Mixture2D((long,)), CELL)
    grid = box.grid(np.zeros(2), 6.0, CELL)
    assert grid is not None
    assert grid.size < 20_000
