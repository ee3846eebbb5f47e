"""The variances of the estimators measured place after place beside the window."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from dgm_explorer.numerics.variance_growth import GrowthPoint, Sweep, run_sweep
from dgm_explorer.ui.newest_worker import NewestWorker

PAUSE_MS = 150
"""A changed sweep starts once nothing has changed for so long: a drag keeps the interpreter to itself."""
CHUNK_S = 0.04
LEAST_SHARE = 0.01
"""Of the work: before, nobody can say how long the rest takes."""

Place = tuple[int, int]
"""d and N."""


@dataclass(frozen=True, eq=False)
class _Job:
    """A sweep under way; only the worker's thread advances ``pieces``."""

    sweep: Sweep
    pieces: Iterator[tuple[GrowthPoint, ...]]


@dataclass(frozen=True, eq=False)
class _Found:
    """What one turn of the worker has measured."""

    pieces: tuple[tuple[GrowthPoint, ...], ...]
    is_end: bool
    seconds: float


def _advance(job: _Job) -> _Found:
    """In the worker's thread: some tens of milliseconds."""
    started_s = time.perf_counter()
    pieces: list[tuple[GrowthPoint, ...]] = []
    for piece in job.pieces:
        pieces.append(piece)
        if time.perf_counter() - started_s >= CHUNK_S:
            return _Found(tuple(pieces), False, time.perf_counter() - started_s)
    return _Found(tuple(pieces), True, time.perf_counter() - started_s)


def rounded(sweep: Sweep) -> Sweep:
    """The sweep to ten digits, so that rounding in a drag that leaves it alone does not start it again."""
    return replace(sweep, offset=float(f"{sweep.offset:.9e}"), sigma=float(f"{sweep.sigma:.9e}"))


class GrowthRun(QObject):
    """Measures the newest sweep; results for older ones are dropped.

    Attributes
    ----------
    sweep : what is measured; None before the first `want`.
    """

    progressed = Signal()
    """There are more points, or the run began, ended, stopped or went on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sweep: Sweep | None = None
        self._job: _Job | None = None
        self._found: dict[Place, tuple[GrowthPoint, ...]] = {}
        self._is_over = False
        self._is_cancelled = False
        self._is_active = True
        self._busy_s = 0.0
        self._worker = NewestWorker(_advance, self)
        self._worker.finished.connect(self._receive)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._begin)

    @property
    def points(self) -> tuple[GrowthPoint, ...]:
        """What is known of `sweep`, place after place."""
        return tuple(point for points in self._found.values() for point in points)

    @property
    def is_complete(self) -> bool:
        return self._is_over

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled

    @property
    def is_running(self) -> bool:
        """Whether more points are to come."""
        return self.sweep is not None and not (self._is_over or self._is_cancelled)

    @property
    def share(self) -> float:
        """How much of the work is done, 0 … 1; it goes as the random numbers drawn."""
        if self.sweep is None:
            return 0.0
        whole = self.sweep.repeats * sum(d * n for d, n in self.sweep.places)
        return sum(points[0].n_estimates * d * n for (d, n), points in self._found.items()) / whole

    @property
    def left_s(self) -> float | None:
        """Seconds of work to come; None while nobody can say."""
        share = self.share
        return self._busy_s * (1 - share) / share if share >= LEAST_SHARE else None

    def want(self, sweep: Sweep) -> None:
        """Measure this; what is measured already, or was cancelled, stays as it is."""
        sweep = rounded(sweep)
        if sweep != self.sweep:
            self.sweep = sweep
            self._start_anew()

    def restart(self) -> None:
        """Measure the same again from the beginning."""
        if self.sweep is not None:
            self._start_anew()

    def cancel(self) -> None:
        """Stop and keep what is known."""
        if self.is_running:
            self._is_cancelled = True
            self._stop()
            self.progressed.emit()

    def set_active(self, is_active: bool) -> None:
        """Hold still while nobody looks, and go on afterwards."""
        if is_active == self._is_active:
            return
        self._is_active = is_active
        if is_active and self.is_running:
            self._pause.start()
        elif not is_active:
            self._stop()

    def close(self) -> None:
        """Stop, and wait for the piece that is being measured."""
        self._is_active = False
        self._stop()
        self._worker.close()

    def _start_anew(self) -> None:
        self._stop()
        self._job = None
        self._found = {}
        self._is_over = self._is_cancelled = False
        self._busy_s = 0.0
        if self._is_active:
            self._pause.start()

    def _stop(self) -> None:
        self._pause.stop()
        self._worker.forget()

    def _begin(self) -> None:
        assert self.sweep is not None
        if self._job is None:
            self._job = _Job(self.sweep, run_sweep(self.sweep))
            self.progressed.emit()
        self._worker.ask(self._job)

    def _receive(self, job: _Job, found: _Found) -> None:
        if job is not self._job:
            return
        self._busy_s += found.seconds
        for points in found.pieces:
            self._found[points[0].dimension, points[0].n_samples] = points
        self._is_over = found.is_end
        if self.is_running and self._is_active:
            self._worker.ask(job)
        self.progressed.emit()
