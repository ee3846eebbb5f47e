"""Drawing a small image with the mouse."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.tabs.vq_vae.reconstructions.drawing_pad import DrawingPad, brushed
from dgm_explorer.ui.theme import LIGHT
from tests.ui.tabs.vq_vae.hands import RIGHT, drag, move, painted, press

STRIDE = 4


@pytest.fixture
def pad(qtbot: QtBot) -> DrawingPad:
    widget = DrawingPad("Pad")
    qtbot.addWidget(widget)
    widget.set_theme(LIGHT)
    widget.resize(180, 180)
    widget.set_grid(np.zeros((7, 7), np.int64), 2)
    widget.set_image(np.zeros((28, 28, 1), np.float32), STRIDE, tint=0.0)
    widget.set_drawing(True)
    widget.show()
    return widget


def at(pad: DrawingPad, x: float, y: float) -> QPointF:
    """Where a place in pixels of the image is on the widget."""
    return pad.cell_rect(0, 0).topLeft() + QPointF(x, y) * (pad.cell_rect(0, 0).width() / STRIDE)


def drawn_by(pad: DrawingPad) -> list[Float32Array]:
    images: list[Float32Array] = []
    pad.image_drawn.connect(images.append)
    return images


def test_the_left_button_draws_white_and_the_right_one_black(pad: DrawingPad) -> None:
    images, finished = drawn_by(pad), []
    pad.stroke_finished.connect(lambda: finished.append(1))
    drag(pad, at(pad, 5, 14.5), at(pad, 22, 14.5))
    line = images[-1][:, :, 0]
    assert (line[14, 6:21] == 1).all()
    assert (line[:11] == 0).all()
    assert (line[18:] == 0).all()
    assert (line[14, :3] == 0).all()
    assert painted(pad, at(pad, 14.5, 14.5)).red() == 255
    drag(pad, at(pad, 14.5, 5), at(pad, 14.5, 22), RIGHT)
    cut = images[-1][:, :, 0]
    assert cut[14, 14] == 0
    assert cut[14, 8] == cut[14, 20] == 1
    assert len(finished) == 2


def test_a_press_alone_makes_a_dot_and_a_move_without_it_nothing(pad: DrawingPad) -> None:
    images = drawn_by(pad)
    move(pad, at(pad, 3, 3))
    assert images == []
    press(pad, at(pad, 14, 14))
    assert pad.is_in_stroke
    assert images[-1].sum() > 0
    assert not images[-1].flags.writeable


def test_colour_images_are_drawn_in_grey(pad: DrawingPad) -> None:
    pad.set_image(np.full((28, 28, 3), 0.2, np.float32), STRIDE, tint=0.0)
    images = drawn_by(pad)
    drag(pad, at(pad, 5, 5), at(pad, 22, 22))
    assert images[-1].shape == (28, 28, 3)
    np.testing.assert_array_equal(images[-1].min(axis=2), images[-1].max(axis=2))
    assert images[-1].max() == 1


def test_strokes_may_leave_the_image(pad: DrawingPad) -> None:
    images = drawn_by(pad)
    drag(pad, at(pad, 14, 14), QPointF(500, -40))
    assert images[-1].shape == (28, 28, 1)


def test_without_drawing_the_mouse_is_over_cells(pad: DrawingPad) -> None:
    images, cells = drawn_by(pad), []
    pad.cell_hovered.connect(lambda row, column: cells.append((row, column)))
    pad.set_drawing(False)
    assert pad.cursor().shape() == Qt.CursorShape.ArrowCursor
    drag(pad, at(pad, 6, 10), at(pad, 7, 10))
    assert images == []
    assert cells == [(2, 1)]


@pytest.mark.parametrize("is_white", [True, False])
@pytest.mark.parametrize("brush_px", [1.0, 3.5])
def test_a_stroke_covers_pixels_by_their_distance(is_white: bool, brush_px: float) -> None:
    """Against the distance to many points of the stroke."""
    image = np.random.default_rng(0).uniform(size=(12, 16, 1)).astype(np.float32)
    start, end = (2.3, 9.1), (12.7, 3.4)
    stroke = brushed(image, start, end, brush_px, is_white)
    points = [
        (start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1]))
        for t in np.linspace(0, 1, 2001)
    ]
    for y in range(12):
        for x in range(16):
            distance = min(math.hypot(x + 0.5 - px, y + 0.5 - py) for px, py in points)
            covered = min(1.0, max(0.0, brush_px / 2 + 0.5 - distance))
            level = float(image[y, x, 0])
            expected = max(level, covered) if is_white else min(level, 1 - covered)
            assert stroke[y, x, 0] == pytest.approx(expected, abs=1e-3)
