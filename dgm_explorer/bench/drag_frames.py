"""Times of the frames of a drag, beside those of painting everything without computing anything."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.bench.dragged_tab import DraggedTab

FRAMES = 600
STRETCH = 30
WARM_UP_FRAMES = 2 * STRETCH


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Of the frames of one drag.

    Attributes
    ----------
    versus_static : a frame that also paints everything, against painting everything; medians.
    p50_ms, p99_ms : of frames that paint what they change.
    """

    versus_static: float
    p50_ms: float
    p99_ms: float


def time_frames(subject: DraggedTab[Any], frames: int = FRAMES) -> FrameTimes:
    """Drag frames in stretches; between them frames that paint everything, and static repaints, in turn."""
    real, whole, static = [], [], []
    tab = subject.tab
    subject.begin()
    for step in range(WARM_UP_FRAMES + frames):
        if (step // STRETCH) % 2 == 0:
            real.append(_timed_ms(subject.move, step))
        else:
            whole.append(_timed_ms(_mark_all, tab) + _timed_ms(subject.move, step))
            static.append(_timed_ms(_mark_all, tab) + _timed_ms(tab.repaint))
    subject.finish()
    return FrameTimes(
        statistics.median(whole[STRETCH:]) / statistics.median(static[STRETCH:]),
        statistics.median(real[STRETCH:]),
        float(np.percentile(real[STRETCH:], 99)),
    )


def _mark_all(tab: QWidget) -> None:
    """Have every visible widget of the tab painted."""
    for widget in tab.findChildren(QWidget):
        if widget.isVisible():
            widget.update()


def _timed_ms(action: Callable[..., None], *arguments: object) -> float:
    started_s = time.perf_counter()
    action(*arguments)
    return 1e3 * (time.perf_counter() - started_s)
