"""What lies under the handles of the plane: p as a grey image with contours, and the optima as ellipses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.core.kl_state import Direction
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.numerics.stationary2d import StationaryPoint2D
from dgm_explorer.ui.plots.contours import ContourItem
from dgm_explorer.ui.plots.ellipse_geometry import EllipseShape
from dgm_explorer.ui.plots.heat_map import CellImage
from dgm_explorer.ui.plots.markers import symbol
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.tabs.kl.thin_contours import trace_mixture
from dgm_explorer.ui.theme import LIGHT, Theme, color

_N_CELLS = 192
_SHADES = 256
_LEVELS = (0.02, 0.1, 0.25, 0.45, 0.7, 0.9)  # of the highest density
_STAR_RADIUS_PX = 8.5
_RING_RADIUS_PX = 14.5  # around a knob


class DensityImage(CellImage):
    """p in shades of one neutral colour; opacity grows with the square root of the density."""

    def __init__(self) -> None:
        super().__init__(QImage.Format.Format_ARGB32_Premultiplied)
        self._shades = np.zeros(_SHADES, np.uint32)

    def set_theme(self, theme: Theme) -> None:
        strongest = min(255.0, 2.2 * theme.fill_alpha)
        alpha = np.linspace(0.0, strongest, _SHADES).astype(np.int64)
        fill = QColor(theme.p_fill)
        red, green, blue = (alpha * c // 255 for c in (fill.red(), fill.green(), fill.blue()))
        self._shades = (alpha << 24 | red << 16 | green << 8 | blue).astype(np.uint32)

    def set_density(self, relative: FloatArray) -> None:
        """Show densities (m, n) relative to the highest one."""
        if relative.shape != self._pixels.shape:
            self._allocate(relative.shape)
        indices = (np.sqrt(relative) * (_SHADES - 1)).astype(np.intp)
        np.take(self._shades, indices, out=self._pixels, mode="clip")
        self.update()


class DensityLayer:
    """Image and contours of p over the visible part of a plot."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        self._view_box = view_box
        self._image = DensityImage()
        self._contours = ContourItem()
        self._p: Mixture2D | None = None
        for item in (self._image, self._contours):
            view_box.addItem(item, ignoreBounds=True)
        view_box.sigRangeChanged.connect(self.refresh)

    def set_theme(self, theme: Theme) -> None:
        self._image.set_theme(theme)
        self._contours.set_color(theme.p_line, 110)
        self.refresh()

    def set_mixture(self, p: Mixture2D) -> None:
        self._p = p
        self.refresh()

    def axes(self) -> tuple[FloatArray, FloatArray]:
        """Cells over the visible part, square and about 192 on the longer side."""
        (x_lo, x_hi), (y_lo, y_hi) = self._view_box.viewRange()
        cell = max(x_hi - x_lo, y_hi - y_lo) / _N_CELLS
        n, m = max(8, round((x_hi - x_lo) / cell)), max(8, round((y_hi - y_lo) / cell))
        return np.linspace(x_lo, x_hi, n), np.linspace(y_lo, y_hi, m)

    def refresh(self, *_: object) -> None:
        """Draw p on the present part of the plane."""
        if self._p is None:
            return
        x, y = self.axes()
        log_p = self._p.log_pdf_on_grid(x, y)
        log_top = float(max(log_p.max(), self._p.log_pdf(self._p.means).max()))
        relative = np.exp(log_p - log_top)
        for item in (self._image, self._contours):
            item.set_axes(x, y)
        self._image.set_density(relative)
        self._contours.set_lines(trace_mixture(self._p, self._contours.grid, relative, log_top, _LEVELS))


@dataclass(frozen=True, slots=True)
class Optimum:
    """One minimum of a divergence over all Gaussians of the plane."""

    point: StationaryPoint2D
    direction: Direction

    @property
    def is_best(self) -> bool:
        return self.point.kind in ("global", "tied")


