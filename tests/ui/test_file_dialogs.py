"""Which file: what is chosen comes back, with its ending, and no other file is replaced unasked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.ui import file_dialogs

PATIENCE_MS = 10_000
Answer = Callable[[Callable[[QFileDialog], None]], None]


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def answer() -> Answer:
    """Has the next dialog answered by a function."""

    def prepare(act: Callable[[QFileDialog], None]) -> None:
        def find() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, QFileDialog)
            patience = QTimer(dialog)
            patience.timeout.connect(dialog.reject)
            dialog.finished.connect(patience.stop)
            patience.start(PATIENCE_MS)
            act(dialog)

        QTimer.singleShot(50, find)

    return prepare


def choose(name: str, kind: str = "") -> Callable[[QFileDialog], None]:
    def act(dialog: QFileDialog) -> None:
        if kind:
            dialog.selectNameFilter(kind)
        dialog.findChild(QLineEdit, "fileNameEdit").setText(name)
        dialog.accept()

    return act


def test_a_file_to_open_comes_back(parent: QWidget, answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "a.dgm.json").write_text("{}")
    answer(choose("a.dgm.json"))
    assert file_dialogs.ask_session_to_open(parent, tmp_path) == tmp_path / "a.dgm.json"


def test_a_dialog_that_is_left_names_no_file(parent: QWidget, answer: Answer, tmp_path: Path) -> None:
    answer(QFileDialog.reject)
    assert file_dialogs.ask_picture_to_save(parent, tmp_path / "p") is None


def test_a_folder_comes_back(parent: QWidget, answer: Answer, tmp_path: Path) -> None:
    answer(choose(str(tmp_path)))
    assert file_dialogs.ask_run_to_open(parent, tmp_path.parent) == tmp_path


def test_the_name_suggested_stands_there(parent: QWidget, answer: Answer, tmp_path: Path) -> None:
    answer(QFileDialog.accept)
    assert file_dialogs.ask_table_to_save(parent, tmp_path / "kl 1.5") == tmp_path / "kl 1.5.csv"


@pytest.mark.parametrize(
    ("typed", "kind", "got"),
    [("p", "SVG vector graphics (*.svg)", "p.svg"), ("p", "", "p.png"), ("p.pdf", "", "p.pdf")],
)
def test_a_picture_has_the_ending_of_its_kind(
    parent: QWidget, answer: Answer, tmp_path: Path, typed: str, kind: str, got: str
) -> None:
    answer(choose(typed, kind))
    assert file_dialogs.ask_picture_to_save(parent, tmp_path / "other") == tmp_path / got


@pytest.mark.parametrize("button", [QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No])
@pytest.mark.parametrize("kind", ["picture", "session"])
def test_a_file_that_gets_its_ending_here_replaces_another_only_when_allowed(
    parent: QWidget,
    answer: Answer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    button: QMessageBox.StandardButton,
) -> None:
    asked: list[str] = []

    def question(_parent: QWidget, _title: str, text: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return button

    monkeypatch.setattr(QMessageBox, "question", question)
    ending, ask = {
        "picture": (".png", file_dialogs.ask_picture_to_save),
        "session": (".dgm.json", file_dialogs.ask_session_to_save),
    }[kind]
    path = tmp_path / f"mine{ending}"
    path.write_text("keep")
    answer(choose("mine"))
    allowed = button == QMessageBox.StandardButton.Yes
    assert ask(parent, tmp_path / "x") == (path if allowed else None)
    assert asked == [f"mine{ending} already exists in {tmp_path}. Replace it?"]


def test_the_next_image_is_looked_for_where_the_last_one_was(
    parent: QWidget, answer: Answer, tmp_path: Path
) -> None:
    begun: list[str] = []

    def look(dialog: QFileDialog) -> None:
        begun.append(dialog.directory().absolutePath())
        dialog.reject()

    (tmp_path / "seven.png").write_bytes(b"")
    answer(choose(str(tmp_path / "seven.png")))
    assert file_dialogs.ask_image_file(parent) == tmp_path / "seven.png"
    answer(look)
    assert file_dialogs.ask_image_file(parent) is None
    assert begun == [str(tmp_path)]


def test_one_dialog_asks_all_questions_and_remembers_none(
    parent: QWidget, answer: Answer, tmp_path: Path
) -> None:
    """To make one and to end it, the window would wait for the kernel."""
    seen: list[QFileDialog] = []
    texts: list[str] = []

    def look(dialog: QFileDialog) -> None:
        seen.append(dialog)
        texts.append(dialog.findChild(QLineEdit).text())
        dialog.reject()

    answer(look)
    file_dialogs.ask_picture_to_save(parent, tmp_path / "landscape")
    answer(look)
    file_dialogs.ask_run_to_open(parent, tmp_path)
    answer(look)
    file_dialogs.ask_data_file(parent, tmp_path)
    answer(look)
    file_dialogs.ask_session_to_save(parent, tmp_path / "mine.dgm.json")
    assert len({id(dialog) for dialog in seen}) == 1
    assert texts == ["landscape.png", "", "", "mine.dgm.json"]
    last = seen[-1]
    assert last.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert not last.testOption(QFileDialog.Option.ShowDirsOnly)
    assert last.nameFilters() == ["Session (*.dgm.json *.json)"]
