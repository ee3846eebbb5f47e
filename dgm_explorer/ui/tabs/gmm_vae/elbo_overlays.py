"""What the chart of the bound paints besides its curves: stacked areas and phases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.tabs.gmm_vae.elbo_series import Layer, PhaseStart
from dgm_explorer.ui.theme import LIGHT, Theme, color

_FAR_PX = 4000.0


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """One coloured part of a stack; ``alpha`` 0 … 255."""

    layer: Layer
    rgb: str
    alpha: int


class StackOverlay(PixelOverlay):
    """Areas over common x, without antialiasing, which costs four times as much."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=1)
        self._x: FloatArray = np.empty(0)
        self._areas: tuple[Area, ...] = ()

    def set_areas(self, x: FloatArray, areas: Sequence[Area]) -> None:
        """Show these areas; none clears."""
        self._x, self._areas = x, tuple(areas)
        self.update()

    def draw(self, painter: QPainter) -> None:
        if len(self._x) < 2:
            return
        painter.setClipRect(self.boundingRect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for area in self._areas:
            x, lower = self.to_pixels(self._x, area.layer.lower)
            _, upper = self.to_pixels(self._x, area.layer.upper)
            outline_x = np.concatenate([x, x[::-1]]).clip(-_FAR_PX, 2 * _FAR_PX)
            outline_y = np.concatenate([upper, lower[::-1]]).clip(-_FAR_PX, 2 * _FAR_PX)
            painter.setBrush(color(area.rgb, area.alpha))
            painter.drawPolygon(arrayToQPolygonF(outline_x, outline_y))


class PhaseOverlay(PixelOverlay):
    """A vertical line where a phase begins, with its name beside it, and a line at 0."""

    def __init__(self, view_box: pg.ViewBox, has_names: bool) -> None:
        super().__init__(view_box, z_value=6.5)
        self._has_names = has_names
        self._phases: tuple[PhaseStart, ...] = ()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_phases(self, phases: tuple[PhaseStart, ...]) -> None:
        if phases != self._phases:
            self._phases = phases
            self.update()

    def draw(self, painter: QPainter) -> None:
        rect = self.boundingRect()
        painter.setClipRect(rect)
        zero = self.point_px(0.0, 0.0).y()
        painter.setPen(QPen(color(self._theme.muted_text), 1.0))
        painter.drawLine(QLineF(0.0, zero, rect.width(), zero))
        starts = [self.point_px(phase.step, 0.0).x() for phase in self._phases]
        painter.setPen(QPen(color(self._theme.text), 1.0, Qt.PenStyle.DashLine))
        for x in starts[1:]:
            painter.drawLine(QLineF(x, 0.0, x, rect.height()))
        if self._has_names and starts:
            self._draw_names(painter, starts)

    def _draw_names(self, painter: QPainter, starts: list[float]) -> None:
        font = self._theme.font(0.85)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        right = self.boundingRect().width()
        for phase, x, end in zip(self._phases, starts, [*starts[1:], right], strict=True):
            x, end = max(x, 0.0), min(end, right)
            for name in _names(phase):
                width = metrics.horizontalAdvance(name) + 6
                if width <= end - x - 4:
                    box = QRectF(x + 3, 1, width, metrics.height())
                    painter.setPen(color(self._theme.text))
                    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)
                    break


def _names(phase: PhaseStart) -> tuple[str, ...]:
    """From the fullest to the shortest."""
    if phase.phase == "pretrain":
        return "pre-train: bound of a VAE, prior N(0, I)", "pre-train: prior N(0, I)", "pre-train"
    return phase.name, phase.name.split()[0].rstrip(",")
