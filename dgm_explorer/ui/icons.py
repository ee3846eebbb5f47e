"""The few icons of the window, drawn in the colour of its text so that they suit every theme."""

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

SIZE_PX = 16
_PIXEL_RATIOS = (1.0, 2.0, 3.0)


@lru_cache(maxsize=64)
def make_icon(name: str, rgb: str, faint_rgb: str) -> QIcon:
    """The icon ``name`` in ``rgb``, and in ``faint_rgb`` where its action is disabled; kept for next time.

    Raises
    ------
    KeyError
        If there is no such icon.
    """
    draw = _DRAWINGS[name]
    icon = QIcon()
    for ratio in _PIXEL_RATIOS:
        icon.addPixmap(_paint(draw, rgb, ratio), QIcon.Mode.Normal)
        icon.addPixmap(_paint(draw, faint_rgb, ratio), QIcon.Mode.Disabled)
    return icon


def _paint(draw: Callable[[QPainter], None], rgb: str, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(SIZE_PX * ratio), round(SIZE_PX * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(rgb), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(QColor(rgb))
    draw(painter)
    painter.end()
    return pixmap


def _fill(painter: QPainter, *corners: tuple[float, float]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


def _draw_play(painter: QPainter) -> None:
    _fill(painter, (4, 2.5), (13.5, 8), (4, 13.5))


def _draw_pause(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRect(QRectF(3.5, 3, 3, 10))
    painter.drawRect(QRectF(9.5, 3, 3, 10))


def _draw_step(painter: QPainter) -> None:
    _fill(painter, (3, 3), (10, 8), (3, 13))
    painter.drawRect(QRectF(11, 3, 2, 10))


def _draw_stop(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRect(QRectF(3.5, 3.5, 9, 9))


def _draw_branch(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLine(QPointF(2, 11), QPointF(14, 11))
    fork = QPainterPath(QPointF(4, 11))
    fork.cubicTo(QPointF(8, 11), QPointF(7, 4.5), QPointF(13, 4.5))
    painter.drawPath(fork)
    painter.drawPolyline(QPolygonF([QPointF(10.5, 2), QPointF(13.5, 4.5), QPointF(10.5, 7)]))


def _draw_reset(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRect(QRectF(3, 3, 2, 10))
    _fill(painter, (13, 3), (6, 8), (13, 13))


def _draw_undo(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    arc = QPainterPath(QPointF(3.5, 6.5))
    arc.cubicTo(QPointF(7, 3.5), QPointF(13.5, 4), QPointF(13, 9))
    arc.cubicTo(QPointF(12.8, 11), QPointF(11.5, 12.3), QPointF(9.5, 12.8))
    painter.drawPath(arc)
    painter.drawPolyline(QPolygonF([QPointF(3.2, 2.5), QPointF(3.2, 6.8), QPointF(7.5, 6.8)]))


def _draw_redo(painter: QPainter) -> None:
    painter.translate(SIZE_PX, 0)
    painter.scale(-1, 1)
    _draw_undo(painter)


def _draw_notes(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(2.5, 2.5, 11, 11), 1.5, 1.5)
    for y, right in ((5.6, 10.8), (8.0, 10.8), (10.4, 8.5)):
        painter.drawLine(QPointF(5.2, y), QPointF(right, y))


def _draw_therefore(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for x, y in ((8.0, 4.2), (3.8, 11.4), (12.2, 11.4)):
        painter.drawEllipse(QPointF(x, y), 1.9, 1.9)


_DRAWINGS: dict[str, Callable[[QPainter], None]] = {
    "play": _draw_play,
    "pause": _draw_pause,
    "step": _draw_step,
    "stop": _draw_stop,
    "branch": _draw_branch,
    "reset": _draw_reset,
    "undo": _draw_undo,
    "redo": _draw_redo,
    "notes": _draw_notes,
    "therefore": _draw_therefore,
}