class OptimaLayer(PixelOverlay):
    """The optima to scale: solid with a star where nothing is lower, dashed with a ring where only nearby."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=45)  # above the knobs: modes and optima often coincide
        self._optima: tuple[Optimum, ...] = ()
        self._paths: dict[Direction, tuple[Gaussian2D, ...]] = {}
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def optima(self) -> tuple[Optimum, ...]:
        return self._optima

    def set_optima(self, optima: Sequence[Optimum]) -> None:
        if tuple(optima) != self._optima:
            self._optima = tuple(optima)
            self.update()

    def set_descent(self, direction: Direction, path: tuple[Gaussian2D, ...]) -> None:
        """The way of a descent, its last Gaussian drawn as an ellipse; empty for none."""
        if path != self._paths.get(direction, ()):
            self._paths[direction] = path
            self.update()

    def optimum_at(self, at: QPointF) -> Optimum | None:
        """The optimum whose symbol lies under the mouse."""
        for optimum in self._optima:
            distance = self.point_px(*optimum.point.q.mean) - at
            if distance.manhattanLength() < 14.0:
                return optimum
        return None

    def draw(self, painter: QPainter) -> None:
        for optimum in sorted(self._optima, key=lambda o: o.is_best):
            rgb = self._rgb(optimum.direction)
            width = self._theme.line_width * (1.4 if optimum.is_best else 1.0)
            self._draw_gaussian(painter, optimum.point.q, rgb, width, is_dashed=not optimum.is_best)
        for direction, path in self._paths.items():
            self._draw_path(painter, path, self._rgb(direction))
        for optimum in sorted(self._optima, key=lambda o: o.is_best):
            self._draw_symbol(painter, optimum)

    def _rgb(self, direction: Direction) -> str:
        return self._theme.forward if direction == "forward" else self._theme.reverse

    def _draw_gaussian(
        self, painter: QPainter, q: Gaussian2D, rgb: str, width: float, *, is_dashed: bool
    ) -> None:
        shape = EllipseShape.of(q.mean, q.cov)
        style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for deviations, pen in (
            (1.0, QPen(color(rgb), width, style)),
            (2.0, QPen(color(rgb, 170), 0.6 * width, style)),
        ):
            painter.setPen(pen)
            painter.drawPolyline(self._polygon(*shape.outline(deviations)))

    def _draw_path(self, painter: QPainter, path: tuple[Gaussian2D, ...], rgb: str) -> None:
        if not path:
            return
        means = np.array([q.mean for q in path])
        painter.setPen(QPen(color(rgb, 220), self._theme.line_width, Qt.PenStyle.DotLine))
        painter.drawPolyline(self._polygon(means[:, 0], means[:, 1]))
        shape = EllipseShape.of(path[-1].mean, path[-1].cov)
        painter.setPen(QPen(color(rgb), self._theme.line_width))
        painter.drawPolyline(self._polygon(*shape.outline(1.0)))

    def _draw_symbol(self, painter: QPainter, optimum: Optimum) -> None:
        rgb = self._rgb(optimum.direction)
        painter.save()
        painter.translate(self.point_px(*optimum.point.q.mean))
        radius = _STAR_RADIUS_PX if optimum.is_best else _RING_RADIUS_PX
        painter.scale(radius, radius)
        edge = self._theme.plot_background if optimum.is_best else rgb
        painter.setPen(QPen(color(edge), (1.2 if optimum.is_best else 2.0) / radius))
        painter.setBrush(color(rgb) if optimum.is_best else Qt.BrushStyle.NoBrush)
        painter.drawPath(symbol(optimum.point.kind))
        painter.restore()

    def _polygon(self, x: FloatArray, y: FloatArray) -> QPolygonF:
        x_px, y_px = self.to_pixels(x, y)
        return QPolygonF([QPointF(*point) for point in np.stack([x_px, y_px], axis=1).tolist()])
