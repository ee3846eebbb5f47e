"""The window of the program, with all its tabs."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.app import WindowOptions, make_window
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.theme import LIGHT, apply_theme


@pytest.fixture
def make_real_window(qtbot: QtBot) -> Iterator[Callable[..., MainWindow]]:
    def make(size: tuple[int, int] = (1280, 800), theme: str = "light") -> MainWindow:
        window = make_window(WindowOptions(size=size, theme=theme))
        qtbot.addWidget(window, before_close_func=MainWindow.close_silently)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        return window

    yield make
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)


@pytest.fixture
def real(make_real_window: Callable[..., MainWindow]) -> MainWindow:
    return make_real_window()
