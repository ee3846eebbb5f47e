"""Plays something that goes step by step at the wished pace without ever holding up the window."""

import time
from collections import deque
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

TICK_MS = 16
BUDGET_MS = 6.0
RATE_WINDOW_S = 1.0


class Steps(Protocol):
    """What is played."""

    @property
    def count(self) -> int:
        """Steps taken."""

    @property
    def is_converged(self) -> bool:
        """Whether a further step would change nothing."""

    def step(self) -> None:
        """One step."""

    def restart(self) -> None:
        """Back to the start, with the same random numbers as before."""


class StepPlayer(QObject):
    """Timer-driven steps.

    Each tick takes as many steps as the wished speed owes, but stops after `BUDGET_MS`; what it could not
    pay back is dropped, and `achieved_rate` says what was reached. While the hand drags, the player is
    suspended. What has converged stops by itself.
    """

    advanced = Signal()
    """Steps were taken, or all were taken back."""

    playing_changed = Signal(bool)
    stopped = Signal(str)
    """One sentence: it has ended by itself."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Steps | None = None
        self._steps_per_second = 60.0
        self._is_playing = False
        self._is_suspended = False
        self._owed = 0.0
        self._last_s = 0.0
        self._done: deque[tuple[float, int]] = deque()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def _end_words(self) -> str:
        """What to say when it has ended by itself."""
        raise NotImplementedError

    @property
    def is_playing(self) -> bool:
        return self._is_playing

    @property
    def has_moved(self) -> bool:
        """Whether there is a way to show."""
        return self._steps is not None and self._steps.count > 0

    @property
    def count(self) -> int:
        return 0 if self._steps is None else self._steps.count

    @property
    def is_converged(self) -> bool:
        return self._steps is not None and self._steps.is_converged

    @property
    def achieved_rate(self) -> float:
        """Steps per second over the last second of playing; 0 when not playing."""
        if not self._is_playing or len(self._done) < 2:
            return 0.0
        elapsed_s = self._done[-1][0] - self._done[0][0]
        steps = sum(count for _, count in list(self._done)[1:])
        return steps / elapsed_s if elapsed_s > 0 else 0.0

    def play_pause(self) -> None:
        self._set_playing(not self._is_playing)

    def pause(self) -> None:
        self._set_playing(False)

    def step(self) -> None:
        """Exactly one step; pauses first."""
        self.pause()
        if self._steps is not None:
            self._steps.step()
            self.advanced.emit()
            self._stop_if_done()

    def reset(self) -> None:
        """Back to the start, paused."""
        self.pause()
        if self._steps is not None:
            self._steps.restart()
            self.advanced.emit()

    def suspend(self) -> None:
        """A drag begins: hold still, but remember whether to go on."""
        self._is_suspended = True
        self._sync_timer()

    def resume(self) -> None:
        """The drag is over."""
        self._is_suspended = False
        self._sync_timer()

    def _set_playing(self, is_playing: bool) -> None:
        if is_playing == self._is_playing:
            return
        self._is_playing = is_playing
        self._sync_timer()
        self.playing_changed.emit(is_playing)

    def _sync_timer(self) -> None:
        should_run = self._is_playing and not self._is_suspended
        if should_run == self._timer.isActive():
            return
        self._owed = 1.0
        self._done.clear()
        self._last_s = time.monotonic()
        if should_run:
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        if self._steps is None:
            return
        now_s = time.monotonic()
        self._owed += (now_s - self._last_s) * self._steps_per_second
        self._last_s = now_s
        steps = self._pay(self._steps, now_s + BUDGET_MS / 1e3)
        self._note_rate(now_s, steps)
        if steps:
            self.advanced.emit()
        self._stop_if_done()

    def _pay(self, run: Steps, deadline_s: float) -> int:
        due = int(self._owed)
        steps = 0
        while steps < due and not run.is_converged:
            run.step()
            steps += 1
            if time.monotonic() >= deadline_s:
                break
        self._owed = self._owed - due
        return steps

    def _note_rate(self, now_s: float, steps: int) -> None:
        self._done.append((now_s, steps))
        window_s = max(RATE_WINDOW_S, 3 / self._steps_per_second)
        while now_s - self._done[0][0] > window_s:
            self._done.popleft()

    def _stop_if_done(self) -> None:
        if self._steps is not None and self._steps.is_converged:
            self.pause()
            self.stopped.emit(self._end_words())
