"""Every dialog by keyboard: Tab reaches each control in order, Return is its default, Escape the way out."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.document import Document
from dgm_explorer.ui.film.film_dialog import FilmDialog
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.recovery.panel import RecoveryPanel
from dgm_explorer.ui.settings.paint_dialog import MIN_POINTS, PaintDialog
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import LIGHT
from tests.ui.first_minute.keyboard import complaints, name_of, walk

SAYS_ITSELF = {"Cancel", "Close", "OK", "Save", "Discard"}
"""Buttons that need no tool tip."""


def film(window: MainWindow) -> None:
    FilmDialog(window.tab_widget, "latent", (1, 20, 300), window).open()


def paint(window: MainWindow) -> None:
    PaintDialog(LIGHT, [(0.1 * i, 0.0) for i in range(MIN_POINTS)], window).open()


def recovery(window: MainWindow) -> None:
    """The card as it lies over the tabs, alone."""
    panel = RecoveryPanel("DGM Explorer was not closed properly the last time.", LIGHT)
    for words in ("Session lecture.dgm.json, kept 5 min ago", "GMM-VAE on digits, cut off at step 300"):
        panel.add_row(words, words, ("Take", "Tip.", lambda: True), ("Leave", "Tip.", lambda: True))
    dialog = QDialog(window)
    dialog.setWindowTitle("Recovery")
    QVBoxLayout(dialog).addWidget(panel)
    panel.show()
    dialog.show()


OPENERS: dict[str, Callable[[Any], object]] = {
    "Close": lambda window: window.show_shortcuts(),
    "Close ": lambda window: window.show_about(),
    "Use as p": lambda window: window.current_tab.controls.fit_requested.emit(),
    "Save…": lambda window: window.exports.ask_and_export_picture(window.current_tab.plots()[0]),
    "Save… ": film,
    "Use as data": paint,
}
"""By the button that Return presses."""


def opened(window: MainWindow, opener: Callable[[Any], object]) -> QDialog:
    before = set(window.findChildren(QDialog))
    opener(window)
    QApplication.processEvents()
    dialog = next(one for one in window.findChildren(QDialog) if one not in before and one.isVisible())
    dialog.activateWindow()
    QApplication.processEvents()
    return dialog


def without_tip(dialog: QWidget) -> Iterator[str]:
    for widget in walk(dialog):
        is_said = name_of(widget).replace("&", "") in SAYS_ITSELF
        is_plain = isinstance(widget, QPushButton) and isinstance(widget.parentWidget(), QDialogButtonBox)
        if not widget.toolTip() and not (is_said and is_plain):
            yield f"without a tip: {type(widget).__name__} {name_of(widget)!r}"


def test_every_control_of_every_dialog_is_reached_by_tab_named_and_explained(real: MainWindow) -> None:
    found = set()
    for opener in (*OPENERS.values(), recovery):
        dialog = opened(real, opener)
        said = (*complaints(dialog), *without_tip(dialog))
        found |= {f"{dialog.windowTitle()}: {words}" for words in said}
        dialog.close()
    assert not found, "\n".join(sorted(found))


def test_return_is_the_default_of_every_dialog_and_escape_its_way_out(
    real: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_dialogs, "ask_picture_to_save", lambda *_: None)
    for words, opener in OPENERS.items():
        dialog = opened(real, opener)
        results: list[int] = []
        dialog.finished.connect(results.append)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert results == [QDialog.DialogCode.Rejected], words
        dialog = opened(real, opener)
        default = next(button for button in dialog.findChildren(QPushButton) if button.isDefault())
        assert default.text().replace("&", "") == words.strip()
        pressed: list[str] = []
        default.clicked.connect(partial(pressed.append, words))
        is_enabled = default.isEnabled()
        first = dialog.focusWidget() or dialog
        QTest.keyClick(first, Qt.Key.Key_Return)
        assert len(pressed) == is_enabled, words
        if not is_enabled:
            dialog.close()


def answer(key: Qt.Key, found: list[str]) -> None:
    """Look at the question that is asked now, and answer it with a key."""
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    if key == Qt.Key.Key_Escape:  # Tab takes Return to another button
        found += complaints(box)
    QTest.keyClick(box.focusWidget() or box, key)


def test_a_careless_answer_to_a_question_loses_nothing(
    real: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tab, "busy_sentence", "A run trains.")
    monkeypatch.setattr(Document, "has_unsaved_file", True)
    monkeypatch.setattr(type(real.sessions), "save", lambda _self: True)
    found: list[str] = []
    for question, key, may_close in (
        (real.runs.may_close, Qt.Key.Key_Escape, False),
        (real.runs.may_close, Qt.Key.Key_Return, False),
        (real.sessions.may_close, Qt.Key.Key_Escape, False),
        (real.sessions.may_close, Qt.Key.Key_Return, True),  # it was saved
    ):
        QTimer.singleShot(0, partial(answer, key, found))
        assert question() is may_close
    assert found == []
