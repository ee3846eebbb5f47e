"""Something drawn over a plot in pixels: markers, arrows and text that do not stretch with the axes."""

import sys
from typing import TypeAlias

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from dgm_explorer.core.arrays import FloatArray

Placement: TypeAlias = tuple[float, float, float, float, float, float]
"""Visible part in view coordinates, x and y from and to, and the view's width and height in pixels."""


class PixelOverlay(QGraphicsObject):
    """Child of a ViewBox with the view box's own pixel coordinates, origin at the top left.

    Takes no mouse events: the plot asks its overlays what lies under the mouse.
    """

    def __init__(self, view_box: pg.ViewBox, z_value: float) -> None:
        super().__init__()
        self._view_box = view_box
        self.setParentItem(view_box)
        self.setZValue(z_value)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        view_box.sigRangeChanged.connect(self._on_view_changed)
        view_box.sigResized.connect(self._on_view_changed)

    def placement(self) -> "Placement":
        """What `to_pixels` depends on: while it stays, pixels do."""
        (x_lo, x_hi), (y_lo, y_hi) = self._view_box.viewRange()
        rect = self._view_box.rect()
        return x_lo, x_hi, y_lo, y_hi, rect.width(), rect.height()

    def to_pixels(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """View coordinates as pixels, of any shape."""
        x_lo, x_hi, y_lo, y_hi, width, height = self.placement()
        return (x - x_lo) * (width / (x_hi - x_lo)), (y_hi - y) * (height / (y_hi - y_lo))

    def point_px(self, x: float, y: float) -> QPointF:
        """One point in view coordinates as pixels."""
        x_lo, x_hi, y_lo, y_hi, width, height = self.placement()
        return QPointF((x - x_lo) * (width / (x_hi - x_lo)), (y_hi - y) * (height / (y_hi - y_lo)))

    def boundingRect(self) -> QRectF:
        rect: QRectF = self._view_box.rect()
        return rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        del option, widget
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            self.draw(painter)
        except Exception:  # WORKAROUND(PySide6 6.11): one that leaves an item's paint ends the program
            sys.excepthook(*sys.exc_info())

    def draw(self, painter: QPainter) -> None:
        """Paint in pixels."""
        raise NotImplementedError

    def _on_view_changed(self, *_: object) -> None:
        self.prepareGeometryChange()
        self.update()
