"""A thousand ``kill -9`` of ``dgm-explorer train``: every folder must open and go on.

Part of ``python -m tests.soak --kills 1000``. Starting Python and importing torch would take most of the
time, so the processes are forked from this one, which has imported both; from there on each runs the
command line as it is typed. It is killed at a random instant of its start, at one of its training, or in
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

LONGEST_TRAINING_S = 1.5
FIRST_START_S = 2.0
PATIENCE_S = 120.0
POLL_S = 0.004
TIMES = ("start", "training", "training", "writing", "writing")
"""When a process is killed; the start takes longer than the rest."""
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
        for first in range(0, n_kills, KILLS_OF_A_FOLDER):
            folder = Path(parent) / f"run-{first}"
            model = NEW[first // KILLS_OF_A_FOLDER % len(NEW)]
            n_here = min(KILLS_OF_A_FOLDER, n_kills - first)
            kills = [rng.choice(TIMES) for _ in range(n_here)]
            step, told = 0, {"folder": folder.name, "model": model[0]}
            try:
                for count, when in enumerate([*kills, "training"]):  # the last kill must be gone on from, too
                    reached = _live_and_die(folder, model, when, rng)
                    step = _require_it_goes_on(folder, step)
                    if count < n_here:
                        counts[reached] += 1
                        note = {
                            "n": first + count + 1,
                            **told,
                            "when": when,
                            "reached": reached,
                            "step": step,
                        }
                        record(Record("kill", note))
            except Exception as failure:  # whatever a reader raises is what is looked for
                counts["failed"] += 1
                error = f"{type(failure).__name__}: {failure}"
                record(Record("kept", {**told, "error": error, "folder": _keep(folder)}))
    n_failed = counts.pop("failed", 0)
    record(Record("kills", {"n": counts.total(), "failed": n_failed, "reached": dict(counts)}))
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


def _live_and_die(folder: Path, model: Sequence[str], when: str, rng: random.Random) -> str:
    """Begin the run in ``folder`` or go on with it, kill it, and say how far this process had come."""
    is_resumed = RunFolder(folder).info_file.exists()
    options = ("--resume",) if is_resumed else (*model[1:], "--epochs", "100000")
    stale = set(folder.rglob("*.tmp"))
    errors = folder.parent / "stderr"
    life = Life(_fork(("train", model[0], "--out", str(folder), *PACE, *options), errors), errors)
    if when == "start":
        life.wait_for(lambda: False, rng.uniform(0, FIRST_START_S))
    else:
        assert life.wait_for(lambda: _reached(folder, life.pid) == "training", PATIENCE_S), "never trained"
        life.wait_for(lambda: False, rng.uniform(0, LONGEST_TRAINING_S))
    if when == "writing":
        life.wait_for(lambda: bool(set(folder.rglob("*.tmp")) - stale), PATIENCE_S)
    os.kill(life.pid, signal.SIGKILL)
    os.waitpid(life.pid, 0)
    reached = _reached(folder, life.pid)
    return f"{reached}, a file half written" if set(folder.rglob("*.tmp")) - stale else reached


class Life:
    """A process that nobody has killed yet.

    Parameters
    ----------
    pid : its number.
    errors : file of its standard error.
    """

    def __init__(self, pid: int, errors: Path) -> None:
        self.pid = pid
        self._errors = errors

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Whether it came to be in this time; an end before is a failure."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            if os.waitpid(self.pid, os.WNOHANG) != (0, 0):
                raise AssertionError(f"it ended by itself: {_tail(self._errors)}")
            if is_so():
                return True
            time.sleep(POLL_S)
        return False


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-2000:]


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
