"""A thousand ``kill -9`` of ``dgm-explorer train``: every folder must open and go on.

Part of ``python -m tests.soak --kills 1000``. Starting Python and importing torch would take most of the
time, so the processes are forked from this one, which has imported both; from there on each runs the
command line as it is typed. It is killed at an instant by the clock, counted from its very start, or in
the middle of writing a file: as soon as a temporary one lies in the folder.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from dgm_explorer.cli.main import run as run_command
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.reader import RunReader
from tests.soak.records import Record
from tests.training.killing import require_whole

LONGEST_LIFE_S = 3.0
PATIENCE_S = 120.0
KILLS_OF_A_FOLDER = 25
SMALL_GMM = (
    "--set", "hidden=16", "--set", "n_components=3", "--set", "pretrain_epochs=3",
    "--set", "batch_size=32",
)  # fmt: skip
NEW: tuple[tuple[str, ...], ...] = (
    ("gmm-vae", "--data", "digits", "--limit", "300", *SMALL_GMM),
    ("vq-vae", "--data", "digits", "--limit", "300", "--set", "codebook_size=12"),
    ("gmm-vae", "--data", "moons", "--limit", "300", *SMALL_GMM),
)
PACE = ("--device", "cpu", "--checkpoint-every", "0.2", "--snapshot-every", "0.1")


def kill_often(n_kills: int, seed: int, record: Callable[[Record], None]) -> bool:
    """Kill so often; ``record`` hears of each, and the answer is whether every folder opened and went on."""
    _import_early()
    rng, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="dgm-kills-") as parent:
        folder, step, model = Path(), 0, NEW[0]
        for kill in range(n_kills):
            if kill % KILLS_OF_A_FOLDER == 0:
                folder, step = Path(parent) / f"run-{kill}", 0
                model = NEW[kill // KILLS_OF_A_FOLDER % len(NEW)]
            when, life_s = rng.choice(("by the clock", "while it writes")), rng.uniform(0, LONGEST_LIFE_S)
            reached, error = "", ""
            try:
                reached = _live_and_die(folder, model, when, life_s)
                step = _require_it_goes_on(folder, step)
            except Exception as failure:  # whatever a reader raises is what is looked for
                error = f"{type(failure).__name__}: {failure}"
            counts["failed" if error else reached] += 1
            told = {"n": kill + 1, "model": model[0], "when": when, "life_s": round(life_s, 3)}
            record(Record("kill", {**told, "reached": reached, "step": step, "error": error}))
            if error:
                record(Record("kept", {"folder": _keep(folder)}))
                folder, step = Path(parent) / f"run-after-{kill}", 0
        if n_kills:
            _live_and_die(folder, model, "by the clock", PATIENCE_S, stop_at_training=True)
    n_failed = counts.pop("failed", 0)
    record(Record("kills", {"n": n_kills, "failed": n_failed, "reached": dict(counts)}))
    return n_failed == 0


def _import_early() -> None:
    """What every process would import, at once for all of them."""
    import sklearn.mixture
    import torch

    import dgm_explorer.cli.train
    import dgm_explorer.training.gmm_vae_run
    import dgm_explorer.training.headless
    import dgm_explorer.training.make_run
    import dgm_explorer.training.vq_vae_run

    assert sklearn.mixture
    assert dgm_explorer
    torch.set_num_threads(1)


def _live_and_die(
    folder: Path, model: Sequence[str], when: str, life_s: float, stop_at_training: bool = False
) -> str:
    """Begin the run in ``folder`` or go on with it, kill it, and say how far this process had come."""
    is_resumed = RunFolder(folder).info_file.exists()
    options = ("--resume",) if is_resumed else (*model[1:], "--epochs", "100000")
    errors = folder.parent / "stderr"
    stale = set(folder.rglob("*.tmp"))
    pid = _fork(("train", model[0], "--out", str(folder), *PACE, *options), errors)
    end_s = time.monotonic() + life_s
    is_writing_awaited = when == "while it writes"
    while time.monotonic() < end_s + is_writing_awaited * LONGEST_LIFE_S:
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            raise AssertionError(f"it ended by itself: {errors.read_text(errors='replace')[-2000:]}")
        if stop_at_training and _reached(folder, pid) == "training":
            break
        if is_writing_awaited and time.monotonic() > end_s and set(folder.rglob("*.tmp")) - stale:
            break
        time.sleep(0.0005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    reached = _reached(folder, pid)
    assert reached == "training" or not stop_at_training, f"the last resume came only as far as: {reached}"
    return f"{reached}, a file half written" if set(folder.rglob("*.tmp")) - stale else reached


def _reached(folder: Path, pid: int) -> str:
    if not RunFolder(folder).info_file.exists():
        return "before the folder"
    status = RunReader(folder).poll().status
    return "training" if status is not None and status.pid == pid else "setting up"


def _require_it_goes_on(folder: Path, before: int) -> int:
    """The step of its newest checkpoint; a folder that no run was begun in yet is as good as none."""
    return require_whole(folder, before) if RunFolder(folder).info_file.exists() else 0


def _fork(words: Sequence[str], errors: Path) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        for stream in (1, 2):
            os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os._exit(run_command(words))
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)


def _keep(folder: Path) -> str:
    """A folder that failed is wanted: it outlives the temporary one."""
    kept = Path(tempfile.mkdtemp(prefix="dgm-kill-failed-")) / folder.name
    if folder.exists():
        folder.rename(kept)
    return str(kept)
