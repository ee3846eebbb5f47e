"""The first start: something moves, hints are done by doing, and none of it comes back unasked."""

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import WindowOptions
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.first_steps.guide import FirstSteps
from dgm_explorer.ui.first_steps.hint import RING_LINE_PX, place_beside
from dgm_explorer.ui.first_steps.steps import STEPS
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.theme import THEMES, Theme
from dgm_explorer.ui.window_settings import WindowSettings

NAME_ABOVE_DOT_PX = 11


@pytest.fixture
def tab(real: MainWindow) -> KLTab:
    first = real.tabs()[0]
    assert isinstance(first, KLTab)
    return first


@pytest.fixture
def guide(real: MainWindow) -> Iterator[FirstSteps]:
    yield real.help.first_steps
    real.help.first_steps.end()


def drag(window: MainWindow, widget: QWidget, start: QPointF, way: QPoint) -> None:
    """Through the system's window, as a mouse does it: what watches the window sees it first."""
    handle = window.windowHandle()
    at = widget.mapTo(window, start.toPoint())
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(handle, left, Qt.KeyboardModifier.NoModifier, at)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(handle, at + way * part)
    QTest.mouseRelease(handle, left, Qt.KeyboardModifier.NoModifier, at + way)


def is_at(guide: FirstSteps, index: int) -> bool:
    return guide.index == index


def test_four_steps_are_done_by_doing_them(
    real: MainWindow, tab: KLTab, guide: FirstSteps, qtbot: QtBot
) -> None:
    real.actions_by_key["help.first_steps"].trigger()
    ways = (QPoint(-60, 20), QPoint(50, 0), QPoint(40, -20))
    for index, way in enumerate(ways):
        assert (guide.index, guide.card.title) == (index, STEPS[index].title)
        widget, point, _ = STEPS[index].place(tab)
        assert guide.ring.circle.center() == widget.mapTo(real, point.toPoint())
        drag(real, widget, point, way)
        qtbot.waitUntil(partial(is_at, guide, index + 1))
    QTest.mouseClick(tab.controls.descent.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not guide.is_running)
    assert tab.is_playing
    assert not guide.card.isVisible()
    assert not guide.ring.isVisible()
    tab.player.pause()


def test_where_sigma_is_fixed_it_speaks_of_the_curves_and_points_at_them(
    real: MainWindow, tab: KLTab, guide: FirstSteps, qtbot: QtBot
) -> None:
    tab.editor.apply(is_sigma_fixed=True)
    tab.draw_now()
    real.help.show_first_steps()
    guide.go_on()
    guide.go_on()
    assert guide.card.title == "Drag q on the curves"
    curves = tab.scene.mean_curves
    assert curves.isVisible()
    place = QRect(curves.mapTo(real, QPoint(0, 0)), curves.size())
    assert place.contains(guide.ring.circle.center())
    tab.editor.apply(is_sigma_fixed=False)
    qtbot.waitUntil(lambda: guide.card.title == STEPS[2].title, timeout=2000)


def test_nothing_of_a_picture_lies_under_the_card(real: MainWindow, tab: KLTab, guide: FirstSteps) -> None:
    real.help.show_first_steps()
    for index in range(len(STEPS)):
        assert guide.index == index
        pictures = QRect(tab.scene.mapTo(real, QPoint(0, 0)), tab.scene.size())
        assert not guide.card.geometry().intersects(pictures), STEPS[index].title
        assert not guide.card.geometry().intersects(guide.ring.circle), STEPS[index].title
        assert real.rect().contains(guide.card.geometry())
        switch = tab.controls.dimension  # stays in sight
        assert guide.card.y() >= switch.mapTo(real, switch.rect().bottomLeft()).y()
        QTest.mouseClick(guide.card.next_button, Qt.MouseButton.LeftButton)
    assert not guide.is_running


def test_escape_and_skip_end_it(real: MainWindow, guide: FirstSteps) -> None:
    real.help.show_first_steps()
    QTest.keyClick(real.windowHandle(), Qt.Key.Key_Escape)
    assert not guide.is_running
    real.help.show_first_steps()
    QTest.mouseClick(guide.card.skip_button, Qt.MouseButton.LeftButton)
    assert not guide.card.isVisible()


def test_it_never_takes_the_keyboard(real: MainWindow, tab: KLTab, guide: FirstSteps) -> None:
    tab.scene.density.setFocus()
    real.help.show_first_steps()
    assert tab.scene.density.hasFocus()
    buttons = guide.card.findChildren(QPushButton)
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in buttons)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_a_ring_leaves_the_name_above_a_dot_free(real: MainWindow, tab: KLTab, theme: Theme) -> None:
    real.choose_theme(theme.name)
    name_px = QFontMetricsF(theme.font(0.85)).tightBoundingRect("q").height()
    for step in STEPS[:2]:
        radius_px = step.place(tab)[2]
        assert radius_px - 2 * RING_LINE_PX > NAME_ABOVE_DOT_PX + name_px


