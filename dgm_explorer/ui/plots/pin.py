"""A place in a plot that was clicked and is kept."""

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_RADIUS_PX = 8.0
_ARM_PX = 5.0


class Pin(PixelOverlay):
    """A ring with four arms that leaves what it marks in sight."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=35)
        self._at: tuple[float, float] | None = None
        self._theme = LIGHT
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def at(self) -> tuple[float, float] | None:
        """View coordinates; None where nothing is pinned."""
        return self._at

    def set_at(self, at: tuple[float, float] | None) -> None:
        if at != self._at:
            self._at = at
            self.setVisible(at is not None)
            self.update()

    def draw(self, painter: QPainter) -> None:
        if self._at is None:
            return
        at, width = self.point_px(*self._at), max(1.8, self._theme.line_width)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rgb, extra in ((self._theme.plot_background, 2.4), (self._theme.text, 0.0)):
            painter.setPen(QPen(color(rgb), width + extra))
            painter.drawEllipse(at, _RADIUS_PX, _RADIUS_PX)
            for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
                direction = QPointF(dx, dy)
                painter.drawLine(at + direction * _RADIUS_PX, at + direction * (_RADIUS_PX + _ARM_PX))
