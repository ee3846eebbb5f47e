"""The contract between a training run and whoever drives it: the window, the command line, a test.

Configuration goes in, read-only arrays and events come out, commands go in by name. Nothing here
knows torch or Qt, so that a run may live in a thread, in another process or in a folder on the disk.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.device_choice import DeviceChoice

RunState: TypeAlias = Literal["preparing", "running", "paused", "finished", "stopped", "failed"]
Split: TypeAlias = Literal["train", "held_out", "quality"]

SHORTEST_PACE_S = {"snapshot_every_s": 0.05, "checkpoint_every_s": 0.1}
LONGEST_PACE_S = 86_400.0
"""Limits of the two rates of a `Recording`."""


@dataclass(frozen=True, slots=True)
class Recording:
    """How often a run writes, in seconds of training; the rates may change while it runs.

    Attributes
    ----------
    snapshot_every_s : between two snapshots of the timeline.
    checkpoint_every_s : between two checkpoints; a killed run loses at most that much.
    max_snapshots, max_checkpoints : beyond these every second of the older ones is deleted.
    n_points : most examples whose codes a snapshot holds.
    """

    snapshot_every_s: float = 1.0
    checkpoint_every_s: float = 10.0
    max_snapshots: int = 300
    max_checkpoints: int = 20
    n_points: int = 10_000


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything that starts a run.

    Attributes
    ----------
    model : ``gmm-vae`` or ``vq-vae``.
    source : a `core.dataset.DataSource`.
    config : the model's own configuration, such as `core.gmm_vae_config.GmmVaeConfig`.
    device : where to train.
    folder : the run folder to make; None for a new name below ``parent``.
    parent : folder of run folders.
    resume : go on from the latest checkpoint in ``folder``.
    branch_from, branch_step : begin a new run from that folder's checkpoint nearest to the step.
    recording : how often to write.
    """

    model: str
    source: Any
    config: Any
    device: DeviceChoice = "auto"
    folder: Path | None = None
    parent: Path | None = None
    resume: bool = False
    branch_from: Path | None = None
    branch_step: int | None = None
    recording: Recording = field(default_factory=Recording)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is, after each step.

    Attributes
    ----------
    step, n_steps : optimiser steps done, and planned in all by the present plan.
    epoch : epochs done in all phases, with fraction.
    phase : what is being trained, such as ``pretrain``, ``mixture_fit`` or ``joint``.
    n_images : examples seen so far.
    """

    step: int
    n_steps: int
    epoch: float
    phase: str
    n_images: int


@dataclass(frozen=True, slots=True, eq=False)
class MetricsTable:
    """Numbers of several steps.

    Attributes
    ----------
    split : on which examples they were measured: each step's batch, held-out ones, or all (quality).
    names : of the columns; the first is ``step``.
    values : (rows, columns) float64.
    """

    split: Split
    names: tuple[str, ...]
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Command:
    """A change at a step boundary, recorded as an event of the run.

    Names understood by every run: ``learning_rate``, ``beta``, ``snapshot_every_s``,
    ``checkpoint_every_s`` (value: a float), ``skip_phase`` and ``checkpoint`` (no value). The GMM-VAE
    also takes ``pretrain_beta``, ``move_component`` (index, mean…), ``add_component`` (mean…) and
    ``remove_component`` (index); the VQ-VAE ``decay``, ``revival``, ``batch_norm``, ``estimator`` and
    ``codebook_update``, see `training.vq_vae_commands`.
    """

    name: str
    value: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is fixed once a run is set up.

    Attributes
    ----------
    folder : the run folder.
    device : in words, such as ``cpu, 1 thread`` or a card's name.
    notes : what the user may want to know, such as why a graph could not be captured.
    config : of the model as it goes on: what can be switched during a run is as in the checkpoint; None
        where nobody asked.
    """

    folder: Path
    device: str
    notes: tuple[str, ...] = ()
    config: Any = None


@runtime_checkable
class Snapshot(Protocol):
    """Read-only arrays of one instant; what else is in it is the model's own."""

    @property
    def step(self) -> int: ...

    @property
    def phase(self) -> str: ...


class TrainingRun(Protocol):
    """One run, set up. Every method is called in the thread that trains.

    A run records itself: each step returns with what was due in the run folder written.
    """

    @property
    def facts(self) -> RunFacts: ...

    @property
    def progress(self) -> Progress:
        """Where it is; before the first step where it will begin, as a resumed run does in the middle."""
        ...

    def steps(self) -> Iterator[Progress]:
        """Train; each item is exactly one optimiser step (or the one mixture fit).

        Raises
        ------
        RunFailed
            With what happened and what to try; the last good checkpoint stands.
        """
        ...

    def apply(self, command: Command) -> None:
        """Change something between two steps.

        Raises
        ------
        InputError
            If the command or its value makes no sense here; the run goes on unchanged.
        """
        ...

    def snapshot(self) -> Snapshot:
        """The arrays of this instant, copied."""
        ...

    def take_metrics(self) -> Sequence[MetricsTable]:
        """All metrics since the last call, each step's included."""
        ...

    def device_memory_mb(self) -> float | None:
        """Memory held on the device; None where it cannot be told."""
        ...

    def close(self, state: RunState, reason: str = "") -> None:
        """Write checkpoint (unless failed), metrics and status; release the device."""
        ...


@runtime_checkable
class RestingRun(Protocol):
    """An ability of a `TrainingRun`: to show that it lives while it is paused."""

    def rest(self) -> bool:
        """Called in the training thread about every second of a pause, in place of steps.

        Writes the heartbeat with state ``paused`` and heeds a watcher's requests; False where one of
        them is to stop.
        """
        ...


MakeRun: TypeAlias = Callable[[RunRequest, Callable[[str, float | None], bool]], TrainingRun]
"""Sets up a run: loads the data (calling back with words and a share done or None; False cancels),
makes the model and the run folder. Called in the training thread; imports torch there."""


class RunFailed(Exception):  # noqa: N818 - the state of the run is called so
    """Training cannot go on; the message is for the user: what happened, and what to try."""
