"""Ellipses with knobs: painting and hit testing; what the knobs do is in `ellipse_geometry`."""

import math
from typing import Generic

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from dgm_explorer.ui.plots.ellipse_geometry import EllipseShape
from dgm_explorer.ui.plots.handle_geometry import Part
from dgm_explorer.ui.plots.knob_overlay import Hit, KnobOverlay, ShapeT
from dgm_explorer.ui.theme import color

GRAB_RADIUS_PX = 12.0
_LABEL_GAP_PX = 18.0
_KNOB_RADIUS_PX = 4.5
_MIN_TIP_PX = 17.0
_ROTATION_ARM_PX = 24.0
_AXES: tuple[tuple[Part, int], ...] = (("first", 1), ("second", 1), ("first", -1), ("second", -1))


class EllipseOverlay(KnobOverlay[ShapeT], Generic[ShapeT]):
    """All draggable ellipses of a plane, at one and two standard deviations, to scale.

    Every ellipse has a knob on its centre. The selected one also has knobs on the four tips of its axes at
    one standard deviation, and one that turns it, on an arm beyond its first axis. q comes last and is
    drawn thicker. A subclass says what ellipse belongs to a handle.
    """

    def ellipse(self, index: int) -> EllipseShape:
        """The ellipse of a handle."""
        raise NotImplementedError

    # -- where things are, in pixels ----------------------------------------------------------------------

    def center_px(self, index: int) -> QPointF:
        """Where the centre knob is painted: on the mean, or at the border next to it."""
        shape, rect = self.ellipse(index), self.boundingRect()
        at = self.point_px(shape.x, shape.y)
        return QPointF(min(max(at.x(), 0.0), rect.width()), min(max(at.y(), 0.0), rect.height()))

    def knob_px(self, index: int, part: Part, sign: int = 1) -> QPointF:
        """Where a knob of an ellipse is painted, at least a finger's width from the centre."""
        if part == "center":
            return self.center_px(index)
        shape = self.ellipse(index)
        center, tip = self.point_px(*shape.mean), self.point_px(*shape.tip(part, sign))
        length = math.dist(center.toTuple(), tip.toTuple())
        wanted = max(length, _MIN_TIP_PX) + (_ROTATION_ARM_PX if part == "rotation" else 0.0)
        dx, dy = shape.direction(part)  # pixels grow downwards
        return center + QPointF(dx, -dy) * (sign * wanted)

    def knob_at(self, at: QPointF) -> Hit | None:
        """Which knob lies under the mouse; knobs of the selected ellipse come first."""
        candidates: list[tuple[float, int, Part]] = []
        selected = self._shown_selection
        if selected is not None:
            knobs = [*_AXES, ("rotation", 1)]
            for part, sign in knobs:
                distance = math.dist(self.knob_px(selected, part, sign).toTuple(), at.toTuple())
                candidates.append((distance - 1.0, selected, part))
        for index in range(len(self._handles)):
            distance = math.dist(self.center_px(index).toTuple(), at.toTuple())
            candidates.append((distance - 0.5 * (index == self._selected), index, "center"))
        best = min(candidates, default=None, key=lambda candidate: candidate[0])
        return None if best is None or best[0] > GRAB_RADIUS_PX else (best[1], best[2])

    # -- painting -----------------------------------------------------------------------------------------

    def draw(self, painter: QPainter) -> None:
        metrics = self._set_font(painter)
        for index in range(len(self._handles)):
            self._draw_ellipse(painter, index, 1.15 if index == len(self._handles) - 1 else 0.8)
        if self._shown_selection is not None:
            self._draw_knobs(painter, self._shown_selection)
        for index, handle in enumerate(self._handles):
            radius = self._draw_center(painter, index)
            painter.drawText(self.center_px(index) + QPointF(radius + 5.0, -5.0), handle.name)
        self._draw_label(painter, metrics, _LABEL_GAP_PX)

    def outline_px(self, shape: EllipseShape, deviations: float) -> QPolygonF:
        """The ellipse as a polygon in pixels."""
        x, y = self.to_pixels(*shape.outline(deviations))
        return QPolygonF([QPointF(*point) for point in np.stack([x, y], axis=1).tolist()])

    def _draw_ellipse(self, painter: QPainter, index: int, strength: float) -> None:
        width, rgb, shape = self._theme.line_width * strength, self._handles[index].rgb, self.ellipse(index)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(rgb), width))
        painter.drawPolyline(self.outline_px(shape, 1.0))
        painter.setPen(QPen(color(rgb, 150), 0.6 * width))
        painter.drawPolyline(self.outline_px(shape, 2.0))

    def _draw_knobs(self, painter: QPainter, index: int) -> None:
        handle = self._handles[index]
        turn = self.knob_px(index, "rotation")
        painter.setPen(QPen(color(handle.rgb, 170), 1))
        painter.drawLine(self.knob_px(index, "first"), turn)
        for part, sign in _AXES:
            self._draw_square(painter, self.knob_px(index, part, sign), handle.rgb, (index, part))
        radius = _KNOB_RADIUS_PX + 2.0 * (self._hovered == (index, "rotation"))
        painter.setPen(QPen(color(handle.rgb), 2))
        painter.setBrush(color(self._theme.plot_background))
        painter.drawEllipse(turn, radius, radius)

    def _draw_square(self, painter: QPainter, at: QPointF, rgb: str, hit: Hit) -> None:
        half = _KNOB_RADIUS_PX - 0.5 + 1.5 * (self._hovered == hit)
        painter.setPen(QPen(color(self._theme.plot_background), 1.2))
        painter.setBrush(color(rgb))
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))


class EllipseHandles(EllipseOverlay[EllipseShape]):
    """Handles that stand for ellipses themselves."""

    def ellipse(self, index: int) -> EllipseShape:
        return self._handles[index].shape
