"""Painting points by hand."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import MAX_PAINTED, DataSource
from dgm_explorer.ui.plots.paint_plot import POINTS_PER_MOVE
from dgm_explorer.ui.settings.paint_dialog import MIN_POINTS, PaintDialog
from dgm_explorer.ui.theme import DARK

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot: QtBot) -> PaintDialog:
    dialog = PaintDialog(DARK)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def stroke(dialog: PaintDialog, *places: tuple[float, float]) -> None:
    """Press at the first place, move over the rest, release."""
    viewport = dialog.plot.viewport()
    pixels = [dialog.plot.view_to_viewport(*place).toPoint() for place in places]
    QTest.mousePress(viewport, LEFT, pos=pixels[0])
    for pixel in pixels[1:]:
        move(dialog, pixel)
    QTest.mouseRelease(viewport, LEFT, pos=pixels[-1])


def move(dialog: PaintDialog, pixel: QPoint) -> None:
    viewport = dialog.plot.viewport()
    at = QPointF(pixel)
    kind, no_key = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, no_key)
    QApplication.sendEvent(viewport, event)


def test_a_stroke_scatters_points_along_its_way_and_paints_them(dialog: PaintDialog) -> None:
    dialog.brush.setValue(0)
    stroke(dialog, (-1.0, 0.5), (0.0, 0.5), (1.0, 0.5))
    points = dialog.plot.points
    assert points.shape == (3 * POINTS_PER_MOVE, 2)
    centers = points.reshape(3, POINTS_PER_MOVE, 2).mean(axis=1)
    assert np.abs(centers - [[-1, 0.5], [0, 0.5], [1, 0.5]]).max() < 0.06
    picture = dialog.plot.viewport().grab().toImage()
    at = dialog.plot.view_to_viewport(*points[0]).toPoint()
    nearby = {picture.pixelColor(at + QPoint(dx, dy)).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    assert nearby != {QColor(DARK.plot_background).name()}


def test_the_keyboard_paints_as_the_mouse_does(dialog: PaintDialog) -> None:
    plot = dialog.plot
    dialog.brush.setValue(0)
    plot.setFocus()
    for key in (*[Qt.Key.Key_Right] * 5, Qt.Key.Key_Up, Qt.Key.Key_Space):
        QTest.keyClick(plot, key)
    per_px = (plot.view_range[0][1] - plot.view_range[0][0]) / plot.view_box.rect().width()
    assert len(plot.points) == POINTS_PER_MOVE
    assert np.abs(plot.points.mean(axis=0) - [50 * per_px, 10 * per_px]).max() < 0.06
    QTest.keyClick(plot, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.undo_button, LEFT)  # one press of Space is one stroke
    assert len(plot.points) == POINTS_PER_MOVE


def test_a_broad_brush_scatters_wider(dialog: PaintDialog) -> None:
    dialog.brush.setValue(100)
    stroke(dialog, *[(0.0, 0.0)] * 40)
    assert 0.8 < dialog.plot.points.std() < 1.2


def test_both_axes_have_the_same_scale(dialog: PaintDialog) -> None:
    origin, right = dialog.plot.view_to_viewport(0, 0), dialog.plot.view_to_viewport(1, 0)
    up = dialog.plot.view_to_viewport(0, 1)
    assert abs((right.x() - origin.x()) - (origin.y() - up.y())) < 1e-6


def test_strokes_are_taken_back_one_by_one(dialog: PaintDialog) -> None:
    stroke(dialog, (0, 0), (1, 1))
    stroke(dialog, (0, 0))
    QTest.mouseClick(dialog.undo_button, LEFT)
    assert len(dialog.plot.points) == 2 * POINTS_PER_MOVE
    QTest.mouseClick(dialog.undo_button, LEFT)
    assert len(dialog.plot.points) == 0
    assert not dialog.undo_button.isEnabled()


def test_points_are_handed_over_once_there_are_enough(dialog: PaintDialog, qtbot: QtBot) -> None:
    stroke(dialog, (0, 0))
    assert not dialog.ok_button.isEnabled()
    assert str(MIN_POINTS) in dialog.words
    stroke(dialog, *[(0.1 * i, 0.0) for i in range(10)])
    with qtbot.waitSignal(dialog.points_chosen) as chosen:
        QTest.mouseClick(dialog.ok_button, LEFT)
    assert chosen.args is not None
    assert np.array_equal(np.array(chosen.args[0]), dialog.plot.points)
    assert DataSource("painted", painted=chosen.args[0])
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_the_canvas_begins_with_the_points_there_are_and_keeps_them_on_undo(qtbot: QtBot) -> None:
    given = tuple((0.01 * i, 1.0) for i in range(30))
    dialog = PaintDialog(DARK, given)
    qtbot.addWidget(dialog)
    dialog.show()
    stroke(dialog, (0, 0))
    QTest.mouseClick(dialog.undo_button, LEFT)
    assert np.allclose(dialog.plot.points, given)
    QTest.mouseClick(dialog.clear_button, LEFT)
    assert not len(dialog.plot.points)


def test_a_full_canvas_says_so(qtbot: QtBot) -> None:
    dialog = PaintDialog(DARK, ((0.0, 0.0),) * (MAX_PAINTED - 1))
    qtbot.addWidget(dialog)
    dialog.show()
    stroke(dialog, (0, 0), (1, 0))
    assert len(dialog.plot.points) == MAX_PAINTED
    assert "full" in dialog.words
