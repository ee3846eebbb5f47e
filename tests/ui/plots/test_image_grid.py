"""A grid of images: what is painted where, and what a hand gets from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.plots.image_grid import Caption, ImageGrid, ImageTable
from dgm_explorer.ui.plots.image_mosaic import fit_geometry, least_geometry, mosaic_image
from dgm_explorer.ui.theme import DARK, LIGHT


def numbered(n: int, height: int = 8, width: int = 8, channels: int = 1) -> Float32Array:
    """Images of one level each: 17 i of 255, again from 0 after 15."""
    images = np.empty((n, height, width, channels), np.float32)
    images[:] = (np.arange(n) % 16 / 15)[:, None, None, None]
    return images


@pytest.fixture
def grid(qtbot: QtBot) -> ImageGrid:
    grid = ImageGrid("Samples")
    qtbot.addWidget(grid)
    grid.set_theme(LIGHT)
    grid.resize(400, 300)
    grid.show()
    return grid


def level_at(grid: ImageGrid, at: QPointF) -> int:
    return grid.grab().toImage().pixelColor(at.toPoint()).red()


def test_every_tile_is_painted_in_its_place_as_dark_as_the_data(grid: ImageGrid) -> None:
    grid.set_table(ImageTable(numbered(12), columns=4))
    for index in range(12):
        assert level_at(grid, grid.tile_rect(index).center()) == 17 * index


def test_a_pixel_of_an_image_is_a_square_with_hard_edges(grid: ImageGrid) -> None:
    images = np.zeros((1, 8, 8, 1), np.float32)
    images[0, 2, 5] = 1.0
    grid.set_table(ImageTable(images))
    rect, picture = grid.tile_rect(0), grid.grab().toImage()
    side = rect.width() / 8
    assert side == int(side) >= 2
    for y in range(int(rect.height())):
        for x in range(int(rect.width())):
            is_inside = 5 * side <= x < 6 * side and 2 * side <= y < 3 * side
            color = picture.pixelColor(rect.topLeft().toPoint() + QPoint(x, y))
            assert color.red() == (255 if is_inside else 0)


def test_colour_images_keep_their_colours(grid: ImageGrid) -> None:
    images = np.zeros((2, 4, 4, 3), np.float32)
    images[0, ..., 0] = 1.0
    images[1, ..., 2] = 0.5
    grid.set_table(ImageTable(images, columns=2))
    picture = grid.grab().toImage()
    colors = [picture.pixelColor(grid.tile_rect(i).center().toPoint()).name() for i in (0, 1)]
    assert colors == ["#ff0000", "#000080"]


def test_values_outside_the_unit_interval_and_nan_are_painted_black_or_white() -> None:
    values = np.array([np.nan, -3.0, 7.0, np.inf, -np.inf], np.float32).reshape(5, 1, 1, 1)
    image = mosaic_image(values, 5)
    assert [image.pixelColor(x, 0).red() for x in range(5)] == [0, 0, 255, 255, 0]


@given(
    n=st.integers(1, 200),
    tile=st.tuples(st.integers(1, 64), st.integers(1, 64)),
    room=st.tuples(st.integers(40, 2000), st.integers(40, 2000)),
)
def test_tiles_fill_the_room_and_do_not_overlap(n: int, tile: tuple[int, int], room: tuple[int, int]) -> None:
    geometry = fit_geometry(n, tile, room, 2)
    if geometry.zoom >= 1:
        assert geometry.zoom in (1.5, int(geometry.zoom))
        assert geometry.size[0] <= room[0]
        assert geometry.size[1] <= room[1]
    width, height = geometry.tile_size
    for index in range(n):
        x, y = geometry.corner(index)
        assert geometry.index_at(x, y) == index
        assert geometry.index_at(x + width - 1, y + height - 1) == index
    assert geometry.index_at(geometry.size[0] + 2, 0) == -1
    assert geometry.index_at(-1, 0) == -1


def test_the_number_of_columns_follows_the_shape_of_the_room() -> None:
    assert fit_geometry(12, (8, 8), (1200, 90), 2).columns == 12
    assert fit_geometry(12, (8, 8), (90, 1200), 2).columns == 1
    assert fit_geometry(12, (8, 8), (400, 300), 2).columns == 4


def test_a_hundred_rows_keep_their_size_and_scroll(qtbot: QtBot) -> None:
    area = QScrollArea()
    area.setWidgetResizable(True)
    grid = ImageGrid("Samples", min_tile_px=16)
    grid.set_theme(DARK)
    area.setWidget(grid)
    qtbot.addWidget(area)
    area.resize(300, 200)
    area.show()
    captions = tuple(Caption(str(k), DARK.component(k)) for k in range(100))
    grid.set_table(ImageTable(numbered(400), 4, captions))
    qtbot.waitUntil(lambda: grid.height() > 1600)
    assert grid.tile_rect(0).width() >= 16
    assert grid.tile_rect(399).bottom() <= grid.height()
    assert area.verticalScrollBar().value() == 0
    for _ in range(40):
        QTest.keyClick(grid, Qt.Key.Key_Down)
    assert area.verticalScrollBar().value() > 0
    assert grid.visibleRegion().boundingRect().contains(grid.tile_rect(39 * 4).center().toPoint())


def test_columns_given_come_before_the_least_size() -> None:
    geometry = least_geometry(40, (8, 8), 100, 16, 2, columns=10)
    assert geometry.size[0] <= 100
    assert least_geometry(40, (8, 8), 100, 16, 2).size[0] <= 100


def test_mouse_hovers_clicks_and_leaves(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_table(ImageTable(numbered(12), columns=4))
    hovered: list[int] = []
    grid.hovered.connect(hovered.append)
    QTest.mouseMove(grid, grid.tile_rect(5).center().toPoint())
    qtbot.waitUntil(lambda: hovered == [5])
    with qtbot.waitSignal(grid.clicked) as clicked:
        QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.tile_rect(7).center().toPoint())
    assert clicked.args == [7]
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert hovered[-1] == -1


def test_the_tile_under_the_mouse_gets_a_frame(grid: ImageGrid) -> None:
    grid.set_table(ImageTable(numbered(4) * 0, columns=2))
    at = grid.tile_rect(3).topLeft() - QPointF(1, 1)
    before = grid.grab().toImage().pixelColor(at.toPoint())
    QTest.mouseMove(grid, grid.tile_rect(3).center().toPoint())
    assert grid.grab().toImage().pixelColor(at.toPoint()) != before


def test_arrow_keys_walk_and_return_chooses(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_table(ImageTable(numbered(12), columns=4))
    hovered: list[int] = []
    grid.hovered.connect(hovered.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(grid, key)
    assert hovered == [0, 1, 5, 1]
    with qtbot.waitSignal(grid.clicked) as clicked:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert clicked.args == [1]


def test_the_tip_is_of_the_tile_under_the_mouse(grid: ImageGrid) -> None:
    grid.set_table(ImageTable(numbered(6), columns=3, tip=lambda index: f"example {index}"))
    at = grid.tile_rect(4).center().toPoint()
    QApplication.sendEvent(grid, QHelpEvent(QEvent.Type.ToolTip, at, grid.mapToGlobal(at)))
    assert QToolTip.text() == "example 4"
    QToolTip.hideText()


def test_cleared_it_says_its_words_and_takes_no_clicks(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_table(ImageTable(numbered(4)))
    filled = grid.grab().toImage()
    grid.clear("Nothing yet. Press Space to train.")
    assert grid.accessibleDescription() == "Nothing yet. Press Space to train."
    assert grid.grab().toImage() != filled
    with qtbot.assertNotEmitted(grid.clicked):
        QTest.mouseClick(grid, Qt.MouseButton.LeftButton)


def test_the_exported_table_holds_every_pixel(grid: ImageGrid) -> None:
    images = np.random.default_rng(0).random((3, 2, 4, 1), dtype=np.float32)
    grid.set_table(ImageTable(images))
    table = grid.export_table()
    image, y, x, _, level = table.columns
    assert isinstance(level, np.ndarray)
    for i, v, h, value in zip(image, y, x, level, strict=True):
        assert value == images[int(i), int(v), int(h), 0]
