"""Level lines."""

import re
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.picture_file import export_picture, on_screen_size
from dgm_explorer.ui.plots.contours import ContourItem, ThinnedGrid


def circles(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = np.linspace(-4, 4, n), np.linspace(-3, 3, n)
    return x, y, np.hypot(x, y[:, None])


@pytest.mark.parametrize("n", [128, 129])
def test_lines_lie_on_their_levels(n: int) -> None:
    x, y, z = circles(n)
    lines = ThinnedGrid(x, y).trace(z, [1.0, 2.5])
    radius = np.hypot(*lines[np.isfinite(lines).all(axis=1)].T)
    assert np.all(np.minimum(abs(radius - 1.0), abs(radius - 2.5)) < 5e-3)
    assert np.any(abs(radius - 1.0) < 5e-3)
    assert np.any(abs(radius - 2.5) < 5e-3)


def test_lines_reach_the_edge_of_the_grid() -> None:
    x, y, z = circles(128)
    lines = ThinnedGrid(x, y).trace(z, [3.5])
    assert np.nanmax(lines[:, 1]) == pytest.approx(3.0)
    assert np.nanmin(lines[:, 1]) == pytest.approx(-3.0)


def test_different_lines_are_separated() -> None:
    x, y, z = circles(64)
    lines = ThinnedGrid(x, y).trace(z, [1.0, 2.0])
    assert np.isnan(lines).any(axis=1).sum() >= 2


def test_cells_without_a_value_are_left_out() -> None:
    x, y, z = circles(128)
    z[:, x < 0] = np.inf
    lines = ThinnedGrid(x, y).trace(z, [1.0])
    assert np.nanmin(lines[:, 0]) >= 0
    assert np.nanmax(lines[:, 0]) == pytest.approx(1.0, abs=5e-3)


def test_a_level_that_is_never_reached_gives_nothing() -> None:
    x, y, z = circles(64)
    assert np.isnan(ThinnedGrid(x, y).trace(z, [99.0])).all()


def test_svg_lines_need_no_stroke_that_ignores_its_scale(qtbot: QtBot, tmp_path: Path) -> None:
    """Level lines in an SVG are in pixels: librsvg and others scale a stroke with the axes it lies on."""
    x, y, z = circles(96)
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    item = ContourItem()
    item.set_color("#d55e00", 255)
    item.set_axes(x, y)
    item.set_values(z, [2.0])
    plot.getPlotItem().addItem(item)
    plot.getPlotItem().setRange(xRange=(-4, 4), yRange=(-3, 3), padding=0)
    export_picture(plot, on_screen_size(plot), tmp_path / "lines.svg")
    svg = (tmp_path / "lines.svg").read_text()
    groups = re.findall(r'<g [^>]*stroke="#d55e00"[^>]*"matrix\(([^)]*)\)"[^>]*>(.*?)</g>', svg, re.S)
    ((matrix, lines),) = [group for group in groups if "points=" in group[1]]
    assert [float(entry) for entry in matrix.split(",")] == [1, 0, 0, 1, 0, 0]
    ends = np.array(re.findall(r'points="([-\d.]+),([-\d.]+) ', lines), dtype=float)
    center = plot.getPlotItem().getViewBox().mapViewToScene(QPointF(0, 0))
    on_circle = plot.getPlotItem().getViewBox().mapViewToScene(QPointF(2, 0))
    at_height = abs(ends[:, 1] - center.y()) < 3
    assert np.max(ends[at_height, 0]) == pytest.approx(on_circle.x(), abs=1.0)
