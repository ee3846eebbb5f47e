"""What is painted over the tiles: rings, the ages of dead codes, the light on revived ones."""

from typing import Final

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from dgm_explorer.ui.theme import Theme, color

RING_REACH_PX: Final = 7
"""How far a ring or a light may reach out of a framed tile."""
_THICK_PX: Final = 4.0
_THIN_PX: Final = 3.0
_HIGHLIGHT: Final = 0.7
"""Opacity of the light over the picture itself."""


def paint_chosen(
    painter: QPainter, rect: QRectF, theme: Theme, is_small: bool, is_hovered: bool = False
) -> None:
    """A white ring between two black ones around the framed tile ``rect``; under the mouse in the accent."""
    ring_px = _THIN_PX if is_small else _THICK_PX
    grown = _grown(rect, ring_px)
    _paint_ring(painter, grown, theme.marker_outline, ring_px + 2)
    _paint_ring(painter, grown, theme.accent if is_hovered else theme.marker, ring_px - 1)


def paint_hovered(painter: QPainter, rect: QRectF, theme: Theme, is_small: bool) -> None:
    """A ring in the accent colour, on a ground that keeps it apart from the frames next to it."""
    ring_px = _THIN_PX if is_small else _THICK_PX
    grown = _grown(rect, ring_px)
    _paint_ring(painter, grown, theme.window, ring_px + 2)
    _paint_ring(painter, grown, theme.accent, ring_px)


def paint_light(painter: QPainter, rect: QRectF, theme: Theme, strength: float) -> None:
    """A bright tile and frame; ``strength`` 0 … 1."""
    alpha = round(255 * strength)
    painter.fillRect(rect, color(theme.marker, round(_HIGHLIGHT * alpha)))
    _paint_ring(painter, rect, theme.marker_outline, 5.0, alpha)
    _paint_ring(painter, rect, theme.marker, 3.0, alpha)


def age_text(age: int, metrics: QFontMetricsF, room: QSizeF) -> str:
    """“dead 35” on one line or on two, whichever fits; empty where neither does."""
    line = metrics.height()
    if metrics.horizontalAdvance(f"dead {age}") <= room.width() and line <= room.height():
        return f"dead {age}"
    widest = max("dead", str(age), key=len)
    if metrics.horizontalAdvance(widest) <= room.width() and 2 * line <= room.height():
        return f"dead\n{age}"
    return ""


def _grown(rect: QRectF, ring_px: float) -> QRectF:
    """The middle of a ring whose ground touches ``rect`` from outside."""
    by = (ring_px + 2) / 2
    return rect.adjusted(-by, -by, by, by)


def _paint_ring(painter: QPainter, rect: QRectF, rgb: str, width_px: float, alpha: int = 255) -> None:
    pen = QPen(color(rgb, alpha), width_px)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)
