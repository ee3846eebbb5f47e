"""Knobs on Gaussians and the values of the selected one: what the overlays with handles share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from dgm_explorer.ui.plots.handle_geometry import Part
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_RADIUS_PX = 6.5

Hit: TypeAlias = tuple[int, Part]
"""Index of a handle, and which of its knobs."""

ShapeT = TypeVar("ShapeT")


@dataclass(frozen=True, slots=True)
class Handle(Generic[ShapeT]):
    """One Gaussian that can be dragged.

    Attributes
    ----------
    shape : the Gaussian that it stands for.
    rgb : its colour.
    name : one or two letters beside its centre.
    """

    shape: ShapeT
    rgb: str
    name: str


class KnobOverlay(PixelOverlay, Generic[ShapeT]):
    """A knob on the centre of every Gaussian of a plot, with the values of one of them as a label."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=40)
        self._handles: tuple[Handle[ShapeT], ...] = ()
        self._hovered: Hit | None = None
        self._selected: int | None = None
        self._label = ""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_handles(self, handles: Sequence[Handle[ShapeT]]) -> None:
        """Show these; indices of hovered and selected keep their meaning while they exist."""
        if tuple(handles) != self._handles:
            self._handles = tuple(handles)
            self.update()

    def set_state(self, hovered: Hit | None, selected: int | None, label: str) -> None:
        """Enlarge the knob under the mouse, ring the selected one, write ``label`` beside it."""
        if (hovered, selected, label) != (self._hovered, self._selected, self._label):
            self._hovered, self._selected, self._label = hovered, selected, label
            self.update()

    def center_px(self, index: int) -> QPointF:
        """Where the knob on the centre of a Gaussian is painted, always within the plot."""
        raise NotImplementedError

    def knob_at(self, at: QPointF) -> Hit | None:
        """Which knob lies under the mouse."""
        raise NotImplementedError

    @property
    def _shown_selection(self) -> int | None:
        """The selected handle while it exists."""
        return self._selected if self._selected is not None and self._selected < len(self._handles) else None

    def _set_font(self, painter: QPainter) -> QFontMetricsF:
        font = self._theme.font(0.85)
        painter.setFont(font)
        return QFontMetricsF(font)

    def _is_ringed(self, index: int) -> bool:
        """Whether the keyboard moves this knob."""
        return index == self._selected

    def _draw_center(self, painter: QPainter, index: int) -> float:
        """Paint a knob, then leave the pen to its name; the radius in pixels."""
        at = self.center_px(index)
        radius = _RADIUS_PX + 2.0 * (self._hovered == (index, "center"))
        painter.setBrush(color(self._handles[index].rgb))
        painter.setPen(QPen(color(self._theme.plot_background), 1.5))
        painter.drawEllipse(at, radius, radius)
        if self._is_ringed(index):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(self._theme.text), 1.5))
            painter.drawEllipse(at, radius + 2.5, radius + 2.5)
        painter.setPen(color(self._theme.text))
        return radius

    def _draw_label(self, painter: QPainter, metrics: QFontMetricsF, gap_px: float) -> None:
        """Below the selected knob by ``gap_px``, or above it where there is no room."""
        if not self._label or self._shown_selection is None:
            return
        at, view = self.center_px(self._shown_selection), self.boundingRect()
        width, height = metrics.horizontalAdvance(self._label) + 12.0, metrics.height() + 4.0
        x = min(max(at.x() - width / 2, 2.0), view.width() - width - 2.0)
        below = at.y() + gap_px
        y = below if below + height < view.height() else at.y() - gap_px - height
        box = QRectF(x, y, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.panel, 225))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(color(self._theme.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._label)
