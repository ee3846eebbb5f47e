"""The program's own window on an X server, and a real mouse.

The tests run in the process that owns the window, so that widgets can say where on the screen a
handle is. While the pointer moves, the event loop turns; nothing is injected into Qt.
"""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.app import WindowOptions, make_application, make_window
from dgm_explorer.ui.main_window import MainWindow
from tests.x11.mouse import Mouse, turn_event_loop

START_MS = 400


@pytest.fixture
def mouse(qapp: QApplication) -> Mouse:
    """The pointer of the X server that the window is on."""
    assert qapp.platformName() == "xcb"
    return Mouse()


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    """The program's own window at the corner of the screen, with the keyboard: no window manager is there."""
    make_application()
    window = make_window(WindowOptions(tab="kl", size=(1280, 800)))
    qtbot.addWidget(window, before_close_func=MainWindow.close_silently)
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    turn_event_loop(START_MS)
    return window
