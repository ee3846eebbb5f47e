"""Drives the estimator microscope between the events of the window, a few milliseconds at a time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.microscope import TURN_SAMPLES, Cloud, observe, repeats_for
from dgm_explorer.numerics.mixture import Mixture1D

SLICE_MS = 6.0
SHOW_MS = 90.0
REST_MS = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put under the microscope."""

    components: tuple[Component1D, ...]
    q: Gaussian1D
    estimators: tuple[Estimator, ...]
    n_samples: int
    seed: int
    log_z: float


class EstimatorObserver(QObject):
    """Adds repeats until there are enough; a new subject starts anew, the mouse always comes first.

    A repeat of many samples takes longer than a frame should: then the first one waits until the subject
    has rested for `REST_MS`.
    """

    progressed = Signal()
    """`clouds` have grown: at once when there are any, then every `SHOW_MS`, and when they are complete."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: Subject | None = None
        self._turns: Iterator[tuple[Cloud, ...]] = iter(())
        self._shown_at = 0.0
        self.clouds: tuple[Cloud, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)

    @property
    def subject(self) -> Subject | None:
        return self._subject

    @property
    def repeats(self) -> int:
        """Repeats done."""
        return len(self.clouds[0].gradients) if self.clouds else 0

    @property
    def is_complete(self) -> bool:
        subject = self._subject
        return subject is None or not subject.estimators or self.repeats == repeats_for(subject.n_samples)

    def look_at(self, p: Mixture1D, subject: Subject) -> None:
        """Start anew if the subject changed, go on if it was interrupted."""
        if subject != self._subject:
            self._subject, self.clouds, self._shown_at = subject, (), 0.0
            self._turns = observe(
                p, subject.q, subject.estimators, subject.n_samples, subject.seed, subject.log_z
            )
            self._timer.start(0 if subject.n_samples <= TURN_SAMPLES else REST_MS)
        elif not self.is_complete and not self._timer.isActive():
            self._timer.start(0)

    def stop(self) -> None:
        """Pause, as when nobody looks; `look_at` goes on."""
        self._timer.stop()

    def _work(self) -> None:
        """Some turns, then the event loop again."""
        end = time.perf_counter() + SLICE_MS / 1e3
        while not self.is_complete:
            self.clouds = next(self._turns)
            if time.perf_counter() >= end:
                break
        if not self.is_complete:
            self._timer.start(0)
        now = time.perf_counter()
        if self.is_complete or now - self._shown_at >= SHOW_MS / 1e3:
            self._shown_at = now
            self.progressed.emit()
