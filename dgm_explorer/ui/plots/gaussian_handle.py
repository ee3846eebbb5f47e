"""Knobs on the peaks of Gaussians: painting and hit testing; what they do is in `handle_geometry`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from dgm_explorer.ui.plots.handle_geometry import HandleShape
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

GRAB_RADIUS_PX = 14.0
TOP_MARGIN_PX = 26.0
_RADIUS_PX = 6.5


@dataclass(frozen=True, slots=True)
class Handle:
    """One knob.

    Attributes
    ----------
    shape : the Gaussian that it stands for.
    rgb : its colour.
    name : one or two letters above it.
    """

    shape: HandleShape
    rgb: str
    name: str


class HandleOverlay(PixelOverlay):
    """All knobs of a density plot, with the values of one of them as a label."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._handles: tuple[Handle, ...] = ()
        self._hovered: int | None = None
        self._selected: int | None = None
        self._label = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_handles(self, handles: Sequence[Handle]) -> None:
        """Show these; indices of hovered and selected keep their meaning while they exist."""
        if tuple(handles) != self._handles:
            self._handles = tuple(handles)
            self.update()

    def set_state(self, hovered: int | None, selected: int | None, label: str) -> None:
        """Highlight one under the mouse, ring the selected one, write ``label`` beside it."""
        if (hovered, selected, label) != (self._hovered, self._selected, self._label):
            self._hovered, self._selected, self._label = hovered, selected, label
            self.update()

    def shown_px(self, index: int) -> QPointF:
        """Where a knob is painted: on the peak, or at the nearest place along the border."""
        shape = self._handles[index].shape
        rect, at = self.boundingRect(), self.point_px(shape.mu, shape.y)
        return QPointF(
            min(max(at.x(), 0.0), rect.width()),
            min(max(at.y(), TOP_MARGIN_PX), rect.height()),
        )

    def handle_at(self, at: QPointF) -> int | None:
        """The nearest knob within reach of the mouse; of two at one place, the selected one."""
        best, best_distance = None, GRAB_RADIUS_PX
        for index in range(len(self._handles)):
            distance = math.dist(self.shown_px(index).toTuple(), at.toTuple())
            if distance < best_distance - 1e-9 or (index == self._selected and distance <= best_distance):
                best, best_distance = index, distance
        return best

    def draw(self, painter: QPainter) -> None:
        font = QFont()
        font.setPointSizeF(self._theme.font_point_size * 0.85)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for index, handle in enumerate(self._handles):
            self._draw_knob(painter, index, handle, metrics)
        if self._label and self._selected is not None and self._selected < len(self._handles):
            self._draw_label(painter, metrics)

    def _draw_knob(self, painter: QPainter, index: int, handle: Handle, metrics: QFontMetricsF) -> None:
        at = self.shown_px(index)
        radius = _RADIUS_PX + 2.0 * (index == self._hovered)
        painter.setBrush(color(handle.rgb))
        painter.setPen(QPen(color(self._theme.plot_background), 1.5))
        painter.drawEllipse(at, radius, radius)
        if index == self._selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(self._theme.text), 1.5))
            painter.drawEllipse(at, radius + 2.5, radius + 2.5)
        painter.setPen(color(self._theme.text))
        middle = metrics.horizontalAdvance(handle.name) / 2
        painter.drawText(at - QPointF(middle, radius + 5.0), handle.name)

    def _draw_label(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        assert self._selected is not None
        at, view = self.shown_px(self._selected), self.boundingRect()
        width, height = metrics.horizontalAdvance(self._label) + 12.0, metrics.height() + 4.0
        x = min(max(at.x() - width / 2, 2.0), view.width() - width - 2.0)
        below = at.y() + 16.0
        y = below if below + height < view.height() else at.y() - 16.0 - height
        box = QRectF(x, y, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.panel, 225))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(color(self._theme.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._label)
