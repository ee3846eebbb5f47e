"""The main window: its menus, keys, sessions, themes and memory, used as a hand would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.session import preset_names, read_session
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.actions import ACTIONS, MENUS, Submenu
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.picture_dialog import PictureDialog
from dgm_explorer.ui.theme import THEMES
from dgm_explorer.ui.widgets.number_edit import NumberEdit

NO_KEY = Qt.KeyboardModifier.NoModifier


def open_menu(window: MainWindow, key: str) -> QMenu:
    """What the submenu holds when it opens."""
    menu = window.submenus[key]
    menu.aboutToShow.emit()
    return menu


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_the_four_tabs_of_the_program_come_from_the_table(window: MainWindow) -> None:
    assert [tab.key for tab in window.tabs()] == ["kl", "reparam"]
    assert window.current_tab.key == "kl"


@pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.key)
def test_every_action_is_in_a_menu_and_explains_itself(spec: Any, window: MainWindow) -> None:
    action = window.actions_by_key[spec.key]
    assert any(spec.key in items for _, items in MENUS)
    assert spec.tip.endswith(".")
    assert action.toolTip().startswith(spec.tip)
    assert [sequence.toString() for sequence in action.shortcuts()] == list(spec.shortcuts)


def test_no_two_actions_share_a_key() -> None:
    keys = [key for spec in ACTIONS for key in spec.shortcuts]
    assert len(keys) == len(set(keys))


def test_no_two_entries_of_a_menu_share_a_letter(window: MainWindow) -> None:
    for bar_action in window.menuBar().actions():
        menu = bar_action.menu()
        assert isinstance(menu, QMenu)
        letters = [text[text.index("&") + 1].lower() for text in texts(menu) if "&" in text]
        assert len(letters) == len(set(letters)), (bar_action.text(), letters)


def test_lectures_are_opened_where_their_keys_are_listed(window: MainWindow) -> None:
    held = {action.text(): action.menu() for action in window.menuBar().actions()}["&Lecture"]
    assert isinstance(held, QMenu)
    assert held.actions()[0].menu() is window.submenus["lectures"]


def test_every_submenu_fills_itself(window: MainWindow) -> None:
    submenus = [item.key for _, items in MENUS for item in items if isinstance(item, Submenu)]
    assert set(submenus) == set(window.submenus)
    for key in submenus:
        assert not open_menu(window, key).isEmpty()


@pytest.mark.parametrize("holder", ["plot", "table", "button", "tick"])
@pytest.mark.parametrize(
    ("key", "asked"), [(Qt.Key.Key_Space, "play"), (Qt.Key.Key_Period, "step"), (Qt.Key.Key_R, "reset")]
)
def test_run_keys_work_whatever_was_clicked_last(tab: Any, holder: str, key: Qt.Key, asked: str) -> None:
    widget: QWidget = getattr(tab, holder)
    widget.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(widget, key)
    assert tab.asked == [asked]


@pytest.mark.parametrize("holder", ["line", "number"])
def test_run_keys_are_letters_in_a_text_field(tab: Any, holder: str) -> None:
    widget: QWidget = getattr(tab, holder)
    widget.setFocus(Qt.FocusReason.MouseFocusReason)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_R):
        QTest.keyClick(widget, key)
    assert tab.asked == []
    if holder == "line":
        assert tab.line.text() == " .r"


def test_space_plays_from_a_number_field_unless_a_number_is_being_typed(tab: Any) -> None:
    field = NumberEdit("rate", parent=tab)
    field.show()
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClicks(field, "0.5 ")
    assert tab.asked == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Space)
    assert tab.asked == ["play"]
    assert " " not in field.text()


def test_space_presses_a_control_that_was_reached_with_tab(tab: Any) -> None:
    tab.button.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(tab.button, Qt.Key.Key_Tab)
    assert tab.tick.hasFocus()
    QTest.keyClick(tab.tick, Qt.Key.Key_Space)
    assert tab.tick.isChecked()
    assert tab.asked == []


def test_undo_and_redo_follow_the_tab(window: MainWindow, tab: Any) -> None:
    undo, redo = window.actions_by_key["edit.undo"], window.actions_by_key["edit.redo"]
    assert not undo.isEnabled()
    tab.store.update(seed=5)
    assert undo.isEnabled()
    QTest.keyClick(tab.plot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tab.store.state.seed == 0
    assert not undo.isEnabled()
    QTest.keyClick(tab.plot, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert tab.store.state.seed == 5
    window.show_tab("reparam")
    assert not undo.isEnabled()
    assert not redo.isEnabled()
    assert not window.actions_by_key["run.play"].isEnabled()


def test_undo_reaches_the_store_from_a_number_field_without_typing(tab: Any) -> None:
    tab.store.update(seed=5)
    tab.number.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(tab.number, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tab.store.state.seed == 0


@pytest.mark.parametrize("name", THEMES)
def test_choosing_a_theme_changes_the_paint(
    window: MainWindow, tab: Any, name: str, qapp: QApplication, qtbot: QtBot
) -> None:
    window.actions_by_key[f"view.theme.{name}"].trigger()
    assert tab.theme is THEMES[name]
    assert not window.updatesEnabled()  # it is laid out first, and painted once
    qtbot.waitUntil(window.updatesEnabled)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == THEMES[name].window
    image = window.grab().toImage()
    spot = tab.plot.mapTo(window, tab.plot.rect().center())
    assert image.pixelColor(spot.x(), 3 + tab.plot.mapTo(window, tab.plot.rect().topLeft()).y()).name() in (
        THEMES[name].plot_background
    )
    checked = [n for n in THEMES if window.actions_by_key[f"view.theme.{n}"].isChecked()]
    assert checked == [name]


def test_full_screen_and_back(window: MainWindow) -> None:
    action = window.actions_by_key["view.full_screen"]
    action.trigger()
    assert window.isFullScreen()
    assert action.isChecked()
    action.trigger()
    assert not window.isFullScreen()
    assert not action.isChecked()


def test_notes_open_with_the_formulas_of_the_tab(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert window.notes.isVisible()
    assert window.actions_by_key["view.notes"].isChecked()
    panel = window.notes.panel
    assert panel is not None
    panel.finish()
    assert "Forward" in panel.toPlainText()
    window.show_tab("reparam")
    assert "Forward" not in panel.toPlainText()
    QTest.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert not window.notes.isVisible()


def test_frame_times_reach_the_status_bar(window: MainWindow, tab: Any) -> None:
    tab.frame_done.emit(4.0)
    assert window.frame_meter.text() == "frame 4.0 ms · worst 4.0 ms"
    window.show_tab("reparam")
    assert window.frame_meter.text() == ""


def test_a_session_makes_the_round_trip_by_the_menu(
    window: MainWindow, tab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.dgm.json"
    monkeypatch.setattr(file_dialogs, "ask_session_to_save", lambda *_: path)
    monkeypatch.setattr(file_dialogs, "ask_session_to_open", lambda *_: path)
    tab.store.update(seed=11, alpha=0.25)
    saved = tab.store.state
    assert window.windowTitle().startswith("Untitled[*]")
    assert window.isWindowModified()
    window.actions_by_key["file.save"].trigger()
    assert window.windowTitle().startswith("mine[*]")
    assert not window.isWindowModified()
    tab.store.update(seed=12)
    assert window.isWindowModified()
    window.actions_by_key["file.open"].trigger()
    assert tab.store.state == saved
    assert not window.isWindowModified()
    assert read_session(path).kl == saved
    assert texts(open_menu(window, "recent")) == ["mine.dgm.json"]
    window.actions_by_key["edit.undo"].trigger()
    assert tab.store.state.seed == 12


def test_every_preset_opens_and_says_what_to_look_at(window: MainWindow) -> None:
    actions = [a for a in open_menu(window, "presets").actions() if a.isEnabled() and not a.isSeparator()]
    assert len(actions) == len(preset_names())
    for action in actions:
        action.trigger()
        assert window.banner.isVisible()
        assert window.banner.tone == "note"
        assert window.banner.text.startswith(action.text())
        assert not window.isWindowModified()


BAD_FILES = {
    "truncated": '{"format": "dgm-explorer-session", "version": 1, "kl": {',
    "other version": '{"format": "dgm-explorer-session", "version": 99}',
    "unknown key": '{"format": "dgm-explorer-session", "version": 1, "kl": {"alpah": 0.5}}',
    "bad value": '{"format": "dgm-explorer-session", "version": 1, "kl": {"alpha": 7}}',
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_bad_file_is_one_sentence_and_changes_nothing(
    window: MainWindow, tab: Any, tmp_path: Path, content: str
) -> None:
    tab.store.update(seed=3)
    before, title = tab.store.state, window.windowTitle()
    path = tmp_path / "bad.dgm.json"
    path.write_text(content)
    window.sessions.open_file(path)
    assert window.banner.isVisible()
    assert window.banner.tone == "warning"
    assert "bad.dgm.json" in window.banner.text
    assert (tab.store.state, window.windowTitle()) == (before, title)
    assert path.read_text() == content
    assert "bad.dgm.json" not in texts(open_menu(window, "recent"))


def test_a_warning_goes_with_the_next_change_and_a_note_stays(window: MainWindow, tab: Any) -> None:
    window.warn("σ = −1 must be positive; type another number.")
    tab.store.update(seed=3)
    assert not window.banner.isVisible()
    window.banner.show_text("What to look at", "note")
    tab.store.update(seed=4)
    assert window.banner.isVisible()


def drop(window: MainWindow, path: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(window.rect().center(), action, data, button, NO_KEY)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(window.rect().center()), action, data, button, NO_KEY)
    QApplication.sendEvent(window, event)
    return True


def test_a_session_file_dropped_on_the_window_opens(window: MainWindow, tab: Any, tmp_path: Path) -> None:
    path = tmp_path / "dropped.dgm.json"
    path.write_text(
        json.dumps({"format": "dgm-explorer-session", "version": 1, "tab": "kl", "kl": {"seed": 77}})
    )
    assert drop(window, path)
    assert tab.store.state.seed == 77
    assert drop(window, tmp_path / "picture.png")
    assert "picture.png is nothing that a tab can use" in window.banner.text


def press_in_dialog(window: MainWindow, text: str) -> None:
    """Press a button of the one dialog that is open."""
    (dialog,) = (dialog for dialog in window.findChildren(PictureDialog) if dialog.isVisible())
    (button,) = (button for button in dialog.findChildren(QPushButton) if button.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_picture_is_exported_by_the_menu(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    begins = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    path = tmp_path / f"plot{suffix}"
    monkeypatch.setattr(file_dialogs, "ask_picture_to_save", lambda *_: path)
    menu = open_menu(window, "export_picture")
    assert texts(menu) == ["Forward KL landscape…", "Whole window…"]
    for action in (menu.actions()[0], menu.actions()[-1]):
        path.unlink(missing_ok=True)
        action.trigger()
        press_in_dialog(window, "&Save…")
        assert path.read_bytes().startswith(begins[suffix])
    assert str(path) in window.statusBar().currentMessage()


def test_a_picture_is_copied_by_the_menu_and_from_the_dialog(window: MainWindow) -> None:
    clipboard = QApplication.clipboard()
    clipboard.clear()
    open_menu(window, "copy_picture").actions()[0].trigger()
    plot = window.current_tab.plots()[0]
    assert isinstance(plot, QWidget)
    assert clipboard.image().size() == 2 * plot.size()
    clipboard.clear()
    open_menu(window, "export_picture").actions()[0].trigger()
    press_in_dialog(window, "&Copy")
    assert clipboard.image().size() == 2 * plot.size()


def test_data_are_exported_by_the_menu(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_dialogs, "ask_table_to_save", lambda *_: tmp_path / "d.csv")
    open_menu(window, "export_data").actions()[0].trigger()
    assert (tmp_path / "d.csv").read_text() == "mu,kl_nats\n0.0,0.25\n1.0,0.5\n"
    window.show_tab("reparam")
    assert not open_menu(window, "export_data").actions()[0].isEnabled()


def test_the_window_remembers_where_it_was(make_window: Callable[[], MainWindow]) -> None:
    first = make_window()
    first.resize(640, 500)
    first.choose_theme("dark")
    first.show_tab("reparam")
    first.tabs()[0].store.update(seed=21)  # type: ignore[union-attr]
    first.close()
    second = make_window()
    assert (second.width(), second.height()) == (640, 500)
    assert second.theme.name == "dark"
    assert second.current_tab.key == "reparam"
    second.actions_by_key["file.reopen"].trigger()
    assert second.tabs()[0].store.state.seed == 21  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answer", "is_closed", "is_written"),
    [
        (QMessageBox.StandardButton.Save, True, True),
        (QMessageBox.StandardButton.Discard, True, False),
        (QMessageBox.StandardButton.Cancel, False, False),
    ],
)
def test_closing_asks_only_for_a_file_that_is_behind(
    window: MainWindow,
    tab: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: QMessageBox.StandardButton,
    is_closed: bool,
    is_written: bool,
) -> None:
    asked: list[str] = []

    def reply(_parent: QWidget, _title: str, text: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return answer

    monkeypatch.setattr(QMessageBox, "question", reply)
    path = tmp_path / "mine.dgm.json"
    window.document.save(path, "kl")
    tab.store.update(seed=99)
    assert window.close() is is_closed
    assert len(asked) == 1
    assert (read_session(path).kl.seed == 99) is is_written


def test_closing_an_untitled_session_asks_nothing(
    window: MainWindow, tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_: pytest.fail("asked"))
    tab.store.update(seed=99)
    assert window.close()


def open_dialog(window: MainWindow, qtbot: QtBot) -> str:
    dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    dialog.close()
    qtbot.wait(1)
    return text


def test_about_names_the_versions_and_the_licence(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_key["help.about"].trigger()
    text = open_dialog(window, qtbot)
    for name in ("DGM Explorer", "Python", "Qt", "PySide6", "pyqtgraph", "NumPy", "SciPy", "MIT"):
        assert name in text
    assert "not installed" not in text


def test_the_list_of_keys_comes_from_the_table(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_key["help.shortcuts"].trigger()
    text = open_dialog(window, qtbot)
    assert all(spec.tip in text for spec in ACTIONS if spec.shortcuts)


def test_a_list_of_keys_that_is_open_comes_to_the_front_again(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_key["help.shortcuts"].trigger()
    window.actions_by_key["help.shortcuts"].trigger()
    (dialog,) = (one for one in window.findChildren(QDialog) if one.isVisible())
    dialog.close()
    window.actions_by_key["help.shortcuts"].trigger()
    assert open_dialog(window, qtbot)


def test_a_list_of_keys_fits_on_the_screen(window: MainWindow) -> None:
    window.actions_by_key["help.shortcuts"].trigger()
    (dialog,) = (one for one in window.findChildren(QDialog) if one.isVisible())
    assert dialog.height() <= dialog.screen().availableSize().height()


def test_a_preset_s_words_do_not_go_with_another_target(window: MainWindow, tab: Any, tmp_path: Path) -> None:
    window.sessions.open_preset("homework-1b")
    tab.store.update(q=Gaussian1D(1.0, 0.5))
    window.document.write_copy(tmp_path / "same.dgm.json", "kl")
    tab.store.update(p=(Component1D(1.0, 0.0, 1.0),))
    window.document.write_copy(tmp_path / "other.dgm.json", "kl")
    assert read_session(tmp_path / "same.dgm.json").title.startswith("Homework 1B")
    other = read_session(tmp_path / "other.dgm.json")
    assert (other.title, other.description) == ("", "")


def test_f9_gives_the_pictures_the_whole_window(window: MainWindow, tab: Any, monkeypatch: Any) -> None:
    shown: list[bool] = []
    monkeypatch.setattr(tab, "set_controls_visible", shown.append)
    action = window.actions_by_key["view.controls"]
    assert action.isChecked()
    for expected in (False, True):
        QTest.keyClick(tab, Qt.Key.Key_F9)
        assert shown[-1] is action.isChecked() is expected


def test_saving_says_where(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "class.dgm.json"
    window.document.save(path, "kl")
    window.sessions.save()
    assert window.statusBar().currentMessage() == f"Saved as {path}."
