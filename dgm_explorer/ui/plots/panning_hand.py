"""The left button on a plot that it pans or clicks."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from dgm_explorer.ui.plots.latent_gestures import PanOrClick
from dgm_explorer.ui.plots.plot import Plot


class PanningHand:
    """From the press to the release or Escape. The plot passes its mouse on; places are in its pixels."""

    def __init__(self, view: Plot) -> None:
        self._view = view
        self._gesture: PanOrClick | None = None

    @property
    def is_down(self) -> bool:
        """Whether the button is held: then the mouse points at nothing."""
        return self._gesture is not None

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        """A button goes down; True keeps the drag from pyqtgraph."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._gesture = PanOrClick(self._view, at)
        return self.is_down

    def move(self, at: QPointF) -> bool:
        """The mouse moves; True if the button is held."""
        if self._gesture is not None:
            self._gesture.move(at)
        return self.is_down

    def release(self, at: QPointF) -> bool:
        """A button goes up; True if it was held: the plot was panned, or clicked."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.finish(at)
        return gesture is not None

    def cancel(self) -> bool:
        """Escape; True if the button was held: the plot is back where it was."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()
        return gesture is not None
