"""*Copy diagnostics*: what only the window knows, and the whole text into the clipboard."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from dgm_explorer.ui.recovery.diagnostics import describe_everything

if TYPE_CHECKING:
    from dgm_explorer.ui.main_window import MainWindow


def copy_diagnostics(window: "MainWindow") -> str:
    """Put the text into the clipboard and return it."""
    text = describe_everything(_describe_window(window), (("Qt", qVersion() or "unknown"),))
    QGuiApplication.clipboard().setText(text)
    return text


def _describe_window(window: "MainWindow") -> Iterator[tuple[str, str]]:
    yield "theme", window.theme.name
    yield "tab", window.current_tab.key
    font = window.font()
    yield "font", f"{font.family()}, {font.pointSizeF():g} pt"
    size = window.size()
    yield "size", f"{size.width()} x {size.height()}{' maximised' if window.isMaximized() else ''}"
    yield "Qt platform", QGuiApplication.platformName()
    for screen in QGuiApplication.screens():
        area = screen.geometry()
        yield (
            f"screen {screen.name()}",
            f"{area.width()} x {area.height()} at {area.x()},{area.y()}, "
            f"{screen.logicalDotsPerInch():.0f} dpi, scale {screen.devicePixelRatio():g}, "
            f"{screen.refreshRate():.0f} Hz",
        )
    for tab in window.tabs():
        folder = getattr(tab.store.state, "run_folder", "") if tab.store is not None else ""
        if folder:
            yield f"run of {tab.title}", f"{folder}{' (training)' if tab.busy_sentence else ''}"
