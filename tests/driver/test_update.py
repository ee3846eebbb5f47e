"""News of a training thread, merged while nobody listens; the pace at which they come."""

import numpy as np
import pytest

from dgm_explorer.core.run_notes import REFUSED_BATCH, RunNote
from dgm_explorer.core.training import Command, MetricsTable
from dgm_explorer.driver import update
from dgm_explorer.driver.gate import RunGate
from dgm_explorer.driver.pacer import (
    LONGEST_INTERVAL_S,
    SCREEN_SHARE,
    SHORTEST_INTERVAL_S,
    SNAPSHOT_SHARE,
    WARM_UP_INTERVAL_S,
    SnapshotPacer,
)
from dgm_explorer.driver.update import RunUpdate, merge_updates
from tests.ui.run.fake_run import FakeSnapshot


def one_row(step: int, split: str = "train") -> MetricsTable:
    return MetricsTable(split, ("step", "elbo"), np.array([[step, -1.0]]))  # type: ignore[arg-type]


def test_merging_keeps_the_newest_picture_and_every_row() -> None:
    first = RunUpdate(
        "running", 1.0, snapshot=FakeSnapshot(5, "joint", 0), snapshot_at_s=1.0, tables=(one_row(1),)
    )
    second = RunUpdate("paused", 2.0, tables=(one_row(2),), refusals=("no",))
    both = merge_updates(first, second)
    assert (both.state, both.at_s, both.snapshot_at_s) == ("paused", 2.0, 1.0)
    assert both.snapshot is first.snapshot
    assert [table.values[0, 0] for table in both.tables] == [1, 2]
    assert both.refusals == ("no",)


def test_what_waits_is_bounded_and_of_each_kind_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "MAX_WAITING_ROWS", 500)
    waiting = RunUpdate("running", 0.0)
    for step in range(1, 2001):
        tables = (one_row(step), one_row(step, "quality")) if step % 10 == 0 else (one_row(step),)
        waiting = merge_updates(waiting, RunUpdate("running", float(step), tables=tables))
    assert len(waiting.tables) <= update.MAX_WAITING_TABLES
    train = np.concatenate([table.values[:, 0] for table in waiting.tables if table.split == "train"])
    assert train.tolist() == list(range(2001 - len(train), 2001))
    assert 500 <= len(train) <= 500 + update.MAX_WAITING_TABLES


def test_pictures_wait_in_proportion_to_what_they_cost_here_and_on_the_screen() -> None:
    pacer = SnapshotPacer()
    assert pacer.is_snapshot_due(0.0)
    pacer.note_snapshot(0.0, 3.0)  # the first loads libraries
    assert pacer.interval_s == WARM_UP_INTERVAL_S
    pacer.note_snapshot(10.0, 10.0 + 0.5 * SNAPSHOT_SHARE * SHORTEST_INTERVAL_S)
    assert pacer.interval_s == pytest.approx(SHORTEST_INTERVAL_S)
    pacer.note_snapshot(10.0, 10.02)
    assert pacer.interval_s == pytest.approx(SHORTEST_INTERVAL_S)  # once may be chance
    pacer.note_snapshot(10.0, 10.02)
    wait_s = 0.02 / SNAPSHOT_SHARE
    assert pacer.interval_s == pytest.approx(wait_s)
    assert not pacer.is_snapshot_due(10.01 + wait_s)
    assert pacer.is_snapshot_due(10.03 + wait_s)
    pacer.screen_cost_s = 0.1
    assert pacer.interval_s == pytest.approx(0.1 / SCREEN_SHARE)
    for _ in range(2):
        pacer.note_snapshot(0.0, 100.0)
    assert pacer.interval_s == LONGEST_INTERVAL_S


def test_pictures_come_often_behind_a_beginning_and_a_change() -> None:
    pacer = SnapshotPacer()
    cost_s, now_s = 3 * SNAPSHOT_SHARE, 0.0  # wants 3 s between two pictures
    taken_s: list[float] = []
    while now_s < 60:
        if now_s > 40 and len([at for at in taken_s if at > 40]) == 1:
            pacer.note_change(now_s)
        if pacer.is_snapshot_due(now_s):
            pacer.note_snapshot(now_s, now_s + cost_s)
            taken_s.append(now_s)
            now_s += cost_s
        now_s += 0.01
    early = [at for at in taken_s if at < 5]
    assert len(early) >= 6
    late = np.diff([at for at in taken_s if 20 < at < 40])
    assert late == pytest.approx(cost_s / SNAPSHOT_SHARE + cost_s, abs=0.02)
    changed = next(at for at in taken_s if at > 40)
    assert len([at for at in taken_s if changed < at < changed + 5]) >= 5


def test_pictures_that_cost_much_do_not_crowd_the_beginning() -> None:
    pacer = SnapshotPacer()
    for ended_s in (2.0, 6.0):
        pacer.note_snapshot(ended_s - 2.0, ended_s)
    assert not pacer.is_snapshot_due(15.9)
    assert pacer.is_snapshot_due(16.1)


def test_a_paused_gate_lets_through_what_was_asked_for_and_forgets_it_on_resume() -> None:
    gate = RunGate(is_paused=True)
    assert gate.next_turn() == "rest"
    gate.step_once()
    gate.step_once()
    assert [gate.next_turn() for _ in range(3)] == ["step", "step", "rest"]
    gate.step_once()
    gate.pause()
    assert gate.next_turn() == "rest"
    gate.post(Command("beta", (1.0,)))
    assert gate.next_turn() == "command"
    assert gate.take_commands() == (Command("beta", (1.0,)),)
    gate.resume()
    assert gate.next_turn() == "step"
    gate.stop()
    assert gate.next_turn() == "stop"


def test_no_note_is_lost_while_the_window_does_not_listen() -> None:
    first, second = (RunNote(REFUSED_BATCH, step, "it is not finite") for step in (3, 8))
    merged = merge_updates(
        RunUpdate("running", 1.0, notes=(first,)), RunUpdate("running", 2.0, notes=(second,))
    )
    assert merged.notes == (first, second)
