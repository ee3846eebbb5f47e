"""A training run without torch: steps that cost next to nothing, and a record of what was asked of it."""

import dataclasses
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_notes import REFUSED_BATCH, RunNote
from dgm_explorer.core.training import (
    Command,
    MetricsTable,
    Progress,
    RunFacts,
    RunRequest,
    RunState,
)

REQUEST = RunRequest("fake", source="nothing", config=None)


@dataclass(frozen=True, slots=True, eq=False)
class FakeSnapshot:
    step: int
    phase: str
    value: float


@dataclass
class FakeRun:
    """`core.training.TrainingRun` in pure NumPy.

    Attributes
    ----------
    n_steps : planned.
    fail_at : raise ``error`` in place of this step; -1 never.
    log : what was called, in order.
    spoilt : steps whose batch it refuses, rising.
    """

    request: RunRequest = REQUEST
    n_steps: int = 1000
    fail_at: int = -1
    error: BaseException = field(default_factory=lambda: RuntimeError("CUDA error"))
    work: Callable[[], object] = lambda: np.ones(2000).sum()
    step: int = 0
    rate: float = 1.0
    log: list[str] = field(default_factory=list)
    n_snapshots: int = 0
    n_rests: int = 0
    is_stop_requested: bool = False
    niceness: int = -1
    thread_id: int = 0
    pending: list[int] = field(default_factory=list)
    spoilt: tuple[int, ...] = ()
    n_told: int = 0

    @property
    def facts(self) -> RunFacts:
        return RunFacts(self.request.folder or Path("fake-run"), "cpu, 1 thread")

    @property
    def progress(self) -> Progress:
        return Progress(self.step, self.n_steps, self.step / 100, self.phase, 64 * self.step)

    def rest(self) -> bool:
        self.n_rests += 1
        return not self.is_stop_requested

    def steps(self) -> Iterator[Progress]:
        self.thread_id = threading.get_ident()
        if sys.platform == "linux":
            self.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        while self.step < self.n_steps:
            if self.step == self.fail_at:
                raise self.error
            self.work()
            self.step += 1
            self.pending.append(self.step)
            yield self.progress
            if self.is_stop_requested:
                return

    @property
    def phase(self) -> str:
        return "pretrain" if self.step < self.n_steps // 2 else "joint"

    def apply(self, command: Command) -> None:
        self.log.append(command.name)
        if command.name == "nonsense":
            raise InputError("nonsense is no command; use learning_rate.")
        self.rate = command.value[0]

    def snapshot(self) -> FakeSnapshot:
        self.n_snapshots += 1
        return FakeSnapshot(self.step, self.phase, self.rate)

    def take_metrics(self) -> Sequence[MetricsTable]:
        steps, self.pending = np.array(self.pending, dtype=float), []
        if not len(steps):
            return ()
        values = np.stack([steps, steps / 100, np.where(steps < self.n_steps // 2, 0.0, 2.0)], axis=1)
        return (MetricsTable("train", ("step", "epoch", "phase"), values),)

    def take_notes(self) -> Sequence[RunNote]:
        done = [step for step in self.spoilt if step <= self.step]
        new, self.n_told = done[self.n_told :], len(done)
        return [RunNote(REFUSED_BATCH, step, "it is not finite") for step in new]

    def device_memory_mb(self) -> float | None:
        return 12.5

    def close(self, state: RunState, reason: str = "") -> None:
        self.log.append(f"close {state} {reason}".rstrip())


class FakeMaker:
    """A `core.training.MakeRun` that keeps the runs it has made, for the test to look at afterwards.

    Attributes
    ----------
    no_start : raised in place of a run.
    """

    def __init__(self, no_start: Exception | None = None, **settings: object) -> None:
        self.no_start = no_start
        self.settings = settings
        self.runs: list[FakeRun] = []

    @property
    def run(self) -> FakeRun:
        return self.runs[-1]

    def __call__(self, request: RunRequest, report: Callable[[str, float | None], bool]) -> FakeRun:
        report("reading data", 0.5)
        if self.no_start is not None:
            raise self.no_start
        folder = request.folder or Path(f"fake-run-{len(self.runs)}")
        run = FakeRun(dataclasses.replace(request, folder=folder), **self.settings)  # type: ignore[arg-type]
        self.runs.append(run)
        return run
