"""The exact cells of the nearest site, faintly coloured, under whatever else a plane shows."""

import numpy as np
import pyqtgraph as pg
from pyqtgraph.functions import arrayToQPath
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.numerics.voronoi import Cells, cells_in
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.site_marks import ColorArray
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color

_FAINTNESS = 0.76
_LIT_FAINTNESS = 0.45


class CellOverlay(PixelOverlay):
    """Cells cut anew for every visible part, so that they are right at any zoom.

    The picture is kept while only what lies over it changes.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=0.3)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setVisible(False)
        self._sites: FloatArray = np.zeros((0, 2))
        self._pairs: IntArray = np.zeros((0, 2), np.int64)
        self._colors: ColorArray = np.zeros(0, np.uint32)
        self._cells: Cells | None = None
        self._cut_for: tuple[float, ...] = ()
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_sites(self, sites: FloatArray, pairs: IntArray, colors: ColorArray) -> None:
        """Show the cells of ``sites`` (K, 2), neighbours ``pairs`` (see `voronoi`), in colours 0xffrrggbb."""
        self._sites, self._pairs, self._colors = sites, pairs, colors
        self._cells = None
        self.setVisible(bool(len(sites)))
        self.update()

    @property
    def cells(self) -> Cells:
        """In the visible part, in view coordinates."""
        (x_lo, x_hi), (y_lo, y_hi) = self._view_box.viewRange()
        part = (x_lo, y_lo, x_hi, y_hi)
        if self._cells is None or part != self._cut_for:
            self._cut_for = part
            self._cells = cells_in(self._sites, self._pairs, np.array(part[:2]), np.array(part[2:]))
        return self._cells

    def draw(self, painter: QPainter) -> None:
        if not len(self._sites):
            return
        cells = self.cells
        x, y = self.to_pixels(cells.corners[:, 0], cells.corners[:, 1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # no seams, and a third of the time
        painter.setPen(Qt.PenStyle.NoPen)
        owners = cells.owners()
        is_joined = np.append(owners[1:] == owners[:-1], False)
        for rgb in np.unique(self._colors[owners]).tolist():
            is_own = self._colors[owners] == rgb
            painter.setBrush(QColor(self._faint(rgb, _FAINTNESS)))
            painter.drawPath(arrayToQPath(x[is_own], y[is_own], connect=is_joined[is_own]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._draw_boundaries(painter, cells)

    def _draw_boundaries(self, painter: QPainter, cells: Cells) -> None:
        ends = cells.boundaries()
        lines = PrimitiveArray(QLineF, 4)
        lines.resize(len(ends))
        pixels = lines.ndarray()
        pixels[:, 0], pixels[:, 1] = self.to_pixels(ends[:, 0], ends[:, 1])
        pixels[:, 2], pixels[:, 3] = self.to_pixels(ends[:, 2], ends[:, 3])
        painter.setPen(QPen(color(blend(self._theme.plot_background, self._theme.text, 0.55)), 1.0))
        painter.drawLines(*lines.drawargs())

    def _faint(self, rgb: int, faintness: float) -> str:
        return blend(f"#{rgb & 0xFFFFFF:06x}", self._theme.plot_background, faintness)

    def draw_lit(self, painter: QPainter, site: int) -> None:
        """One cell in a stronger colour with a thick boundary, for an overlay above this one."""
        if not self.isVisible() or not 0 <= site < len(self._sites):
            return
        corners = self.cells.corners_of(site)
        x, y = self.to_pixels(corners[:, 0], corners[:, 1])
        polygon = QPolygonF([QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)])
        painter.setBrush(QColor(self._faint(int(self._colors[site]), _LIT_FAINTNESS)))
        painter.setPen(QPen(color(self._theme.text), max(1.6, self._theme.line_width)))
        painter.drawPolygon(polygon)
