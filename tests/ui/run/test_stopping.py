"""A run that does not stop: nothing is killed unasked, and Stop once more has a way out."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.driver.obituary import DISMISSED
from dgm_explorer.ui.process_thread import ProcessThread
from dgm_explorer.ui.run.controller import RunController
from dgm_explorer.ui.run.stopping import Stopping
from tests.driver.child_runs import MAKE, request_of
from tests.ui.run.fake_run import REQUEST, FakeMaker

SOON_MS = 20_000


@pytest.fixture
def controller(qapp: object, tmp_path: Path) -> Iterator[RunController]:
    """Trains in a process of its own, for ever."""
    assert qapp is not None
    maker = MakeRunInChild(MAKE)
    controller = RunController(maker, lambda: request_of(tmp_path))
    controller.play_pause()
    yield controller
    controller.finish(10_000)
    maker.pool.close()


def pid_of(controller: RunController) -> int:
    thread = controller._thread
    assert isinstance(thread, ProcessThread)
    assert thread.pid is not None
    return thread.pid


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_stop_once_more_kills_the_process_of_a_run_that_hangs(
    qtbot: QtBot, controller: RunController
) -> None:
    controller._stopping._patience.setInterval(300)
    qtbot.waitUntil(lambda: controller.state == "running", timeout=SOON_MS)
    pid = pid_of(controller)
    os.kill(pid, signal.SIGSTOP)
    controller.stop()
    controller.stop()  # at once: it may be in a long step
    with qtbot.waitSignal(controller.noticed, timeout=5000) as said:
        pass
    assert "Stop once more kills its process" in said.args[0]
    assert controller.state == "running"
    os.kill(pid, 0)  # there is one
    with qtbot.waitSignal(controller.noticed, timeout=5000) as said:
        controller.stop()
    assert "was killed" in said.args[0]
    qtbot.waitUntil(lambda: controller.state == "stopped", timeout=5000)
    assert controller.readings.words in ("", DISMISSED)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_is_said_of_a_run_that_has_stopped(qtbot: QtBot, controller: RunController) -> None:
    said: list[str] = []
    controller.noticed.connect(said.append)
    controller._stopping._patience.setInterval(1500)
    qtbot.waitUntil(lambda: controller.state == "running", timeout=SOON_MS)
    controller.stop()
    qtbot.waitUntil(lambda: controller.state == "stopped", timeout=5000)
    qtbot.wait(1800)
    assert said == []


def test_a_thread_of_the_window_is_only_asked(qtbot: QtBot) -> None:
    """It cannot be killed, so nothing is promised."""
    controller = RunController(FakeMaker(n_steps=10**9), lambda: REQUEST)
    controller.play_pause()
    qtbot.waitUntil(lambda: controller.state == "running", timeout=SOON_MS)
    thread = controller._thread
    assert thread is not None
    stopping = Stopping(controller)
    said: list[str] = []
    stopping.said.connect(said.append)
    stopping._patience.setInterval(1)
    stopping.ask(thread)
    assert not thread.give_up()
    qtbot.waitUntil(lambda: controller.state == "stopped", timeout=5000)
    assert said == []
    controller.finish(10_000)
