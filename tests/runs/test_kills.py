"""A writer killed at any instant leaves a folder that opens, and loses no more than its last interval."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.runs.reader import RunReader
from tests.runs import killed_writer
from tests.runs.examples import new_run
from tests.runs.killed_writer import state_of

N_KILLS = int(os.environ.get("DGM_EXPLORER_KILLS", "10"))
LONGEST_S = 0.25
ROOT = Path(__file__).parents[2]


def write_and_kill(folder: RunFolder, seconds: float, n_checkpoints: int = 0) -> int:
    """Let a writer make so many checkpoints, work for so long, and kill it; the last one it told of."""
    command = [sys.executable, "-m", killed_writer.__name__, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        told = [int(process.stdout.readline()) for _checkpoint in range(n_checkpoints)]
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().splitlines()]
    return max(told, default=0)


def require_whole(reader: RunReader, history: MetricsHistory, told: int) -> int:
    """Everything that is there opens and is what was written; the step to go on from."""
    step, state = read_latest_checkpoint(reader.folder)
    assert step >= told
    for name, array in state_of(step).arrays.items():
        np.testing.assert_array_equal(state.arrays[name], array)
    for each in reader.snapshot_steps():
        assert reader.read_snapshot(each).step == each
    news = reader.poll()
    history.append(news.metrics)
    assert not news.is_restarted
    assert not news.is_alive
    steps = history.steps("train")
    assert steps.tolist() == list(range(1, len(steps) + 1))
    assert len(steps) >= step
    np.testing.assert_array_equal(history.column("train", "a"), 10 * steps)
    return step


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_killed_at_any_instant_it_opens_and_goes_on(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    for place in (folder.snapshot_file(3), folder.checkpoint_file(3), folder.metrics_file):
        place.unlink()
    draw, told, stale = random.Random(3), 0, 0
    reader, history = RunReader(folder.path), MetricsHistory()
    for kill in range(N_KILLS):
        told = max(told, write_and_kill(folder, draw.uniform(0, LONGEST_S), n_checkpoints=kill == 0))
        stale += len(list(folder.path.rglob("*.tmp")))
        if folder.latest_file.exists() and any(folder.checkpoints.glob("step-*")):
            told = max(told, require_whole(reader, history, told))
    assert told >= killed_writer.STEPS_BETWEEN
    print(f"{N_KILLS} kills, {told} steps, {stale} temporaries left and swept")
    write_and_kill(folder, 0)
    assert len(list(folder.path.rglob("*.tmp"))) <= 1
