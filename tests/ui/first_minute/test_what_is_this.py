"""F1 answers for every panel of every tab."""

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.what_is_this.present import _answers
from dgm_explorer.ui.what_is_this.texts import WHOLE_TAB, panel_texts
from tests.ui.first_minute.every_page import TABS


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("key", TABS)
def test_each_formula_can_be_typeset_and_each_present_value_has_a_text(key: str) -> None:
    texts = panel_texts(key)
    assert WHOLE_TAB in texts
    for name, text in texts.items():
        assert text.title, name
        assert text.text.endswith("."), name
        assert len(text.text) < 280, name
        if text.formula:
            assert render_formula(text.formula, 20.0, "#000000", is_display=True).width > 10, name
    without = {name for name, text in texts.items() if not text.formula}
    assert without <= {"RunControls", "Timeline", "AlarmStrip", "Data"}
    assert set(_answers(key)) <= set(texts)


def test_f1_answers_for_the_panel_under_the_mouse_and_then_opens_the_notes(real: MainWindow) -> None:
    tab = real.current_tab
    assert isinstance(tab, KLTab)
    plot = tab.scene.landscapes["reverse"]
    QCursor.setPos(plot.mapToGlobal(plot.rect().center()))
    QTest.keyClick(real, Qt.Key.Key_F1)
    card = real.help.asker.card
    assert card.isVisible()
    assert card.title == "Landscape of KL(q‖p)"
    assert "μ = 1.6, σ = 1" in card.value
    assert "KL(q‖p) = 1.50192 nats (quadrature)" in card.value
    assert "3 minima of KL(q‖p): 2 tied global, 1 local; 2 saddles" in card.value
    assert real.rect().contains(card.geometry())
    QTest.keyClick(real, Qt.Key.Key_F1)
    assert not card.isVisible()
    assert real.notes.isVisible()
    QTest.keyClick(real, Qt.Key.Key_F1)
    QTest.keyClick(real, Qt.Key.Key_F1)
    assert real.notes.isVisible(), "asked for the notes, it never closes them"


@pytest.mark.usefixtures("nothing_typeset")
def test_the_card_is_there_at_once_and_its_formula_when_a_thread_has_typeset_it(
    real: MainWindow, qtbot: QtBot, typesetting_threads: set[int]
) -> None:
    tab = real.current_tab
    assert isinstance(tab, KLTab)
    asker = real.help.asker
    asker.answer(tab.scene.landscapes["reverse"])
    assert asker.card.isVisible()
    without_px = asker.card.height()
    with qtbot.waitSignal(asker.card.grown, timeout=30_000):
        pass
    assert typesetting_threads
    assert threading.get_ident() not in typesetting_threads
    assert asker.card.height() > without_px
    place = asker.card.geometry()
    assert real.rect().contains(place)
    asker.close()
    asker.answer(tab.scene.landscapes["reverse"])
    assert asker.card.geometry() == place, "now that the formula is there, the card comes with it"
    asker.answer(tab.scene.landscapes["forward"])
    asker.close()
    with qtbot.waitSignal(asker.card.grown, timeout=30_000):
        pass
    assert not asker.card.isVisible(), "a card that was closed stays so"


def test_f1_answers_for_what_was_reached_by_the_keyboard(real: MainWindow) -> None:
    tab = real.current_tab
    assert isinstance(tab, KLTab)
    QCursor.setPos(tab.scene.density.mapToGlobal(QPoint(100, 100)))
    tab.controls.descent.single_step.setFocus()
    QTest.keyClick(real.windowHandle(), Qt.Key.Key_Tab)
    QTest.keyClick(real, Qt.Key.Key_F1)
    assert real.help.asker.card.title == "Descent from q"


def test_the_card_goes_with_escape_with_a_press_beside_it_and_with_its_tab(real: MainWindow) -> None:
    asker = real.help.asker
    asker.answer(real.current_tab)
    QTest.keyClick(real.windowHandle(), Qt.Key.Key_Escape)
    assert not asker.card.isVisible()
    asker.answer(real.current_tab)
    QTest.mouseClick(real.windowHandle(), Qt.MouseButton.LeftButton, pos=asker.card.geometry().center())
    assert asker.card.isVisible()
    beside = real.current_tab.mapTo(real, QPoint(5, 5))
    assert not asker.card.geometry().contains(beside)
    QTest.mouseClick(real.windowHandle(), Qt.MouseButton.LeftButton, pos=beside)
    assert not asker.card.isVisible()
    asker.answer(real.current_tab)
    real.show_tab("reparam")
    assert not asker.card.isVisible()
