"""What is kept of the use of the codes over a run, live and recorded."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.snapshot_file import write_snapshot
from dgm_explorer.ui.tabs.vq_vae.usage import recorded as usage_recorded
from dgm_explorer.ui.tabs.vq_vae.usage.history import MOST_STEPS, UseAtStep, UseHistory
from dgm_explorer.ui.tabs.vq_vae.usage.recorded import RecordedUse, some_of
from tests.ui.tabs.vq_vae.cases import make_snapshot


def use(step: int, *counts: float) -> UseAtStep:
    return UseAtStep(step, np.array(counts or (step, 1.0), np.float32))


def test_records_stand_in_the_order_of_steps_whenever_they_come() -> None:
    history = UseHistory()
    history.add(use(30))
    history.add_recorded([use(10), use(20)])
    history.add(use(5))
    assert history.steps.tolist() == [5, 10, 20, 30]
    assert history.counts_of(range(4), 1).ravel().tolist() == [5, 10, 20, 30]


def test_a_step_counts_once_and_its_newest_record_stands() -> None:
    history = UseHistory()
    history.add(use(10, 1, 2))
    history.add(use(10, 3, 4))
    assert len(history) == 1
    assert history.record(0).counts.tolist() == [3, 4]


def test_another_number_of_codes_is_another_run() -> None:
    history = UseHistory()
    history.add(use(10, 1, 2))
    history.add_recorded([use(5, 1, 2, 3)])
    assert history.steps.tolist() == [10]
    history.add(use(7, 1, 2, 3))
    assert history.steps.tolist() == [7]
    assert history.n_codes == 3


def test_the_record_is_bounded_keeps_both_ends_and_thins_what_is_crowded() -> None:
    history = UseHistory()
    for step in range(0, 10_000, 100):
        history.add(use(step))
    for step in range(10_000, 12_000):
        history.add(use(step))
    steps = history.steps
    assert len(steps) == MOST_STEPS
    assert (steps[0], steps[-1]) == (0, 11_999)
    assert set(range(0, 10_000, 100)) <= set(steps.tolist())
    assert np.diff(steps[steps >= 10_000]).max() <= 10


def test_the_record_is_a_copy() -> None:
    counts = np.ones(2, np.float32)
    history = UseHistory()
    history.add(UseAtStep(1, counts))
    counts[:] = 5
    assert history.record(0).counts.tolist() == [1, 1]


def test_the_nearest_record_is_the_one_least_steps_away() -> None:
    history = UseHistory()
    history.add_recorded([use(0), use(10), use(100)])
    places = np.array([-5.0, 4, 5, 6, 54, 56, 1000])
    assert history.nearest(places).tolist() == [0, 0, 0, 1, 1, 2, 2]
    history.clear()
    history.add(use(3))
    assert history.nearest(places).tolist() == [0] * 7


def test_of_too_many_snapshots_an_even_selection_with_both_ends_is_read() -> None:
    chosen = some_of(tuple(range(0, 1000, 2)), 100)
    assert len(set(chosen)) == 100
    assert (chosen[0], chosen[-1]) == (0, 998)
    assert set(np.diff(chosen).tolist()) <= {8, 10, 12}
    assert some_of((1, 2), 100) == (1, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = RunFolder(tmp_path)
    place.snapshots.mkdir()
    for step in (0, 100, 200):
        counts = np.full(6, step, np.float32)
        write_snapshot(place.snapshot_file(step), replace(make_snapshot(step), batch_counts=counts))
    return tmp_path


def test_recorded_snapshots_are_read_beside_the_window_but_those_known(qtbot: QtBot, folder: Path) -> None:
    recorded = RecordedUse()
    recorded.set_folder(folder)
    with qtbot.waitSignal(recorded.read, timeout=5000) as caught:
        recorded.ask(frozenset({100}))
    recorded.close()
    assert caught.args is not None
    assert [(step, counts.tolist()) for step, counts in caught.args[0]] == [(0, [0] * 6), (200, [200] * 6)]


def test_files_that_cannot_be_read_are_left_out(qtbot: QtBot, folder: Path) -> None:
    place = RunFolder(folder)
    place.snapshot_file(0).write_bytes(b"torn")
    place.snapshot_file(100).unlink()
    place.snapshot_file(100).mkdir()
    recorded = RecordedUse()
    recorded.set_folder(folder)
    with qtbot.waitSignal(recorded.read, timeout=5000) as caught:
        recorded.ask(frozenset())
    recorded.close()
    assert caught.args is not None
    assert [step for step, _ in caught.args[0]] == [200]


def test_what_was_read_of_another_run_is_dropped(
    qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    read = usage_recorded._read_use

    def slow(place: RunFolder, step: int) -> UseAtStep | None:
        go_on.wait(5)
        return read(place, step)

    monkeypatch.setattr(usage_recorded, "_read_use", slow)
    recorded = RecordedUse()
    recorded.set_folder(folder)
    recorded.ask(frozenset())
    recorded.set_folder(folder / "other")
    with qtbot.assertNotEmitted(recorded.read, wait=100):
        go_on.set()
    recorded.close()


@pytest.mark.usefixtures("qtbot")
def test_closing_waits_for_one_file_and_not_for_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, go_on, read = threading.Event(), threading.Event(), []

    def slow(_place: RunFolder, step: int) -> UseAtStep:
        read.append(step)
        started.set()
        go_on.wait(5)
        return use(step)

    monkeypatch.setattr(usage_recorded, "_read_use", slow)
    recorded = RecordedUse()
    recorded.set_folder(folder)
    recorded.ask(frozenset())
    assert started.wait(5)
    threading.Timer(0.05, go_on.set).start()
    recorded.close()
    assert read == [0]
