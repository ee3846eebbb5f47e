"""F1 answers for every panel of every tab."""

from collections.abc import Iterator
from typing import get_args

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGroupBox, QTabWidget, QWidget

from dgm_explorer.core.vq_vae_state import UsagePicture
from dgm_explorer.paths import resource_root
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.what_is_this.asker import find_panel, names_of
from dgm_explorer.ui.what_is_this.present import _answers, present_value
from dgm_explorer.ui.what_is_this.texts import WHOLE_TAB, panel_texts

TABS = ("kl", "reparam", "gmm-vae", "vq-vae")
OPENED_BY_HAND = {
    "kl": {"kl-over-mean"},
    "gmm-vae": set(),
    "vq-vae": set(),
    "reparam": set(),
}
"""Panels that are made only in the middle of some work."""


def pages(tab: Tab) -> Iterator[None]:
    """Turn every page to the front, in both dimensions where there are two."""
    assert tab.store is not None
    for changes in ({"dimension": 1}, {"dimension": 2}) if hasattr(tab.store.state, "dimension") else ({},):
        tab.store.update(**changes)
        for book in tab.findChildren(QTabWidget):
            for index in range(book.count()):
                book.setCurrentIndex(index)
                QApplication.processEvents()
                yield
    for picture in get_args(UsagePicture) if hasattr(tab.store.state, "usage_picture") else ():
        tab.store.update(usage_picture=picture, panel="usage")
        QApplication.processEvents()
        yield


@pytest.mark.parametrize("key", TABS)
def test_every_panel_has_its_own_answer_and_no_answer_lacks_its_panel(real: MainWindow, key: str) -> None:
    real.show_tab(key)
    tab = real.current_tab
    missing: set[str] = set()
    met: set[str] = set()
    silent: set[str] = set()
    for _ in pages(tab):
        for plot in tab.plots():
            assert isinstance(plot, QWidget)
            name, _, panel = find_panel(plot, tab)
            if name == WHOLE_TAB:
                missing.add(plot.export_name)
            if not present_value(tab, name, panel):
                silent.add(name)
        for widget in tab.findChildren(QWidget):
            met.update(names_of(widget))
            if isinstance(widget, QGroupBox) and widget.title() and find_panel(widget, tab)[2] is not widget:
                missing.add(widget.title())
    assert not missing
    assert not silent
    assert set(panel_texts(key)) - met - {WHOLE_TAB} == OPENED_BY_HAND[key]


def test_texts_are_there_for_all_tabs_and_for_no_others(real: MainWindow) -> None:
    files = {path.stem for path in (resource_root() / "panels").glob("*.json")}
    assert files == {tab.key for tab in real.tabs()} == set(TABS)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("key", TABS)
def test_each_formula_can_be_typeset_and_each_present_value_has_a_text(key: str) -> None:
    texts = panel_texts(key)
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
    assert "μ = 0.8, σ = 1.2" in card.value
    assert "KL(q‖p) = 1.99066 nats (quadrature)" in card.value
    assert "3 minima of KL(q‖p): 2 tied global, 1 local; 2 saddles" in card.value
    assert real.rect().contains(card.geometry())
    QTest.keyClick(real, Qt.Key.Key_F1)
    assert not card.isVisible()
    assert real.notes.isVisible()
    QTest.keyClick(real, Qt.Key.Key_F1)
    QTest.keyClick(real, Qt.Key.Key_F1)
    assert real.notes.isVisible(), "asked for the notes, it never closes them"


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
