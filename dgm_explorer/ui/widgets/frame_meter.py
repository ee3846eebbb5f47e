"""How long the frames take, in the corner of the status bar."""

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QWidget

SMOOTHING = 0.15
"""Weight of the newest frame in the running mean."""

WORST_OF = 120
"""The worst frame is that of the last so many: two seconds of dragging."""

REFRESH_S = 0.1


class FrameMeter(QLabel):
    """Running mean and recent worst of the frame time.

    Parameters
    ----------
    clock : seconds, monotonic; the label is written at most every `REFRESH_S`, since writing it costs a
        layout, which is more than measuring.
    """

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._recent_ms: deque[float] = deque(maxlen=WORST_OF)
        self._mean_ms = 0.0
        self._written_at_s = -1.0
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(
            "Time to compute and set one frame of this tab:\n"
            f"running mean, and the worst of the last {WORST_OF} frames. A 60 Hz screen allows 16.7 ms."
        )
        self.clear()

    @property
    def mean_ms(self) -> float:
        return self._mean_ms

    @property
    def worst_ms(self) -> float:
        return max(self._recent_ms, default=0.0)

    def clear(self) -> None:
        """Forget all frames, as when another tab comes to the front."""
        self._recent_ms.clear()
        self._written_at_s = -1.0
        self.setText("")

    @Slot(float)
    def add(self, frame_ms: float) -> None:
        """Count one frame."""
        if self._recent_ms:
            self._mean_ms += SMOOTHING * (frame_ms - self._mean_ms)
        else:
            self._mean_ms = frame_ms
        self._recent_ms.append(frame_ms)
        now_s = self._clock()
        if now_s - self._written_at_s >= REFRESH_S:
            self._written_at_s = now_s
            self.setText(f"frame {self._mean_ms:.1f} ms · worst {self.worst_ms:.1f} ms")
