"""A theme costs what is seen of it: once per resize, and nothing for what is hidden."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.main_window import RESIZED_MS, MainWindow
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import DARK, HALL, LIGHT, PROJECTOR, Theme
from dgm_explorer.ui.widgets.notes_panel import NotesPanel

LOW, HIGH = (1280, 720), (1280, 1050)


def note_themes(monkeypatch: pytest.MonkeyPatch, kind: type[Tab | NotesPanel], worn: list[Theme]) -> None:
    """Every theme that a widget of this kind puts on goes into ``worn``."""
    dress = kind.set_theme

    def note(widget: Any, theme: Theme) -> None:
        worn.append(theme)
        dress(widget, theme)

    monkeypatch.setattr(kind, "set_theme", note)


def test_a_resize_by_hand_dresses_the_window_once(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.resize(*LOW)
    window.choose_theme("projector")
    worn: list[Theme] = []
    note_themes(monkeypatch, Tab, worn)
    for height in (900, 1010, 950, 1020, 980, 1050):
        window.resize(1280, height)
        QApplication.processEvents()
    assert worn == []
    qtbot.waitUntil(lambda: window.theme is HALL)
    assert worn == [HALL] * len(window.tabs())
    window.resize(1280, 1040)
    qtbot.wait(2 * RESIZED_MS)
    assert worn == [HALL] * len(window.tabs()), "this height asks for the same size of type"
    window.choose_theme("light")
    worn.clear()
    window.resize(*LOW)
    qtbot.wait(2 * RESIZED_MS)
    assert worn == [], "no other theme knows heights"


def test_the_first_picture_has_the_right_type(window: MainWindow) -> None:
    window.hide()
    window.resize(*LOW)
    window.choose_theme("projector")
    assert window.theme is PROJECTOR
    window.resize(*HIGH)
    window.show()
    assert window.theme is HALL


def test_hidden_notes_and_theory_are_dressed_when_they_are_shown(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    worn: list[Theme] = []
    note_themes(monkeypatch, NotesPanel, worn)
    for dock in (window.notes, window.theory):
        window.choose_theme("light")
        dock.show()
        window.choose_theme("dark")
        assert worn[-1] is DARK
        dock.hide()
        worn.clear()
        window.choose_theme("projector")
        window.choose_theme("light")
        assert worn == []
        dock.show()
        assert worn == [LIGHT]
        dock.hide()
        dock.show()
        assert worn == [LIGHT], "it is dressed already"
        dock.hide()
