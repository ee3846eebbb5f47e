"""The timeline: mouse, keys, marks that arrive while the user looks back."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.run.calendar import TimelineMark
from dgm_explorer.ui.run.timeline import REPLAY_MS, Timeline
from dgm_explorer.ui.theme import THEMES

PHASES = ("pre-training", "mixture fit", "joint training")
LEFT = Qt.MouseButton.LeftButton


def marks(last: int, every: int = 100) -> tuple[TimelineMark, ...]:
    return tuple(TimelineMark(step, step / 50, 0 if step < 500 else 2) for step in range(0, last + 1, every))


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    widget = Timeline(PHASES)
    qtbot.addWidget(widget)
    widget.resize(1000, widget.sizeHint().height())
    widget.set_planned_steps(2000)
    widget.set_marks(marks(1000))
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    return widget


@pytest.fixture
def positions(timeline: Timeline) -> list[int | None]:
    """Every position that the timeline has said."""
    said: list[int | None] = []
    timeline.position_changed.connect(said.append)
    return said


def spot(timeline: Timeline, step: int) -> QPoint:
    return QPoint(round(timeline.track.x_of(step)), timeline.track.height() // 2)


def test_a_press_takes_the_nearest_picture_and_a_drag_goes_from_one_to_the_next(
    timeline: Timeline, positions: list[int | None]
) -> None:
    QTest.mousePress(timeline.track, LEFT, pos=spot(timeline, 330))
    for step in (350, 420, 440, 505, 5000):
        QTest.mouseMove(timeline.track, spot(timeline, step))
    QTest.mouseRelease(timeline.track, LEFT, pos=spot(timeline, 5000))
    assert positions == [300, 400, 500, 1000]
    assert timeline.text.text() == "step 1,000 · epoch 20.0"
    assert not timeline.live.isChecked()


def test_new_pictures_leave_the_position_where_it_is(timeline: Timeline, positions: list[int | None]) -> None:
    QTest.mouseClick(timeline.track, LEFT, pos=spot(timeline, 300))
    before = timeline.track.x_of(300)
    for last in (1100, 1500, 2000):
        timeline.set_marks(marks(last))
    assert timeline.position == 300
    assert timeline.track.x_of(300) == before  # the plan leaves room, so that nothing moves
    assert positions == [300]
    timeline.set_marks(marks(2000)[::2])  # thinned on the disk: the step itself is gone
    assert timeline.position == 300
    assert positions == [300]


@pytest.mark.parametrize(
    ("start", "key", "expected"),
    [
        (300, Qt.Key.Key_Left, 200),
        (300, Qt.Key.Key_Right, 400),
        (0, Qt.Key.Key_Left, 0),
        (300, Qt.Key.Key_Home, 0),
        (300, Qt.Key.Key_End, 1000),
        (1000, Qt.Key.Key_End, None),
        (1000, Qt.Key.Key_Right, None),
        (None, Qt.Key.Key_Left, 1000),
        (1000, Qt.Key.Key_PageDown, 0),
        (0, Qt.Key.Key_PageUp, 1000),
    ],
)
def test_keys(start: int | None, key: Qt.Key, expected: int | None, timeline: Timeline) -> None:
    timeline.set_position(start)
    timeline.track.setFocus()
    QTest.keyClick(timeline.track, key)
    assert timeline.position == expected


def test_a_plan_of_a_million_steps_leaves_the_first_pictures_apart(timeline: Timeline) -> None:
    timeline.set_planned_steps(1_200_000)
    lefts = []
    for last in range(1000, 5000, 100):
        timeline.set_marks(marks(last))
        assert timeline.track.x_of(last) > timeline.track.width() / 7
        lefts.append(timeline.track.x_of(500))
    assert len(set(lefts)) <= 4  # marks move only when the track doubles


def test_live_returns_to_the_newest_picture(timeline: Timeline, positions: list[int | None]) -> None:
    assert timeline.live.isChecked()
    QTest.mouseClick(timeline.track, LEFT, pos=spot(timeline, 300))
    QTest.mouseClick(timeline.live, LEFT)
    assert positions == [300, None]
    QTest.mouseClick(timeline.live, LEFT)
    assert timeline.live.isChecked()
    assert positions == [300, None]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (None, [0, 100, 200, 300, None]),
        (300, [0, 100, 200, 300, None]),
        (200, [300, None]),
    ],
)
def test_a_replay_shows_each_picture_and_is_live_behind_the_last(
    start: int | None,
    expected: list[int | None],
    timeline: Timeline,
    positions: list[int | None],
    qtbot: QtBot,
) -> None:
    timeline.set_marks(marks(300))
    timeline.set_position(start)
    timeline.position_changed.connect(timeline.note_picture)  # all are read at once
    QTest.mouseClick(timeline.replay, LEFT)
    qtbot.waitUntil(lambda: not timeline.replay.isChecked())
    assert positions == expected


def test_a_replay_waits_for_a_picture_that_is_still_being_read(
    timeline: Timeline, positions: list[int | None], qtbot: QtBot
) -> None:
    QTest.mouseClick(timeline.replay, LEFT)
    qtbot.wait(3 * REPLAY_MS)
    assert positions == [0]
    timeline.note_picture()
    qtbot.waitUntil(lambda: positions == [0, 100])


def test_the_hand_ends_a_replay(timeline: Timeline, positions: list[int | None], qtbot: QtBot) -> None:
    timeline.position_changed.connect(timeline.note_picture)
    QTest.mouseClick(timeline.replay, LEFT)
    QTest.mouseClick(timeline.track, LEFT, pos=spot(timeline, 700))
    assert not timeline.replay.isChecked()
    qtbot.wait(3 * REPLAY_MS)
    assert positions == [0, 700]
    QTest.mouseClick(timeline.replay, LEFT)
    timeline.stop_replay()
    qtbot.wait(3 * REPLAY_MS)
    assert timeline.position == 700


def test_one_picture_cannot_be_replayed(timeline: Timeline) -> None:
    assert timeline.replay.isEnabled()
    timeline.set_marks(marks(0))
    assert not timeline.replay.isEnabled()


@pytest.mark.parametrize(("position", "expected"), [(300, 300), (None, 1000)])
def test_a_branch_leaves_from_the_step_shown(
    position: int | None, expected: int, timeline: Timeline, qtbot: QtBot
) -> None:
    timeline.set_position(position)
    assert f"step {expected:,}" in timeline.branch.toolTip()
    with qtbot.waitSignal(timeline.branch_requested, timeout=500) as asked:
        QTest.mouseClick(timeline.branch, LEFT)
    assert asked.args == [expected]


def test_a_branch_says_at_which_checkpoint_it_begins(timeline: Timeline, qtbot: QtBot) -> None:
    timeline.set_checkpoints((0, 250, 900))
    assert timeline.branch.text() == "Branch here"  # the run goes on: it is saved first
    timeline.set_planned_steps(0)
    for shown, origin in ((300, 250), (600, 900), (None, 900)):
        timeline.set_position(shown)
        assert timeline.branch.text() == f"Branch from step {origin}"
        with qtbot.waitSignal(timeline.branch_requested, timeout=500) as asked:
            QTest.mouseClick(timeline.branch, LEFT)
        assert asked.args == [origin]


def test_without_pictures_there_is_nothing_to_choose(timeline: Timeline, positions: list[int | None]) -> None:
    timeline.set_marks(())
    assert not timeline.branch.isEnabled()
    QTest.mouseClick(timeline.track, LEFT, pos=spot(timeline, 300))
    QTest.keyClick(timeline.track, Qt.Key.Key_Home)
    assert positions == []


def test_the_tip_names_step_epoch_and_phase_of_the_nearest_picture(timeline: Timeline) -> None:
    where = spot(timeline, 590)
    event = QHelpEvent(QEvent.Type.ToolTip, where, timeline.track.mapToGlobal(where))
    QApplication.sendEvent(timeline.track, event)
    assert QToolTip.text().startswith("step 600 · epoch 12.0 · joint training")
    QToolTip.hideText()


@pytest.mark.parametrize("name", THEMES)
def test_phases_are_painted_in_colours_that_can_be_told_apart(name: str, timeline: Timeline) -> None:
    timeline.set_theme(THEMES[name])
    image = timeline.track.grab().toImage()

    def paint_at(step: int) -> QColor:
        return QColor(image.pixel(round(timeline.track.x_of(step)), image.height() // 2))

    pretrain, joint, nothing = paint_at(390), paint_at(880), paint_at(1700)
    assert abs(pretrain.lightness() - joint.lightness()) > 8
    assert nothing.name() == THEMES[name].plot_background
    assert pretrain.name() != nothing.name()
