"""A panel of a training tab walks through the recorded snapshots and is painted at each."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import Layout
from dgm_explorer.ui.film.film_file import FilmFile, Frame, open_film
from dgm_explorer.ui.film.film_plan import FilmPlan, even
from dgm_explorer.ui.picture_file import laid_out, paint_image
from dgm_explorer.ui.plots.plot import Range
from dgm_explorer.ui.run.run_desk import RunDesk
from dgm_explorer.ui.tabs.training_scene import TrainingScene
from dgm_explorer.ui.tabs.training_tab import TrainingTab

LOOK_MS = 5
PATIENCE_S = 60.0
"""For the run's examples and its first picture."""
FRAME_PATIENCE_S = 3.0
"""For what is computed beside the window for one frame; a frame that takes longer is painted as it is."""
MOST_WAITING = 4
"""Frames that the encoder has not taken yet."""


class FilmMaker(QObject):
    """Makes one film, in slices of the event loop; frames are encoded in a thread.

    Parameters
    ----------
    tab : shows the run, visible or as good as: its painting is what the film shows. Its timeline is moved.
    plan : what is wanted.
    view_range : the part of the plane that is shown in every frame; None for the part that the newest
        picture has.
    """

    progressed = Signal(int)
    """So many frames are painted."""

    finished = Signal(str)
    """Whole, cancelled or failed: empty, or one sentence why there is no film."""

    def __init__(
        self, tab: TrainingTab, plan: FilmPlan, view_range: tuple[Range, Range] | None = None
    ) -> None:
        super().__init__(tab)
        self._tab = tab
        self._scene: TrainingScene = tab.scene
        self._desk: RunDesk = tab.scene.desk
        self._plan = plan
        self._view_range = view_range
        self._size = even(plan.size)
        self._panel: QWidget | None = None
        self._layout: Layout | None = None
        self._held = ExitStack()
        self._film: FilmFile | None = None
        self._encoder = ThreadPoolExecutor(1, "film")
        self._waiting: list[Future[None]] = []
        self._index = 0
        self._is_over = False
        self._deadline_s = 0.0
        self._wait: Callable[[], bool] = self._is_ready
        self._go_on: Callable[[], None] = self._begin
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin; `finished` comes in the end."""
        self._await(self._is_ready, self._begin, PATIENCE_S)
        self._timer.start()

    @Slot()
    def cancel(self) -> None:
        """Stop and leave nothing behind; where all frames are there, the file is finished first."""
        if self._is_over:
            return
        if self._index < len(self._plan.steps):
            self._end("The film was given up; nothing was written.")
            return
        wait(self._waiting)
        self._wait = self._is_written
        self._look()

    # -- waiting ------------------------------------------------------------------------------------------

    def _await(self, is_there: Callable[[], bool], go_on: Callable[[], None], patience_s: float) -> None:
        self._wait, self._go_on = is_there, go_on
        self._deadline_s = time.monotonic() + patience_s

    @Slot()
    def _look(self) -> None:
        """Go on if what is waited for is there, or will not come."""
        if self._is_over:
            return
        try:
            if self._wait() or time.monotonic() > self._deadline_s:
                self._go_on()
        except InputError as error:  # of the panel, the snapshot, or the file
            self._end(str(error))
        except Exception:
            self._end("The film could not be made; the log says why.")
            raise

    def _is_ready(self) -> bool:
        return self._scene.snapshot is not None and self._desk.dataset is not None and self._is_idle()

    def _is_drawn(self) -> bool:
        is_there = self._scene.snapshot is not None and self._scene.snapshot.step == self._step
        return is_there and self._is_idle() and len(self._waiting) < MOST_WAITING

    def _is_written(self) -> bool:
        self._waiting = [future for future in self._waiting if not _is_done(future)]
        return not self._waiting

    def _is_idle(self) -> bool:
        self._waiting = [future for future in self._waiting if not _is_done(future)]
        return not any(pool.activeThreadCount() for pool in self._tab.findChildren(QThreadPool))

    @property
    def _step(self) -> int:
        return self._plan.steps[self._index]

    # -- making -------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._scene.snapshot is None:
            raise InputError(f"{self._plan.folder} shows no picture; is it a run with snapshots?")
        found = [plot for plot in self._tab.plots() if plot.export_name == self._plan.panel]
        if not found or not isinstance(found[0], QWidget):
            raise InputError(f"The panel {self._plan.panel} cannot be filmed as it is; choose another one.")
        panel = self._panel = found[0]
        width, height = self._size.pixels
        self._film = open_film(
            self._plan.path, self._plan.frames_per_second, width, height, len(self._plan.steps)
        )
        self._layout = self._held.enter_context(laid_out(panel, self._size))
        self._hold_view(panel)
        self._show()

    def _hold_view(self, panel: Any) -> None:
        """A picture of moving dots keeps its axes: a moving range would hide the movement."""
        if hasattr(panel, "is_fitting"):
            x, y = self._view_range or panel.view_range
            panel.set_view_range(x, y)
            panel.view_changed.emit(*x, *y)

    def _show(self) -> None:
        self._desk.look_at(self._step)
        self._await(self._is_drawn, self._paint, FRAME_PATIENCE_S)

    def _paint(self) -> None:
        assert self._panel is not None
        assert self._layout is not None
        assert self._film is not None
        if self._scene.snapshot.step != self._step:
            raise InputError(f"The snapshot of step {self._step} cannot be read; take another span.")
        frame = as_array(paint_image(self._panel, self._size, self._layout))
        self._waiting.append(self._encoder.submit(self._film.add, frame))
        self._index += 1
        self.progressed.emit(self._index)
        if self._index < len(self._plan.steps):
            self._show()
        else:
            self._waiting.append(self._encoder.submit(self._film.finish))
            self._await(self._is_written, self._finish, math.inf)

    def _finish(self) -> None:
        self._film = None
        self._end("")

    def _end(self, sentence: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._timer.stop()
        self._held.close()
        self._encoder.shutdown(cancel_futures=True)
        if self._film is not None:
            self._film.abandon()
        self.finished.emit(sentence)


def as_array(image: QImage) -> Frame:
    """Pixels of an image, (height, width, 3)."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def _is_done(future: "Future[None]") -> bool:
    """Whether it is; what went wrong in it is raised here."""
    if not future.done():
        return False
    future.result()
    return True
