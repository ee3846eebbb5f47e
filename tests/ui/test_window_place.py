"""A window is always within reach."""

import random

import pytest
from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.window_place import LEAST_SEEN, bring_onto_screen, seal, unseal

USUAL = QSize(640, 480)


def test_what_is_sealed_comes_back_and_anything_else_does_not() -> None:
    content = QByteArray(bytes(range(256)))
    sealed = seal(content).data()
    assert unseal(QByteArray(sealed)) == content
    assert unseal(seal(QByteArray())).isEmpty()
    draw = random.Random(0)
    for _ in range(500):
        changed = bytearray(sealed)
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        assert unseal(QByteArray(bytes(changed))).isEmpty()
        assert unseal(QByteArray(sealed[: draw.randrange(len(sealed))])).isEmpty()


@pytest.mark.parametrize(
    ("x", "y", "width", "height"),
    [(5000, 20, 640, 480), (-4000, -4000, 640, 480), (0, 100_000, 640, 480), (-630, 100, 640, 480)],
)
def test_a_window_whose_screen_is_gone_comes_to_one_that_is_there(
    qtbot: QtBot, x: int, y: int, width: int, height: int
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(x, y, width, height)
    bring_onto_screen(window, USUAL)
    window.show()
    seen = QGuiApplication.primaryScreen().availableGeometry().intersected(window.geometry())
    assert seen.width() >= LEAST_SEEN.width()
    assert seen.height() >= LEAST_SEEN.height()


def test_a_window_in_reach_stays(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(-100, 50, 640, 480)
    bring_onto_screen(window, USUAL)
    assert (window.x(), window.y(), window.width()) == (-100, 50, 640)


def test_a_maximised_window_is_remembered_as_such(qtbot: QtBot) -> None:
    first, second = QMainWindow(), QMainWindow()
    for window in (first, second):
        qtbot.addWidget(window)
    first.resize(USUAL)
    first.showMaximized()
    second.restoreGeometry(unseal(seal(first.saveGeometry())))
    bring_onto_screen(second, USUAL)
    assert second.isMaximized()
