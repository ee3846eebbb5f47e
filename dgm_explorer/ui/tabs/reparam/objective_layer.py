"""f(z) under the dots of the plane: level lines, its minima, and the way that descent has taken."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.objective_minima import find_minima
from dgm_explorer.numerics.objectives import Objective
from dgm_explorer.ui.plots.contours import ContourItem
from dgm_explorer.ui.plots.markers import symbol
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_N_CELLS = 192
_SHARES = (0.015, 0.05, 0.11, 0.2, 0.31, 0.45, 0.6, 0.77)
"""Of the visible part lies so much within a level line."""
_STAR_PX = 8.0


class Ways(PixelOverlay):
    """Ways of μ from the start of a descent, the present one last, and stars on the minima of f."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=32)
        self._minima: FloatArray = np.zeros((0, 2))
        self._ways: tuple[tuple[FloatArray, str], ...] = ()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_minima(self, minima: FloatArray) -> None:
        """Stars at (k, 2)."""
        self._minima = minima
        self.update()

    def set_ways(self, ways: Sequence[tuple[FloatArray, str]]) -> None:
        """Polylines (n, 2) with their colours, the last one on top and with its start marked."""
        if ways or self._ways:
            self._ways = tuple(ways)
            self.update()

    def draw(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, (way, rgb) in enumerate(self._ways):
            is_last = number == len(self._ways) - 1
            x, y = self.to_pixels(way[:, 0], way[:, 1])
            points = QPolygonF([QPointF(*place) for place in np.stack([x, y], axis=1).tolist()])
            if is_last:
                painter.setPen(QPen(color(theme.plot_background, 200), 2.4 * theme.line_width + 2))
                painter.drawPolyline(points)
            painter.setPen(
                QPen(color(rgb, 255 if is_last else 150), (1.8 if is_last else 1.0) * theme.line_width)
            )
            painter.drawPolyline(points)
            if is_last:
                painter.setPen(QPen(color(rgb), 2.0))
                painter.drawEllipse(points.at(0), 4.0, 4.0)
        for x, y in self._minima.tolist():
            self._draw_star(painter, self.point_px(x, y))

    def _draw_star(self, painter: QPainter, at: QPointF) -> None:
        theme = self._theme
        painter.save()
        painter.translate(at)
        painter.scale(_STAR_PX, _STAR_PX)
        painter.setPen(QPen(color(theme.plot_background), 1.5 / _STAR_PX))
        painter.setBrush(color(theme.accent))
        painter.drawPath(symbol("global"))
        painter.restore()


class ObjectiveLayer:
    """Level lines over the visible part of a plot; sampled anew only when f or that part changes."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        self._view_box = view_box
        self._objective: Objective | None = None
        self._contours = ContourItem()
        self._contours.setZValue(0.7)
        view_box.addItem(self._contours, ignoreBounds=True)
        self.ways = Ways(view_box)
        self._contours.setVisible(False)
        view_box.sigRangeChanged.connect(self._refresh)

    def set_theme(self, theme: Theme) -> None:
        self._contours.set_color(theme.accent, 190)
        self.ways.set_theme(theme)

    def set_objective(self, objective: Objective | None) -> None:
        """Show f; None for nothing."""
        if objective is self._objective:
            return
        self._objective = objective
        self._contours.setVisible(objective is not None)
        if objective is None:
            self.ways.set_minima(np.zeros((0, 2)))
        else:
            self.ways.set_minima(find_minima(objective, 2).points)
            self._refresh()

    def _refresh(self, *_: object) -> None:
        objective = self._objective
        if objective is None:
            return
        (x_lo, x_hi), (y_lo, y_hi) = self._view_box.viewRange()
        cell = max(x_hi - x_lo, y_hi - y_lo) / _N_CELLS
        x = np.linspace(x_lo, x_hi, max(8, round((x_hi - x_lo) / cell)))
        y = np.linspace(y_lo, y_hi, max(8, round((y_hi - y_lo) / cell)))
        values = objective.value(np.stack(np.meshgrid(x, y), axis=-1))
        self._contours.set_axes(x, y)
        levels = np.quantile(values[np.isfinite(values)], _SHARES) if np.isfinite(values).any() else ()
        self._contours.set_values(values, list(levels))
