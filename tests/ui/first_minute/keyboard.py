"""What the Tab key reaches, in which order, and what a screen reader calls it."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar,
    QTextEdit,
)  # fmt: skip
SAME_ROW_PX = 12
MOST_PARTS = 12
"""Handles of a plot, which Tab visits one after the other before it goes on."""


def name_of(widget: QWidget) -> str:
    """What a screen reader says: the accessible name, the text, or the label that belongs to it."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton) and widget.text().strip():
        return widget.text()
    labels = widget.window().findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")


def is_control(widget: QWidget) -> bool:
    """Seen, enabled, to be used by itself: not the editor inside a box, nor a scroll bar."""
    if isinstance(widget, QScrollBar) or not (widget.isVisible() and widget.isEnabled()):
        return False
    parent = widget.parentWidget()
    is_part = isinstance(parent, QAbstractSpinBox | QComboBox | QTabBar | QAbstractItemView)
    is_corner = isinstance(parent.parentWidget() if parent else None, QAbstractItemView)
    return isinstance(widget, CONTROLS) and not is_part and not is_corner


def walk(root: QWidget) -> list[QWidget]:
    """What Tab reaches, from the first widget on until it comes round."""
    window = root.window()
    met: list[QWidget] = []
    stay = 0
    while stay <= MOST_PARTS:
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        widget = window.focusWidget()
        assert widget is not None
        is_same = bool(met) and widget is met[-1]
        if widget in met and not is_same:
            if root is window:
                return _from_the_top(met)
            return [one for one in met if one is root or root.isAncestorOf(one)]
        stay = stay + 1 if is_same else 0
        if not is_same:
            met.append(widget)
    if root is window and len(met) == 1:
        return met  # there is nothing else
    raise AssertionError(f"Tab does not lead out of {type(met[-1]).__name__} {name_of(met[-1])!r}")


def _from_the_top(ring: list[QWidget]) -> list[QWidget]:
    """A way round a window begins where the focus happened to be."""
    first = min(range(len(ring)), key=lambda i: (_place(ring[i]).y(), _place(ring[i]).x()))
    return ring[first:] + ring[:first]


def complaints(root: QWidget) -> Iterator[str]:
    met = walk(root)
    proxies = {proxy for widget in met if (proxy := widget.focusProxy()) is not None}
    for widget in root.findChildren(QWidget):
        if not is_control(widget):
            continue
        words = f"{type(widget).__name__} {name_of(widget)!r} in {type(widget.parentWidget()).__name__}"
        if widget not in met and widget not in proxies and not _is_of_a_group(widget, met):
            yield f"not reached by Tab: {words}"
    for widget in met:
        if not any(letter.isalnum() for letter in name_of(widget)):
            yield f"without a name: {type(widget).__name__} in {type(widget.parentWidget()).__name__}"
    yield from _out_of_order(met)


def _is_of_a_group(widget: QWidget, met: list[QWidget]) -> bool:
    """Of buttons that exclude each other Tab reaches the one that is chosen; arrows reach the others."""
    if not isinstance(widget, QAbstractButton) or widget.group() is None or not widget.group().exclusive():
        return False
    return any(button in met for button in widget.group().buttons())


def _out_of_order(met: list[QWidget]) -> Iterator[str]:
    """Within one parent: from top to bottom, and from left to right in a row."""
    for first, second in pairwise(met):
        if first.parentWidget() is not second.parentWidget():
            continue
        a, b = _place(first), _place(second)
        is_below = b.y() > a.y() + SAME_ROW_PX
        is_beside = abs(b.y() - a.y()) <= SAME_ROW_PX and b.x() > a.x()
        is_next_column = b.x() >= a.x() + first.width()
        if not (is_below or is_beside or is_next_column):
            yield f"out of order: {name_of(first)!r} before {name_of(second)!r}"


def _place(widget: QWidget) -> QPoint:
    return widget.mapTo(widget.window(), widget.rect().center()) - QPoint(widget.width() // 2, 0)
