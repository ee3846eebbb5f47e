"""Training in a process beside the window: as in a thread for whoever looks, and nothing is left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Command
from dgm_explorer.driver import child_pool, child_process
from dgm_explorer.driver.imported import ImportedMakeRun
from dgm_explorer.driver.in_child import ChildNotStarted, MakeRunInChild
from dgm_explorer.driver.niceness import NICENESS
from dgm_explorer.runs.events import RunEvent
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.ui.process_thread import ProcessThread
from tests.driver import child_runs
from tests.driver.child_runs import MAKE
from tests.ui.run.listener import Begin, Listener, beginning, wait_for_state

SOON_MS = 20_000
"""A busy machine is no failure."""


@pytest.fixture(scope="module")
def maker() -> Iterator[MakeRunInChild]:
    """Lends the same process to one test after the other, as the window does to its runs."""
    maker = MakeRunInChild(MAKE)
    yield maker
    maker.pool.close()
    assert living_children() == set()
    assert left_blocks() == []


@pytest.fixture
def begin(maker: MakeRunInChild, qapp: object, tmp_path: Path) -> Iterator[Begin]:
    assert qapp is not None
    with beginning(maker, tmp_path) as begin:
        yield begin


def living_children() -> set[int | None]:
    """Processes that trained for these tests and are still there."""
    return {process.pid for process in multiprocessing.active_children() if process.name == "training"}


def left_blocks() -> list[Path]:
    return list(Path("/dev/shm").glob("dgm*")) if Path("/dev/shm").is_dir() else []


def pid_of(listener: Listener) -> int:
    assert isinstance(listener.training, ProcessThread)
    assert listener.training.pid is not None
    return listener.training.pid


def test_a_run_trains_to_its_end_and_no_step_is_missed(qtbot: QtBot, begin: Begin, tmp_path: Path) -> None:
    listener = begin(n_steps=300)
    wait_for_state(qtbot, listener, "finished")
    assert listener.steps == list(range(1, 301))
    assert listener.shown_step == 300
    assert (tmp_path / "closed").read_text().split() == ["finished", "300"]
    facts = listener.updates[-1].facts
    assert facts is not None
    assert facts.device.startswith("cpu, 1 thread, process ")


def test_large_pictures_come_whole_and_only_when_the_last_was_taken(qtbot: QtBot, begin: Begin) -> None:
    listener = begin(n_numbers=500_000)
    qtbot.waitUntil(lambda: listener.shown_step > 0, timeout=SOON_MS)
    listener.is_deaf = True
    qtbot.wait(1200)  # time for two pictures
    listener.is_deaf = False
    listener.listen()
    shown = listener.shown_step
    qtbot.waitUntil(lambda: listener.shown_step > shown, timeout=SOON_MS)
    pictures = [update.snapshot for update in listener.updates if update.snapshot is not None]
    for picture in pictures:
        assert (picture.numbers == picture.step).all()
    assert [picture.n_made for picture in pictures] == list(range(1, len(pictures) + 1)), "none in vain"
    assert listener.training.stop(10_000)
    listener.listen()
    assert listener.steps == list(range(1, listener.steps[-1] + 1))


def test_pause_step_and_going_on(qtbot: QtBot, begin: Begin) -> None:
    listener = begin()
    wait_for_state(qtbot, listener, "running")
    for _ in range(3):
        listener.training.pause()
        assert listener.training.is_paused
        wait_for_state(qtbot, listener, "paused")
        at_rest = listener.shown_step
        qtbot.wait(40)
        assert listener.steps[-1] == listener.shown_step == at_rest
        listener.training.step_once()
        qtbot.waitUntil(lambda step=at_rest: listener.shown_step == step + 1, timeout=SOON_MS)
        qtbot.wait(20)
        assert listener.steps[-1] == at_rest + 1
        listener.training.resume()
        wait_for_state(qtbot, listener, "running")


def test_what_is_asked_before_there_is_a_process_counts(qtbot: QtBot, begin: Begin) -> None:
    listener = begin(is_paused=True)
    listener.training.step_once()
    listener.training.step_once()
    qtbot.waitUntil(lambda: listener.shown_step == 2, timeout=SOON_MS)
    qtbot.wait(40)
    assert listener.steps == [1, 2]
    assert listener.updates[-1].state == "paused"


def test_an_order_takes_a_moment_only(qtbot: QtBot, begin: Begin) -> None:
    listener = begin()
    wait_for_state(qtbot, listener, "running")
    waits_s = []
    for _ in range(20):
        for order, state in ((listener.training.pause, "paused"), (listener.training.resume, "running")):
            began_s = time.monotonic()
            order()
            wait_for_state(qtbot, listener, state)
            waits_s.append(time.monotonic() - began_s)
    assert np.median(waits_s) < 0.1


def test_commands_are_applied_and_a_refusal_is_a_sentence(qtbot: QtBot, begin: Begin) -> None:
    listener = begin(is_paused=True)
    wait_for_state(qtbot, listener, "paused")
    listener.training.post(Command("learning_rate", (0.25,)))
    qtbot.waitUntil(lambda: any(u.snapshot and u.snapshot.value == 0.25 for u in listener.updates))
    listener.training.post(Command("nonsense"))
    qtbot.waitUntil(lambda: any(update.refusals for update in listener.updates))
    sentences = [sentence for update in listener.updates for sentence in update.refusals]
    assert sentences == ["nonsense is no command; use learning_rate."]
    assert listener.steps == []


def test_one_process_serves_one_run_after_the_other(qtbot: QtBot, begin: Begin) -> None:
    pids = set()
    for turn in range(12):
        listener = begin(is_paused=turn % 3 == 1)
        if turn % 2:
            wait_for_state(qtbot, listener, "paused" if turn % 3 == 1 else "running")
            pids.add(pid_of(listener))
        began_s = time.monotonic()
        assert listener.training.stop()
        assert time.monotonic() - began_s < 2
        wait_for_state(qtbot, listener, "stopped")
    assert len(pids) == 1
    assert living_children() == pids


def test_two_runs_at_a_time_have_a_process_each(qtbot: QtBot, begin: Begin) -> None:
    first, second = begin(), begin()
    for listener in (first, second):
        wait_for_state(qtbot, listener, "running")
    assert pid_of(first) != pid_of(second)
    assert first.training.stop(10_000)
    assert second.training.stop(10_000)
    assert len(living_children()) == 1


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("kill", "was killed (SIGKILL), by hand or because the computer ran out of memory"),
        ("segfault", "crashed below Python (SIGSEGV, details are in the log)"),
        ("abort", "crashed below Python (SIGABRT, details are in the log)"),
        ("exit", "ended by itself (exit status 3)"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_process_that_dies_is_one_sentence_and_the_folder_says_it_too(
    end: str, words: str, qtbot: QtBot, begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with RunWriter(make_run_folder(tmp_path / "run")) as writer:
        writer.write_info(RunInfo("gmm-vae", DataSource(), GmmVaeConfig()))
        writer.write_checkpoint(12, CheckpointState({"w": np.zeros(3)}, {}))
        writer.write_status(RunStatus("running", 17, 100))
    listener = begin(end=end, folder=tmp_path / "run", n_numbers=50_000)
    wait_for_state(qtbot, listener, "failed")
    assert words in listener.updates[-1].words
    assert "Play goes on from the last checkpoint, step 12." in listener.updates[-1].words
    news = RunReader(tmp_path / "run").poll()
    assert news.status is not None
    assert (news.status.state, news.status.reason) == ("failed", listener.updates[-1].words)
    last: RunEvent = news.events[-1]
    assert (last.name, last.step) == ("failed", 17)
    if end in ("segfault", "abort"):
        assert "child_runs.py" in str(last.values["details"]) + caplog.text
    assert listener.training.wait(5000)
    assert left_blocks() == []
    another = begin(n_steps=5)
    wait_for_state(qtbot, another, "finished")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_process_that_stops_answering_can_be_killed_by_hand(
    qtbot: QtBot, begin: Begin, tmp_path: Path
) -> None:
    listener = begin(end="hang")
    qtbot.waitUntil((tmp_path / "ending").exists, timeout=SOON_MS)
    assert not listener.training.stop(200)  # it may be saving
    os.kill(pid_of(listener), signal.SIGKILL)
    wait_for_state(qtbot, listener, "failed")


def test_closing_does_not_wait_for_a_library_that_is_being_loaded(qtbot: QtBot, begin: Begin) -> None:
    listener = begin(loading_s=60.0)
    qtbot.waitUntil(lambda: any(u.words == "reading data" for u in listener.updates), timeout=SOON_MS)
    began_s = time.monotonic()
    assert listener.training.stop(500)
    assert time.monotonic() - began_s < 2
    wait_for_state(qtbot, listener, "stopped")


def test_a_run_that_cannot_even_be_made_says_why(qtbot: QtBot, begin: Begin) -> None:
    refusing = MakeRunInChild(ImportedMakeRun(child_runs.__name__, "refuse"))
    listener = begin(make_run=refusing)
    wait_for_state(qtbot, listener, "failed")
    assert listener.updates[-1].words == "data: the folder is empty; choose one with images."
    missing = MakeRunInChild(ImportedMakeRun("dgm_explorer.nowhere", "make_run"))
    other = begin(make_run=missing)
    wait_for_state(qtbot, other, "failed")
    assert "No module named" in other.updates[-1].words
    assert listener.training.wait(5000)
    assert other.training.wait(5000)
    refusing.pool.close()
    missing.pool.close()


def give_none() -> None:
    raise ChildNotStarted("Resource temporarily unavailable")


def test_where_the_system_gives_no_process_a_thread_trains(
    qtbot: QtBot, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_pool, "ChildProcess", give_none)
    without = MakeRunInChild(MAKE)
    without.warm_up()  # nobody hears of it
    listener = begin(is_paused=True, make_run=without)
    listener.training.step_once()
    qtbot.waitUntil(lambda: listener.shown_step == 1, timeout=SOON_MS)
    facts = listener.updates[-1].facts
    assert facts is not None
    assert facts.device == "cpu, 1 thread"
    assert "no process (Resource temporarily unavailable)" in facts.notes[0]


def test_a_process_that_ends_before_its_first_word_counts_as_none(
    qtbot: QtBot, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "serve", child_runs.die_at_once)
    broken = MakeRunInChild(MAKE)
    listener = begin(make_run=broken, n_steps=3)
    wait_for_state(qtbot, listener, "finished")
    facts = listener.updates[-1].facts
    assert facts is not None
    assert "it ended at once, exit status 4" in facts.notes[0]
    broken.pool.close()


def test_whoever_insists_on_a_process_is_told_that_there_is_none(
    qtbot: QtBot, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_pool, "ChildProcess", give_none)
    listener = begin(make_run=MakeRunInChild(MAKE, may_fall_back=False))
    wait_for_state(qtbot, listener, "failed")
    assert "(Resource temporarily unavailable); train in a thread" in listener.updates[-1].words


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells so easily")
def test_the_process_lets_the_window_go_first(qtbot: QtBot, begin: Begin) -> None:
    listener = begin()
    wait_for_state(qtbot, listener, "running")
    assert os.getpriority(os.PRIO_PROCESS, pid_of(listener)) == NICENESS


def test_warm_processes_that_died_are_replaced(qtbot: QtBot, begin: Begin, maker: MakeRunInChild) -> None:
    listener = begin(n_steps=1)
    wait_for_state(qtbot, listener, "finished")
    idle = maker.pool.idle_pid
    assert idle is not None
    os.kill(idle, signal.SIGTERM)
    qtbot.waitUntil(lambda: idle not in living_children(), timeout=SOON_MS)
    wait_for_state(qtbot, begin(n_steps=1), "finished")
    assert maker.pool.idle_pid not in (None, idle)


ORPHAN = """
import os, sys, time
from pathlib import Path
from dgm_explorer.driver.child_process import ChildProcess
from dgm_explorer.driver.messages import Start
from tests.driver.child_runs import MAKE, request_of

child = ChildProcess()
child.send(Start(MAKE, request_of(Path(sys.argv[1]), n_numbers=100_000), False))
while True:
    update = child.unpack(child.listen())
    if update.snapshot is not None:
        break
print(child.pid, flush=True)
time.sleep(0.2)
os.kill(os.getpid(), int(sys.argv[2]))
time.sleep(60)
"""
"""A script that must not be imported once more by the process that trains."""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize("number", [9, 15], ids=["SIGKILL", "SIGTERM"])
def test_a_process_whose_window_is_killed_saves_its_run_and_ends(number: int, tmp_path: Path) -> None:
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(number)],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,  # waits for the resource tracker too, whose complaints would be here
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (-number, "")
    pid = int(done.stdout)
    end_s = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end_s:
        time.sleep(0.05)
    assert (tmp_path / "closed").read_text().startswith("stopped ")
    assert left_blocks() == []


def test_the_end_of_the_program_ends_a_run_that_nobody_stopped(tmp_path: Path) -> None:
    script = tmp_path / "leaving.py"
    script.write_text(ORPHAN.replace("os.kill(os.getpid(), int(sys.argv[2]))", "sys.exit()"))
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "0"],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "closed").read_text().startswith("stopped ")
