"""What the image items paint."""

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from dgm_explorer.ui.plots.heat_map import CellImage, HeatMapItem, RegionItem

pytestmark = pytest.mark.usefixtures("qapp")


def painted(item: CellImage, width: int, height: int) -> QImage:
    """The item alone, y up, on white, one cell of its rectangle per pixel of the picture."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    rect: QRectF = item.boundingRect()
    painter = QPainter(image)
    painter.scale(width / rect.width(), -height / rect.height())
    painter.translate(-rect.left(), -rect.bottom())
    item.paint(painter, None)  # type: ignore[arg-type]  # it needs no style option
    painter.end()
    return image


def test_every_cell_has_the_colour_of_its_value() -> None:
    z = np.array([[0.0, 1.0, 2.0], [10.0, 100.0, 1e6]])
    item = HeatMapItem("viridis")
    item.set_axes(np.array([-1.0, 0.0, 1.0]), np.array([0.0, 1.0]))
    item.set_values(z)
    image = painted(item, 3, 2)
    colors = pg.colormap.get("viridis").getLookupTable(nPts=256)
    positions = np.log1p(z / 0.1) / np.log1p(1e6 / 0.1)
    for row in range(2):
        for column in range(3):
            expected = QColor(*colors[min(255, int(positions[row, column] * 256))].tolist())
            assert image.pixelColor(column, 1 - row) == expected


def test_the_lowest_cell_is_dark_and_the_highest_bright() -> None:
    item = HeatMapItem("viridis")
    item.set_values(np.array([[0.0, 5.0]]) * np.ones((2, 1)))
    image = painted(item, 2, 2)
    assert image.pixelColor(0, 0).lightnessF() < 0.25 < 0.5 < image.pixelColor(1, 0).lightnessF()


def test_cells_without_a_finite_value_are_hatched_grey() -> None:
    z = np.ones((32, 32))
    z[0, 0] = 0.0
    z[:, 16:] = np.inf
    z[:8, 16:] = np.nan
    item = HeatMapItem("viridis")
    item.set_values(z)
    image = painted(item, 32, 32)
    right = {image.pixelColor(x, y).name() for x in range(16, 32) for y in range(32)}
    assert len(right) == 2
    assert all(QColor(name).saturation() < 16 for name in right)
    assert QColor(image.pixelColor(5, 5)).saturation() > 60


def test_cells_are_centred_on_their_nodes() -> None:
    item = HeatMapItem("viridis")
    item.set_axes(np.linspace(-8, 8, 5), np.linspace(0, 1, 3))
    item.set_values(np.zeros((3, 5)))
    assert item.boundingRect() == QRectF(-10, -0.25, 20, 1.5)


@pytest.mark.parametrize("shape", [(4, 4), (3, 7)])
def test_a_new_shape_is_taken_over(shape: tuple[int, int]) -> None:
    item = HeatMapItem("viridis")
    item.set_values(np.zeros((5, 5)))
    item.set_values(np.arange(float(np.prod(shape))).reshape(shape))
    image = painted(item, shape[1], shape[0])
    assert image.pixelColor(0, shape[0] - 1) != image.pixelColor(shape[1] - 1, 0)


def test_regions_tint_their_cells_and_leave_the_others_clear() -> None:
    item = RegionItem()
    item.set_labels(np.array([[-1, 0], [1, 2]]), ("#ff0000", "#0000ff"), alpha=128)
    image = painted(item, 2, 2)
    assert image.pixelColor(0, 1) == QColor("#ffffff")
    assert image.pixelColor(1, 1).red() > image.pixelColor(1, 1).blue()
    assert image.pixelColor(0, 0).blue() > image.pixelColor(0, 0).red()
    assert image.pixelColor(1, 0) == image.pixelColor(1, 1)
