"""A disc in the colour of a thing, for a table: numbers and names beside it keep the colour of text."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

SWATCH_PX: Final = 10
_SCALE: Final = 3
"""Pixels of the picture per pixel of the widget, for screens with fine dots."""


def swatch(rgb: str) -> QIcon:
    """A disc of `SWATCH_PX` like a handle or a mean in a plot."""
    pixmap = QPixmap(SWATCH_PX * _SCALE, SWATCH_PX * _SCALE)
    pixmap.setDevicePixelRatio(_SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(rgb))
    painter.drawEllipse(QRectF(1, 1, SWATCH_PX - 2, SWATCH_PX - 2))
    painter.end()
    return QIcon(pixmap)
