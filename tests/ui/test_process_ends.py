"""Processes that end when nobody expects it, or do not when they should."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.driver.child_process import ChildProcess
from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.driver.messages import Start, Taken
from dgm_explorer.driver.obituary import DISMISSED, record_death
from dgm_explorer.runs import status, writer
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.ui import process_thread
from dgm_explorer.ui.process_thread import ProcessThread
from tests.driver.child_runs import MAKE, request_of
from tests.ui.run.listener import Begin, Listener, beginning, wait_for_state

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")


@pytest.fixture
def begin(qapp: object, tmp_path: Path) -> Iterator[Begin]:
    """Starts threads, all with processes of one pool, and stops them behind the test."""
    assert qapp is not None
    maker = MakeRunInChild(MAKE)
    with beginning(maker, tmp_path) as begin:
        yield begin
    maker.pool.close()


def pid_of(listener: Listener) -> int:
    assert isinstance(listener.training, ProcessThread)
    assert listener.training.pid is not None
    return listener.training.pid


def test_a_process_that_is_leaving_takes_no_further_run(qtbot: QtBot, begin: Begin) -> None:
    first = begin(leaving_s=0.4)
    wait_for_state(qtbot, first, "running")
    os.kill(pid_of(first), signal.SIGTERM)
    wait_for_state(qtbot, first, "stopped")
    second = begin()
    second.training.pause()
    wait_for_state(qtbot, second, "paused")  # the order reached the process that took the run
    second.training.resume()
    wait_for_state(qtbot, second, "running")
    assert "failed" not in second.states


def test_what_a_process_said_before_its_end_is_heard(tmp_path: Path) -> None:
    child = ChildProcess()
    child.send(Start(MAKE, request_of(tmp_path, n_steps=3), False))
    end_s = time.monotonic() + 20
    while not (tmp_path / "closed").exists() and time.monotonic() < end_s:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGTERM)
    while child.is_alive and time.monotonic() < end_s:
        time.sleep(0.01)
    child.post(Taken(1))  # into a pipe that nobody reads any more
    states = []
    while (parcel := child.listen()) is not None:
        states.append(child.unpack(parcel).state)  # type: ignore[arg-type]
    child.close()
    assert states[-1] == "finished"


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """Of a run that goes on, with a checkpoint."""
    with RunWriter(make_run_folder(tmp_path / "run")) as run_writer:
        run_writer.write_info(RunInfo("gmm-vae", DataSource(), GmmVaeConfig()))
        run_writer.write_checkpoint(12, CheckpointState({"w": np.zeros(3)}, {}))
        run_writer.write_status(RunStatus("running", 17, 100))
    return tmp_path / "run"


def test_a_process_that_hangs_does_not_keep_the_program_from_its_end(
    qtbot: QtBot, begin: Begin, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_thread, "ANSWER_MS", 600)
    listener = begin(run_folder)
    wait_for_state(qtbot, listener, "running")
    os.kill(pid_of(listener), signal.SIGSTOP)
    qtbot.waitUntil(lambda: "(stopped)" in Path(f"/proc/{pid_of(listener)}/status").read_text())
    began_s = time.monotonic()
    assert listener.training.stop(300)
    assert time.monotonic() - began_s < 3
    wait_for_state(qtbot, listener, "stopped")
    reader = RunReader(run_folder)
    told = reader.poll().status
    assert told is not None
    assert (told.state, told.step, told.reason) == ("stopped", 17, DISMISSED)
    assert reader.checkpoint_steps() == (12,)


def test_a_death_is_recorded_where_the_disk_is_full(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise InputError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(writer, "append_lines", no_space)
        full.setattr(status, "open_atomically", no_space)
        record_death(run_folder, 1, "it was killed", "")
    told = RunReader(run_folder).poll().status
    assert told is not None
    assert (told.state, told.reason) == ("failed", "it was killed")


def test_one_that_answers_is_waited_for_but_not_for_ever(
    qtbot: QtBot, begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = begin(end="hang")
    qtbot.waitUntil((tmp_path / "ending").exists, timeout=20_000)
    assert not listener.training.stop(100)  # it may be saving
    monkeypatch.setattr(process_thread, "LAST_WORDS_MS", 200)
    assert listener.training.stop(200)
    wait_for_state(qtbot, listener, "stopped")
