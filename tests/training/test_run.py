"""A recorded run: what it writes and when, how it obeys, and how it fails."""

import errno
import gc
import os
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command, Recording, RestingRun, RunFailed, TrainingRun
from dgm_explorer.runs import append, checkpoint_file
from dgm_explorer.runs import status as status_file
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training.run import RecordedRun
from tests.training.conftest import Record
from tests.training.fake_model import Clock, FakeModel


def finish(run: RecordedRun) -> None:
    for _progress in run.steps():
        pass
    run.close("finished")


def fail(run: RecordedRun) -> str:
    """Train until it fails, close as a driver does, and return what it said."""
    with pytest.raises(RunFailed) as caught:
        finish(run)
    run.close("failed", str(caught.value))
    return str(caught.value)


def events(folder: Path) -> list[str]:
    return [event.name for event in RunReader(folder).poll().events]


def test_it_is_the_run_that_the_window_expects(record: Record) -> None:
    run: TrainingRun = record(FakeModel())
    assert isinstance(run, RestingRun)
    run.close("stopped")


def test_every_step_is_in_the_metrics_and_the_status_says_finished(record: Record, folder: Path) -> None:
    finish(record(FakeModel(n_steps=57)))
    news = RunReader(folder).poll()
    rows = np.concatenate([table.values for table in news.metrics])
    np.testing.assert_array_equal(rows[:, 0], np.arange(1, 58))
    np.testing.assert_allclose(rows[:, 1], 1 / np.arange(1, 58))
    assert news.status is not None
    assert (news.status.state, news.status.step, news.status.n_steps) == ("finished", 57, 57)
    assert not news.is_alive


def test_the_window_gets_every_metric_once_however_it_is_written(record: Record) -> None:
    run = record(FakeModel(n_steps=40))
    seen: list[float] = []
    for progress in run.steps():
        if progress.step % 7 == 0:
            seen += [row[0] for table in run.take_metrics() for row in table.values]
    seen += [row[0] for table in run.take_metrics() for row in table.values]
    run.close("finished")
    assert seen == list(range(1, 41))


def test_metrics_are_on_the_disk_within_half_a_second(record: Record, folder: Path) -> None:
    run = record(FakeModel(step_s=0.1))
    reader = RunReader(folder)
    written = 0
    for progress in run.steps():
        written += sum(len(table.values) for table in reader.poll().metrics)
        assert progress.step - written <= 6
    run.close("finished")


def test_snapshots_come_at_their_rate_and_also_before_the_first_step(record: Record, folder: Path) -> None:
    finish(record(FakeModel(step_s=0.25), Recording(snapshot_every_s=5)))
    assert steps_in(RunFolder(folder).snapshots) == (0, 20, 40, 60, 80, 100)


def test_slow_snapshots_take_no_more_than_their_share_of_the_time(record: Record) -> None:
    clock = Clock()
    model = FakeModel(clock, step_s=2.5, snapshot_s=1.0, n_steps=80)
    start_s = clock.now_s
    finish(record(model, Recording(snapshot_every_s=1.0)))
    # one at the beginning and one at the end come anyhow
    assert (model.n_snapshots - 2) * model.snapshot_s <= 0.05 * (clock.now_s - start_s)
    assert model.n_snapshots >= 5


def test_the_rates_of_recording_change_while_it_runs(record: Record, folder: Path) -> None:
    run = record(FakeModel(step_s=1.0), Recording(snapshot_every_s=1000, checkpoint_every_s=1000))
    for progress in run.steps():
        if progress.step == 50:
            run.apply(Command("snapshot_every_s", (10.0,)))
            run.apply(Command("checkpoint_every_s", (25.0,)))
    run.close("finished")
    assert steps_in(RunFolder(folder).snapshots)[:3] == (0, 51, 61)
    # A checkpoint begins a step early, so that it is whole when its 25 seconds are over.
    assert steps_in(RunFolder(folder).checkpoints) == (0, 51, 75, 99, 100)
    assert events(folder) == ["snapshot_every_s", "checkpoint_every_s", "finished"]


def test_a_new_phase_is_an_event_with_a_snapshot_and_a_checkpoint(record: Record, folder: Path) -> None:
    finish(record(FakeModel(n_first=30), Recording(snapshot_every_s=1000, checkpoint_every_s=1000)))
    assert steps_in(RunFolder(folder).snapshots) == (0, 30, 100)
    assert steps_in(RunFolder(folder).checkpoints) == (0, 30, 100)
    (phase,) = (event for event in RunReader(folder).poll().events if event.name == "phase")
    assert (phase.step, phase.values["phase"]) == (30, "second")


