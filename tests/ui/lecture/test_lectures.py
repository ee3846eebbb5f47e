"""Lectures in the real window, walked by key presses as a lecturer or a clicker would."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsView, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import WindowOptions
from dgm_explorer.cli.main import run
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.lecture import Lecture, LectureStep, find_lecture, lecture_names, read_lecture
from dgm_explorer.paths import state_dir
from dgm_explorer.session import Session, write_session
from dgm_explorer.ui.lecture.caption_text import CaptionText
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.kl.line_scene import LineScene
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.tabs.reparam.scene import ReparamScene
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, Theme
from tests.ui.paint_counter import PaintCounter
from tests.ui.settling import settle

SIZES = ((1280, 720), (1920, 1080))
Key = Qt.Key
FORWARD_KEYS = (Key.Key_PageDown, Key.Key_Right)


@pytest.fixture
def real(make_real_window: Callable[..., MainWindow]) -> MainWindow:
    return make_real_window(SIZES[0])


def press(window: MainWindow, key: Qt.Key) -> None:
    """Press a key wherever the focus is, in the window in front."""
    if not window.isActiveWindow():
        window.activateWindow()
        settle()
    QTest.keyClick(window.focusWidget() or window, key)
    settle()


def store_states(window: MainWindow) -> dict[str, Any]:
    return {tab.key: tab.store.state for tab in window.tabs() if tab.store is not None}


def in_window(widget: QWidget) -> bool:
    """Whether all of a widget is inside its window and no parent clips it."""
    corner = widget.mapTo(widget.window(), QPoint(0, 0))
    is_inside = widget.window().rect().contains(widget.rect().translated(corner))
    return is_inside and widget.visibleRegion().boundingRect() == widget.rect()


def assert_nothing_is_cut(window: MainWindow, size: tuple[int, int]) -> None:
    bar = window.lectures.bar
    assert (window.width(), window.height()) == size
    assert_words_fit(bar.text)
    for label in (bar.title, bar.place):
        assert in_window(label)
        assert_label_fits(label)
    for button in bar.buttons():
        if button.isVisible():
            assert in_window(button)
            assert button.width() >= button.sizeHint().width()
            assert button.height() >= button.sizeHint().height()


def assert_label_fits(label: QLabel) -> None:
    metrics = QFontMetricsF(label.font())
    assert metrics.horizontalAdvance(label.text()) <= label.width()
    assert metrics.height() <= label.height()


def assert_words_fit(text: CaptionText) -> None:
    """Every line of the layout lies inside the widget, and no formula had to be made smaller."""
    assert in_window(text)
    document = text.document
    assert document.textWidth() == text.width()
    assert document.size().height() <= text.height()
    block = document.begin()
    while block.isValid():
        layout = block.layout()
        for index in range(layout.lineCount()):
            line = layout.lineAt(index)
            assert line.naturalTextWidth() <= text.width()
            assert layout.position().y() + line.y() + line.height() <= text.height() + 0.5
        block = block.next()
    assert all(formula.scale == 1.0 for formula in document.placed)
    assert_no_ink_below(text)


def assert_no_ink_below(text: CaptionText) -> None:
    """What hangs out of the last line is inside the widget, too: painted on a larger sheet."""
    sheet = QImage(text.width(), text.height() + 60, QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.white)
    painter = QPainter(sheet)
    text.document.drawContents(painter)
    painter.end()
    below = sheet.copy(0, text.height(), text.width(), 60)
    blank = QImage(below.size(), below.format())
    blank.fill(Qt.GlobalColor.white)
    assert below == blank


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", lecture_names())
def test_a_lecture_is_walked_end_to_end(
    make_real_window: Callable[..., MainWindow], name: str, size: tuple[int, int]
) -> None:
    window = make_real_window(size)
    before = store_states(window)
    lecture = find_lecture(name)
    window.lectures.begin(lecture)
    settle()
    assert window.theme.name == PROJECTOR.name
    height = window.lectures.bar.height()
    said = set()
    for index, step in enumerate(lecture.steps):
        assert window.lectures.index == index
        assert window.current_tab.key == step.state.tab
        wanted = getattr(step.state, step.state.tab.replace("-", "_"))
        assert store_states(window)[step.state.tab] == wanted
        bar = window.lectures.bar
        assert f"step {index + 1} of {len(lecture.steps)}" in bar.place.text()
        assert_nothing_is_cut(window, size)
        hidden = bar.text.words
        press(window, Key.Key_B)
        assert bar.text.words.startswith(hidden)
        assert len(bar.text.words) > len(hidden) + 20
        assert_nothing_is_cut(window, size)
        assert bar.height() == height  # the answer and the next step move no picture
        assert bar.height() <= 0.3 * size[1]
        said.add(bar.text.words)
        press(window, FORWARD_KEYS[index % 2])
    assert window.lectures.index == len(lecture.steps) - 1  # it ends only when it is told to
    assert len(said) == len(lecture.steps)
    for key in (Key.Key_Left, Key.Key_PageUp):
        press(window, key)
    assert window.lectures.index == len(lecture.steps) - 3
    press(window, Key.Key_Escape)
    assert not window.lectures.is_running
    assert window.lectures.bar.isHidden()
    assert store_states(window) == before
    assert window.theme is LIGHT


def test_an_answer_is_hidden_until_it_is_asked_for_and_then_stays(real: MainWindow) -> None:
    real.lectures.open_lecture("kl")
    answer = "two, equally deep"
    assert answer not in real.lectures.bar.text.words
    QTest.mouseClick(real.lectures.bar.reveal_button, Qt.MouseButton.LeftButton)
    assert answer in real.lectures.bar.text.words
    press(real, Key.Key_Right)
    assert real.lectures.bar.reveal_button.isEnabled()
    press(real, Key.Key_Left)
    assert answer in real.lectures.bar.text.words
    assert not real.lectures.bar.reveal_button.isEnabled()
    press(real, Key.Key_Escape)
    real.lectures.open_lecture("kl")
    assert answer not in real.lectures.bar.text.words


def test_space_still_plays_and_the_next_step_pauses(real: MainWindow) -> None:
    real.lectures.open_lecture("kl")
    press(real, Key.Key_Space)
    assert real.current_tab.is_playing
    press(real, Key.Key_PageDown)
    assert not real.current_tab.is_playing
    assert "Space" in real.lectures.bar.reveal_button.toolTip()


def test_taking_over_gives_everything_and_coming_back_restores_the_step(real: MainWindow) -> None:
    real.lectures.open_lecture("kl")
    press(real, Key.Key_Right)
    scripted = store_states(real)["kl"]
    assert not real.has_controls
    press(real, Key.Key_T)
    assert real.lectures.is_taken_over
    assert real.has_controls
    assert "taken over" in real.lectures.bar.place.text()
    assert real.actions_by_key["edit.undo"].isEnabled() is False  # nothing before the step to go back to
    store = real.current_tab.store
    assert store is not None
    store.update(q=Gaussian1D(-1.0, 0.5))
    press(real, Key.Key_Right)  # belongs to the picture now
    assert real.lectures.index == 1
    assert_nothing_is_cut(real, SIZES[0])
    real.show_tab("reparam")
    QTest.mouseClick(real.lectures.bar.take_over_button, Qt.MouseButton.LeftButton)
    assert not real.lectures.is_taken_over
    assert real.current_tab.key == "kl"
    assert store.state == scripted
    assert not real.has_controls


def test_escape_leaves_one_layer_after_the_other(real: MainWindow) -> None:
    real.lectures.open_lecture("kl")
    press(real, Key.Key_T)
    press(real, Key.Key_Escape)
    assert real.lectures.is_running
    assert not real.lectures.is_taken_over
    press(real, Key.Key_Escape)
    assert not real.lectures.is_running


def test_a_clicker_turns_the_page_from_a_number_field_and_escape_there_only_ends_typing(
    real: MainWindow,
) -> None:
    real.lectures.open_lecture("kl")
    press(real, Key.Key_T)
    field = next(edit for edit in real.current_tab.findChildren(QLineEdit) if edit.isVisible())
    field.setFocus()
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(field, override)
    assert override.isAccepted()
    QTest.keyClick(field, Key.Key_Escape)
    assert real.lectures.is_taken_over
    QTest.keyClick(field, Key.Key_PageDown)
    assert real.lectures.index == 1
    assert not real.lectures.is_taken_over


def test_the_end_brings_back_states_history_session_and_panels(real: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "mine.dgm.json"
    write_session(path, Session())
    real.sessions.open_file(path)
    store = real.current_tab.store
    assert store is not None
    store.update(q=Gaussian1D(2.5, 0.7))
    store.update(q=Gaussian1D(2.0, 0.7))
    store.undo()
    real.toggle_notes()
    real.choose_theme("dark")
    before, title = store_states(real), real.windowTitle()
    real.lectures.open_lecture("kl")
    assert "Covering" in real.windowTitle()
    assert not real.isWindowModified()
    assert not real.actions_by_key["file.save"].isEnabled()
    press(real, Key.Key_Right)
    store.update(q=Gaussian1D(0.0, 3.0))
    real.lectures.end()
    assert store_states(real) == before
    assert (real.windowTitle(), real.isWindowModified()) == (title, True)
    assert real.document.path == path
    assert not real.notes.isHidden()
    assert real.has_controls
    assert real.theme.name == "dark"
    assert real.actions_by_key["file.save"].isEnabled()
    assert not real.menuBar().isHidden()
    assert not real.statusBar().isHidden()
    store.redo()
    assert store.state.q == Gaussian1D(2.0, 0.7)
    store.undo()
    store.undo()
    assert store.state.q != Gaussian1D(2.5, 0.7)


def test_a_session_opened_during_a_lecture_takes_over_and_is_no_part_of_the_script(
    real: MainWindow,
) -> None:
    before = store_states(real)
    real.lectures.open_lecture("kl")
    real.sessions.open_preset("five-modes")
    assert real.lectures.is_taken_over
    press(real, Key.Key_T)
    assert store_states(real)["kl"] == find_lecture("kl").steps[0].state.kl
    real.lectures.end()
    assert store_states(real) == before
    assert real.document.path is None


def test_closing_in_the_middle_keeps_the_users_own_session(real: MainWindow) -> None:
    store = real.current_tab.store
    assert store is not None
    store.update(q=Gaussian1D(2.5, 0.7))
    real.lectures.open_lecture("kl")
    real.close()
    kept = json.loads((state_dir() / "last-session.dgm.json").read_text(encoding="utf-8"))
    assert kept["kl"]["q"] == {"mu": 2.5, "sigma": 0.7}


def test_a_bad_lecture_leaves_the_window_as_it_was(real: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"format": "dgm-explorer-lecture", "version": 1, "title": "x", "steps": 3}')
    before = store_states(real)
    real.lectures.open_lecture(str(path))
    assert real.banner.tone == "warning"
    assert real.banner.text.startswith(f"{path}: at steps: ")
    assert not real.lectures.is_running
    assert store_states(real) == before
    assert real.theme is LIGHT
    assert run(["--lecture", str(path)]) == 2


def test_a_formula_that_cannot_be_typeset_stands_there_as_it_was_written(
    real: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "odd.json"
    step = {"state": {"tab": "kl"}, "caption": r"See $\frac{a}$ here."}
    document = {"format": "dgm-explorer-lecture", "version": 1, "title": "Odd", "steps": [step]}
    path.write_text(json.dumps(document))
    real.lectures.open_lecture(str(path))
    assert r"\frac{a}" in real.lectures.bar.text.words
    assert real.lectures.bar.reveal_button.isHidden()


def test_a_tab_that_trains_is_not_disturbed(real: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = next(tab for tab in real.tabs() if tab.key == "gmm-vae")
    monkeypatch.setattr(type(tab), "busy_sentence", property(lambda _: "The GMM-VAE is training (step 3)."))
    real.lectures.open_lecture("gmm-vae")
    assert real.banner.text.startswith("The GMM-VAE is training (step 3); stop it before the lecture")
    assert not real.lectures.is_running
    real.lectures.open_lecture("kl")
    assert real.lectures.is_running


def test_steps_of_one_model_keep_its_run_and_another_model_begins_empty(
    real: MainWindow, tmp_path: Path
) -> None:
    lecture = find_lecture("gmm-vae")
    tab = next(tab for tab in real.tabs() if tab.key == "gmm-vae")
    assert tab.store is not None
    real.lectures.begin(lecture)
    tab.store.update(run_folder=str(tmp_path / "gone"))  # as a run that was played has it
    press(real, Key.Key_Right)
    assert tab.store.state.run_folder == str(tmp_path / "gone")
    for _ in range(5):
        press(real, Key.Key_PageDown)
    assert real.lectures.index == 6
    assert tab.store.state.run_folder == ""
    press(real, Key.Key_PageUp)
    assert tab.store.state.run_folder == str(tmp_path / "gone")
    real.lectures.end()
    assert tab.store.state.run_folder == ""


def test_the_menu_lists_the_lectures_and_begins_one(real: MainWindow) -> None:
    menu = real.submenus["lectures"]
    menu.aboutToShow.emit()
    titles = [find_lecture(name).title for name in lecture_names()]
    assert [action.text() for action in menu.actions()] == titles
    menu.actions()[1].trigger()
    assert real.lectures.title == titles[1]
    assert real.current_tab.key == "reparam"


def test_another_size_gives_another_size_of_type(real: MainWindow, qtbot: QtBot) -> None:
    real.lectures.open_lecture("kl")
    settle()
    low = real.lectures.bar.title.height()
    real.resize(1920, 1080)
    qtbot.waitUntil(lambda: real.lectures.bar.title.height() > low)
    settle()
    assert_nothing_is_cut(real, (1920, 1080))


def test_nothing_is_painted_on_the_way_into_a_lecture_and_out_of_it(real: MainWindow) -> None:
    settle()
    (plot, *_others) = (view for view in real.current_tab.findChildren(QGraphicsView) if view.isVisible())
    counter = PaintCounter(plot.viewport())
    for change in (partial(real.lectures.open_lecture, "kl"), real.lectures.end):
        counter.n_painted = 0
        change()
        assert counter.n_painted == 0
        settle()
        assert counter.n_painted > 0


def test_only_the_tab_that_comes_to_the_front_is_dressed_and_that_once(
    real: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    dressed: list[str] = []
    for scene in (LineScene, ReparamScene):

        def note(self: QWidget, theme: Theme, dress: Any = scene.set_theme) -> None:
            dressed.append(type(self).__name__)
            dress(self, theme)

        monkeypatch.setattr(scene, "set_theme", note)
    real.choose_theme("dark")
    real.show_tab("reparam")
    dressed.clear()
    real.lectures.open_lecture("kl")
    settle()
    assert dressed == ["LineScene"]
    real.lectures.end()
    assert dressed == ["LineScene"]
    settle()
    assert dressed == ["LineScene", "ReparamScene"]
    assert real.tab_widget.isVisible()
    assert real.focusWidget() is real.current_tab


def test_the_theory_steps_aside_before_it_is_dressed_and_comes_back_dressed_once(
    real: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.choose_theme("dark")
    real.toggle_theory()
    settle()
    panel = real.theory.panel
    assert panel is not None
    dress, dressed = panel.set_theme, []
    monkeypatch.setattr(panel, "set_theme", lambda theme: (dressed.append(theme), dress(theme)))
    real.lectures.open_lecture("reparametrisation")
    settle()
    assert not real.theory.isVisible()
    assert not dressed
    real.lectures.end()
    settle()
    assert real.theory.isVisible()
    assert dressed == [DARK]


def test_the_steps_are_set_once_for_all_widths(real: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    n_set = 0
    set_step = CaptionText._set

    def count(text: CaptionText, step: LectureStep, is_revealed: bool) -> Any:
        nonlocal n_set
        n_set += 1
        return set_step(text, step, is_revealed)

    monkeypatch.setattr(CaptionText, "_set", count)
    lecture = find_lecture("kl")
    real.lectures.begin(lecture)
    settle()
    assert n_set == len(lecture.steps) + 1, "to know the longest, and the one on the screen"
    for width in (1100, 1400):
        real.resize(width, 720)
        settle()
        assert_nothing_is_cut(real, (width, 720))
    assert n_set == len(lecture.steps) + 1
    real.lectures.end()
    settle()
    real.choose_theme("dark")
    assert n_set == len(lecture.steps) + 1, "nothing is set where nobody sees it"


def test_options_and_files_agree() -> None:
    assert WindowOptions(lecture="kl").lecture == "kl"
    folder = Path(__file__).resolve().parents[3] / "resources" / "lectures"
    read = [read_lecture(path) for path in sorted(folder.glob("*.json"))]
    assert all(isinstance(lecture, Lecture) for lecture in read)
    assert read == [find_lecture(name) for name in lecture_names()]


def test_a_step_gives_the_lower_panels_room_and_the_end_takes_it_back(real: MainWindow) -> None:
    tab = next(tab for tab in real.tabs() if tab.key == "kl")
    splitter = tab.heights()
    assert splitter is not None
    real.resize(1280, 720)
    settle()
    splitter.setSizes([100, 300, 150])
    own = splitter.sizes()
    step = LectureStep(Session(tab="kl", kl=KLState()), "Here.")
    real.lectures.begin(Lecture("Room", (step, replace(step, lower_percent=50), step)))
    settle()
    before = splitter.sizes()
    for expected in (0.5, before[2] / sum(before)):
        real.lectures.go_on()
        settle()
        assert splitter.sizes()[2] / sum(splitter.sizes()) == pytest.approx(expected, abs=0.03)
    real.lectures.go_back()
    real.lectures.end()
    settle()
    assert splitter.sizes() == pytest.approx(own, abs=3)


def test_where_the_lower_panels_are_the_subject_they_have_most_of_the_height(real: MainWindow) -> None:
    tab = next(tab for tab in real.tabs() if tab.key == "gmm-vae")
    real.resize(1280, 800)
    real.lectures.begin(find_lecture("gmm-vae"))
    shares = []
    for _ in find_lecture("gmm-vae").steps:
        settle()
        upper, lower = tab.heights().sizes()
        shares.append(lower / (upper + lower))
        real.lectures.go_on()
    assert [share > 0.55 for share in shares] == [False] * 5 + [True, False, True]


def test_a_lecture_waits_for_a_tab_that_is_being_built_and_then_shares_its_height(real: MainWindow) -> None:
    tab = next(tab for tab in real.tabs() if isinstance(tab, ReparamTab))
    tab.leave_building(True)
    step = LectureStep(Session(tab="reparam", reparam=ReparamState()), "Here.", lower_percent=50)
    real.lectures.begin(Lecture("Room", (step,)))
    assert tab._scene is None
    while tab.prepare_a_part():
        settle()
    settle()
    sizes = tab.heights().sizes()
    assert sizes[-1] / sum(sizes) == pytest.approx(0.5, abs=0.03)
    tab.leave_building(False)
    real.lectures.end()
