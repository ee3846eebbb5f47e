"""Which epoch and phase a step was in, learnt from the metrics of a run."""

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dgm_explorer.core.training import MetricsTable

KNOT_EVERY = 50
"""Steps between two entries; epochs are linear in steps inside a phase."""

COLUMNS = ("step", "epoch", "phase")


@dataclass(frozen=True, slots=True)
class TimelineMark:
    """A recorded snapshot.

    Attributes
    ----------
    step : optimiser steps done.
    epoch : epochs done; None where not known yet.
    phase : number of the phase, from 0.
    """

    step: int
    epoch: float | None
    phase: int


class Calendar:
    """Step → epoch and phase; grows with every table of training metrics.

    Steps that train nothing, such as a mixture fit, have no row: they are of the phase before the next row's.
    """

    def __init__(self) -> None:
        self._row: tuple[int, float, int] | None = None
        self._present = 0
        self._steps: list[int] = []
        self._epochs: list[float] = []
        self._phases: list[int] = []

    def add(self, tables: Iterable[MetricsTable]) -> None:
        """Learn from tables of the split ``train`` that have the columns `COLUMNS`."""
        for table in tables:
            if table.split == "train" and len(table.values) and set(COLUMNS) <= set(table.names):
                columns = [table.names.index(name) for name in COLUMNS]
                self._add_rows(table.values[:, columns].tolist())

    def see(self, phase: int) -> None:
        """The run is in this phase now, of which there may be no row yet."""
        self._present = phase

    def _add_rows(self, rows: Sequence[Sequence[float]]) -> None:
        for number, (step, epoch, phase) in enumerate(rows):
            is_last = number == len(rows) - 1
            is_new_phase = not self._phases or phase != self._phases[-1]
            if is_new_phase and self._row is not None:
                self._insert(*self._row)
                self._insert(int(step) - 1, self._row[1], int(phase) - 1)
            self._row = int(step), float(epoch), int(phase)
            if is_last or is_new_phase or step - self._steps[-1] >= KNOT_EVERY:
                self._insert(int(step), float(epoch), int(phase))

    def _insert(self, step: int, epoch: float, phase: int) -> None:
        if self._steps and step <= self._steps[-1]:
            return  # a resumed run repeats steps that a crash took from its checkpoint, not from its metrics
        self._steps.append(step)
        self._epochs.append(epoch)
        self._phases.append(phase)

    def mark(self, step: int) -> TimelineMark:
        """The mark of a snapshot at ``step``."""
        after = bisect.bisect_left(self._steps, step)
        if not self._steps:
            return TimelineMark(step, None, 0)
        if after == len(self._steps):
            is_last, phase = step == self._steps[-1], self._phases[-1]
            is_between = not is_last and self._present > phase
            return TimelineMark(step, self._epochs[-1] if is_last else None, phase + is_between)
        return TimelineMark(step, self._epoch_before(after, step), self._phases[after])

    def _epoch_before(self, after: int, step: int) -> float:
        """Between the knot ``after`` and the one before it, or the beginning."""
        first_step, first = (self._steps[after - 1], self._epochs[after - 1]) if after else (0, 0.0)
        last_step, last = self._steps[after], self._epochs[after]
        return first + (last - first) * (step - first_step) / max(1, last_step - first_step)
