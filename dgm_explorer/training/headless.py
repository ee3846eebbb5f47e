"""Training without a window, to its end or to a signal that saves."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from dgm_explorer.core.run_notes import NotingRun
from dgm_explorer.core.training import Progress, RunFailed, RunState, TrainingRun
from dgm_explorer.training.display import Display

STOP_SIGNALS = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""The last one comes when the terminal is closed; Windows has none."""


class StoppableRun(TrainingRun, Protocol):
    """A run that ends behind the present step when it is asked to."""

    def request_stop(self) -> None: ...


class StopSignals:
    """SIGINT, SIGTERM and SIGHUP as a wish; a second one interrupts at once.

    SIGHUP stays ignored where it is, as under ``nohup``.

    Parameters
    ----------
    is_patient : ``torchrun`` passes on what the process got already, so a second signal is nothing new.
    """

    def __init__(self, is_patient: bool = False) -> None:
        self._is_patient = is_patient
        self.is_asked = False
        self.on_ask: Callable[[], None] | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen inside the block; from the main thread only."""
        heard = [number for number in STOP_SIGNALS if not _is_ignored_hangup(number)]
        before = [signal.signal(number, self._hear) for number in heard]
        try:
            yield
        finally:
            for number, handler in zip(heard, before, strict=True):
                signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signal wants it
        if self.is_asked and not self._is_patient:
            raise KeyboardInterrupt
        self.is_asked = True
        if self.on_ask is not None:
            self.on_ask()


def _is_ignored_hangup(number: signal.Signals) -> bool:
    return number.name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN


def train(run: StoppableRun, signals: StopSignals, display: Display) -> RunState:
    """Train, save, and say how it ended: finished or stopped; that also where nobody reads on.

    Raises
    ------
    RunFailed
        If training could not go on.
    """
    signals.on_ask = run.request_stop
    if signals.is_asked:
        run.request_stop()
    progress = None
    try:
        for progress in run.steps():
            if display.is_due(progress):
                _show(run, progress, display)
            if not display.has_reader:
                run.request_stop()
        if progress is not None:
            _show(run, progress, display)
        is_done = progress is None or progress.step >= progress.n_steps
        state: RunState = "finished" if is_done else "stopped"
        run.close(state)
    except RunFailed as failure:
        run.close("failed", str(failure))
        raise
    finally:
        signals.on_ask = None
        display.end()
    return state


def _show(run: TrainingRun, progress: Progress, display: Display) -> None:
    display.show(progress, run.take_metrics())
    if isinstance(run, NotingRun):
        for note in run.take_notes():
            display.say(f"step {note.step}: {note.name}, {note.reason}")
