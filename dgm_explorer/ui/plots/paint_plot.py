"""A plot that takes points from the mouse."""

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.pin import Pin
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import Theme

POINTS_PER_MOVE = 4
_HINT = "Press and drag here to paint points"
_TIP = "Press and drag to paint points; or move the brush with the arrow keys and paint with Space"
_KEY_STEP_PX = 10.0
_ARROWS = {
    Qt.Key.Key_Left: QPointF(-_KEY_STEP_PX, 0.0),
    Qt.Key.Key_Right: QPointF(_KEY_STEP_PX, 0.0),
    Qt.Key.Key_Up: QPointF(0.0, -_KEY_STEP_PX),
    Qt.Key.Key_Down: QPointF(0.0, _KEY_STEP_PX),
}


class PaintPlot(Plot):
    """Press and drag scatters points around the mouse; what a stroke adds comes with `points_painted`.

    Arrow keys move a brush, and Space paints with it: a stroke lasts until Space is let go.

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
        self._brush = Pin(self.view_box)
        self._brush_px: QPointF | None = None
        self.setToolTip(_TIP)
        self.setMouseEnabled(False, False)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._hint.set_theme(theme)
        self._brush.set_theme(theme)

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

    def key(self, event: QKeyEvent) -> bool:
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None and event.key() != Qt.Key.Key_Space:
            return super().key(event)
        rect = self.view_box.rect()
        at = (self._brush_px or rect.center()) + (step or QPointF())
        self._brush_px = QPointF(min(max(at.x(), 0.0), rect.width()), min(max(at.y(), 0.0), rect.height()))
        if step is None:
            self._paint(self._brush_px)
        self._brush.set_at(self.pixel_to_view(self._brush_px))
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.stroke_finished.emit()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._brush_px = None
        self._brush.set_at(None)

    def _paint(self, at: QPointF) -> None:
        count = max(0, min(POINTS_PER_MOVE, self._max_points - len(self.points)))
        if count:
            noise = self._rng.standard_normal((count, 2))
            self.points_painted.emit(self.scatter(self.pixel_to_view(at), noise))
