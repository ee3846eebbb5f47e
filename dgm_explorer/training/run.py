"""A model that trains and records itself in its run folder."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_notes import RunNote
from dgm_explorer.core.training import (
    LONGEST_PACE_S,
    SHORTEST_PACE_S,
    Command,
    MetricsTable,
    Progress,
    Recording,
    RunFacts,
    RunFailed,
    RunState,
    Snapshot,
)
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training import failures
from dgm_explorer.training.command_values import number_of
from dgm_explorer.training.devices import Place
from dgm_explorer.training.model_run import ModelRun
from dgm_explorer.training.recorder import Recorder

T = TypeVar("T")


class RecordedRun:
    """`core.training.TrainingRun` of one model in one folder; all calls come from the training thread.

    Parameters
    ----------
    model, writer, place : what trains, where it is written, where it computes.
    facts : for the user; the notes of ``place`` are added.
    recording : how often to write.
    agree_to_stop : asked after each step whether to stop, given whether this process wants to; several
        processes that train one model leave together by it.
    clock : seconds that only grow.
    """

    def __init__(
        self,
        model: ModelRun,
        writer: RunWriter,
        place: Place,
        facts: RunFacts,
        recording: Recording,
        agree_to_stop: Callable[[bool], bool] = bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = writer
        self._place = place
        self._facts = facts
        self._agree_to_stop = agree_to_stop
        self._recorder: Recorder | None = Recorder(model, writer, place, recording, clock)
        self._progress = model.progress
        self._failure: RunFailed | None = None
        self._last_metrics: Sequence[MetricsTable] = ()
        self._is_begun = self._is_stopping = self._is_closed = False

    @property
    def facts(self) -> RunFacts:
        return self._facts

    @property
    def progress(self) -> Progress:
        """Where the run is, or was when it ended."""
        return self._progress

    def request_stop(self) -> None:
        """Let `steps` end after the present step; may be called from a signal handler."""
        self._is_stopping = True

    def steps(self) -> Iterator[Progress]:
        """Train; ends early where somebody asked for it, here or in the run folder.

        Raises
        ------
        RunFailed
            As in `TrainingRun.steps`.
        """
        steps = self._attempt(self._begin)
        while (progress := self._attempt(lambda: self._advance(steps))) is not None:
            yield progress
            if self._agree_to_stop(self._wants_to_stop):
                return

    def rest(self) -> bool:
        """Heed a watcher and show that the run lives, during a pause; False where it is to stop.

        Raises
        ------
        RunFailed
            If that cannot be written.
        """
        self._attempt(self._living.rest)
        return not self._wants_to_stop

    def apply(self, command: Command) -> None:
        """Change a rate of recording or something of the model, and record the change as an event.

        Raises
        ------
        InputError
            If the command or its value makes no sense here; the run goes on unchanged.
        RunFailed
            If it cannot be recorded.
        """
        if command.name == "snapshot_every_s":
            self._living.snapshot_pace.every_s = _parse_pace(command)
        elif command.name == "checkpoint_every_s":
            self._living.checkpoint_pace.every_s = _parse_pace(command)
        elif command.name == "checkpoint":
            self._attempt(self._living.write_checkpoint)
        else:
            self._attempt(lambda: self._living.apply(command), lets_through=InputError)
        self._attempt(
            lambda: self._writer.append_event(command.name, self._progress.step, value=command.value)
        )

    def snapshot(self) -> Snapshot:
        """The arrays of this instant, copied; made once per step."""
        return self._attempt(self._living.snapshot)

    def take_metrics(self) -> Sequence[MetricsTable]:
        """All metrics since the last call; after a failure those that led to it."""
        if self._recorder is not None:
            return self._attempt(self._recorder.take_metrics)
        tables, self._last_metrics = self._last_metrics, ()
        return tables

    def take_notes(self) -> Sequence[RunNote]:
        """What the model told besides its metrics, as far as these were taken or written; each once."""
        return () if self._recorder is None else self._recorder.take_notes()

    def device_memory_mb(self) -> float | None:
        """Memory held on the device; None where it cannot be told."""
        return self._place.memory_mb()

    def close(self, state: RunState, reason: str = "") -> None:
        """Write checkpoint (unless failed), metrics and status; release the device. Once is enough.

        Raises
        ------
        RunFailed
            If the last state cannot be saved; the folder is closed all the same.
        """
        if self._is_closed:
            return
        self._is_closed = True
        if state == "finished" and self._progress.step < self._progress.n_steps:
            state = "stopped"
        try:
            if self._recorder is not None and state != "failed":
                self._attempt(lambda: self._living.end(state, reason))
            elif self._failure is None:
                self._fail(RunFailed(reason), "")
        finally:
            self._drop_model()
            self._writer.close()

    @property
    def _wants_to_stop(self) -> bool:
        return self._is_stopping or self._living.is_stop_requested

    @property
    def _living(self) -> Recorder:
        if self._recorder is None:
            raise self._failure or RunFailed("The run has ended; resume it or start another one.")
        return self._recorder

    def _begin(self) -> Iterator[Progress]:
        if not self._is_begun:
            self._is_begun = True
            self._living.begin()
        return self._living.model.steps()

    def _advance(self, steps: Iterator[Progress]) -> Progress | None:
        progress = next(steps, None)
        if progress is not None:
            self._progress = progress
            self._living.after_step(progress)
        return progress

    def _attempt(self, action: Callable[[], T], lets_through: type[Exception] | tuple[()] = ()) -> T:
        """Do something that may end the run: then everything is dropped and said before `RunFailed`."""
        try:
            return action()
        except lets_through:
            raise
        except Exception as error:
            failure = failures.explain(error, self._progress.step)
            details = failures.details(error)
            is_memory_short = failures.is_out_of_memory(error)
        # Behind the except block: there the traceback still holds every tensor of the failed step.
        self._fail(failure, details)
        if is_memory_short:
            gc.collect()  # reference cycles may hold tensors too; costs 0.2 s
            self._place.release()
        raise failure

    def _fail(self, failure: RunFailed, details: str) -> None:
        """Let go of the model, then write what happened as far as that is possible: the disk may be full."""
        self._failure = failure
        step, reason = self._progress.step, str(failure)
        status = None if self._recorder is None else self._recorder.describe("failed", reason)
        self._drop_model()
        with suppress(InputError, OSError):
            self._writer.append_event("failed", step, reason=reason, details=details)
        with suppress(InputError, OSError):
            self._writer.write_status(status or RunStatus("failed", reason=reason))

    def _drop_model(self) -> None:
        """Free the model and its memory, keeping the metrics that nobody has seen."""
        if self._recorder is None:
            return
        with suppress(Exception):  # a device that failed may not even give its numbers
            self._last_metrics = self._recorder.take_metrics()
        self._recorder = None
        self._place.release()


def _parse_pace(command: Command) -> float:
    """Seconds between two times."""
    return number_of(command, SHORTEST_PACE_S[command.name], LONGEST_PACE_S)