def test_a_command_reaches_the_model_and_is_recorded_with_its_step(record: Record, folder: Path) -> None:
    model = FakeModel()
    run = record(model)
    steps = run.steps()
    for _ in range(3):
        next(steps)
    run.apply(Command("learning_rate", (0.5,)))
    assert model.rate == 0.5
    (event,) = RunReader(folder).poll().events
    assert (event.name, event.step, event.values["value"]) == ("learning_rate", 3, [0.5])
    run.close("stopped")


@pytest.mark.parametrize(
    "command",
    [
        Command("learning_raet", (0.5,)),
        Command("snapshot_every_s", ()),
        Command("snapshot_every_s", (0.0,)),
        Command("checkpoint_every_s", (float("nan"),)),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_and_the_run_goes_on(
    record: Record, folder: Path, command: Command
) -> None:
    run = record(FakeModel())
    steps = run.steps()
    next(steps)
    with pytest.raises(InputError):
        run.apply(command)
    assert next(steps).step == 2
    assert events(folder) == []
    run.close("stopped")


def test_one_snapshot_serves_timeline_and_window_until_the_model_changes(record: Record) -> None:
    model = FakeModel()
    run = record(model)
    steps = run.steps()
    next(steps)
    assert run.snapshot() is run.snapshot()
    before = run.snapshot()
    run.apply(Command("learning_rate", (0.1,)))
    assert run.snapshot() is not before
    run.close("stopped")


def test_a_watcher_can_stop_it(record: Record, folder: Path) -> None:
    run = record(FakeModel(step_s=0.05))
    done = 0
    for progress in run.steps():
        done = progress.step
        if done == 10:
            RunReader(folder).request_stop()
    run.close("finished")  # the driver only sees that there are no more steps
    assert 10 < done <= 16
    status = RunReader(folder).poll().status
    assert status is not None
    assert status.state == "stopped"
    assert max(steps_in(RunFolder(folder).checkpoints)) == done


def test_a_watcher_can_ask_for_a_snapshot(record: Record, folder: Path) -> None:
    run = record(FakeModel(step_s=0.05), Recording(snapshot_every_s=1000))
    for progress in run.steps():
        if progress.step == 10:
            RunReader(folder).request_snapshot()
    run.close("finished")
    steps = steps_in(RunFolder(folder).snapshots)
    assert len(steps) == 3
    assert 10 <= steps[1] <= 16


def test_a_pause_keeps_the_heart_beating_and_heeds_a_watcher(record: Record, folder: Path) -> None:
    run = record(FakeModel())
    next(run.steps())
    assert run.rest()
    reader = RunReader(folder)
    news = reader.poll()
    assert news.status is not None
    assert news.status.state == "paused"
    assert news.is_alive
    assert sum(len(table.values) for table in news.metrics) == 1
    reader.request_stop()
    assert not run.rest()
    run.close("stopped")


def test_a_loss_that_is_no_number_fails_the_run_and_keeps_the_last_good_checkpoint(
    record: Record, folder: Path
) -> None:
    model = FakeModel(losses={31: float("nan")}, step_s=0.1)
    words = fail(record(model, Recording(checkpoint_every_s=1)))
    assert words.startswith("Step 31: loss became NaN; ")
    assert "learning_rate" in words
    assert max(steps_in(RunFolder(folder).checkpoints)) <= 30
    status = RunReader(folder).poll().status
    assert status is not None
    assert (status.state, status.reason) == ("failed", words)
    assert events(folder)[-1] == "failed"


def test_the_metrics_that_led_to_a_failure_can_still_be_seen(record: Record) -> None:
    run = record(FakeModel(losses={3: float("inf")}, step_s=0.1))
    fail(run)
    rows = np.concatenate([table.values for table in run.take_metrics()])
    assert np.isinf(rows[2, 1])


def test_a_model_with_a_weight_that_is_not_finite_is_never_saved(record: Record, folder: Path) -> None:
    model = FakeModel(step_s=1.0)
    model.before_step = lambda step: setattr(model, "is_broken", step > 20)
    words = fail(record(model, Recording(checkpoint_every_s=5)))
    assert "not finite" in words
    assert max(steps_in(RunFolder(folder).checkpoints)) <= 20


def test_stopping_does_not_save_a_broken_model_either(record: Record, folder: Path) -> None:
    model = FakeModel(step_s=0.01)
    run = record(model)
    next(run.steps())
    model.is_broken = True
    with pytest.raises(RunFailed, match="not finite"):
        run.close("stopped")
    assert steps_in(RunFolder(folder).checkpoints) == (0,)
    status = RunReader(folder).poll().status
    assert status is not None
    assert status.state == "failed"


class DeviceIsFull:
    """Holds a tensor on the frame that runs out of memory, as an optimiser step does."""

    def __init__(self) -> None:
        self.tensors: list[weakref.ref[torch.Tensor]] = []

    def __call__(self, step: int) -> None:
        activation = torch.zeros(1000)
        self.tensors.append(weakref.ref(activation))
        if step == 5:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def test_out_of_memory_gives_advice_and_everything_back(record: Record, folder: Path) -> None:
    full = DeviceIsFull()
    model = FakeModel(before_step=full)
    kept = weakref.ref(model)
    run = record(model)
    del model
    words = fail(run)
    assert "out of memory" in words
    assert "batch_size" in words
    gc.collect()
    assert kept() is None
    assert all(tensor() is None for tensor in full.tensors)
    assert steps_in(RunFolder(folder).checkpoints) == (0,)


def test_a_failed_run_says_so_to_whoever_goes_on_asking(record: Record) -> None:
    run = record(FakeModel(losses={1: float("nan")}, step_s=1.0))
    words = fail(run)
    for ask in (run.snapshot, run.rest, lambda: run.apply(Command("learning_rate", (1.0,)))):
        with pytest.raises(RunFailed, match=words[:20]):
            ask()


def test_an_error_of_the_program_is_told_with_its_place_in_the_events(record: Record, folder: Path) -> None:
    def stumble(step: int) -> None:
        if step == 3:
            raise ZeroDivisionError("division by zero")

    words = fail(record(FakeModel(before_step=stumble)))
    assert "ZeroDivisionError" in words
    event = RunReader(folder).poll().events[-1]
    assert "stumble" in event.values["details"]


WRITES = ("append_metrics", "write_checkpoint", "write_snapshot", "write_status")


@pytest.mark.parametrize("which", WRITES)
def test_a_full_disk_fails_the_run_in_one_sentence_and_loses_nothing(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    def fill(step: int) -> None:
        if step == 35:
            monkeypatch.setattr(append.os, "write", _no_space)
            monkeypatch.setattr(os, "fsync", _no_space)
            for other in set(WRITES) - {which}:  # so that `which` is the first to notice
                monkeypatch.setattr(RunWriter, other, lambda *_: None)

    model = FakeModel(step_s=0.1, before_step=fill)
    run = record(model, Recording(snapshot_every_s=1, checkpoint_every_s=1))
    words = fail(run)
    assert "No space left on device" in words
    assert "\n" not in words
    monkeypatch.undo()
    step, state = checkpoint_file.read_latest_checkpoint(RunFolder(folder))
    assert 20 <= step <= 35
    assert state.arrays["weights"][0] == step
    assert not list(folder.rglob("*.tmp"))
    rows = [row for table in RunReader(folder).poll().metrics for row in table.values]
    assert len(rows) >= 28


def test_a_disk_that_is_full_at_the_first_checkpoint_is_told_in_the_folder(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise InputError("x cannot be written (No space left on device).")

    def fill(*_arguments: object) -> None:
        monkeypatch.setattr(status_file, "open_atomically", refuse)
        refuse()

    monkeypatch.setattr(RunWriter, "write_checkpoint", fill)
    words = fail(record(FakeModel()))
    status = RunReader(folder).poll().status
    assert status is not None
    assert (status.state, status.reason) == ("failed", words)


def _no_space(*_arguments: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_stop_saves_the_checkpoint_where_a_picture_has_no_room(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(FakeModel())
    steps = run.steps()
    reached = [next(steps).step for _ in range(7)][-1]
    monkeypatch.setattr(RunWriter, "write_snapshot", _no_space)
    with pytest.raises(RunFailed, match="No space left on device"):
        run.close("stopped")
    assert checkpoint_file.read_latest_checkpoint(RunFolder(folder))[0] == reached


def test_closing_twice_is_closing_once_and_lets_others_write(record: Record, folder: Path) -> None:
    run = record(FakeModel())
    next(run.steps())
    run.close("stopped")
    run.close("failed", "too late")
    assert events(folder) == ["stopped"]
    RunWriter(RunFolder(folder)).close()


def test_a_driver_that_breaks_down_leaves_a_failed_run(record: Record, folder: Path) -> None:
    run = record(FakeModel())
    next(run.steps())
    run.close("failed", "the window fell")
    status = RunReader(folder).poll().status
    assert status is not None
    assert (status.state, status.reason) == ("failed", "the window fell")
