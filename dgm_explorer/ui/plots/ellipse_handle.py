"""Ellipses with knobs: painting and hit testing; what the knobs do is in `ellipse_geometry`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from dgm_explorer.ui.plots.ellipse_geometry import EllipseShape, Part
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

GRAB_RADIUS_PX = 12.0
_RADIUS_PX = 6.5
_KNOB_RADIUS_PX = 4.5
_MIN_TIP_PX = 17.0
_ROTATION_ARM_PX = 24.0
_AXES: tuple[tuple[Part, int], ...] = (("first", 1), ("second", 1), ("first", -1), ("second", -1))


@dataclass(frozen=True, slots=True)
class EllipseHandle:
    """One ellipse that can be dragged.

    Attributes
    ----------
    shape : the Gaussian that it stands for.
    rgb : its colour.
    name : one or two letters beside its centre.
    is_strong : drawn thicker, for q among the components of p.
    """

    shape: EllipseShape
    rgb: str
    name: str
    is_strong: bool = False


class EllipseOverlay(PixelOverlay):
    """All draggable ellipses of a plane, at one and two standard deviations, to scale.

    Every ellipse has a knob on its centre. The selected one also has knobs on the four tips of its axes at
    one standard deviation, and one that turns it, on an arm beyond its first axis.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._handles: tuple[EllipseHandle, ...] = ()
        self._hovered: tuple[int, Part] | None = None
        self._selected: int | None = None
        self._label = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_handles(self, handles: Sequence[EllipseHandle]) -> None:
        """Show these; indices of hovered and selected keep their meaning while they exist."""
        if tuple(handles) != self._handles:
            self._handles = tuple(handles)
            self.update()

    def set_state(self, hovered: tuple[int, Part] | None, selected: int | None, label: str) -> None:
        """Enlarge the knob under the mouse, show those of the selected ellipse, with ``label`` beside it."""
        if (hovered, selected, label) != (self._hovered, self._selected, self._label):
            self._hovered, self._selected, self._label = hovered, selected, label
            self.update()

    # -- where things are, in pixels ----------------------------------------------------------------------

    def center_px(self, index: int) -> QPointF:
        """Where the centre knob is painted: on the mean, or at the border next to it."""
        shape, rect = self._handles[index].shape, self.boundingRect()
        at = self.point_px(shape.x, shape.y)
        return QPointF(min(max(at.x(), 0.0), rect.width()), min(max(at.y(), 0.0), rect.height()))

    def knob_px(self, index: int, part: Part, sign: int = 1) -> QPointF:
        """Where a knob of an ellipse is painted, at least a finger's width from the centre."""
        if part == "center":
            return self.center_px(index)
        shape = self._handles[index].shape
        center, tip = self.point_px(*shape.mean), self.point_px(*shape.tip(part, sign))
        length = math.dist(center.toTuple(), tip.toTuple())
        wanted = max(length, _MIN_TIP_PX) + (_ROTATION_ARM_PX if part == "rotation" else 0.0)
        dx, dy = shape.direction(part)  # pixels grow downwards
        return center + QPointF(dx, -dy) * (sign * wanted)

    def part_at(self, at: QPointF) -> tuple[int, Part] | None:
        """Which knob lies under the mouse; knobs of the selected ellipse come first."""
        candidates: list[tuple[float, int, Part]] = []
        if self._selected is not None and self._selected < len(self._handles):
            knobs = [*_AXES, ("rotation", 1)]
            for part, sign in knobs:
                distance = math.dist(self.knob_px(self._selected, part, sign).toTuple(), at.toTuple())
                candidates.append((distance - 1.0, self._selected, part))
        for index in range(len(self._handles)):
            distance = math.dist(self.center_px(index).toTuple(), at.toTuple())
            candidates.append((distance - 0.5 * (index == self._selected), index, "center"))
        best = min(candidates, default=None, key=lambda candidate: candidate[0])
        return None if best is None or best[0] > GRAB_RADIUS_PX else (best[1], best[2])

    # -- painting -----------------------------------------------------------------------------------------

    def draw(self, painter: QPainter) -> None:
        font = QFont()
        font.setPointSizeF(self._theme.font_point_size * 0.85)
        painter.setFont(font)
        for handle in self._handles:
            self._draw_ellipse(painter, handle)
        if self._selected is not None and self._selected < len(self._handles):
            self._draw_knobs(painter, self._selected)
        for index, handle in enumerate(self._handles):
            self._draw_center(painter, index, handle)
        if self._label and self._selected is not None and self._selected < len(self._handles):
            self._draw_label(painter, QFontMetricsF(font))

    def outline_px(self, shape: EllipseShape, deviations: float) -> QPolygonF:
        """The ellipse as a polygon in pixels."""
        x, y = self.to_pixels(*shape.outline(deviations))
        return QPolygonF([QPointF(*point) for point in np.stack([x, y], axis=1).tolist()])

    def _draw_ellipse(self, painter: QPainter, handle: EllipseHandle) -> None:
        width = self._theme.line_width * (1.15 if handle.is_strong else 0.8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(handle.rgb), width))
        painter.drawPolyline(self.outline_px(handle.shape, 1.0))
        painter.setPen(QPen(color(handle.rgb, 150), 0.6 * width))
        painter.drawPolyline(self.outline_px(handle.shape, 2.0))

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

    def _draw_square(self, painter: QPainter, at: QPointF, rgb: str, part: tuple[int, Part]) -> None:
        half = _KNOB_RADIUS_PX - 0.5 + 1.5 * (self._hovered == part)
        painter.setPen(QPen(color(self._theme.plot_background), 1.2))
        painter.setBrush(color(rgb))
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))

    def _draw_center(self, painter: QPainter, index: int, handle: EllipseHandle) -> None:
        at = self.center_px(index)
        radius = _RADIUS_PX + 2.0 * (self._hovered == (index, "center"))
        painter.setBrush(color(handle.rgb))
        painter.setPen(QPen(color(self._theme.plot_background), 1.5))
        painter.drawEllipse(at, radius, radius)
        if index == self._selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(self._theme.text), 1.5))
            painter.drawEllipse(at, radius + 2.5, radius + 2.5)
        painter.setPen(color(self._theme.text))
        painter.drawText(at + QPointF(radius + 5.0, -5.0), handle.name)

    def _draw_label(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        assert self._selected is not None
        at, view = self.center_px(self._selected), self.boundingRect()
        width, height = metrics.horizontalAdvance(self._label) + 12.0, metrics.height() + 4.0
        x = min(max(at.x() - width / 2, 2.0), view.width() - width - 2.0)
        below = at.y() + 18.0
        y = below if below + height < view.height() else at.y() - 18.0 - height
        box = QRectF(x, y, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.panel, 225))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(color(self._theme.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._label)
