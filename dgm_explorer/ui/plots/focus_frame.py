"""Where the keyboard is, for who uses the program without a mouse."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea

from dgm_explorer.ui.theme import color

_LINE_PX = 2


def paint_focus_frame(area: QAbstractScrollArea, rgb: str) -> None:
    """Frame an area that Tab has reached; called while its viewport is painted."""
    if area.hasFocus() and area.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
        painter = QPainter(area.viewport())
        painter.setPen(QPen(color(rgb), _LINE_PX))
        painter.drawRect(area.viewport().rect().adjusted(1, 1, -1, -1))
        painter.end()
