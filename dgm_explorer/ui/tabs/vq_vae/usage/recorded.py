"""The use of the codes out of a run's recorded snapshots, read beside the window."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.one_array import read_one_array
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.tabs.vq_vae.usage.history import UseAtStep

MOST_READ: Final = 300
"""Snapshots of one run, as many as a run keeps by itself; on a local disk each takes 0.1 ms."""
_MAX_BYTES: Final = 4 * 65_536


@dataclass(frozen=True, slots=True)
class _Reading:
    folder: Path
    known: frozenset[int]


class RecordedUse(QObject):
    """Reads one array of every recorded snapshot that is not known yet."""

    read = Signal(object)
    """A tuple of `UseAtStep` from the folder last set."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._is_closing = threading.Event()
        self._worker = NewestWorker(self._read, self)
        self._worker.finished.connect(self._take)

    @property
    def folder(self) -> Path | None:
        return self._folder

    def set_folder(self, folder: Path | None) -> None:
        self._folder = folder
        self._worker.forget()

    def ask(self, known: frozenset[int]) -> None:
        """Read all snapshots of the folder but those of the steps ``known``."""
        if self._folder is not None:
            self._worker.ask(_Reading(self._folder, known))

    def close(self) -> None:
        """Wait for the file in hand."""
        self._is_closing.set()
        self._worker.close()

    def _read(self, reading: _Reading) -> tuple[UseAtStep, ...]:
        """In the worker's thread; what cannot be read is left out, the timeline says so when it is asked."""
        folder = RunFolder(reading.folder)
        uses = []
        for step in some_of(steps_in(folder.snapshots), MOST_READ):
            if self._is_closing.is_set():
                break
            if step not in reading.known:
                use = _read_use(folder, step)
                uses += [] if use is None else [use]
        return tuple(uses)

    @Slot(object, object)
    def _take(self, reading: _Reading, uses: tuple[UseAtStep, ...]) -> None:
        if reading.folder == self._folder and uses:
            self.read.emit(uses)


def some_of(steps: tuple[int, ...], most: int) -> tuple[int, ...]:
    """At most so many of the steps, evenly spread over their number, the first and the last among them."""
    if len(steps) <= most:
        return steps
    return tuple(steps[at] for at in np.linspace(0, len(steps) - 1, most).round().astype(int))


def _read_use(folder: RunFolder, step: int) -> UseAtStep | None:
    try:
        counts = read_one_array(folder.snapshot_file(step), "batch_counts", _MAX_BYTES)
    except InputError:
        return None
    is_sound = counts.ndim == 1 and counts.dtype == np.float32 and bool(np.isfinite(counts).all())
    return UseAtStep(step, counts) if is_sound and len(counts) and counts.min() >= 0 else None
