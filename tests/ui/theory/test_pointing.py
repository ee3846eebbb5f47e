"""The symbols of a derivation lead to their views: a click brings a view to the front and frames it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import WindowOptions, make_window
from dgm_explorer.theory.derivations import DERIVATIONS, TAB_TITLES, read_derivation
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.theory.pointing import PointerFrame, point_at

LINKS = sorted(
    {f"{TAB_TITLES[s.tab]}: {s.place}" for key in DERIVATIONS for s in read_derivation(key).symbols}
)


@pytest.fixture
def real(qtbot: QtBot) -> MainWindow:
    window = make_window(WindowOptions(tab="kl", size=(1280, 800), theme="light"))
    qtbot.addWidget(window, before_close_func=MainWindow.close_silently)
    with qtbot.waitExposed(window):
        window.show()
    return window


def frames(window: MainWindow) -> list[PointerFrame]:
    return [frame for frame in window.findChildren(PointerFrame) if frame.isVisible()]


def test_every_symbol_leads_to_a_view_that_is_on_the_screen(real: MainWindow, qtbot: QtBot) -> None:
    for link in LINKS:
        if link == "Reparametrisation: turn Q":
            store = next(tab for tab in real.tabs() if tab.key == "reparam").store
            assert store is not None
            store.update(form="full")
        QApplication.processEvents()
        assert point_at(real, link) == "", link
        QTest.qWait(80)
        title, _, place = link.partition(": ")
        assert real.current_tab.title == title
        frame = frames(real)[-1]
        assert frame.width() > 20, link
        assert real.rect().contains(frame.geometry())
        for pages in real.current_tab.findChildren(QTabWidget):
            if place in [pages.tabText(index) for index in range(pages.count())]:
                assert pages.tabText(pages.currentIndex()) == place
    qtbot.waitUntil(lambda: not real.findChildren(PointerFrame), timeout=6000)


def test_what_is_not_on_the_screen_is_said(real: MainWindow) -> None:
    assert "turn Q is not on the screen" in point_at(real, "Reparametrisation: turn Q")
    assert not frames(real)


def test_a_click_on_the_words_leads_there_and_the_frame_goes(real: MainWindow, qtbot: QtBot) -> None:
    real.toggle_theory()
    panel = real.theory.panel
    assert panel is not None
    panel.derivation.click()
    page = panel.page
    QTest.qWait(100)  # laid out for the width that the dock gets
    page.finish()
    derivation = panel.entry
    cursor = page.document().find("Reparametrisation: ")
    cursor.setPosition(cursor.selectionStart() + 3, QTextCursor.MoveMode.MoveAnchor)
    page.setTextCursor(cursor)
    page.ensureCursorVisible()
    for _ in range(5):
        QApplication.processEvents()
    place = page.cursorRect().center() + QPoint(2, 0)
    link = page.anchorAt(place)
    assert link in LINKS
    QTest.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert real.current_tab.title == link.partition(": ")[0] == "Reparametrisation"
    assert panel.entry == derivation, "the reader goes on reading"
    assert len(frames(real)) == 1
    qtbot.waitUntil(lambda: not real.findChildren(PointerFrame), timeout=6000)
