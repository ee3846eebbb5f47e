"""A drag in the KL tab: what a frame costs, how long the eye waits for the hand, and what it leaves behind.

The tab is the real one in a real window: on an X display when there is one with ``xdotool`` to move its
mouse, on Qt's offscreen platform with synthetic mouse events otherwise.
"""

import gc
import math
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPointF

from dgm_explorer.bench.drag_frames import FRAMES, time_frames
from dgm_explorer.bench.drag_latency import measure_latency
from dgm_explorer.bench.dragged_tab import DraggedTab, choose_platform, shown, turn_event_loop
from dgm_explorer.bench.report import Figure
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

DRAG_STEPS = 5000
HANDLE = 1
SWING_PX = 120
CENTRE, REACH = 3.0, 0.75
"""The right component swings about its start, through the saddle-node and the Maxwell point."""


def measure(drag_steps: int = DRAG_STEPS, frames: int = FRAMES) -> list[Figure]:
    """Measure everything in one run, about a minute and a half on a slow machine."""
    has_x_mouse = choose_platform()
    with shown(KLTab()) as tab:
        subject = DraggedComponent(tab)
        times = time_frames(subject, frames)
        return [
            Figure.at_most("frame_vs_static", times.versus_static, "ratio", 2.6),
            Figure.at_most("frame_p99_ms", times.p99_ms, "ms", 16.7),
            Figure("frame_p50_ms", times.p50_ms, "ms"),
            measure_latency(subject, has_x_mouse),
            _memory_figure(subject, drag_steps),
        ]


class DraggedComponent(DraggedTab[KLTab]):
    """The right component of p on the line."""

    @property
    def plot(self) -> Plot:
        return self.tab.scene.density

    def handle(self) -> QPointF:
        return self.tab.scene.density.handle_viewport_position(HANDLE)

    def swing(self, step: int) -> QPointF:
        return QPointF(-SWING_PX * math.sin(0.05 * step), 0.0)

    def begin(self) -> None:
        self.tab.scene.drag_started.emit()

    def move(self, step: int) -> None:
        self.tab.editor.apply(p=_swung(step))
        self.tab.draw_now()
        QCoreApplication.sendPostedEvents(self.tab, QEvent.Type.UpdateRequest.value)  # if any was left out

    def finish(self) -> None:
        self.tab.scene.drag_finished.emit()


def _swung(step: int) -> tuple[Component1D, ...]:
    left, right = KLState().p
    return left, replace(right, mu=CENTRE - REACH * math.sin(0.02 * step))


# -- memory -----------------------------------------------------------------------------------------------


def _memory_figure(subject: DraggedComponent, drag_steps: int) -> Figure:
    """Growth of the resident memory over a drag, after one tenth of it as warm-up."""
    _drag_in_steps(subject, drag_steps // 10)
    before = _resident_bytes()
    _drag_in_steps(subject, drag_steps)
    growth = 100 * (_resident_bytes() / before - 1)
    return Figure("drag_rss_growth", growth, "%", "< 1", growth < 1)


def _drag_in_steps(subject: DraggedComponent, steps: int) -> None:
    subject.begin()
    for step in range(steps):
        subject.move(step)
        if step % 50 == 0:
            turn_event_loop(0)
    subject.finish()
    gc.collect()


def _resident_bytes() -> int:
    """Resident memory now; where the system does not tell, the most there has been."""
    import resource  # not on Windows

    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
