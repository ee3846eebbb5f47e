"""What the window says: notes in a line, warnings over the picture."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.ui import banners
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.theme import PROJECTOR, contrast

LONG = "A sentence that needs more than one line of the window, because it names what, where and why. " * 4


def place(widget: QWidget) -> tuple[QPoint, int, int]:
    return widget.mapTo(widget.window(), QPoint(0, 0)), widget.width(), widget.height()


def test_a_warning_moves_nothing_and_is_read_whole(window: MainWindow, tab: QWidget) -> None:
    before = place(tab)
    for sentence in ("short", LONG):
        window.warn(sentence)
        assert window.banner.isVisible()
        assert window.banner.text == sentence
        assert place(tab) == before
        notices = window.banner.notices
        inside = notices.geometry()
        assert window.tab_widget.rect().contains(inside)
        assert inside.top() > window.tab_widget.tabBar().geometry().bottom()
        label = notices.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)[0]
        assert label.height() >= label.heightForWidth(label.width())
    window.banner.drop_warning()
    assert not window.banner.notices.isVisible()
    assert place(tab) == before


def test_escape_and_its_button_close_a_warning(window: MainWindow, tab: QWidget) -> None:
    window.warn("no")
    QTest.keyClick(tab, Qt.Key.Key_Escape)
    assert not window.banner.isVisible()
    window.warn("no")
    button = window.banner.notices.findChild(QToolButton)
    assert isinstance(button, QToolButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not window.banner.isVisible()
    assert not window.banner.notices.isVisible()


def test_a_note_outlives_a_warning(window: MainWindow) -> None:
    window.banner.show_text("look here", "note")
    window.warn("no")
    assert (window.banner.text, window.banner.tone) == ("no", "warning")
    window.banner.drop_warning()
    assert (window.banner.text, window.banner.tone) == ("look here", "note")
    window.warn("no")
    window.banner.show_text("look there", "note")
    assert (window.banner.text, window.banner.tone) == ("look there", "note")


def test_what_no_change_puts_right_stays_until_it_is_dismissed(window: MainWindow) -> None:
    window.banner.warn_until_dismissed("settings are not kept")
    window.banner.drop_warning()
    assert window.banner.text == "settings are not kept"
    assert window.banner.dismiss()
    assert not window.banner.dismiss()
    window.warn("another")
    window.banner.drop_warning()
    assert not window.banner.isVisible()


def test_what_is_over_goes_when_it_could_be_read(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banners, "READ_MS", 150)
    tab = window.tabs()[0]
    window.warn("it was killed")
    tab.message_over.emit("something else")
    qtbot.wait(200)
    assert window.banner.isVisible()
    window.warn("it was killed")
    tab.message_over.emit("it was killed")
    assert window.banner.isVisible()
    qtbot.waitUntil(lambda: not window.banner.isVisible(), timeout=2000)
    window.warn("it was killed")
    tab.message_over.emit("it was killed")
    window.warn("another")  # has its own time
    qtbot.wait(200)
    assert window.banner.text == "another"
    assert window.banner.isVisible()


def test_it_keeps_to_the_window_when_that_is_resized_and_dressed(window: MainWindow, qtbot: QtBot) -> None:
    window.warn(LONG)
    heights = []
    for width in (1200, 700):
        window.resize(width, 700)
        qtbot.waitUntil(lambda: window.tab_widget.rect().contains(window.banner.notices.geometry()))
        heights.append(window.banner.notices.height())
    assert heights[1] > heights[0]
    window.wear(PROJECTOR)
    palette = window.banner.notices.findChildren(QWidget)[0].palette()
    assert contrast(palette.windowText().color().name(), palette.window().color().name()) >= 7
