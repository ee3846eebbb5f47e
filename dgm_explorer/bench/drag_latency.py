"""From a mouse event to the end of the paint that shows the frame computed for it."""

import math
import subprocess
import time
from collections import deque
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from dgm_explorer.bench.dragged_tab import DraggedTab
from dgm_explorer.bench.report import Figure
from dgm_explorer.ui.plots.plot import Plot

MOVES = 250
INTERVAL_MS = 8
"""An ordinary mouse reports at 125 Hz."""
X_TIME_RANGE = 2**32
LONGEST_MS = 5000


def measure_latency(subject: DraggedTab[Any], has_x_mouse: bool) -> Figure:
    """Drag the handle with the mouse of the X display, or with synthetic events."""
    latencies = Latencies(subject)
    if has_x_mouse:
        drag_with_x_mouse(subject)
    else:
        drag_with_events(subject, latencies)
    latencies.stop()
    return Figure.at_most("event_to_paint_p99_ms", latencies.percentile_ms(99), "ms", 33.0)


class Latencies(QObject):
    """Watches a tab: events come in, frames are computed, paints end.

    An event counts as shown at the end of the first paint whose frame was computed after it arrived, so
    that events which the throttle skips count in full.
    """

    def __init__(self, subject: DraggedTab[Any]) -> None:
        super().__init__(subject.tab)
        self._tab = subject.tab
        self._viewport = subject.plot.viewport()
        self._waiting: deque[float] = deque()
        self._computed = 0
        self._measured_ms: list[float] = []
        self._tab.installEventFilter(self)
        self._viewport.installEventFilter(self)
        self._tab.frame_done.connect(self._note_frame)

    def stop(self) -> None:
        self._tab.removeEventFilter(self)
        self._viewport.removeEventFilter(self)
        self._tab.frame_done.disconnect(self._note_frame)

    def expect(self, at_ms: float) -> None:
        """An event that the hand made at this time (ms, monotonic) has arrived."""
        self._waiting.append(at_ms)

    @property
    def count(self) -> int:
        return len(self._measured_ms)

    def percentile_ms(self, percent: float) -> float:
        return float(np.percentile(self._measured_ms, percent)) if self._measured_ms else float("nan")

    def _note_frame(self, _: float) -> None:
        self._computed = len(self._waiting)

    def _note_paint(self) -> None:
        now = now_ms()
        for _ in range(self._computed):
            self._measured_ms.append(now - self._waiting.popleft())
        self._computed = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.UpdateRequest and watched is self._tab:
            self._tab.event(event)  # paints; then the time is known
            self._note_paint()
            return True
        is_x_move = event.type() == QEvent.Type.MouseMove and event.spontaneous()
        if is_x_move and isinstance(event, QMouseEvent) and event.buttons():
            self.expect(_x_time_to_ms(event.timestamp()))
        return False


def now_ms() -> float:
    return time.monotonic() * 1000


def _x_time_to_ms(timestamp: int) -> float:
    """The X server's clock is the machine's monotonic clock in 32 bits of milliseconds."""
    age = (int(now_ms()) - timestamp) % X_TIME_RANGE
    return now_ms() - (age if age < LONGEST_MS else 0)


def drag_with_events(subject: DraggedTab[Any], latencies: Latencies, moves: int = MOVES) -> None:
    """Drag the handle by synthetic events at a steady rate.

    Late events count from when they were due: a window that blocks would otherwise hide its own delay.
    """
    plot, start = subject.plot, subject.handle()
    send_mouse(plot, QEvent.Type.MouseButtonPress, start)
    loop, started_ms, sent = QEventLoop(), now_ms(), 0

    def send_due() -> None:
        nonlocal sent
        while sent < moves and now_ms() >= started_ms + sent * INTERVAL_MS:
            latencies.expect(started_ms + sent * INTERVAL_MS)
            send_mouse(plot, QEvent.Type.MouseMove, start + subject.swing(sent))
            sent += 1
        if sent == moves:
            QTimer.singleShot(10 * INTERVAL_MS, loop.quit)
        else:
            timer.start(max(0, math.ceil(started_ms + sent * INTERVAL_MS - now_ms())))

    timer = QTimer(subject.tab)
    timer.setSingleShot(True)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(send_due)
    timer.start(0)
    loop.exec()
    send_mouse(plot, QEvent.Type.MouseButtonRelease, start)


def send_mouse(plot: Plot, kind: QEvent.Type, at: QPointF) -> None:
    """What the left button does at a place, in pixels of the plot's widget."""
    is_move = kind == QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if is_move else Qt.MouseButton.LeftButton
    is_up = kind == QEvent.Type.MouseButtonRelease
    buttons = Qt.MouseButton.NoButton if is_up else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, at, button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot.viewport(), event)


def drag_with_x_mouse(subject: DraggedTab[Any], moves: int = MOVES) -> None:
    """Drag the handle with the pointer of the X server; the server's clock says when it moved."""
    viewport, start = subject.plot.viewport(), subject.handle()
    words: list[str] = []
    for step in range(moves):
        at = viewport.mapToGlobal((start + subject.swing(step)).toPoint())
        words += ["mousemove", str(at.x()), str(at.y())]
        words += ["sleep", "0.1", "mousedown", "1"] if step == 0 else []
        words += ["sleep", f"{INTERVAL_MS / 1e3:g}"]
    child = subprocess.Popen(["xdotool", *words, "mouseup", "1"])
    loop = QEventLoop()
    timer = QTimer(subject.tab)
    timer.timeout.connect(lambda: loop.quit() if child.poll() is not None else None)
    timer.start(50)
    loop.exec()
    timer.stop()
