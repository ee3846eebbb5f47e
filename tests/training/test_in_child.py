"""A real run in a process beside the window: killed while it is watched, it goes on from its checkpoint."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.app import choose_make_run
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Recording, RunRequest
from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.ui.run.controller import RunController
from tests.ui.run.test_controller import Witness

START_MS = 60_000
"""torch is imported by the process."""

SMALL = GmmVaeConfig(
    hidden=(16,), pretrain_epochs=0, is_mixture_fitted=False, epochs=100_000, batch_size=32, n_components=3
)
RECORDING = Recording(snapshot_every_s=0.1, checkpoint_every_s=0.1)


@pytest.fixture
def witness(qapp: object, tmp_path: Path) -> Iterator[Witness]:
    assert qapp is not None
    make_run = choose_make_run("process")
    assert isinstance(make_run, MakeRunInChild)
    request = RunRequest(
        "gmm-vae", DataSource("digits", limit=100), SMALL, "cpu", parent=tmp_path, recording=RECORDING
    )
    controller = RunController(make_run, lambda: request)
    yield Witness(controller)
    controller.finish(10_000)
    make_run.pool.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_real_run_that_is_killed_while_watched_goes_on_and_loses_no_step_before_its_checkpoint(
    qtbot: QtBot, witness: Witness
) -> None:
    controller = witness.controller
    controller.play_pause()
    qtbot.waitUntil(lambda: max(witness.pictures, default=0) > 0, timeout=START_MS)
    folder = witness.screens[0].folder
    qtbot.waitUntil(lambda: len(RunReader(folder).checkpoint_steps()) > 1, timeout=START_MS)
    os.kill(int(controller.readings.device.rpartition("process ")[2]), signal.SIGKILL)
    qtbot.waitUntil(lambda: controller.state == "failed", timeout=START_MS)
    saved = RunReader(folder).checkpoint_steps()[-1]
    assert "(SIGKILL), by hand or because the computer ran out of memory" in witness.sentences[-1]
    assert f"Play goes on from the last checkpoint, step {saved:,}." in witness.sentences[-1]
    status = RunReader(folder).poll().status
    assert status is not None
    assert (status.state, status.reason) == ("failed", witness.sentences[-1])
    witness.pictures.clear()
    controller.play_pause()
    qtbot.waitUntil(lambda: max(witness.pictures, default=0) > saved + 2, timeout=START_MS)
    controller.stop()
    qtbot.waitUntil(lambda: controller.state == "stopped", timeout=START_MS)
    assert [screen.folder for screen in witness.screens] == [folder, folder]
    last = RunReader(folder).checkpoint_steps()[-1]
    assert set(witness.steps) >= set(range(1, last + 1))
