"""Plays both descents on the line."""

from PySide6.QtCore import QObject

from dgm_explorer.core.kl_state import Direction, KLState
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.step_player import StepPlayer
from dgm_explorer.ui.tabs.kl.descent_run import DIRECTIONS, DescentRun, Trail


class DescentPlayer(StepPlayer):
    """Descent in both directions from q; it stops by itself once it has converged."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run: DescentRun | None = None

    def trail(self, direction: Direction) -> Trail | None:
        """The way of a direction, None before the first step or where it cannot be descended."""
        return self._run.trail(direction) if self._run is not None and self.has_moved else None

    def follow(self, p: Mixture1D, state: KLState) -> None:
        """Take over a changed state; emits nothing, the caller is about to draw."""
        self._steps_per_second = state.steps_per_second
        if self._run is None:
            self._steps = self._run = DescentRun(p, state)
        else:
            self._run.follow(p, state)

    def _end_words(self) -> str:
        found = () if self._run is None else (self._run.trail(d) for d in DIRECTIONS)
        trails = [trail for trail in found if trail is not None]
        steps = " and ".join(str(trail.count) for trail in trails)
        return f"Descent has converged after {steps} steps." if trails else "Nothing to descend."
