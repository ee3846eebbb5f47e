"""Painting held back while much changes."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.painting_hold import PaintingHold


class Painted(QWidget):
    """Counts how often it is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.count += 1


def test_what_was_asked_for_before_the_hold_is_painted_behind_it(qtbot: QtBot) -> None:
    window = Painted()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.count > 0)
    hold, before = PaintingHold(window), window.count
    window.update()
    hold.begin()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)
    assert window.count == before
    qtbot.waitUntil(lambda: window.count > before, timeout=1000)
    painted = window.count
    window.update()
    qtbot.waitUntil(lambda: window.count > painted, timeout=1000)
