"""A watcher of a run folder, which may be written meanwhile, or lie on another computer."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs import checkpoint_file, events, metrics_lines, snapshot_file
from dgm_explorer.runs.events import RunEvent
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.liveness import Heartbeat
from dgm_explorer.runs.model_files import files_of
from dgm_explorer.runs.run_info import open_run_folder
from dgm_explorer.runs.status import RunStatus, read_status
from dgm_explorer.runs.tail import LineTail
from dgm_explorer.runs.writer import SNAPSHOT, STOP


@dataclass(frozen=True, slots=True, eq=False)
class RunNews:
    """What one look brought.

    Attributes
    ----------
    metrics, events : since the last look.
    status : the last that could be read; None before the first.
    is_alive : whether somebody seems to be writing.
    is_restarted : the metrics are from the beginning again; forget the older ones.
    has_more : look again soon, as one look takes a bounded amount.
    """

    metrics: tuple[MetricsTable, ...] = ()
    events: tuple[RunEvent, ...] = ()
    status: RunStatus | None = None
    is_alive: bool = False
    is_restarted: bool = False
    has_more: bool = False


class RunReader:
    """Follows one run folder; called from one thread.

    Parameters
    ----------
    path : the run folder.
    clock : seconds that only rise; hosts' clocks differ, so the heart is timed by one's own.

    Raises
    ------
    InputError
        If there is no run in the folder, or one that this program cannot read.
    """

    def __init__(self, path: Path | str, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = RunFolder(Path(path))
        self.info = open_run_folder(path)
        self._metrics = LineTail(self.folder.metrics_file, clock=clock)
        self._events = LineTail(self.folder.events_file, max_bytes=1 << 18, clock=clock)
        self._heartbeat = Heartbeat(self.folder, clock)
        self._status: RunStatus | None = None

    def poll(self) -> RunNews:
        """Look once; whatever state the files are in, this never raises."""
        metrics, happened = self._metrics.poll(), self._events.poll()
        self._status = read_status(self.folder) or self._status
        return RunNews(
            metrics_lines.from_lines(metrics.lines),
            events.from_lines(happened.lines),
            self._status,
            self._heartbeat.is_alive(self._status),
            metrics.is_restarted,
            metrics.has_more or happened.has_more,
        )

    def snapshot_steps(self) -> tuple[int, ...]:
        """Steps of the timeline, rising."""
        return steps_in(self.folder.snapshots)

    def read_snapshot(self, step: int) -> Any:
        """The snapshot of a step, of the model's own kind.

        Raises
        ------
        InputError
            If it is gone, damaged, or does not fit.
        """
        files = files_of(self.info.model, self.folder.info_file)
        return snapshot_file.read_snapshot(self.folder.snapshot_file(step), files)

    def checkpoint_steps(self) -> tuple[int, ...]:
        """Steps that a run can go on from, rising."""
        return steps_in(self.folder.checkpoints)

    def read_checkpoint(self, step: int) -> CheckpointState:
        """The checkpoint of a step.

        Raises
        ------
        InputError
            If it is gone or damaged.
        """
        return checkpoint_file.read_checkpoint(self.folder.checkpoint_file(step))

    def request_stop(self) -> None:
        """Ask the run to end after its present step.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        self._request(STOP)

    def request_snapshot(self) -> None:
        """Ask the run to write a snapshot now.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        self._request(SNAPSHOT)

    def _request(self, name: str) -> None:
        with suppress(OSError):
            self.folder.control.mkdir(exist_ok=True)
        try:
            (self.folder.control / name).touch()
        except OSError as error:
            raise InputError(
                f"{self.folder.path} cannot be written to ({error.strerror or error}); ask on the computer "
                "that trains."
            ) from error
