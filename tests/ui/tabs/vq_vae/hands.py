"""A mouse over a plain widget, in pixels of the widget."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_BUTTON = Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def press(widget: QWidget, at: QPointF, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(widget, button, NO_KEY, at.toPoint())


def release(widget: QWidget, at: QPointF, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseRelease(widget, button, NO_KEY, at.toPoint())


def click(widget: QWidget, at: QPointF) -> None:
    press(widget, at)
    release(widget, at)


def move(widget: QWidget, at: QPointF, buttons: Qt.MouseButton = NO_BUTTON) -> None:
    place = QPointF(at.toPoint())
    kind = QEvent.Type.MouseMove
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), NO_BUTTON, buttons, NO_KEY)
    QApplication.sendEvent(widget, event)


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def drag(
    widget: QWidget, start: QPointF, end: QPointF, button: Qt.MouseButton = LEFT, steps: int = 4
) -> None:
    """Press, move in steps without waiting, let go."""
    press(widget, start, button)
    for step in range(1, steps + 1):
        move(widget, start + (end - start) * (step / steps), button)
    release(widget, end, button)


def painted(widget: QWidget, at: QPointF) -> QColor:
    """The colour on the screen at a pixel of the widget."""
    ratio = widget.devicePixelRatioF()
    return widget.grab().toImage().pixelColor((at * ratio).toPoint())
