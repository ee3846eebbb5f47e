"""A landscape that moves by itself until somebody touches the window."""

import math
import time
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

TICK_MS = 40
PERIOD_S = 14.0
NEAREST = 0.4
"""Share of its distance at which a component turns round: in the KL tab's first state, where minima merge."""

STEPS_PER_TICK = 2
"""Descent has reached a minimum before the components have come near each other."""


class GentleMotion(QObject):
    """Swings the components of p to and fro as a hand would drag them, and lets both descents follow.

    Each swing begins with p far apart, so that one descent covers p and the other seeks a mode, and leads to
    where the modes merge. What is drawn are real states. It ends by itself when the state is changed by
    anybody else, or the tab is no longer in front.
    """

    def __init__(self, tab: KLTab, parent: QObject) -> None:
        super().__init__(parent)
        self._tab = tab
        self._start: KLState | None = None
        self._shown: KLState | None = None
        self._began_s = 0.0
        self._n_swings = 0
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
        self._began_s, self._n_swings = time.monotonic(), 0
        self._tab.scene.drag_started.emit()
        self._timer.start()

    def end(self, *, stays: bool = False) -> None:
        """Hold still, with p where it was at the beginning; both descents are back at q.

        Parameters
        ----------
        stays : leave p where it is, to one decimal, for a hand that takes hold of it; Undo brings it back.
        """
        if not self.is_moving:
            return
        self._timer.stop()
        state, start = self._tab.editor.state, self._start
        assert start is not None
        if state is self._shown:
            here = tuple(replace(c, mu=round(c.mu, 1)) for c in state.p)
            self._tab.editor.apply(p=here if stays else start.p)
        self._tab.scene.drag_finished.emit()
        self._tab.player.reset()

    def _tick(self) -> None:
        start, tab = self._start, self._tab
        assert start is not None
        if tab.editor.state is not self._shown or not tab.isVisible():
            self.end()
            return
        swings = (time.monotonic() - self._began_s) / PERIOD_S
        share = 1 - (1 - NEAREST) * math.sin(math.pi * swings) ** 4
        tab.editor.apply(p=tuple(replace(c, mu=share * c.mu) for c in start.p))
        if int(swings) > self._n_swings:
            self._n_swings = int(swings)
            tab.player.reset()
        for _ in range(STEPS_PER_TICK):
            tab.player.step()
        self._shown = tab.editor.state
