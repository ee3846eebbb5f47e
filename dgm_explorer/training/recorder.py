"""Writes a training model's metrics, snapshots, checkpoints and status into its run folder in time."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from dgm_explorer.core.run_notes import NotingRun, RunNote
from dgm_explorer.core.training import (
    Command,
    MetricsTable,
    Progress,
    Recording,
    RunFailed,
    RunState,
    Snapshot,
)
from dgm_explorer.runs.status import RunStatus, read_status
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training.devices import Place
from dgm_explorer.training.failures import require_finite
from dgm_explorer.training.model_run import ModelRun
from dgm_explorer.training.pacing import Pace

FLUSH_EVERY_S = 0.5
STATUS_EVERY_S = 1.0
LOOK_EVERY_S = 0.2
SNAPSHOT_SHARE = 0.05
WRITING_SHARE = 0.02
"""Of the time, at most, for metrics, and as much for the status; a slow disk gets them less often."""
MAX_UNTAKEN = 100_000
"""Tables kept for a window that does not ask."""
MAX_UNTOLD = 100


class Recorder:
    """Called after each step; writes what is due and hands on what the window has not seen yet.

    A model that is not finite is never saved: metrics are checked whenever they are written, and they
    are written, and the parameters checked, before each checkpoint.
    """

    def __init__(
        self,
        model: ModelRun,
        writer: RunWriter,
        place: Place,
        recording: Recording,
        clock: Callable[[], float],
    ) -> None:
        self.model = model
        self._writer = writer
        self._place = place
        self._unwritten: list[MetricsTable] = []
        self._untaken: list[MetricsTable] = []
        self._untold: list[RunNote] = []
        self._snapshot: Snapshot | None = None
        step = model.progress.step
        self._written_snapshot = step if writer.folder.snapshot_file(step).exists() else -1
        self._written_checkpoint = step if writer.folder.checkpoint_file(step).exists() else -1
        self._phase = model.progress.phase
        self._clock = clock
        earlier = read_status(writer.folder)
        self._seconds = 0.0 if earlier is None else earlier.seconds
        self._last_status = (clock(), model.progress)
        self._rates = (0.0, 0.0)
        self.flush_pace = Pace(FLUSH_EVERY_S, clock, WRITING_SHARE)
        self.status_pace = Pace(STATUS_EVERY_S, clock, WRITING_SHARE)
        self.look_pace = Pace(LOOK_EVERY_S, clock)
        self.snapshot_pace = Pace(recording.snapshot_every_s, clock, SNAPSHOT_SHARE)
        self.checkpoint_pace = Pace(recording.checkpoint_every_s, clock, is_early=True)
        self.is_stop_requested = False

    def begin(self) -> None:
        """Record the state before the first step, so that a run always has a picture and a way back."""
        self.write_status("running")  # first: how it ends can be written over it on a full disk
        self.write_snapshot()
        self.write_checkpoint()

    def after_step(self, progress: Progress) -> None:
        """Write what is due.

        Raises
        ------
        RunFailed
            If a loss or a parameter is not finite.
        InputError
            If the folder cannot be written to.
        """
        self._snapshot = None
        if progress.phase != self._phase:
            self._phase = progress.phase
            self._writer.append_event("phase", progress.step, phase=progress.phase)
            self.write_snapshot()
            self.write_checkpoint()
        if self.look_pace.is_due():
            self.look_for_requests()
        if self.flush_pace.is_due():
            self.flush()
        if self.status_pace.is_due():
            self.write_status("running")
        if self.snapshot_pace.is_due():
            self.write_snapshot()
        if self.checkpoint_pace.is_due():
            self.write_checkpoint()

    def flush(self) -> None:
        """Write all metrics and the status; raises as `after_step`."""
        with self.flush_pace.timed():
            self._drain()
            tables, self._unwritten = self._unwritten, []
            self._writer.append_metrics(tables)
            require_finite(tables)

    def write_snapshot(self) -> None:
        """Put the present state on the timeline, once."""
        with self.snapshot_pace.timed():
            snapshot = self.snapshot()
            if snapshot.step != self._written_snapshot:
                self._writer.write_snapshot(snapshot)
                self._written_snapshot = snapshot.step

    def write_checkpoint(self) -> None:
        """Save the present state, once and only if it is finite; raises as `after_step`."""
        step = self.model.progress.step
        with self.checkpoint_pace.timed():
            self.flush()
            if not self.model.is_finite():
                raise RunFailed(
                    f"Step {step}: a weight of the model is not finite; branch from the last good checkpoint "
                    "with a lower learning_rate."
                )
            if step != self._written_checkpoint:
                self._writer.write_checkpoint(step, self.model.state())
                self._written_checkpoint = step

    def rest(self) -> None:
        """In a pause: show all that was measured, heed requests, write the heartbeat."""
        self.flush()
        self.look_for_requests()
        self.write_status("paused")

    def end(self, state: RunState, reason: str) -> None:
        """Save the present state and say how it ended; raises as `after_step`."""
        self.write_checkpoint()  # the first of the two to be missed where room is short
        self.write_snapshot()
        self._writer.append_event(state, self.model.progress.step, reason=reason)
        self.write_status(state, reason)

    def apply(self, command: Command) -> None:
        """Change the model: this step's snapshot and checkpoint are then no longer those on the disk."""
        self.model.apply(command)
        self._snapshot = None
        self._written_snapshot = self._written_checkpoint = -1

    def snapshot(self) -> Snapshot:
        """The present state, made once per step however many ask."""
        if self._snapshot is None:
            self._snapshot = self.model.snapshot()
        return self._snapshot

    def take_metrics(self) -> Sequence[MetricsTable]:
        """What was measured since the last call."""
        self._drain()
        tables, self._untaken = self._untaken, []
        return tables

    def take_notes(self) -> Sequence[RunNote]:
        """What the model told of the steps that were measured since the last call."""
        notes, self._untold = self._untold, []
        return notes

    def _drain(self) -> None:
        tables = self.model.take_metrics()
        self._unwritten += tables
        self._untaken += tables
        del self._untaken[:-MAX_UNTAKEN]
        if isinstance(self.model, NotingRun):
            for note in self.model.take_notes():
                self._writer.append_event(note.name, note.step, reason=note.reason)
                self._untold.append(note)
            del self._untold[:-MAX_UNTOLD]

    def look_for_requests(self) -> None:
        """Heed what a watcher asked for."""
        with self.look_pace.timed():
            requests = self._writer.take_requests()
            self.is_stop_requested |= requests.stop
            if requests.snapshot:
                self.write_snapshot()

    def write_status(self, state: RunState, reason: str = "") -> None:
        """Write the heartbeat; the time since the last one counts as training unless that was a pause."""
        with self.status_pace.timed():
            now_s, progress = self._clock(), self.model.progress
            then_s, then = self._last_status
            self._last_status = now_s, progress
            steps = progress.step - then.step
            if steps and now_s > then_s:
                images = progress.n_images - then.n_images
                self._rates = steps / (now_s - then_s), images / (now_s - then_s)
                self._seconds += now_s - then_s
            self._writer.write_status(self.describe(state, reason))

    def describe(self, state: RunState, reason: str = "") -> RunStatus:
        """How the run stands."""
        return RunStatus(
            state=state,
            **asdict(self.model.progress),
            steps_per_s=self._rates[0],
            images_per_s=self._rates[1],
            seconds=self._seconds,
            memory_mb=self._place.memory_mb(),
            device=self._place.words,
            reason=reason,
        )
