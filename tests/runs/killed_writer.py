"""A process that writes a run folder until it is killed: ``python -m tests.runs.killed_writer FOLDER``.

It goes on from the newest checkpoint, does 5 steps between two of them, and writes everything that a run
writes. The state of a step depends on the step alone, so that a reader can tell whether it is whole.
"""

import sys
from pathlib import Path

import numpy as np

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import MetricsTable, Recording
from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from tests.runs.examples import snapshot

STEPS_BETWEEN = 5


def state_of(step: int) -> CheckpointState:
    """What stands for model and optimiser after so many steps; 400 kB."""
    return CheckpointState({"weights": np.full(100_000, step, dtype=np.float32)}, {"step": step})


def row_of(step: int) -> MetricsTable:
    return MetricsTable("train", ("step", "a"), np.array([[step, 10.0 * step]]))


def main() -> None:
    folder = RunFolder(Path(sys.argv[1]))
    with RunWriter(folder, Recording(max_snapshots=20, max_checkpoints=6)) as writer:
        try:
            step, _state = read_latest_checkpoint(folder)
        except InputError:
            step = 0
        writer.forget_after(step)
        writer.append_event("resumed", step)
        print("ready", flush=True)
        while True:
            step += 1
            writer.append_metrics([row_of(step)])
            writer.write_status(RunStatus("running", step=step))
            writer.write_snapshot(snapshot(step))
            if step % STEPS_BETWEEN == 0:
                writer.write_checkpoint(step, state_of(step))
                print(step, flush=True)


if __name__ == "__main__":
    main()
