"""Plays descent of E f(z) from the state's map, and keeps earlier descents beside it."""

from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.map_descent import MapPosition
from dgm_explorer.ui.step_player import StepPlayer
from dgm_explorer.ui.tabs.reparam.descent_memory import DescentMemory, KeptRun
from dgm_explorer.ui.tabs.reparam.descent_run import DescentRun, DescentTrail, Recipe, problem_of


class DescentPlayer(StepPlayer):
    """Descent that starts at the map which the store holds.

    Another start, objective or recipe begins anew from the store's map, playing on if it played; what was
    left is kept in memory.
    """

    moved = Signal(object)
    """The `MapPosition` that the descent has come to, or gone back to."""
    memory_changed = Signal()
    """There are other runs to compare with."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run: DescentRun | None = None
        self._memory = DescentMemory()
        self.advanced.connect(self._tell)

    # -- what there is to draw ----------------------------------------------------------------------------

    @property
    def run(self) -> DescentRun | None:
        """The present descent; None before the first `follow`."""
        return self._run

    @property
    def position(self) -> MapPosition | None:
        """Where it stands; None before the first `follow`."""
        return None if self._run is None else self._run.position

    @property
    def trail(self) -> DescentTrail | None:
        """Its way for the plane of z: ``means`` and, for the ellipse, ``map``; None before the first step."""
        return self._run.trail if self._run is not None and self.has_moved else None

    @property
    def earlier(self) -> tuple[KeptRun, ...]:
        """Remembered descents of the same problem, newest first."""
        return () if self._run is None else self._memory.beside(self._run)

    # -- what changes it ----------------------------------------------------------------------------------

    def follow(self, state: ReparamState, kl: KLState) -> None:
        """Take over what the store holds; emits nothing, the caller is about to draw."""
        self._steps_per_second = state.steps_per_second
        run = self._run
        if run is not None:
            if run.problem == problem_of(state, kl) and run.recipe == Recipe.of(state):
                return
            self._memory.keep(run)
        self._steps = self._run = DescentRun(state, kl, run)

    def reset(self) -> None:
        """Back to the start, paused; the way is kept in memory."""
        if self._run is not None:
            self._memory.keep(self._run)
        super().reset()

    def forget(self) -> None:
        """Drop what is remembered of this problem."""
        if self._run is not None:
            self._memory.forget(self._run)
            self.memory_changed.emit()

    def _end_words(self) -> str:
        return "" if self._run is None else self._run.ending

    @Slot()
    def _tell(self) -> None:
        self.moved.emit(self.position)
