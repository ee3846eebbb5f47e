"""A plot of dots that can be pointed at, clicked and panned."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.panning_hand import PanningHand
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.dot_layer import DotLayer
from dgm_explorer.ui.theme import Theme


class DotPlot(Plot):
    """Setters never emit. A subclass draws what lies around the dots.

    Attributes
    ----------
    is_pannable : whether dragging the background moves the view.
    """

    pointed = Signal(int)
    """Another point is under the mouse; −1 for none."""
    clicked = Signal(int)
    """A point was clicked."""

    is_pannable = True

    def __init__(self, x_axis: NumberAxis, y_axis: NumberAxis, parent: QWidget | None = None) -> None:
        super().__init__(x_axis, y_axis, parent)
        self._hovered_dot = -1
        self._hand = PanningHand(self)
        self._dots = DotLayer(self)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._dots.set_theme(theme)

    def set_points(self, places: FloatArray, rgb: NDArray[np.uint8]) -> None:
        """Show points (n, 2) in colours (n, 3)."""
        self._dots.set_dots(places, rgb)

    def place_of(self, index: int) -> QPointF | None:
        """Where a point is painted, in pixels of the widget; None where it is out of sight."""
        return self._dots.place_of(index)

    def pan(self, x_px: float, y_px: float) -> None:
        if self.is_pannable:
            super().pan(x_px, y_px)

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        return self._hand.press(at, event)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if not self._hand.move(at) and not event.buttons():
            self._point(self._dots.dot_at(at))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        self._hand.release(at)

    def click(self, at: QPointF) -> None:
        index = self._dots.dot_at(at)
        if index >= 0:
            self.clicked.emit(index)

    def _point(self, index: int) -> None:
        if index != self._hovered_dot:
            self._hovered_dot = index
            self.pointed.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)
