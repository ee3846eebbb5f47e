"""A bifurcation diagram computed little by little beside the window, from coarse to fine."""

import time
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from dgm_explorer.core.gaussians import LARGEST, LARGEST_GAP, Component1D
from dgm_explorer.numerics.bifurcation import Sweep, refinement, separation, stationary_at
from dgm_explorer.numerics.critical import CriticalPoint, critical_points
from dgm_explorer.numerics.stationary import StationaryPoint
from dgm_explorer.ui.newest_worker import NewestWorker

PAUSE_MS = 120
"""Nothing is computed before the hand has been still for so long: a drag keeps the interpreter to itself."""
COARSEST, FINEST = 9, 65
"""Number of separations of the first and of the last even pass."""
NARROWEST = 1 / 2000
"""Intervals around a bifurcation are halved down to this part of the range."""
COMPONENTS_AT_ONCE = 8
"""A chunk of work is so many separations times components, some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class SweepTarget:
    """What a diagram is of. Pulling the modes apart or shifting p as a whole does not change it.

    Attributes
    ----------
    components : brought to half-separation 1 about 0, weights to sum 1, rounded.
    sigma_fixed : σ of q, or None where it is free.
    d_max : the diagram runs over 0 < d ≤ d_max, as far as p can be pulled apart.
    """

    components: tuple[Component1D, ...]
    sigma_fixed: float | None
    d_max: float


def target_of(
    components: tuple[Component1D, ...], sigma_fixed: float | None, d_max: float
) -> SweepTarget | None:
    """Return the diagram that belongs to p, or None if all means of p are equal."""
    kept = tuple(component for component in components if component.weight > 0)
    d = separation(kept)
    if d == 0:
        return None
    middle = min(component.mu for component in kept) + d
    total = sum(component.weight for component in kept)
    standard = tuple(
        replace(c, weight=_rounded(c.weight / total), mu=round((c.mu - middle) / d, 9)) for c in kept
    )
    widest = min(LARGEST, 0.5 * LARGEST_GAP * min(component.sigma for component in kept))
    return SweepTarget(standard, sigma_fixed, min(d_max, widest))


def _rounded(weight: float) -> float:
    """To ten digits, but never to 0: the smallest weight has a minimum of its own."""
    return max(float(f"{weight:.9e}"), 1e-300)


@dataclass(frozen=True, slots=True)
class _Chunk:
    target: SweepTarget
    d_values: tuple[float, ...]


@dataclass(frozen=True)
class _Found:
    columns: tuple[tuple[float, tuple[StationaryPoint, ...]], ...]
    critical: tuple[CriticalPoint, ...]


def _compute(chunk: _Chunk) -> _Found:
    """In the worker's thread: a few separations, so that a newer target never waits long."""
    target = chunk.target
    columns = tuple((d, stationary_at(target.components, d, target.sigma_fixed)) for d in chunk.d_values)
    return _Found(columns, critical_points(target.components, target.sigma_fixed))


class SweepRun(QObject):
    """Computes the diagram of the newest target; results for older ones are dropped.

    Attributes
    ----------
    target : of the diagram that is being computed or is complete; None before the first.
    diagram : what is known of it; before its first columns are there, that of the target before.
    shown_target : what `diagram` is of.
    critical : known critical separations of `shown_target`.
    """

    progressed = Signal()
    """`diagram` has grown, or is complete."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target: SweepTarget | None = None
        self.shown_target: SweepTarget | None = None
        self.diagram = Sweep.of([])
        self.critical: tuple[CriticalPoint, ...] = ()
        self._columns: dict[float, tuple[StationaryPoint, ...]] = {}
        self._pending: list[float] = []
        self._count = 0
        self._touched_s = 0.0
        self._worker = NewestWorker(_compute, self)
        self._worker.finished.connect(self._receive)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def is_complete(self) -> bool:
        """Whether `diagram` is the finished one of `target`."""
        return self._count == 0

    @property
    def progress(self) -> float:
        """Share of the diagram that is computed, 0 … 1; refinement near bifurcations is not counted."""
        return min(1.0, len(self._columns) / FINEST)

    def want(self, target: SweepTarget | None) -> None:
        """Ask for another diagram; None stops."""
        if target == self.target:
            return
        self.target = target
        self._columns = {}
        self._pending = []
        self._count = 0
        self._worker.forget()
        self._pause.stop()
        if target is not None:
            self._plan(COARSEST)
            self._ask()

    def make_way(self) -> None:
        """The hand is at work: go on when it has been still for a moment."""
        self._touched_s = time.monotonic()

    def close(self) -> None:
        """Stop, and wait for the chunk that is being computed."""
        self._pause.stop()
        self.target, self._count = None, 0
        self._worker.close()

    def _plan(self, count: int) -> None:
        """Put the separations of an even pass in the queue; d = 0 itself has no shape to pull apart."""
        assert self.target is not None
        self._count = count
        even = np.linspace(0.0, self.target.d_max, count)[1:].tolist()
        self._pending = [d for d in even if d not in self._columns]

    def _ask(self) -> None:
        """Hand out the next chunk, unless the hand is at work."""
        if self.target is None:
            return
        if 1e3 * (time.monotonic() - self._touched_s) < PAUSE_MS:
            self._pause.start()
            return
        count = max(1, COMPONENTS_AT_ONCE // len(self.target.components))
        head, self._pending = self._pending[:count], self._pending[count:]
        self._worker.ask(_Chunk(self.target, tuple(head)))

    def _receive(self, chunk: _Chunk, found: _Found) -> None:
        if chunk.target is not self.target:
            return
        self._columns.update(found.columns)
        if not self._pending:
            self._finish_pass(chunk.target, found)
        if self._pending:
            self._ask()

    def _finish_pass(self, target: SweepTarget, found: _Found) -> None:
        """Show a complete pass and plan the next, finer one."""
        self.diagram = Sweep.of(self._columns.items())
        self.shown_target = target
        self.critical = found.critical
        if self._count < FINEST:
            self._plan(2 * self._count - 1)
        else:
            self._pending = refinement(self.diagram, NARROWEST * target.d_max)
            if not self._pending:
                self._count = 0
        self.progressed.emit()
