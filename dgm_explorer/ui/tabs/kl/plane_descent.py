"""Both divergences descended at once in the plane, from the same start, by natural gradient."""

import time

from PySide6.QtCore import QObject, QTimer, Signal

from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.core.kl_state import Direction, KLState
from dgm_explorer.numerics.knowledge import can_minimise
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.numerics.optimum2d import descent_path_2d

TICK_MS = 16
MAX_STEPS_PER_TICK = 12
MAX_PATH = 4000
ARRIVED = 1e-6
"""A step that changes no mean or covariance by more than this has arrived."""
DIRECTIONS: tuple[Direction, Direction] = ("forward", "reverse")

Path = tuple[Gaussian2D, ...]


class PlaneDescent(QObject):
    """Steps from q at the pace of the state; a drag suspends it, a new p is descended from where it is."""

    advanced = Signal()
    playing_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = KLState()
        self._p: Mixture2D | None = None
        self._paths: dict[Direction, Path] = {}
        self._is_suspended = False
        self._owed_steps = 0.0
        self._last_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive() or self._is_suspended

    def path(self, direction: Direction) -> Path:
        """From the start to the present Gaussian; empty before the first step."""
        return self._paths.get(direction, ())

    def follow(self, p: Mixture2D, state: KLState) -> None:
        """Take the newest state; a new q starts anew."""
        if (state.q2, state.knowledge) != (self._state.q2, self._state.knowledge):
            self._paths = {}
        self._p, self._state = p, state

    def play_pause(self) -> None:
        if self.is_playing:
            self.pause()
        else:
            self._start()

    def pause(self) -> None:
        was_playing = self.is_playing
        self._timer.stop()
        self._is_suspended = False
        if was_playing:
            self.playing_changed.emit()

    def step(self) -> None:
        """Exactly one step of both."""
        self.pause()
        self._advance(1)

    def reset(self) -> None:
        """Back to q."""
        self.pause()
        self._paths = {}
        self.advanced.emit()

    def suspend(self) -> None:
        """Stand still while the hand is at work."""
        if self._timer.isActive():
            self._timer.stop()
            self._is_suspended = True

    def resume(self) -> None:
        if self._is_suspended:
            self._is_suspended = False
            self._start()

    def _start(self) -> None:
        self._last_s, self._owed_steps = time.monotonic(), 0.0
        self._timer.start()
        self.playing_changed.emit()

    def _tick(self) -> None:
        now_s = time.monotonic()
        self._owed_steps += (now_s - self._last_s) * self._state.steps_per_second
        self._last_s = now_s
        n_steps = min(int(self._owed_steps), MAX_STEPS_PER_TICK)
        if n_steps:
            self._owed_steps = min(self._owed_steps - n_steps, 1.0)
            if not self._advance(n_steps):
                self.pause()

    def _advance(self, n_steps: int) -> bool:
        """Take steps; False when both have arrived."""
        if self._p is None:
            return False
        is_moving = False
        for direction in DIRECTIONS:
            if not can_minimise(self._state.knowledge, direction).is_possible:
                continue
            path = self._paths.get(direction, (self._state.q2,))
            rate = min(self._state.learning_rate, 1.0)
            more = descent_path_2d(self._p, path[-1], direction, n_steps, rate)
            is_moving |= _change(more[-2], more[-1]) > ARRIVED
            self._paths[direction] = (*path, *more[1:])[-MAX_PATH:]
        self.advanced.emit()
        return is_moving


def _change(a: Gaussian2D, b: Gaussian2D) -> float:
    return max(abs(u - v) for u, v in zip((*a.mean, *a.cov), (*b.mean, *b.cov), strict=True))
