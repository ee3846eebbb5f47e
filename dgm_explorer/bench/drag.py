"""A drag in the KL tab: what a frame costs, how long the eye waits for the hand, and what it leaves behind.

The tab is the real one in a real window: on an X display when there is one with ``xdotool`` to move its
mouse, on Qt's offscreen platform with synthetic mouse events otherwise.
"""

import gc
import math
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QLayout, QWidget

from dgm_explorer.app import make_application
from dgm_explorer.bench.drag_latency import Latencies, drag_with_events, drag_with_x_mouse
from dgm_explorer.bench.report import Figure
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

SIZE = (1280, 690)
"""What the window of 1280 × 800 leaves to the tab."""
FRAMES = 600
STRETCH = 30
WARM_UP_FRAMES = 2 * STRETCH
DRAG_STEPS = 5000
SETTLE_MS = 400
CENTRE, REACH = 3.0, 0.75
"""The right component swings about its start, through the saddle-node and the Maxwell point."""


def measure(drag_steps: int = DRAG_STEPS, frames: int = FRAMES) -> list[Figure]:
    """Measure everything in one run, about a minute and a half on a slow machine."""
    has_x_mouse = _choose_platform()
    make_application()
    tab = _open_tab()
    try:
        figures = _frame_figures(tab, frames)
        figures.append(_latency_figure(tab, has_x_mouse))
        figures.append(_memory_figure(tab, drag_steps))
    finally:
        tab.finish()
        tab.close()
        tab.deleteLater()
        _turn_event_loop(0)
    return figures


def _choose_platform() -> bool:
    """Offscreen unless there is an X display with a mouse that can be moved; True if so."""
    platform = os.environ.get("QT_QPA_PLATFORM", "xcb")
    has_display = bool(os.environ.get("DISPLAY")) and platform == "xcb"
    has_x_mouse = has_display and shutil.which("xdotool") is not None
    os.environ["QT_QPA_PLATFORM"] = "xcb" if has_x_mouse else "offscreen"
    return has_x_mouse


def _open_tab() -> KLTab:
    tab = KLTab()
    layout = tab.layout()
    assert layout is not None
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    tab.resize(*SIZE)
    tab.move(0, 0)
    tab.show()
    tab.activateWindow()
    _turn_event_loop(SETTLE_MS)
    return tab


def _turn_event_loop(duration_ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()


# -- frames -----------------------------------------------------------------------------------------------


def _frame_figures(tab: KLTab, frames: int) -> list[Figure]:
    """Drag frames in stretches; between them frames that paint everything, and static repaints, in turn."""
    real, whole, static = [], [], []
    tab.scene.drag_started.emit()
    for step in range(WARM_UP_FRAMES + frames):
        if (step // STRETCH) % 2 == 0:
            real.append(_timed_ms(_drag, tab, step))
        else:
            whole.append(_timed_ms(_mark_all, tab) + _timed_ms(_drag, tab, step))
            static.append(_timed_ms(_mark_all, tab) + _timed_ms(tab.repaint))
    tab.scene.drag_finished.emit()
    ratio = statistics.median(whole[STRETCH:]) / statistics.median(static[STRETCH:])
    return [
        Figure.at_most("frame_vs_static", ratio, "ratio", 2.6),
        Figure.at_most("frame_p99_ms", float(np.percentile(real[STRETCH:], 99)), "ms", 16.7),
        Figure("frame_p50_ms", statistics.median(real[STRETCH:]), "ms"),
    ]


def _drag(tab: KLTab, step: int) -> None:
    """One step of a drag: state, computation, setting the views, painting what they have changed."""
    tab.editor.apply(p=_swung(step))
    tab.draw_now()
    QCoreApplication.sendPostedEvents(tab, QEvent.Type.UpdateRequest.value)  # if anything was left out


def _mark_all(tab: KLTab) -> None:
    """Have every visible widget of the tab painted."""
    for widget in tab.findChildren(QWidget):
        if widget.isVisible():
            widget.update()


def _swung(step: int) -> tuple[Component1D, ...]:
    left, right = KLState().p
    return left, replace(right, mu=CENTRE - REACH * math.sin(0.02 * step))


def _timed_ms(action: Callable[..., None], *arguments: object) -> float:
    started_s = time.perf_counter()
    action(*arguments)
    return 1e3 * (time.perf_counter() - started_s)


# -- hand to eye ------------------------------------------------------------------------------------------


def _latency_figure(tab: KLTab, has_x_mouse: bool) -> Figure:
    latencies = Latencies(tab)
    if has_x_mouse:
        drag_with_x_mouse(tab, latencies)
    else:
        drag_with_events(tab, latencies)
    latencies.stop()
    return Figure.at_most("event_to_paint_p99_ms", latencies.percentile_ms(99), "ms", 33.0)


# -- memory -----------------------------------------------------------------------------------------------


def _memory_figure(tab: KLTab, drag_steps: int) -> Figure:
    """Growth of the resident memory over a drag, after one tenth of it as warm-up."""
    _drag_in_steps(tab, drag_steps // 10)
    before = _resident_bytes()
    _drag_in_steps(tab, drag_steps)
    growth = 100 * (_resident_bytes() / before - 1)
    return Figure("drag_rss_growth", growth, "%", "< 1", growth < 1)


def _drag_in_steps(tab: KLTab, steps: int) -> None:
    tab.scene.drag_started.emit()
    for step in range(steps):
        _drag(tab, step)
        if step % 50 == 0:
            _turn_event_loop(0)
    tab.scene.drag_finished.emit()
    gc.collect()


def _resident_bytes() -> int:
    """Resident memory now; where the system does not tell, the most there has been."""
    import resource  # not on Windows

    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
