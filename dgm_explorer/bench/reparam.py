"""A drag of a column of L in the Reparametrisation tab with 10⁴ points: what a frame costs, and the wait.

The tab is the real one in a real window, as in the drag of the KL tab; here every step is a mouse event, so
that what the handle itself does counts too.
"""

import math
from dataclasses import replace
from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent, QPointF

from dgm_explorer.bench.drag_frames import FRAMES, time_frames
from dgm_explorer.bench.drag_latency import measure_latency, send_mouse
from dgm_explorer.bench.dragged_tab import DraggedTab, choose_platform, shown
from dgm_explorer.bench.report import Figure
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab

N_POINTS = 10_000
SWING_PX = 30


def measure(frames: int = FRAMES) -> list[Figure]:
    """Measure everything in one run, about half a minute on a slow machine."""
    has_x_mouse = choose_platform()
    tab = ReparamTab()
    cast(Store, tab.store).replace(replace(ReparamState(), n_points=N_POINTS))
    with shown(tab):
        subject = DraggedColumn(tab)
        times = time_frames(subject, frames)
        return [
            Figure.at_most("frame_vs_static", times.versus_static, "ratio", 2),
            Figure("frame_p99_ms", times.p99_ms, "ms"),
            Figure("frame_p50_ms", times.p50_ms, "ms"),
            measure_latency(subject, has_x_mouse),
        ]


class DraggedColumn(DraggedTab[ReparamTab]):
    """The tip of the first column of L."""

    def __init__(self, tab: ReparamTab) -> None:
        super().__init__(tab)
        self._start = QPointF()

    @property
    def plot(self) -> Plot:
        return self.tab.scene.planes.image

    def handle(self) -> QPointF:
        return self.tab.scene.planes.image.knob_viewport_position("first")

    def swing(self, step: int) -> QPointF:
        return QPointF(-SWING_PX * math.sin(0.05 * step), SWING_PX * math.sin(0.035 * step))

    def begin(self) -> None:
        self._start = self.handle()
        send_mouse(self.plot, QEvent.Type.MouseButtonPress, self._start)

    def move(self, step: int) -> None:
        send_mouse(self.plot, QEvent.Type.MouseMove, self._start + self.swing(step))
        self.tab.scene.draw_now()
        QCoreApplication.sendPostedEvents(self.tab, QEvent.Type.UpdateRequest.value)  # if any was left out

    def finish(self) -> None:
        send_mouse(self.plot, QEvent.Type.MouseButtonRelease, self._start)
