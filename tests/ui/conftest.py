"""Windows: one around a tab that holds every sort of control, and that of the program."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QVBoxLayout,
)
from pytestqt.qtbot import QtBot

from dgm_explorer import app
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.theory.result import CheckResult, agrees
from dgm_explorer.ui import formula
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import LIGHT, Theme, apply_theme
from dgm_explorer.ui.window_settings import WindowSettings


def check_nothing(key: str) -> CheckResult:
    """Stands for the checks of the claims, which need torch."""
    return CheckResult(f"the check {key}", (agrees("one", 1.0, 1.0, 0.0),))


class SmallPlot(pg.PlotWidget):
    export_name = "forward_kl_landscape"

    def export_table(self) -> PlotTable:
        return PlotTable(("mu", "kl_nats"), (np.array([0.0, 1.0]), np.array([0.25, 0.5])))


class SmallTab(Tab):
    """Every sort of control that can hold the focus, and a record of what it was asked to do."""

    key = "kl"
    title = "KL"
    notes_name = "kl"
    can_play = True

    def __init__(self) -> None:
        super().__init__(Store(KLState()))
        self.asked: list[str] = []
        self.plot = SmallPlot()
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.table = QTableWidget(2, 2)
        self.number = QDoubleSpinBox()
        self.line = QLineEdit()
        self.button = QPushButton("press")
        self.tick = QCheckBox("tick")
        layout = QVBoxLayout(self)
        for widget in (self.plot, self.table, self.number, self.line, self.button, self.tick):
            layout.addWidget(widget)
        self.number.valueChanged.connect(self._set_alpha)

    def _set_alpha(self, value: float) -> None:
        assert self.store is not None
        self.store.update(alpha=value)

    def play_pause(self) -> None:
        self.asked.append("play")

    def step(self) -> None:
        self.asked.append("step")

    def reset(self) -> None:
        self.asked.append("reset")

    def plots(self) -> Sequence[ExportablePlot]:
        return (self.plot,)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.setBackground(theme.plot_background)


class EmptyTab(Tab):
    """Nothing to see, to play or to undo."""

    key = "reparam"
    title = "Reparametrisation"


@pytest.fixture(autouse=True)
def _light_again() -> Iterator[None]:
    """A theme that a test has put on is not left to the next one."""
    yield
    application = QApplication.instance()
    if isinstance(application, QApplication):
        apply_theme(application, LIGHT)


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path) -> Callable[[], MainWindow]:
    """Makes windows that keep their settings and last session in the test's own folder."""

    def make() -> MainWindow:
        tabs = [SmallTab(), EmptyTab()]
        settings = WindowSettings(tmp_path / "window.ini")
        window = MainWindow(tabs, settings, tmp_path / "last-session.dgm.json", check_nothing)
        return _in_front(window, qtbot)

    return make


def _in_front(window: MainWindow, qtbot: QtBot) -> MainWindow:
    qtbot.addWidget(window, before_close_func=MainWindow.close_silently)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    """A main window around a small tab, for tests that are about the window."""
    return make_window()


@pytest.fixture
def tab(window: MainWindow) -> SmallTab:
    """The tab in front of `window`."""
    first = window.tabs()[0]
    assert isinstance(first, SmallTab)
    return first


@pytest.fixture
def make_real_window(qtbot: QtBot) -> Callable[..., MainWindow]:
    """Makes the window of the program, with all its tabs."""

    def make(size: tuple[int, int] = (1280, 800), theme: str = "light") -> MainWindow:
        return _in_front(app.make_window(app.WindowOptions(size=size, theme=theme)), qtbot)

    return make


@pytest.fixture
def real(make_real_window: Callable[..., MainWindow]) -> MainWindow:
    """The window of the program in its usual size."""
    return make_real_window()


@pytest.fixture
def nothing_typeset(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the start of the program: every formula has yet to be typeset."""
    monkeypatch.setattr(formula, "_typeset", formula.TypesetFormulas(formula.N_KEPT))
    formula.render_formula.cache_clear()


@pytest.fixture
def typesetting_threads(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The threads that have typeset since the test began."""
    threads: set[int] = set()
    import_ziamath = formula._import_ziamath

    def import_noted() -> ModuleType:
        threads.add(threading.get_ident())
        return import_ziamath()

    monkeypatch.setattr(formula, "_import_ziamath", import_noted)
    return threads
