"""A landscape that moves by itself until somebody touches the window."""

import math
import time
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

TICK_MS = 40
PERIOD_S = 12.0
NEAREST = 0.4
"""Share of its distance at which a component turns round: in the KL tab's first state, where minima merge."""


class GentleMotion(QObject):
    """Swings the components of p to and fro as a hand would drag them, and lets both descents follow.

    What is drawn are real states. All of it is one drag: one step of the history, and Undo brings p back.
    It ends by itself when the state is changed by anybody else, or the tab is no longer in front.
    """

    def __init__(self, tab: KLTab, parent: QObject) -> None:
        super().__init__(parent)
        self._tab = tab
        self._start: KLState | None = None
        self._shown: KLState | None = None
        self._began_s = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_moving(self) -> bool:
        return self._timer.isActive()

    def begin(self) -> None:
        """Begin from the present state."""
        state = self._tab.editor.state
        if self.is_moving or state.dimension != 1 or not self._tab.isVisible():
            return
        self._start = self._shown = state
        self._began_s = time.monotonic()
        self._tab.scene.drag_started.emit()
        self._timer.start()

    def end(self) -> None:
        """Hold still, with p where it is, to one decimal; both descents are back at q."""
        if not self.is_moving:
            return
        self._timer.stop()
        state = self._tab.editor.state
        if state is self._shown:
            self._tab.editor.apply(p=tuple(replace(c, mu=round(c.mu, 1)) for c in state.p))
        self._tab.scene.drag_finished.emit()
        self._tab.player.reset()

    def _tick(self) -> None:
        start, tab = self._start, self._tab
        assert start is not None
        if tab.editor.state is not self._shown or not tab.isVisible():
            self.end()
            return
        phase = 2 * math.pi * (time.monotonic() - self._began_s) / PERIOD_S
        share = 1 - (1 - NEAREST) * (1 - math.cos(phase)) / 2
        tab.editor.apply(p=tuple(replace(c, mu=share * c.mu) for c in start.p))
        tab.player.step()
        self._shown = tab.editor.state
