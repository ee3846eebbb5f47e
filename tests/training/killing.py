"""Kills ``dgm-explorer train`` at random instants and looks at what is left.

By hand, a hundred times: ``python -m tests.training.killing 100``.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.reader import RunReader

INTERVAL_S = 0.5
SLACK_S = 5.0
"""A checkpoint waits for the end of a step, which takes long on a machine with other work, or where it
imports a library; alone on a machine 0.5 s are enough."""
LONGEST_LIFE_S = 3.0
PATIENCE_S = 300
TRAIN = (
    sys.executable, "-m", "dgm_explorer", "train", "gmm-vae", "--device", "cpu",
    "--checkpoint-every", f"{INTERVAL_S}", "--snapshot-every", "0.3",
)  # fmt: skip
NEW = (
    "--data", "digits", "--limit", "300", "--epochs", "100000", "--set", "hidden=16",
    "--set", "n_components=3", "--set", "pretrain_epochs=30",
)  # fmt: skip


def kill_at_random(
    folder: Path, rng: random.Random, longest_life_s: float = LONGEST_LIFE_S
) -> tuple[int, float]:
    """Begin or resume a run, kill it at a random instant of its training, and check what it left.

    Returns
    -------
    step, lost_s : of the newest checkpoint, and how long before the kill it was written.
    """
    before = read_latest_checkpoint(RunFolder(folder))[0] if folder.exists() else 0
    options = ("--resume",) if folder.exists() else NEW
    process = subprocess.Popen(
        [*TRAIN, "--out", str(folder), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    began_s = _wait_until_it_writes(folder, process)
    time.sleep(rng.uniform(0, longest_life_s))
    process.kill()
    killed_s = time.time()
    process.communicate()

    assert RunReader(folder).poll().status is not None
    step = require_whole(folder, before)
    saved_s = RunFolder(folder).checkpoint_file(step).stat().st_mtime
    lost_s = killed_s - max(saved_s, began_s)
    assert lost_s <= INTERVAL_S + SLACK_S, f"{lost_s:.2f} s lost"
    return step, lost_s


def require_whole(folder: Path, before: int) -> int:
    """Everything in a folder whose process was killed opens; the step that a resume goes on from.

    Parameters
    ----------
    before : the step that it went on from the last time; none may be lost that was saved.
    """
    reader = RunReader(folder)
    assert not reader.poll().is_alive
    for step in reader.snapshot_steps():
        assert reader.read_snapshot(step).step == step
    for step in reader.checkpoint_steps():
        reader.read_checkpoint(step)
    step = read_latest_checkpoint(RunFolder(folder))[0] if reader.checkpoint_steps() else 0
    assert step >= before
    return step


def _wait_until_it_writes(folder: Path, process: "subprocess.Popen[str]") -> float:
    """Until the process holds the folder and has said that it trains; the time then, by `time.time`."""
    start_s = time.time()
    while time.time() - start_s < PATIENCE_S:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        if (folder / "status.json").exists():
            status = RunReader(folder).poll().status
            if status is not None and status.pid == process.pid:
                return time.time()
        time.sleep(0.01)
    process.kill()
    raise AssertionError(f"nothing was written for {PATIENCE_S} s")


def main(n: int) -> None:
    rng = random.Random()
    with tempfile.TemporaryDirectory() as parent:
        worst_s = 0.0
        for count in range(1, n + 1):
            step, lost_s = kill_at_random(Path(parent) / "run", rng)
            worst_s = max(worst_s, lost_s)
            print(f"kill {count}: step {step}, {lost_s:.2f} s lost, {worst_s:.2f} s at most", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
