"""Points in a polygon, against Qt's own answer."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF

from dgm_explorer.ui.plots.lasso import points_in_polygon


@pytest.mark.parametrize("seed", range(6))
def test_even_odd_rule_agrees_with_qt_on_crossing_polygons(seed) -> None:
    rng = np.random.default_rng(seed)
    polygon = rng.uniform(-1, 1, (3 + 4 * seed, 2))
    points = rng.uniform(-1.2, 1.2, (500, 2))
    path = QPolygonF([QPointF(x, y) for x, y in polygon])
    expected = [path.containsPoint(QPointF(x, y), Qt.FillRule.OddEvenFill) for x, y in points]
    assert points_in_polygon(points, polygon).tolist() == expected


def test_horizontal_edges_and_corners_on_a_ray_count_once() -> None:
    square = np.array([(0, 0), (2, 0), (2, 1), (3, 1), (3, 2), (0, 2)], dtype=float)
    points = np.array([(1, 1), (2.5, 1.5), (-1, 1), (2.5, 0.5), (-1, 0), (-1, 2)], dtype=float)
    assert points_in_polygon(points, square).tolist() == [True, True, False, False, False, False]


def test_points_that_are_not_finite_lie_outside() -> None:
    triangle = np.array([(0, 0), (4, 0), (0, 4)], dtype=float)
    points = np.array([(np.nan, 1), (1, np.nan), (np.inf, 1), (1, 1), (1, -np.inf)])
    assert points_in_polygon(points, triangle).tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("corners", [0, 1, 2])
def test_fewer_than_three_corners_hold_nothing(corners) -> None:
    assert not points_in_polygon(np.zeros((3, 2)), np.zeros((corners, 2))).any()
