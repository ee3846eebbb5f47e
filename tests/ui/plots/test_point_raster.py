"""Dots painted as one image: as fine as what they are painted on."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.ui.picture_file import export_picture
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.plots.point_raster import PointRaster

RED = np.array([[255, 0, 0]], np.uint8)


class OneDot(Plot):
    """A dot in the middle."""

    def __init__(self) -> None:
        super().__init__(NumberAxis("bottom", "x"), NumberAxis("left", "y"))
        self.raster = PointRaster(self.view_box)
        self.raster.set_points(np.zeros((1, 2)), RED, None)
        self.set_view_range((-1, 1), (-1, 1))


@pytest.fixture
def plot(qtbot: QtBot) -> OneDot:
    plot = OneDot()
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


def farthest_red_px(image: QImage) -> float:
    """From the middle of the red pixels to the outer corner of the farthest one."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    places = [
        (x, y)
        for y in range(image.height())
        for x in range(image.width())
        if image.pixelColor(x, y) == "#ff0000"
    ]
    offsets = np.abs(np.array(places) - np.mean(places, axis=0)) + 0.5
    return float(np.hypot(*offsets.T).max())


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_dot_of_a_fine_picture_is_round(plot: OneDot, scale: int, tmp_path: Path) -> None:
    size = PictureSize(300 * scale, 200 * scale, "px", 96 * scale)
    export_picture(plot, size, tmp_path / "a.png")
    radius_px = 0.5 * plot.raster.dot_size_px * scale
    assert radius_px - 1 < farthest_red_px(QImage(str(tmp_path / "a.png"))) < radius_px + 1


def test_among_vectors_the_dots_are_fine_enough_for_print(plot: OneDot, tmp_path: Path) -> None:
    export_picture(plot, PictureSize(300, 200, "px", 96), tmp_path / "a.svg")
    (coded,) = re.findall(r"data:image/png;base64,([^\"]+)", (tmp_path / "a.svg").read_text())
    image = QImage.fromData(base64.b64decode(coded))
    assert image.width() >= 300 / 96 * plot.view_box.rect().width()
    radius_px = 0.5 * plot.raster.dot_size_px * image.width() / plot.view_box.rect().width()
    assert radius_px - 1 < farthest_red_px(image) < radius_px + 1
