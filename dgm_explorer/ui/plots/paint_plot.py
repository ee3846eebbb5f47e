"""A plot that takes points from the mouse."""

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import Theme

POINTS_PER_MOVE = 4
_HINT = "Press and drag here to paint points"


class PaintPlot(Plot):
    """Press and drag scatters points around the mouse; what a stroke adds comes with `points_painted`.

    Parameters
    ----------
    max_points : the canvas is full with so many.
    points : none yet, in the shape of what is painted.
    """

    points_painted = Signal(object)
    """New points, first axis n, at the press and at every move of a stroke."""
    stroke_finished = Signal()

    def __init__(
        self,
        x_axis: NumberAxis,
        y_axis: NumberAxis,
        max_points: int,
        points: FloatArray,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(x_axis, y_axis, parent)
        self.export_name = "points"
        self.brush_sigma = 0.1
        self.points = points
        self._max_points = max_points
        self._rng = np.random.default_rng(0)
        self._hint = Cover(self.view_box)
        self._hint.set_reason(_HINT)
        self.setMouseEnabled(False, False)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._hint.set_theme(theme)

    def set_points(self, points: FloatArray) -> None:
        """Show ``points``."""
        self.points = points
        self._hint.set_reason("" if len(points) else _HINT)
        self.draw_points()

    def draw_points(self) -> None:
        """Paint `points`."""
        raise NotImplementedError

    def scatter(self, at: tuple[float, float], noise: FloatArray) -> FloatArray:
        """Points around ``at`` in view coordinates; ``noise`` is (n, 2) of standard deviation 1."""
        raise NotImplementedError

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._paint(at)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._grab_button is not None:
            self._paint(at)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del at, event
        self.stroke_finished.emit()

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        """Two quick presses paint twice."""
        if self.press(at, event):
            self._grab_button = event.button()

    def _paint(self, at: QPointF) -> None:
        count = max(0, min(POINTS_PER_MOVE, self._max_points - len(self.points)))
        if count:
            noise = self._rng.standard_normal((count, 2))
            self.points_painted.emit(self.scatter(self.pixel_to_view(at), noise))
