"""Training in the window with the tab visible: how fast, and how late the window's own events come."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QLayout

from dgm_explorer.app import choose_make_run
from dgm_explorer.bench.train_subjects import GMM_VAE, VQ_VAE, Subject
from dgm_explorer.core.training import MakeRun
from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.training.pixel_cnn_run import make_code_sampler
from dgm_explorer.training.vq_inference import make_inference
from dgm_explorer.ui.run.readings import RunReadings
from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab

SIZE = (1280, 690)
"""What the window of 1280 × 800 leaves to the tab."""
TICK_MS = 5
WARM_UP_S = 2.0
LONGEST_START_S = 120.0


TABS: dict[str, Callable[[MakeRun], TrainingTab]] = {
    GMM_VAE.model: GmmVaeTab,
    VQ_VAE.model: lambda make_run: VqVaeTab(make_run, make_inference, make_code_sampler),
}


class TrainingWindow(QObject):
    """The tab of a model, visible, with a run that trains only during `stretch`.

    Parameters
    ----------
    subject, parent : the run, and where its folder is made.
    train_in : as in `dgm_explorer.app.WindowOptions`.
    """

    def __init__(self, subject: Subject, parent: Path, train_in: str = "") -> None:
        super().__init__()
        self._make_run = choose_make_run(train_in)
        self.tab = TABS[subject.model](self._make_run)
        layout = self.tab.layout()
        assert layout is not None
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.tab.resize(*SIZE)
        self.tab.show()
        turn_event_loop(0.3)
        self._run = self.tab.scene.desk.run
        self._marks: list[tuple[float, int]] = []
        self._run.progressed.connect(self._note)
        self._run.start(subject.request_in(parent))
        self._await_marks(1)
        self.stretch(WARM_UP_S)

    def stretch(
        self, seconds: float, meanwhile: Callable[[float], None] | None = None
    ) -> tuple[float, list[float]]:
        """Train for so long; images per second, and how late each tick of the event loop came, ms.

        ``meanwhile`` keeps the window busy for the seconds that it is given.
        """
        if not self._run.is_playing:
            self._run.play_pause()
        turn_event_loop(0.2)
        self._marks.clear()
        ticks = Ticks(self)
        (meanwhile or turn_event_loop)(seconds)
        self._await_marks(2)
        lags_ms = ticks.stop()
        self._run.play_pause()
        (first_s, first), (last_s, last) = self._marks[0], self._marks[-1]
        turn_event_loop(0.2)
        return (last - first) / (last_s - first_s), lags_ms

    def close(self) -> None:
        self._run.progressed.disconnect(self._note)
        self.tab.finish()
        self.tab.close()
        self.tab.deleteLater()
        if isinstance(self._make_run, MakeRunInChild):
            self._make_run.pool.close()
        turn_event_loop(0.1)

    def _await_marks(self, n: int) -> None:
        """Until there is so much news of the run, however slow the machine is."""
        began_s = time.perf_counter()
        while len(self._marks) < n and time.perf_counter() - began_s < LONGEST_START_S:
            turn_event_loop(0.1)

    def _note(self, readings: RunReadings) -> None:
        if readings.state == "running" and readings.progress is not None and readings.progress.step:
            self._marks.append((time.perf_counter(), readings.progress.n_images))


class Ticks(QObject):
    """A steady beat of the event loop, and how far it is behind."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lags_ms: list[float] = []
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def stop(self) -> list[float]:
        self._timer.stop()
        self.deleteLater()
        return self._lags_ms

    def _tick(self) -> None:
        self._lags_ms.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - TICK_MS))
        self._clock.restart()


def turn_event_loop(seconds: float) -> None:
    """Let Qt work for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