def test_a_landscape_moves_until_the_first_press_which_brings_it_back(
    real: MainWindow, tab: KLTab, guide: FirstSteps, qtbot: QtBot
) -> None:
    picture = tab.scene.landscapes["reverse"]
    before = picture.grab().toImage()
    real.welcome()
    qtbot.waitUntil(lambda: abs(tab.editor.state.p[1].mu - 3.0) > 0.05, timeout=5000)
    assert tab.player.has_moved
    assert picture.grab().toImage() != before
    widget, point, _ = STEPS[0].place(tab)
    drag(real, widget, point, QPoint(-40, 0))
    assert not guide.motion.is_moving
    moved = tab.editor.state
    assert moved.p == KLState().p
    assert moved.q.mu < KLState().q.mu  # what was pressed was dragged
    qtbot.wait(100)
    assert tab.editor.state == moved
    assert not tab.player.has_moved
    assert tab.store is not None
    real.undo()
    assert tab.editor.state == KLState()
    assert not tab.store.can_undo


def test_a_moving_hill_of_p_can_be_taken_hold_of(
    real: MainWindow, tab: KLTab, guide: FirstSteps, qtbot: QtBot
) -> None:
    real.welcome()
    qtbot.waitUntil(lambda: tab.editor.state.p[1].mu < 2.5, timeout=8000)
    here = tab.editor.state.p[1].mu
    widget, point, _ = STEPS[1].place(tab)
    drag(real, widget, point, QPoint(40, 0))
    assert not guide.motion.is_moving
    p = tab.editor.state.p
    assert p[0].mu == -round(here, 1)
    assert p[1].mu > here + 0.1
    assert tab.store is not None
    while tab.store.can_undo:
        real.undo()
    assert tab.editor.state == KLState()


def test_space_plays_though_the_landscape_moves(
    real: MainWindow, tab: KLTab, guide: FirstSteps, qtbot: QtBot
) -> None:
    real.welcome()
    qtbot.waitUntil(lambda: tab.editor.state.p != KLState().p, timeout=5000)
    QTest.keyClick(real.windowHandle(), Qt.Key.Key_Space)
    assert not guide.motion.is_moving
    assert tab.editor.state == KLState()
    assert tab.is_playing


def test_the_motion_leaves_the_state_to_whoever_changes_it(
    real: MainWindow, tab: KLTab, guide: FirstSteps, qtbot: QtBot
) -> None:
    real.welcome()
    qtbot.waitUntil(lambda: tab.editor.state.p != KLState().p, timeout=5000)
    real.sessions.open_preset("free-sigma-sides-win")
    opened = tab.editor.state
    assert not guide.is_running
    qtbot.wait(120)
    assert tab.editor.state == opened


def test_it_comes_once(real: MainWindow, make_real_window: Callable[[], MainWindow]) -> None:
    real.welcome()
    assert real.help.first_steps.is_running
    real.help.first_steps.end()
    again = make_real_window()
    again.welcome()
    assert not again.help.first_steps.is_running


def test_settings_that_were_set_aside_are_no_first_start(tmp_path: Path) -> None:
    assert WindowSettings(tmp_path / "window.ini").is_first_start
    (tmp_path / "window.ini.broken").touch()
    assert not WindowSettings(tmp_path / "window.ini").is_first_start
    assert not WindowSettings(None).is_first_start


def test_whoever_asks_for_something_is_not_welcomed(tmp_path: Path) -> None:
    assert WindowOptions().may_welcome
    assert WindowOptions(tab="kl", theme="dark", size=(1280, 720)).may_welcome
    free = {"theme", "size", "train_in"}
    asked = {
        "tab": "vq-vae", "preset": "homework-1b", "session": tmp_path, "run": tmp_path, "lecture": "1-kl",
        "screenshot": tmp_path, "quit_after_s": 1.0, "smoke": True, "is_unseen": True,
    }  # fmt: skip
    assert set(asked) == {field.name for field in dataclasses.fields(WindowOptions)} - free
    for name, value in asked.items():
        assert not WindowOptions(**{name: value}).may_welcome, name  # type: ignore[arg-type]


def test_a_card_leaves_the_ring_free_where_it_can() -> None:
    inside, card = QRect(0, 0, 400, 300), QRect(QPoint(), QSize(120, 80))
    for center in (QPoint(30, 150), QPoint(370, 150), QPoint(200, 30), QPoint(200, 270), QPoint(200, 150)):
        ring = QRect(center - QPoint(20, 20), center + QPoint(20, 20))
        place = QRect(place_beside(ring, card, inside), card.size())
        assert inside.contains(place)
        assert not place.intersects(ring)
