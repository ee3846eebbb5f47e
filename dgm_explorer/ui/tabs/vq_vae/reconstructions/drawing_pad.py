"""A small image to draw on with the mouse, in the data's own size."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import CodeGridView

_IS_WHITE = {Qt.MouseButton.LeftButton: True, Qt.MouseButton.RightButton: False}


class DrawingPad(CodeGridView):
    """An image whose cells can be hovered; in drawing, the left button draws white and the right one black.

    Attributes
    ----------
    brush_px : diameter of the brush, in pixels of the image.
    """

    image_drawn = Signal(object)
    """The image (height, width, channels) after every piece of a stroke, read-only."""
    stroke_started = Signal()
    stroke_finished = Signal()
    undo_requested = Signal()
    """By the keys for it, pressed in drawing; elsewhere they are the window's."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.brush_px = 2.0
        self._is_drawing = False
        self._is_white: bool | None = None
        self._last = (0.0, 0.0)

    def set_drawing(self, is_drawing: bool) -> None:
        """Whether the mouse draws or is over cells."""
        self._is_drawing, self._is_white = is_drawing, None
        self.setCursor(Qt.CursorShape.CrossCursor if is_drawing else Qt.CursorShape.ArrowCursor)

    @property
    def is_in_stroke(self) -> bool:
        """Whether a button is down that draws."""
        return self._is_white is not None

    def image_point(self, at: QPointF) -> tuple[float, float] | None:
        """(x, y) in pixels of the image at a pixel of the widget, also beside it; None without an image."""
        if self._geometry is None or self._image is None:
            return None
        ratio = self.devicePixelRatioF()
        return self._geometry.image_point(at.x() * ratio, at.y() * ratio)

    def _draw_to(self, point: tuple[float, float]) -> None:
        assert self._image is not None
        assert self._is_white is not None
        image = brushed(self._image, self._last, point, self.brush_px, self._is_white)
        image.setflags(write=False)
        self._last = point
        self.set_image(image, self._stride, self._tint)
        self.image_drawn.emit(image)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = self.image_point(event.position())
        if not self._is_drawing:
            super().mousePressEvent(event)
        elif point is not None and self._is_white is None and event.button() in _IS_WHITE:
            self._is_white, self._last = _IS_WHITE[event.button()], point
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.stroke_started.emit()
            self._draw_to(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self.image_point(event.position())
        if not self._is_drawing:
            super().mouseMoveEvent(event)
        elif point is not None and self._is_white is not None:
            self._draw_to(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._is_drawing:
            super().mouseReleaseEvent(event)
        elif self._is_white is not None and _IS_WHITE.get(event.button()) == self._is_white:
            self._is_white = None
            self.stroke_finished.emit()

    def event(self, event: QEvent) -> bool:
        is_undo = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        if not (is_undo and self._is_drawing):
            return super().event(event)
        event.accept()
        if event.type() == QEvent.Type.KeyPress and not self.is_in_stroke:
            self.undo_requested.emit()
        return True


def brushed(
    image: Float32Array, start: tuple[float, float], end: tuple[float, float], brush_px: float, is_white: bool
) -> Float32Array:
    """A copy of an image (height, width, c) with a straight stroke of a round brush, grey in every channel.

    A pixel is covered fully within the brush's radius less half a pixel, not at all half a pixel beyond it;
    strokes over each other do not add up, so that the edge of a slow one is as soft as that of a quick one.

    Parameters
    ----------
    start, end : (x, y) in pixels, from the corner of the first one.
    brush_px : diameter.
    is_white : white or black.
    """
    y, x = np.indices(image.shape[:2]) + 0.5
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length_2 = max(along_x**2 + along_y**2, 1e-12)
    share = np.clip(((x - start[0]) * along_x + (y - start[1]) * along_y) / length_2, 0, 1)
    distance = np.hypot(x - start[0] - share * along_x, y - start[1] - share * along_y)
    covered = np.clip(brush_px / 2 + 0.5 - distance, 0, 1)[..., None]
    levels = np.maximum(image, covered) if is_white else np.minimum(image, 1 - covered)
    drawn: Float32Array = levels.astype(np.float32)
    return drawn
