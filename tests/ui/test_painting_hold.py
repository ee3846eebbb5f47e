"""Painting held back while much changes."""

import time

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
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


class Slow(Painted):
    """Takes long to lay itself out, and tells what came in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            time.sleep(0.02)
            self.order.append("laid out")
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.order.append("painted")


def test_what_waits_meanwhile_comes_between_layout_and_painting(qtbot: QtBot) -> None:
    window = Slow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.count > 0)
    hold = PaintingHold(window)
    QCoreApplication.processEvents()
    window.order.clear()
    hold.begin()
    QCoreApplication.postEvent(window, QEvent(QEvent.Type.LayoutRequest))
    QTimer.singleShot(5, window, lambda: window.order.append("waited"))
    qtbot.waitUntil(lambda: "painted" in window.order)
    assert window.order == ["laid out", "waited", "painted"]


def test_a_part_comes_back_one_turn_later(qtbot: QtBot) -> None:
    window = QWidget()
    part, order = QWidget(window), list[str]()
    qtbot.addWidget(window)
    window.show()
    hold = PaintingHold(window)
    with hold.hide_meanwhile(part, lambda: order.append(f"back: {part.isVisible()}")):
        assert not part.isVisible()
    QTimer.singleShot(0, window, lambda: order.append("a turn"))
    qtbot.waitUntil(window.updatesEnabled)
    assert order == ["a turn", "back: True"]


def test_in_a_window_that_nobody_sees_a_part_is_back_at_once(qtbot: QtBot) -> None:
    window = QWidget()
    part, order = QWidget(window), list[str]()
    qtbot.addWidget(window)
    with PaintingHold(window).hide_meanwhile(part, lambda: order.append("back")):
        pass
    assert order == ["back"]
    assert part.isVisibleTo(window)
