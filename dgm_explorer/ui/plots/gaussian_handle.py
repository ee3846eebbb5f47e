"""Knobs on the peaks of Gaussians: painting and hit testing; what they do is in `handle_geometry`."""

import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from dgm_explorer.ui.plots.handle_geometry import HandleShape
from dgm_explorer.ui.plots.knob_overlay import Hit, KnobOverlay

GRAB_RADIUS_PX = 14.0
TOP_MARGIN_PX = 26.0
_LABEL_GAP_PX = 16.0


class PeakOverlay(KnobOverlay[HandleShape]):
    """All knobs of a density plot, with the values of one of them as a label."""

    def center_px(self, index: int) -> QPointF:
        """Where a knob is painted: on the peak, or at the nearest place along the border."""
        shape = self._handles[index].shape
        rect, at = self.boundingRect(), self.point_px(shape.mu, shape.y)
        return QPointF(
            min(max(at.x(), 0.0), rect.width()),
            min(max(at.y(), TOP_MARGIN_PX), rect.height()),
        )

    def knob_at(self, at: QPointF) -> Hit | None:
        """The nearest knob within reach of the mouse; of two at one place, the selected one."""
        best, best_distance = None, GRAB_RADIUS_PX
        for index in range(len(self._handles)):
            distance = math.dist(self.center_px(index).toTuple(), at.toTuple())
            if distance < best_distance - 1e-9 or (index == self._selected and distance <= best_distance):
                best, best_distance = index, distance
        return None if best is None else (best, "center")

    def draw(self, painter: QPainter) -> None:
        metrics = self._set_font(painter)
        for index, handle in enumerate(self._handles):
            radius = self._draw_center(painter, index)
            above = QPointF(metrics.horizontalAdvance(handle.name) / 2, radius + 5.0)
            painter.drawText(self.center_px(index) - above, handle.name)
        self._draw_label(painter, metrics, _LABEL_GAP_PX)
