"""A point, its twin and the line between them, across the border of two plots."""

import math
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.theme import LIGHT, Theme, color

_RING_PX = 7.0
_ROOM_PX = 14


@dataclass(frozen=True, slots=True)
class TwinLine:
    """What is lit up.

    Attributes
    ----------
    places : corners of the way from ε to z, in pixels of the overlay; rings at its ends.
    rgb : colour of the point.
    is_strong : whether the mouse is on it.
    """

    places: tuple[QPointF, ...]
    rgb: str
    is_strong: bool


class TwinOverlay(QWidget):
    """Lies over the plots and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: tuple[TwinLine, ...] = ()
        self._region = QRegion()
        self._theme = LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def lines(self) -> tuple[TwinLine, ...]:
        """What is lit up at present."""
        return self._lines

    def set_lines(self, lines: tuple[TwinLine, ...]) -> None:
        """Light up these; only what changes is painted, and the plots below it."""
        if lines != self._lines:
            before = self._region
            self._lines, self._region = lines, _region(lines)
            self.update(before.united(self._region))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines:
            self._paint_line(painter, line)
        painter.end()

    def _paint_line(self, painter: QPainter, line: TwinLine) -> None:
        theme, width = self._theme, self._theme.line_width * (1.3 if line.is_strong else 0.8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        solid, dashed = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine
        halo = QPen(color(theme.plot_background, 170), width + 2.5, solid)
        ink = QPen(color(theme.text, 255 if line.is_strong else 190), width)
        ink.setStyle(solid if line.is_strong else dashed)
        for pen in (halo, ink):
            painter.setPen(pen)
            painter.drawPolyline(list(_between_rings(line.places)))
        for end in (line.places[0], line.places[-1]):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(theme.plot_background), width + 2.5))
            painter.drawEllipse(end, _RING_PX, _RING_PX)
            painter.setPen(QPen(color(theme.text), width + 0.6))
            if line.is_strong:
                painter.setBrush(color(line.rgb))
            painter.drawEllipse(end, _RING_PX - 1.5, _RING_PX - 1.5)


def _between_rings(places: tuple[QPointF, ...]) -> tuple[QPointF, ...]:
    """The way without what its rings cover."""
    first, last = _shortened(places[0], places[1]), _shortened(places[-1], places[-2])
    return (first, *places[1:-1], last)


def _shortened(end: QPointF, inner: QPointF) -> QPointF:
    length = math.dist(end.toTuple(), inner.toTuple())
    return end + (inner - end) * min(_RING_PX / length, 0.5) if length > 0 else end


def _region(lines: tuple[TwinLine, ...]) -> QRegion:
    """Boxes along the lines: as many as cover least, far less than a slanting line's bounding box."""
    region = QRegion()
    for line in lines:
        for start, end in pairwise(line.places):
            way = end - start
            n = max(1, round(math.sqrt(abs(way.x() * way.y())) / (2 * _ROOM_PX)))
            corners = [start + way * (step / n) for step in range(n + 1)]
            for a, b in pairwise(corners):
                region += _box(a, b)
    return region


def _box(a: QPointF, b: QPointF) -> QRect:
    left, right = sorted((a.x(), b.x()))
    top, bottom = sorted((a.y(), b.y()))
    x, y = math.floor(left) - _ROOM_PX, math.floor(top) - _ROOM_PX
    return QRect(x, y, math.ceil(right) + _ROOM_PX - x, math.ceil(bottom) + _ROOM_PX - y)
