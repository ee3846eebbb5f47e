"""A model to be trained that costs nothing, counts, and fails on demand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command, MetricsTable, Progress

BATCH = 10


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True, slots=True, eq=False)
class FakeSnapshot:
    step: int
    epoch: float
    phase: str
    values: Float32Array


@dataclass
class FakeModel:
    """`training.model_run.ModelRun`; its loss is 1 / step.

    Attributes
    ----------
    clock, step_s, snapshot_s : what time it takes, on a clock of the test.
    n_steps, n_first : planned in all, and in the first of two phases.
    losses : in place of 1 / step, by step.
    before_step : called before each step with its number; may raise.
    is_broken : whether a parameter is not finite.
    """

    clock: Clock = field(default_factory=Clock)
    step_s: float = 0.1
    snapshot_s: float = 0.0
    n_steps: int = 100
    n_first: int = 0
    losses: dict[int, float] = field(default_factory=dict)
    before_step: Callable[[int], None] = lambda _step: None
    is_broken: bool = False
    step: int = 0
    rate: float = 1.0
    n_snapshots: int = 0
    rows: list[tuple[float, float]] = field(default_factory=list)

    @property
    def present_config(self) -> None:
        return None

    @property
    def progress(self) -> Progress:
        phase = "first" if self.step < self.n_first else "second"
        return Progress(self.step, self.n_steps, self.step / 10, phase, BATCH * self.step)

    def steps(self) -> Iterator[Progress]:
        while self.step < self.n_steps:
            self.before_step(self.step + 1)
            self.step += 1
            self.clock.now_s += self.step_s
            self.rows.append((self.step, self.losses.get(self.step, 1 / self.step)))
            yield self.progress

    def take_metrics(self) -> Sequence[MetricsTable]:
        rows, self.rows = self.rows, []
        return (MetricsTable("train", ("step", "loss"), np.array(rows)),) if rows else ()

    def snapshot(self) -> FakeSnapshot:
        self.n_snapshots += 1
        self.clock.now_s += self.snapshot_s
        return FakeSnapshot(self.step, self.step / 10, self.progress.phase, np.full(3, self.step, np.float32))

    def state(self) -> CheckpointState:
        return CheckpointState({"weights": np.full(4, self.step, np.float32)}, {"step": self.step})

    def load_state(self, state: CheckpointState) -> None:
        self.step = int(state.meta["step"])

    def apply(self, command: Command) -> None:
        if command.name != "learning_rate":
            raise InputError(f"{command.name} is not known; use learning_rate.")
        (self.rate,) = command.value

    def is_finite(self) -> bool:
        return not self.is_broken
