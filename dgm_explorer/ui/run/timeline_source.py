"""One picture for all views: the newest while live, a recorded one where the user looks back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_words import describe_phase
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.run.calendar import Calendar, TimelineMark

LIST_MS = 1000


@dataclass(frozen=True, slots=True)
class _Listing:
    """Steps of all recorded snapshots and checkpoints, rising."""

    folder: Path
    steps: tuple[int, ...]
    checkpoints: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A request for one recorded snapshot."""

    folder: Path
    step: int


class TimelineSource(QObject):
    """Reads recorded snapshots beside the window; of several asked for, only the newest counts.

    Connect a run's live pictures and metrics to `take_live` and `take_metrics`, a `Timeline` to
    `set_position`, and every view to `picture_changed`.

    Parameters
    ----------
    phases : names of the run's phases in their order, as words.
    """

    picture_changed = Signal(object)
    """The snapshot to draw."""

    marks_changed = Signal(object)
    """A tuple of `TimelineMark`, rising."""

    checkpoints_changed = Signal(object)
    """A tuple of the steps that a branch can begin from, rising."""

    refused = Signal(str)
    """A recorded snapshot cannot be read: one sentence."""

    def __init__(self, phases: Sequence[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phases = tuple(phases)
        self._folder: Path | None = None
        self._live: Any = None
        self._position: int | None = None
        self._steps: tuple[int, ...] = ()
        self._calendar = Calendar()
        self._lister = NewestWorker(_list_snapshots, self)
        self._lister.finished.connect(self._take_listing)
        self._loader = NewestWorker(_read_snapshot, self)
        self._loader.finished.connect(self._take_reading)
        self._timer = QTimer(self)
        self._timer.setInterval(LIST_MS)
        self._timer.timeout.connect(self.refresh)

    @property
    def position(self) -> int | None:
        """The step looked back on; None while live."""
        return self._position

    @property
    def live(self) -> Any:
        """The newest picture of the run; None if there is none yet."""
        return self._live

    @property
    def marks(self) -> tuple[TimelineMark, ...]:
        return tuple(self._calendar.mark(step) for step in self._steps)

    @Slot(object)
    def set_folder(self, folder: Path | None) -> None:
        """Another run: forget pictures and marks, go live."""
        self._folder, self._live, self._position = folder, None, None
        self._steps, self._calendar = (), Calendar()
        self._lister.forget()
        self._loader.forget()
        self.marks_changed.emit(())
        self.checkpoints_changed.emit(())
        self.refresh()

    def set_growing(self, is_growing: bool) -> None:
        """Look for new snapshots from time to time, as long as the run goes on."""
        if is_growing and not self._timer.isActive():
            self._timer.start()
        elif not is_growing and self._timer.isActive():
            self._timer.stop()
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look for new snapshots."""
        if self._folder is not None and not self._lister.is_busy:
            self._lister.ask(self._folder)

    @Slot(object)
    def take_live(self, snapshot: Any) -> None:
        """The run has a new picture; it is drawn unless the user looks back."""
        self._live = snapshot
        if describe_phase(snapshot.phase) in self._phases:
            self._calendar.see(self._phases.index(describe_phase(snapshot.phase)))
        if self._position is None:
            self.picture_changed.emit(snapshot)

    @Slot(object)
    def take_metrics(self, tables: tuple[MetricsTable, ...]) -> None:
        """Learn which epoch and phase the steps belong to."""
        self._calendar.add(tables)

    @Slot(object)
    def set_position(self, step: int | None) -> None:
        """Look at the snapshot of a step; None returns to the newest."""
        self._position = step
        if step is None:
            self._loader.forget()
            if self._live is not None:
                self.picture_changed.emit(self._live)
        elif self._folder is not None:
            self._loader.ask(_Reading(self._folder, step))

    def close(self) -> None:
        """Stop looking and wait for what is being read."""
        self._timer.stop()
        self._lister.close()
        self._loader.close()

    def _take_listing(self, folder: Path, listing: _Listing) -> None:
        if folder == self._folder:
            self._steps = listing.steps
            self.marks_changed.emit(self.marks)
            self.checkpoints_changed.emit(listing.checkpoints)

    def _take_reading(self, reading: _Reading, result: Any) -> None:
        if (reading.folder, reading.step) != (self._folder, self._position):
            return
        if isinstance(result, str):
            self.refused.emit(result)
        else:
            self.picture_changed.emit(result)


def _list_snapshots(folder: Path) -> _Listing:
    """In the worker's thread."""
    run = RunFolder(folder)
    return _Listing(folder, steps_in(run.snapshots), steps_in(run.checkpoints))


def _read_snapshot(reading: _Reading) -> Any:
    """In the worker's thread: the snapshot, or a sentence why there is none."""
    try:
        return RunReader(reading.folder).read_snapshot(reading.step)
    except InputError as error:
        return str(error)
    except OSError as error:
        return f"The snapshot of step {reading.step} cannot be read ({error}); choose another one."
