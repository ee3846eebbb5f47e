"""Clouds of gradient estimates as arrows, with the exact gradient among them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.theme import LIGHT, Theme, color

_EXACT_PX = 64.0
_MEDIAN_PX = 40.0
_HEAD_PX = 7.0
_MAX_PX = 4000.0


@dataclass(frozen=True, slots=True, eq=False)
class ArrowCloud:
    """Repeated estimates of one gradient.

    Attributes
    ----------
    vectors : (R, 2) in view coordinates (μ, log σ).
    color : of all its arrows.
    """

    vectors: FloatArray
    color: str


class ArrowOverlay(PixelOverlay):
    """Arrows from one origin, all to one common scale.

    The exact arrow is `_EXACT_PX` long, or the median estimate `_MEDIAN_PX` where the exact gradient is
    lost in the noise, as at an optimum: lengths are read against each other. Directions are those on the
    screen. What lies below changes more often than the arrows, so their picture is kept.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, z_value=20)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setVisible(False)
        self._origin = (0.0, 0.0)
        self._clouds: tuple[ArrowCloud, ...] = ()
        self._exact: FloatArray | None = None
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_arrows(
        self, origin: tuple[float, float], clouds: Sequence[ArrowCloud], exact: FloatArray | None
    ) -> None:
        """Show ``clouds`` and ``exact`` (2,) from ``origin``, all in view coordinates; none to clear."""
        if clouds or self._clouds or exact is not None or self._exact is not None:
            self._origin, self._clouds, self._exact = origin, tuple(clouds), exact
            self.setVisible(bool(clouds) or exact is not None)
            self.update()

    def draw(self, painter: QPainter) -> None:
        origin = np.array(self.point_px(*self._origin).toTuple())
        clouds = [(cloud.color, self._on_screen(cloud.vectors)) for cloud in self._clouds]
        exact = None if self._exact is None else self._on_screen(self._exact[None])
        factor = _common_scale([vectors for _, vectors in clouds], exact)
        for rgb, vectors in clouds:
            painter.setPen(QPen(color(rgb), 1.4))  # opaque: translucent lines take four times as long
            draw_arrows(painter, origin, vectors * factor)
        if exact is not None:
            for rgb, width in ((self._theme.marker_outline, 5.4), (self._theme.marker, 3.0)):
                painter.setPen(QPen(color(rgb), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                draw_arrows(painter, origin, exact * factor)

    def _on_screen(self, vectors: FloatArray) -> FloatArray:
        """(R, 2) vectors in pixels, y down; estimates that are not finite are left out."""
        (x_lo, x_hi), (y_lo, y_hi) = self._view_box.viewRange()
        rect = self.boundingRect()
        px = vectors * [rect.width() / (x_hi - x_lo), -rect.height() / (y_hi - y_lo)]
        finite: FloatArray = px[np.isfinite(px).all(axis=1)]
        return finite


def _common_scale(clouds: list[FloatArray], exact: FloatArray | None) -> float:
    """Pixels per pixel: neither the exact arrow nor the median estimate becomes longer than its limit."""
    lengths = np.concatenate([np.hypot(v[:, 0], v[:, 1]) for v in clouds] or [np.empty(0)])
    median = float(np.median(lengths)) if lengths.size else 0.0
    of_exact = float(np.hypot(*exact[0])) if exact is not None and exact.size else 0.0
    longest = max(of_exact / _EXACT_PX, median / _MEDIAN_PX)
    return 1.0 / longest if longest > 1e-300 else 0.0


def draw_arrows(painter: QPainter, roots: FloatArray, vectors: FloatArray, pens: Sequence[QPen] = ()) -> None:
    """Shafts and the two strokes of every head, all in one call: hundreds of arrows change in a drag.

    Parameters
    ----------
    pens : they are drawn with, one over the other; the painter's own if there are none.
    roots : (2,) or (R, 2) where they begin, in pixels.
    vectors : (R, 2) in pixels; finite.
    """
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    vectors = vectors * np.minimum(1.0, _MAX_PX / np.maximum(lengths, 1e-300))[:, None]
    tips = vectors + roots
    backwards = -vectors / np.maximum(lengths, 1e-300)[:, None] * np.minimum(_HEAD_PX, lengths / 2)[:, None]
    sideways = backwards[:, ::-1] * [-0.5, 0.5]
    starts = (np.broadcast_to(roots, tips.shape), tips + backwards + sideways, tips + backwards - sideways)
    strokes = np.concatenate([np.hstack([start, tips]) for start in starts])
    lines = PrimitiveArray(QLineF, 4)
    lines.resize(len(strokes))
    lines.ndarray()[:] = strokes
    if not pens:
        painter.drawLines(*lines.drawargs())
    for pen in pens:
        painter.setPen(pen)
        painter.drawLines(*lines.drawargs())
