"""Hands for the tests of plots."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Moves a mouse over a plot's viewport, in pixels of the widget."""

    def __init__(self, plot: QWidget) -> None:
        self._viewport = plot.viewport()  # type: ignore[attr-defined]  # a graphics view

    def press(self, at: QPointF, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mousePress(self._viewport, LEFT, keys, at.toPoint())

    def move(self, at: QPointF, keys: Qt.KeyboardModifier = NO_KEY, is_down: bool = True) -> None:
        buttons = LEFT if is_down else Qt.MouseButton.NoButton
        place = QPointF(at.toPoint())
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            self._viewport.mapToGlobal(place),
            Qt.MouseButton.NoButton,
            buttons,
            keys,
        )
        QApplication.sendEvent(self._viewport, event)

    def release(self, at: QPointF, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseRelease(self._viewport, LEFT, keys, at.toPoint())

    def drag(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = NO_KEY, steps: int = 5) -> None:
        """Press, move in steps without waiting, release."""
        self.press(start, keys)
        for i in range(1, steps + 1):
            self.move(start + (end - start) * i / steps, keys)
        self.release(end, keys)

    def double_click(self, at: QPointF) -> None:
        QTest.mouseClick(self._viewport, LEFT, NO_KEY, at.toPoint())
        QTest.mouseDClick(self._viewport, LEFT, NO_KEY, at.toPoint())

    def wheel(self, at: QPointF, notches: int) -> None:
        place = QPointF(at.toPoint())
        event = QWheelEvent(
            place,
            self._viewport.mapToGlobal(place),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            NO_KEY,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self._viewport, event)

    def color_at(self, at: QPointF) -> QColor:
        """What is painted there."""
        return self.picture().pixelColor(at.toPoint())

    def picture(self) -> QImage:
        """All that is painted."""
        image: QImage = self._viewport.grab().toImage()
        return image


@pytest.fixture
def hand_of() -> type[Hand]:
    """``hand_of(plot)`` is a hand on that plot."""
    return Hand
