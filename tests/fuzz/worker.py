"""One process that runs cases one after the other, so that the one that starts it survives them all."""

import faulthandler
import os
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzz.case import Case
from tests.fuzz.run_case import Outcome, make_ground, run_case
from tests.fuzz.targets import TARGETS, Target

N_WARM = 6
"""Cases before the first that is measured: imports are nobody's fault."""


def work(connection: Connection) -> None:
    """Take (target, seed) or (target, `Case`) until None comes, answer each with an `Outcome`."""
    faulthandler.enable()
    with tempfile.TemporaryDirectory(prefix="dgm-fuzz-") as name:
        root = Path(name).resolve()
        prepare(root)
        warm: set[str] = set()
        while (task := connection.recv()) is not None:
            target = TARGETS[task[0]]
            if target.name not in warm:
                warm_up(target, root)
                warm.add(target.name)
            connection.send("warm")
            connection.send(run_one(target, task[1], root))


def prepare(root: Path) -> None:
    """Folders of the user's own are elsewhere, nothing reaches a network or a screen."""
    make_ground(root)
    for variable in (
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "DGM_EXPLORER_RUNS",
    ):
        os.environ[variable] = str(root.parent / f"{root.name}-user" / variable.lower())
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[variable] = "http://127.0.0.1:9"
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.pop("DGM_EXPLORER_DATA", None)
    sys.setrecursionlimit(1000)


def warm_up(target: Target, root: Path) -> None:
    for index in range(N_WARM):
        run_one(target, f"warm-{index}", root)


def run_one(target: Target, what: object, root: Path) -> Outcome:
    case = what if isinstance(what, Case) else target.make_case(str(what))
    return run_case(target, case, root)
