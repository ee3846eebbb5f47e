"""A walk through the whole program that shows whether all of it is there, as after it was packed."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot

from dgm_explorer.runs.folder import RUNS_VARIABLE
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.training_tab import TrainingTab

STEPS = 10
POLL_MS = 50
SETTLE_S = 0.5
PATIENCE_S = 180.0
"""For one stage; a slow machine reads torch from its disk within it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is waited for, in words, and whether it has come."""

    words: str
    has_come: Callable[[], bool]


class SmokeTest(QObject):
    """Opens each tab, its notes and its claims, and trains each model for ten steps on its default data.

    Every stage is said on standard output with its time. Runs go to a folder that is deleted with this
    object.
    """

    finished = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._runs = tempfile.TemporaryDirectory(prefix="dgm-explorer-smoke-", ignore_cleanup_errors=True)
        os.environ[RUNS_VARIABLE] = self._runs.name
        self._failure = ""
        self._is_done = False
        self._stages = self._walk()
        self._stage = Stage("the window", lambda: True)
        self._since_s = time.monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        for tab in window.tabs():
            tab.message.connect(self.fail)
        self._timer.start(POLL_MS)

    @property
    def failure(self) -> str:
        """One sentence; empty if everything went well."""
        if self._failure or self._is_done:
            return self._failure
        return f"the window was closed while waiting for {self._stage.words}"

    @Slot(str)
    def fail(self, sentence: str) -> None:
        """Something has gone wrong: leave; the first sentence counts."""
        self._failure = self._failure or sentence
        self._finish()

    def _finish(self) -> None:
        self._timer.stop()
        self._is_done = True
        self.finished.emit()

    @Slot()
    def _look(self) -> None:
        if not self._window.isVisible():
            self._timer.stop()  # closed: nothing must be started any more
            return
        waited_s = time.monotonic() - self._since_s
        if self._stage.has_come():
            print(f"smoke: {self._stage.words}: {waited_s:.1f} s", flush=True)
            self._begin_next()
        elif waited_s > PATIENCE_S:
            self.fail(f"{self._stage.words}: not within {PATIENCE_S:g} s")

    def _begin_next(self) -> None:
        self._since_s = time.monotonic()
        stage = next(self._stages, None)
        if stage is None:
            self._finish()
        else:
            self._stage = stage

    def _walk(self) -> Iterator[Stage]:
        for tab in self._window.tabs():
            self._window.show_tab(tab.key)
            yield Stage(f"the {tab.title} tab", self._is_settled)
            for toggle in (self._window.toggle_notes, self._window.toggle_theory):
                toggle()
                self._window.grab()
                toggle()
            if isinstance(tab, TrainingTab):
                yield from self._train(tab)

    def _train(self, tab: TrainingTab) -> Iterator[Stage]:
        scene, run = tab.scene, tab.scene.desk.run
        tab.play_pause()

        def has_trained() -> bool:
            progress = run.readings.progress
            return progress is not None and progress.step >= STEPS and scene.snapshot is not None

        yield Stage(f"{STEPS} steps and a picture of {tab.title}", has_trained)
        self._window.grab()
        run.stop()
        yield Stage(f"{tab.title} saved", lambda: not run.is_training_here)

    def _is_settled(self) -> bool:
        """Whether the tab has had time to paint, and nothing is computed beside the window any more."""
        if time.monotonic() - self._since_s < SETTLE_S:
            return False
        return not any(pool.activeThreadCount() for pool in self._window.findChildren(QThreadPool))
