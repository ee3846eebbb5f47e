"""What of a window a hand could take hold of, in pixels of the screen."""

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QGraphicsView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QSplitterHandle,
    QTabBar,
    QWidget,
)

from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.plots.handle_plot import HandlePlot

SMALLEST_PX = 6
KINDS: tuple[tuple[type[QWidget], str], ...] = (
    (QAbstractButton, "button"),
    (QComboBox, "combo"),
    (QAbstractSpinBox, "number"),
    (QLineEdit, "number"),
    (QAbstractSlider, "slider"),
    (QGraphicsView, "plot"),
    (QAbstractItemView, "table"),
    (QSplitterHandle, "splitter"),
)
FORBIDDEN = frozenset({"file.quit"})
"""Closing the window is an action of its own."""


def describe_screen(window: MainWindow) -> dict[str, Any]:
    """Everything that the driver chooses from, as plain values."""
    asker = QApplication.activeModalWidget() or _dialog_beside(window)
    top = QApplication.activePopupWidget() or asker or window
    return {
        "window": int(window.winId()),
        "top": int((asker or window).winId()),
        "is_active": (asker or window).isActiveWindow(),
        "size": [window.width(), window.height()],
        "dialog": type(asker).__name__ if asker is not None else "",
        "is_file_dialog": isinstance(asker, QFileDialog),
        "popup": type(top).__name__ if top is QApplication.activePopupWidget() else "",
        "tab": window.current_tab.key,
        "checked": [key for key, action in window.actions_by_key.items() if action.isChecked()],
        "runs": list(_runs(window)),
        "targets": list(_targets(top)),
    }


def _dialog_beside(window: MainWindow) -> QDialog | None:
    """One that leaves the window free, but where no window manager is lies upon it."""
    return next((dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()), None)


def _runs(window: MainWindow) -> Iterator[dict[str, Any]]:
    for tab in window.tabs():
        desk = getattr(getattr(tab, "_scene", None), "desk", None)
        if desk is None:
            continue
        run, progress, examples = desk.run, desk.run.readings.progress, desk.examples.dataset
        yield {
            "tab": tab.key,
            "state": run.state,
            "words": run.readings.words,
            "is_here": run.is_training_here,
            "step": -1 if progress is None else progress.step,
            "data_mb": 0.0 if examples is None else round(examples.inputs.nbytes / 2**20, 1),
            "folder": "" if run.on_screen is None else str(run.on_screen.folder),
        }


def _targets(top: QWidget) -> Iterator[list[Any]]:
    """``[kind, name, x, y, width, height]``; a handle has no size."""
    if isinstance(top, QMenu):
        yield from _menu_items(top)
        return
    for widget in (top, *top.findChildren(QWidget)):
        if not widget.isVisible() or not widget.isEnabled():
            continue
        if isinstance(widget, QMenuBar):
            yield from _bar_items(widget)
        elif isinstance(widget, QTabBar):
            yield from _tabs(widget)
        else:
            yield from _plain(widget)


def _plain(widget: QWidget) -> Iterator[list[Any]]:
    kind = _kind_of(widget)
    if not kind:
        return
    if isinstance(widget, QAbstractScrollArea):
        yield from _viewport(kind, widget)
        return
    seen = widget.visibleRegion().boundingRect()
    if min(seen.width(), seen.height()) < SMALLEST_PX:
        return
    yield _target(kind, _name(widget), widget, seen)


def _viewport(kind: str, widget: QAbstractScrollArea) -> Iterator[list[Any]]:
    """What is inside the frame; the handles of a plot each by itself."""
    inside = widget.viewport()
    seen = inside.visibleRegion().boundingRect()
    if min(seen.width(), seen.height()) < SMALLEST_PX:
        return
    yield _target(kind, _name(widget), inside, seen)
    if isinstance(widget, HandlePlot):
        for index in range(len(widget._components) + 1):
            place = widget.handle_viewport_position(index).toPoint()
            if seen.contains(place):
                at = inside.mapToGlobal(place)
                yield ["handle", _name(widget), at.x(), at.y(), 0, 0]


def _kind_of(widget: QWidget) -> str:
    if type(widget).__name__ == "TimelineTrack":
        return "timeline"
    for base, kind in KINDS:
        if isinstance(widget, base):
            inside = widget.parentWidget()
            is_part = kind == "number" and isinstance(inside, QAbstractSpinBox | QComboBox)
            return "" if is_part else kind
    own = type(widget).__module__.startswith("dgm_explorer") and not isinstance(widget, QAbstractScrollArea)
    return "picture" if own and "mousePressEvent" in vars(type(widget)) else ""


def _target(kind: str, name: str, widget: QWidget, rect: QRect) -> list[Any]:
    corner = widget.mapToGlobal(rect.topLeft())
    return [kind, name, corner.x(), corner.y(), rect.width(), rect.height()]


def _name(widget: QWidget) -> str:
    own = widget.accessibleName() or widget.objectName()
    return own or (widget.text() if isinstance(widget, QAbstractButton) else "") or type(widget).__name__


def _tabs(bar: QTabBar) -> Iterator[list[Any]]:
    window = bar.window()
    is_main = isinstance(window, MainWindow) and bar is window.tab_widget.tabBar()
    for index in range(bar.count()):
        rect = bar.tabRect(index) & bar.visibleRegion().boundingRect()
        if not rect.isEmpty():
            corner = bar.mapToGlobal(rect.topLeft())
            kind = "main_tab" if is_main else "tab"
            yield [kind, bar.tabText(index), corner.x(), corner.y(), rect.width(), rect.height()]


def _bar_items(bar: QMenuBar) -> Iterator[list[Any]]:
    for action in bar.actions():
        rect = bar.actionGeometry(action)
        if action.isEnabled() and not rect.isEmpty():
            corner = bar.mapToGlobal(rect.topLeft())
            yield ["menu", action.text(), corner.x(), corner.y(), rect.width(), rect.height()]


def _menu_items(menu: QMenu) -> Iterator[list[Any]]:
    for action in menu.actions():
        rect = menu.actionGeometry(action)
        if not action.isEnabled() or action.isSeparator() or action.objectName() in FORBIDDEN:
            continue
        corner: QPoint = menu.mapToGlobal(rect.topLeft())
        kind = "submenu" if action.menu() is not None else "item"
        name = action.objectName() or action.text()
        yield [kind, name, corner.x(), corner.y(), rect.width(), rect.height()]
