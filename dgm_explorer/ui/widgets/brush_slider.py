"""How wide the mouse paints."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget

STEPS = 100


class BrushSlider(QSlider):
    """A logarithmic slider that starts in the middle.

    Parameters
    ----------
    finest, broadest : width at its two ends, in any unit.
    """

    def __init__(self, finest: float, broadest: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._finest, self._broadest = finest, broadest
        self.setAccessibleName("Width of the brush")
        self.setRange(0, STEPS)
        self.setValue(STEPS // 2)

    @property
    def width_chosen(self) -> float:
        """In the unit of the ends."""
        return float(self._finest * (self._broadest / self._finest) ** (self.value() / STEPS))
