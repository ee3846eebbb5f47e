"""Runs without torch that a child process can import, and that say what becomes of them in a folder."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

import numpy as np

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunRequest
from dgm_explorer.driver.imported import ImportedMakeRun
from tests.ui.run.fake_run import FakeRun

FOREVER = 10**9


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does; travels as the configuration of its request.

    Attributes
    ----------
    n_steps : planned.
    end : what it does in place of step ``end_at``: a name of `ENDS`.
    n_numbers : of the array in each snapshot.
    loading_s : how long setting up takes without a report.
    leaving_s : how long the process takes to end, once it was told to.
    """

    n_steps: int = FOREVER
    end: str = ""
    end_at: int = 20
    n_numbers: int = 4
    loading_s: float = 0.0
    leaving_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class BigSnapshot:
    step: int
    phase: str
    value: float
    n_made: int
    numbers: Float32Array


class ChildRun(FakeRun):
    """A `FakeRun` that follows a `Plan`, at some thousand steps per second at most."""

    def snapshot(self) -> BigSnapshot:  # type: ignore[override]
        small = super().snapshot()
        numbers = np.full(self.request.config.n_numbers, self.step, dtype=np.float32)
        return BigSnapshot(small.step, small.phase, small.value, self.n_snapshots, numbers)

    def work_(self) -> None:
        plan = self.request.config
        if plan.end and self.step == plan.end_at:
            (self.request.folder or Path()).joinpath("ending").touch()
            ENDS[plan.end]()
        time.sleep(0.0002)

    def close(self, state: str, reason: str = "") -> None:  # type: ignore[override]
        folder = self.request.folder
        assert folder is not None
        if folder.is_dir():
            (folder / "closed").write_text(f"{state} {self.step} {reason}")


ENDS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda: time.sleep(1000),
    "memory": lambda: (_ for _ in ()).throw(MemoryError()),
}


def make_run(request: RunRequest, report: Callable[[str, float | None], bool]) -> ChildRun:
    plan = request.config
    if plan.leaving_s:
        Finalize(None, time.sleep, (plan.leaving_s,), exitpriority=100)
    report("reading data", 0.5)
    time.sleep(plan.loading_s)
    if not report("making the model", None):
        raise RuntimeError("not wanted any more")
    run = ChildRun(request, plan.n_steps)
    run.work = run.work_
    return run


def refuse(*_: object) -> ChildRun:
    raise InputError("data: the folder is empty; choose one with images.")


def die_at_once(*_: object) -> None:
    """In place of `dgm_explorer.driver.child.serve`."""
    os._exit(4)


MAKE = ImportedMakeRun(__name__, "make_run")


def request_of(folder: Path, **plan: object) -> RunRequest:
    return RunRequest("fake", "nothing", Plan(**plan), folder=folder)  # type: ignore[arg-type]
