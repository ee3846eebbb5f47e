"""Every control is reached by Tab, once, in the order in which it is read, and has a name."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from tests.ui.first_minute.every_page import TABS, turn_pages

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
            return [one for one in met if one is root or root.isAncestorOf(one)]
        stay = stay + 1 if is_same else 0
        if not is_same:
            met.append(widget)
    if root is window and len(met) == 1:
        return met  # there is nothing else
    raise AssertionError(f"Tab does not lead out of {type(met[-1]).__name__} {name_of(met[-1])!r}")


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
        if not name_of(widget).strip():
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


@pytest.mark.parametrize("key", TABS)
def test_every_control_of_every_page_is_reached_by_tab_and_named(real: MainWindow, key: str) -> None:
    real.show_tab(key)
    found = {
        f"{page}: {complaint}"
        for page in turn_pages(real.current_tab)
        for complaint in complaints(real.current_tab)
    }
    assert not found, "\n".join(sorted(found))


def dialogs(window: MainWindow) -> Iterator[QWidget]:
    """Opens one dialog after the other."""
    tab = window.current_tab
    openers: tuple[Callable[[], object], ...] = (
        window.show_shortcuts,
        window.show_about,
        tab.controls.fit_requested.emit,  # type: ignore[attr-defined]
    )
    for opener in openers:
        opener()
        QApplication.processEvents()
        dialog = next(dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
        dialog.activateWindow()
        yield dialog
        dialog.close()
        QApplication.processEvents()


def test_every_control_of_every_dialog_is_reached_by_tab_and_named(real: MainWindow) -> None:
    found = {f"{dialog.windowTitle()}: {words}" for dialog in dialogs(real) for words in complaints(dialog)}
    assert not found, "\n".join(sorted(found))


def test_what_lies_around_the_tabs_is_named(real: MainWindow) -> None:
    real.toggle_theory()
    real.help.show_first_steps()
    real.help.asker.answer(real.current_tab)
    QApplication.processEvents()
    without = {
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in real.findChildren(QWidget)
        if is_control(widget) and not name_of(widget).strip()
    }
    real.help.step_aside()
    assert not without


@pytest.mark.parametrize("dimension", [1, 2])
def test_every_gaussian_is_taken_by_tab_and_moved_by_arrows(real: MainWindow, dimension: int) -> None:
    tab = real.current_tab
    assert isinstance(tab, KLTab)
    tab.editor.apply(dimension=dimension)
    tab.draw_now()
    QApplication.processEvents()
    plot = tab.scene.density if dimension == 1 else tab.plane.plane
    plot.setFocus()
    plot.select(None)  # in the plane q is taken from the start
    names = ("p", "p", "q") if dimension == 1 else ("p2", "p2", "q2")
    for index, name in enumerate(names):
        QTest.keyClick(plot, Qt.Key.Key_Tab)
        assert plot.selected == index
        before = getattr(tab.editor.state, name)
        QTest.keyClick(plot, Qt.Key.Key_Right)
        assert getattr(tab.editor.state, name) != before, name
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert plot.selected is None
    assert not plot.hasFocus()
