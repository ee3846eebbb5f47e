"""A slider for steps per second, evenly spaced in their logarithm."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSlider, QWidget

from dgm_explorer.ui.widgets.form import guard_wheel

SLOWEST_HZ, FASTEST_HZ = 0.5, 1e4
SLIDER_STEPS = 400


def hertz_of(position: int) -> float:
    """Steps per second at a slider position, evenly spaced in its logarithm."""
    share = position / SLIDER_STEPS
    return float(SLOWEST_HZ * (FASTEST_HZ / SLOWEST_HZ) ** share)


def position_of(hertz: float) -> int:
    """The slider position nearest to a speed."""
    share = math.log(hertz / SLOWEST_HZ) / math.log(FASTEST_HZ / SLOWEST_HZ)
    return round(SLIDER_STEPS * min(1.0, max(0.0, share)))


class SpeedSlider(QSlider):
    """Says which speed the hand wishes for; `sliderPressed` and `sliderReleased` are around a drag."""

    speed_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName("Speed in steps per second")
        self.setRange(0, SLIDER_STEPS)
        self.setMinimumWidth(60)
        self.valueChanged.connect(self._choose)
        guard_wheel(self)

    def set_speed(self, hertz: float) -> None:
        """Show a speed; emits nothing."""
        self.blockSignals(True)
        self.setValue(position_of(hertz))
        self.blockSignals(False)

    def _choose(self, position: int) -> None:
        self.speed_chosen.emit(round(hertz_of(position), 3))
