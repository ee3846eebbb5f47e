"""The training thread with a run that is none: pause, step, stop, failures, pace."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command, RunFailed, RunRequest
from dgm_explorer.driver import run_driver
from dgm_explorer.driver.niceness import NICENESS
from dgm_explorer.ui.training_thread import TrainingThread
from tests.ui.run.fake_run import REQUEST, FakeMaker, FakeRun
from tests.ui.run.listener import Listener, wait_for_state

FOREVER = 10**9


@pytest.fixture
def start(qapp: object) -> Iterator[Callable[..., Listener]]:
    """Starts threads, and stops them behind the test."""
    assert qapp is not None
    listeners: list[Listener] = []

    def start_thread(maker: Any, is_paused: bool = False) -> Listener:
        listener = Listener(TrainingThread(maker, REQUEST, is_paused))
        listeners.append(listener)
        listener.training.begin()
        return listener

    yield start_thread
    for listener in listeners:
        assert listener.training.stop(10_000)


def test_a_run_trains_to_its_end_and_is_closed_in_the_thread_that_trained(
    qtbot: QtBot, start: Callable[..., Listener]
) -> None:
    maker = FakeMaker(n_steps=300)
    listener = start(maker)
    wait_for_state(qtbot, listener, "finished")
    assert listener.steps == list(range(1, 301))
    assert listener.updates[-1].progress is not None
    assert listener.updates[-1].progress.step == 300
    assert maker.run.log == ["close finished"]
    assert maker.run.thread_id != threading.get_ident()


def test_the_picture_of_the_beginning_comes_before_the_first_step(
    qtbot: QtBot, start: Callable[..., Listener]
) -> None:
    maker = FakeMaker()
    listener = start(maker, is_paused=True)
    wait_for_state(qtbot, listener, "paused")
    pictures = [update.snapshot for update in listener.updates if update.snapshot is not None]
    assert [picture.step for picture in pictures] == [0]
    assert maker.run.step == 0


def test_one_step_means_one_step_also_before_the_first(qtbot: QtBot, start: Callable[..., Listener]) -> None:
    maker = FakeMaker()
    listener = start(maker, is_paused=True)
    wait_for_state(qtbot, listener, "paused")
    for expected in (1, 2, 3):
        listener.training.step_once()
        qtbot.waitUntil(lambda step=expected: listener.shown_step == step, timeout=5000)
        qtbot.wait(20)
        assert maker.run.step == listener.shown_step == expected
        assert listener.updates[-1].state == "paused"
    assert listener.steps == [1, 2, 3]


def test_a_pause_never_trains_another_step_and_shows_the_one_it_stopped_at(
    qtbot: QtBot, start: Callable[..., Listener]
) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    listener = start(maker)
    wait_for_state(qtbot, listener, "running")
    for _ in range(5):
        listener.training.pause()
        wait_for_state(qtbot, listener, "paused")
        at_rest = maker.run.step
        qtbot.wait(40)
        assert maker.run.step == at_rest
        pictures = [update.snapshot.step for update in listener.updates if update.snapshot is not None]
        assert pictures[-1] == at_rest
        assert listener.steps[-1] == at_rest
        listener.training.resume()
        wait_for_state(qtbot, listener, "running")
    assert maker.run.step > at_rest


def test_stopping_closes_the_run_within_two_seconds_running_or_paused(
    qtbot: QtBot, start: Callable[..., Listener]
) -> None:
    for is_paused in (False, True):
        maker = FakeMaker(n_steps=FOREVER)
        listener = start(maker, is_paused)
        wait_for_state(qtbot, listener, "paused" if is_paused else "running")
        began_s = time.monotonic()
        assert listener.training.stop()
        assert time.monotonic() - began_s < 2
        wait_for_state(qtbot, listener, "stopped")
        assert maker.run.log == ["close stopped"]
        assert listener.steps == list(range(1, maker.run.step + 1))


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_watcher_can_ask_the_run_itself_to_stop(
    is_paused: bool, qtbot: QtBot, start: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_driver, "REST_S", 0.01)
    maker = FakeMaker(n_steps=FOREVER)
    listener = start(maker, is_paused)
    wait_for_state(qtbot, listener, "paused" if is_paused else "running")
    maker.run.is_stop_requested = True
    wait_for_state(qtbot, listener, "stopped")
    assert maker.run.log == ["close stopped"]
    assert (maker.run.n_rests > 0) == is_paused


def test_loading_data_is_cancelled_by_a_stop(qtbot: QtBot, start: Callable[..., Listener]) -> None:
    def load_for_ever(_request: RunRequest, report: Callable[[str, float | None], bool]) -> FakeRun:
        while report("reading data", None):
            pass
        raise InputError("Cancelled.")

    listener = start(load_for_ever)
    wait_for_state(qtbot, listener, "preparing")
    assert listener.training.stop()
    wait_for_state(qtbot, listener, "stopped")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            RunFailed("The loss became NaN at step 5; lower the learning rate."),
            "The loss became NaN at step 5",
        ),
        (RuntimeError("CUDA error: device-side assert\n at line 7"), "RuntimeError: CUDA error: device-side"),
        (MemoryError(), "not enough memory"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_exception_of_any_kind_becomes_one_sentence(
    error: BaseException, sentence: str, qtbot: QtBot, start: Callable[..., Listener]
) -> None:
    maker = FakeMaker(fail_at=5, error=error)
    listener = start(maker)
    wait_for_state(qtbot, listener, "failed")
    assert sentence in listener.updates[-1].words
    assert "\n" not in listener.updates[-1].words
    assert maker.run.log[0].startswith("close failed")
    assert listener.steps == [1, 2, 3, 4, 5]


def test_a_run_that_cannot_even_be_made_says_why(qtbot: QtBot, start: Callable[..., Listener]) -> None:
    def refuse(*_: object) -> FakeRun:
        raise InputError("data: the folder is empty; choose one with images.")

    listener = start(refuse)
    wait_for_state(qtbot, listener, "failed")
    assert listener.updates[-1].words == "data: the folder is empty; choose one with images."


def test_commands_are_applied_between_steps_and_a_refusal_is_a_sentence(
    qtbot: QtBot, start: Callable[..., Listener]
) -> None:
    maker = FakeMaker(n_steps=FOREVER)
    listener = start(maker, is_paused=True)
    wait_for_state(qtbot, listener, "paused")
    listener.training.post(Command("learning_rate", (0.25,)))
    qtbot.waitUntil(lambda: any(u.snapshot and u.snapshot.value == 0.25 for u in listener.updates))
    listener.training.post(Command("nonsense"))
    qtbot.waitUntil(lambda: any(update.refusals for update in listener.updates))
    assert [sentence for update in listener.updates for sentence in update.refusals] == [
        "nonsense is no command; use learning_rate."
    ]
    assert maker.run.step == 0
    assert maker.run.log == ["learning_rate", "nonsense"]


def test_pictures_take_a_twentieth_of_the_time_at_most(qtbot: QtBot, start: Callable[..., Listener]) -> None:
    class Slow(FakeRun):
        def snapshot(self) -> Any:
            end_s = time.perf_counter() + 0.02
            while time.perf_counter() < end_s:
                np.ones(1000).sum()
            return super().snapshot()

    runs: list[Slow] = []

    def make(request: RunRequest, _report: object) -> Slow:
        runs.append(Slow(request, n_steps=FOREVER))
        return runs[0]

    listener = start(make)
    wait_for_state(qtbot, listener, "running")
    began_s, n_before = time.monotonic(), runs[0].n_snapshots
    qtbot.waitUntil(lambda: runs[0].n_snapshots >= n_before + 3, timeout=30_000)
    assert time.monotonic() - began_s >= 2 * 0.39  # 20 ms each, so at most one every 400 ms
    assert len(listener.updates) > runs[0].n_snapshots, "progress comes more often than pictures"


@pytest.mark.usefixtures("qapp")
def test_a_window_that_does_not_listen_costs_no_pictures_and_loses_no_metrics() -> None:
    maker = FakeMaker(n_steps=3000)
    thread = TrainingThread(maker, REQUEST)
    thread.begin()
    assert thread.wait(10_000)
    assert maker.run.n_snapshots <= 2
    update = thread.mailbox.take()
    assert update.state == "finished"
    assert np.concatenate([table.values[:, 0] for table in update.tables]).tolist() == list(range(1, 3001))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux threads have a niceness of their own")
def test_the_thread_lets_the_window_go_first(qtbot: QtBot, start: Callable[..., Listener]) -> None:
    maker = FakeMaker(n_steps=1)
    wait_for_state(qtbot, start(maker), "finished")
    assert maker.run.niceness == NICENESS


def test_twenty_starts_and_stops_leave_no_thread_behind(qtbot: QtBot, start: Callable[..., Listener]) -> None:
    before = count_threads()
    for turn in range(20):
        listener = start(FakeMaker(n_steps=FOREVER), is_paused=bool(turn % 3))
        if turn % 2:
            wait_for_state(qtbot, listener, "paused" if turn % 3 else "running")
        assert listener.training.stop()
        assert not listener.training.isRunning()
    qtbot.waitUntil(lambda: count_threads() <= before, timeout=5000)


def count_threads() -> int:
    """Threads of the process as the system counts them, where it does."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()
