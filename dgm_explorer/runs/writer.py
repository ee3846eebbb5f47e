"""The one who writes a run folder. Nothing here is half done when it fails or is killed."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.training import MetricsTable, Recording, Snapshot
from dgm_explorer.runs import checkpoint_file, events, metrics_lines, run_info, snapshot_file, status
from dgm_explorer.runs.append import append_lines, cut_torn_line
from dgm_explorer.runs.events import PlainValue, RunEvent
from dgm_explorer.runs.folder import RunFolder, make_inside, steps_in
from dgm_explorer.runs.links import refuse_links
from dgm_explorer.runs.lock import WriterLock
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.thinning import thin

MAX_SNAPSHOT_BYTES = 1 << 30
MAX_CHECKPOINT_BYTES = 2 << 30
STOP = "stop"
SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Requests:
    """What watchers asked for since the last look.

    Attributes
    ----------
    stop : end the run after this step.
    snapshot : write a snapshot now.
    """

    stop: bool = False
    snapshot: bool = False


class RunWriter:
    """Writes one run folder; called from one thread.

    Every method raises `InputError`, with a sentence for the user, where there is no room, no right to
    write or no folder any more; what was written before stands.

    Parameters
    ----------
    folder : made by `folder.create_run_folder` or `folder.make_run_folder`, or of a run to be resumed.
    recording : how many snapshots and checkpoints may stay.

    Raises
    ------
    InputError
        If another process writes to the folder, or it cannot be written to.
    """

    def __init__(self, folder: RunFolder, recording: Recording | None = None) -> None:
        self.folder = folder
        self.recording = recording or Recording()
        refuse_links(folder)
        self._lock = WriterLock(folder)
        try:
            make_inside(folder)
            self._clear_what_was_left()
        except BaseException:
            self._lock.release()
            raise

    def write_info(self, info: RunInfo) -> None:
        """Write what the run is; again at each resume, with the new process in it."""
        run_info.write_info(self.folder, info)

    def append_metrics(self, tables: Iterable[MetricsTable]) -> None:
        """Add the rows of all tables; call about twice a second."""
        lines = [line for table in tables for line in metrics_lines.to_lines(table)]
        append_lines(self.folder.metrics_file, lines)

    def append_event(self, name: str, step: int, /, **values: PlainValue) -> None:
        """Record that something happened after so many steps; ``event`` and ``t`` are no names of values."""
        event = RunEvent(name, step, time.time(), values)
        append_lines(self.folder.events_file, [events.to_line(event)])

    def write_status(self, status_now: RunStatus) -> None:
        """Replace the heartbeat; at least every few seconds while the run is active, paused included."""
        status.write_status(self.folder, status_now)

    def write_snapshot(self, snapshot: Snapshot) -> None:
        """Add to the timeline, and thin what is older."""
        snapshot_file.write_snapshot(self.folder.snapshot_file(snapshot.step), snapshot)
        thin(self.folder.snapshots, self.recording.max_snapshots, MAX_SNAPSHOT_BYTES)

    def write_checkpoint(self, step: int, state: CheckpointState) -> None:
        """Add a place to go on from, and thin what is older."""
        checkpoint_file.write_checkpoint(self.folder, step, state)
        thin(self.folder.checkpoints, self.recording.max_checkpoints, MAX_CHECKPOINT_BYTES)

    def forget_after(self, step: int) -> None:
        """Delete snapshots and checkpoints beyond the step that a run goes on from: it makes them anew.

        Metrics stay: later rows for the same steps take the place of earlier ones when they are read.
        """
        for later in steps_in(self.folder.snapshots):
            if later > step:
                with suppress(OSError):
                    self.folder.snapshot_file(later).unlink()
        for later in steps_in(self.folder.checkpoints):
            if later > step:
                with suppress(OSError):
                    self.folder.checkpoint_file(later).unlink()

    def take_requests(self) -> Requests:
        """What watchers asked for; each request is given once."""
        return Requests(stop=self._take(STOP), snapshot=self._take(SNAPSHOT))

    def close(self) -> None:
        """Let others write."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, request: str) -> bool:
        try:
            (self.folder.control / request).unlink()
        except OSError:
            return False
        return True

    def _clear_what_was_left(self) -> None:
        """Temporaries and torn lines of a writer that was killed, and requests that came too late."""
        for place in (self.folder.path, self.folder.snapshots, self.folder.checkpoints, self.folder.control):
            for temporary in place.glob(".*.tmp"):
                with suppress(OSError):
                    temporary.unlink()
        for lines in (self.folder.metrics_file, self.folder.events_file):
            cut_torn_line(lines)
        self.take_requests()
