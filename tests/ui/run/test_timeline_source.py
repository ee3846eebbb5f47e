"""Looking back on recorded pictures while a run goes on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.ui.run.calendar import Calendar, TimelineMark
from dgm_explorer.ui.run.timeline_source import TimelineSource
from tests.ui.run.small_snapshot import make_snapshot


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[RunWriter]:
    """A run folder with snapshots of the steps 0, 10 … 50."""
    with RunWriter(make_run_folder(tmp_path / "run")) as run_writer:
        run_writer.write_info(RunInfo("gmm-vae", DataSource("moons"), GmmVaeConfig()))
        for step in range(0, 51, 10):
            run_writer.write_snapshot(make_snapshot(step))
        yield run_writer


@pytest.fixture
def source(writer: RunWriter, qtbot: QtBot) -> Iterator[TimelineSource]:
    timeline = TimelineSource()
    with qtbot.waitSignal(timeline.marks_changed, timeout=5000, check_params_cb=bool):
        timeline.set_folder(writer.folder.path)
    yield timeline
    timeline.close()


@pytest.fixture
def shown(source: TimelineSource) -> list[int]:
    """Steps of the pictures that were to be drawn."""
    steps: list[int] = []

    def note(snapshot: Any) -> None:
        steps.append(snapshot.step)

    source.picture_changed.connect(note)
    return steps


def test_every_recorded_picture_has_a_mark(source: TimelineSource) -> None:
    assert [mark.step for mark in source.marks] == [0, 10, 20, 30, 40, 50]


def test_new_pictures_are_found_while_the_run_goes_on(
    source: TimelineSource, writer: RunWriter, qtbot: QtBot
) -> None:
    checkpoints: list[tuple[int, ...]] = []
    source.checkpoints_changed.connect(checkpoints.append)
    writer.write_snapshot(make_snapshot(60))
    writer.write_checkpoint(55, CheckpointState({}))
    source.set_growing(True)
    qtbot.waitUntil(lambda: source.marks[-1].step == 60, timeout=5000)
    assert checkpoints[-1] == (55,)
    source.set_growing(False)


def test_looking_back_holds_the_picture_while_training_goes_on_and_live_returns(
    source: TimelineSource, shown: list[int], qtbot: QtBot
) -> None:
    source.take_live(make_snapshot(51))
    source.set_position(20)
    qtbot.waitUntil(lambda: shown[-1] == 20, timeout=5000)
    source.take_live(make_snapshot(52))
    source.take_live(make_snapshot(53))
    assert shown == [51, 20]
    source.set_position(None)
    assert shown == [51, 20, 53]


def test_of_a_fast_drag_only_the_last_picture_must_come(
    source: TimelineSource, shown: list[int], qtbot: QtBot
) -> None:
    for step in (10, 20, 30, 40, 50):
        source.set_position(step)
    qtbot.waitUntil(lambda: shown[-1:] == [50], timeout=5000)
    assert len(shown) <= 2


def test_a_picture_that_was_thinned_away_is_one_sentence(source: TimelineSource, qtbot: QtBot) -> None:
    with qtbot.waitSignal(source.refused, timeout=5000) as refused:
        source.set_position(15)
    assert refused.args is not None
    assert "15" in refused.args[0]


def test_another_run_forgets_marks_pictures_and_position(
    source: TimelineSource, shown: list[int], tmp_path: Path, qtbot: QtBot
) -> None:
    source.take_live(make_snapshot(51))
    source.set_position(20)
    source.set_folder(tmp_path / "none")
    qtbot.wait(50)
    assert source.marks == ()
    assert source.position is None
    assert source.live is None
    assert shown == [51]


def table(first: int, last: int, phase: int, steps_per_epoch: float) -> MetricsTable:
    steps = np.arange(first, last + 1, dtype=float)
    values = np.stack([steps, steps / steps_per_epoch, np.full_like(steps, phase)], axis=1)
    return MetricsTable("train", ("step", "epoch", "phase"), values)


def test_the_calendar_knows_epoch_and_phase_of_every_step() -> None:
    calendar = Calendar()
    assert calendar.mark(7) == TimelineMark(7, None, 0)
    for first in range(1, 301, 30):  # as they come: a few rows at a time
        calendar.add([table(first, first + 29, 0, 20.0)])
    calendar.add([table(301, 301, 1, 20.0), table(302, 1000, 2, 20.0)])
    for step in (0, 1, 7, 299, 300, 301, 302, 303, 555, 1000):
        mark = calendar.mark(step)
        assert mark.epoch == pytest.approx(step / 20.0)
        assert mark.phase == (0 if step <= 300 else 1 if step == 301 else 2)
    assert calendar.mark(1200) == TimelineMark(1200, None, 2)


def test_steps_without_a_row_are_of_the_phase_between() -> None:
    """Ten steps of a mixture fit: while it goes on, and once joint training has begun."""
    calendar = Calendar()
    calendar.add([table(1, 300, 0, 20.0)])
    assert calendar.mark(301).phase == 0
    calendar.see(1)
    assert [calendar.mark(step).phase for step in (300, 301, 310)] == [0, 1, 1]
    calendar.see(2)
    assert [calendar.mark(step).phase for step in (300, 301, 310)] == [0, 1, 1]
    calendar.add([table(311, 400, 2, 20.0)])
    assert [calendar.mark(step).phase for step in (300, 301, 310, 311, 400)] == [0, 1, 1, 2, 2]
    assert calendar.mark(305).epoch == 15.0


def test_where_no_step_is_between_no_phase_is() -> None:
    calendar = Calendar()
    rows = np.array([[step, step / 20, 0 if step <= 30 else 2] for step in range(1, 41)], dtype=float)
    calendar.add([MetricsTable("train", ("step", "epoch", "phase"), rows)])
    assert [calendar.mark(step).phase for step in (29, 30, 31, 40)] == [0, 0, 2, 2]


def test_a_run_that_rests_behind_the_fit_is_not_in_pre_training(writer: RunWriter, qtbot: QtBot) -> None:
    timeline = TimelineSource(["pre-training", "mixture fit", "joint training"])
    timeline.set_folder(writer.folder.path)
    timeline.take_metrics((table(1, 49, 0, 10.0),))
    timeline.take_live(make_snapshot(50, "joint"))
    with qtbot.waitSignal(timeline.marks_changed, timeout=5000, check_params_cb=bool):
        timeline.refresh()
    assert [mark.phase for mark in timeline.marks] == [0, 0, 0, 0, 0, 1]
    timeline.close()


def test_the_calendar_stays_small_in_a_long_run() -> None:
    calendar = Calendar()
    for first in range(1, 100_001, 1000):
        calendar.add([table(first, first + 999, 0, 20.0)])
    assert len(calendar._steps) <= 2100
