"""The key to some curves, with their values at one step."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dgm_explorer.ui.plots.curve_chart import CurveReading
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.form import font_of
from dgm_explorer.ui.widgets.formula_tooltip import tooltip_html

_SWATCH_EM, _GAP_EM, _BETWEEN_EM = 2.4, 0.6, 1.1
_SCALE = 0.92


@dataclass(frozen=True, slots=True)
class _Piece:
    """One entry where it is painted."""

    rect: QRectF
    reading: CurveReading


class CurveKey(QWidget):
    """A line of each curve, its name and its value, and that of a second run behind a dashed line.

    As many lines of text as it takes; entries keep their place while values change.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._readings: tuple[CurveReading, ...] = ()
        self._widths: dict[str, float] = {}
        self._pieces: list[_Piece] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._widths.clear()
        self._arrange()

    def show_readings(self, readings: Sequence[CurveReading]) -> None:
        """Show these values."""
        if tuple(readings) != self._readings:
            self._readings = tuple(readings)
            self._arrange()

    def text(self) -> str:
        """All of it in words."""
        return ", ".join(map(_words, self._readings))

    # -- layout -------------------------------------------------------------------------------------------

    @property
    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(font_of(self, self._theme, _SCALE))

    def _arrange(self) -> None:
        """Find a place for every entry; a new height only where there are more or fewer lines."""
        metrics = self._metrics
        line_px, em_px = metrics.height() + 1, metrics.horizontalAdvance("n")
        room = max(float(self.width()), 1.0)
        x, y = 0.0, 0.0
        self._pieces = []
        for reading in self._readings:
            words_px = self._widest(reading.curve.title, metrics.horizontalAdvance(_words(reading)))
            width = (_SWATCH_EM + _GAP_EM) * em_px + words_px
            if x and x + width > room:
                x, y = 0.0, y + line_px
            self._pieces.append(_Piece(QRectF(x, y, width, line_px), reading))
            x += width + _BETWEEN_EM * em_px
        height = round(y + line_px)
        if height != self.minimumHeight():
            self.setFixedHeight(height)
        self.setAccessibleName(self.text())
        self.update()

    def _widest(self, key: str, width: float) -> float:
        """The widest that an entry has been, so that the next ones stay where they are."""
        self._widths[key] = max(width, self._widths.get(key, 0.0))
        return self._widths[key]

    # -- Qt -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event)
            return True
        return super().event(event)

    def _explain(self, event: QHelpEvent) -> None:
        under = [piece.reading for piece in self._pieces if piece.rect.contains(QPointF(event.pos()))]
        if not under:
            QToolTip.hideText()
            return
        (reading,) = under
        curve = reading.curve
        words = f"{curve.meaning}\nnow: {_values(reading)}" if curve.meaning else _values(reading)
        QToolTip.showText(event.globalPos(), tooltip_html(curve.tex, words) if curve.tex else words, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font_of(self, self._theme, _SCALE))
        metrics = self._metrics
        em_px = metrics.horizontalAdvance("n")
        for piece in self._pieces:
            self._paint_entry(painter, piece, em_px, metrics.ascent())
        painter.end()

    def _paint_entry(self, painter: QPainter, piece: _Piece, em_px: float, ascent: float) -> None:
        curve, rect = piece.reading.curve, piece.rect
        rgb, y = color(curve.rgb(self._theme)), rect.center().y()
        left, right = rect.left(), rect.left() + _SWATCH_EM * em_px
        width = self._theme.line_width * (0.6 if curve.is_sparse else 1.0)
        painter.setPen(QPen(rgb, max(width, 1.0)))
        painter.drawLine(QLineF(left, y, right, y))
        if curve.is_sparse:
            painter.setBrush(color(self._theme.window))
            painter.setPen(QPen(rgb, 1.3))
            painter.drawEllipse(QPointF((left + right) / 2, y), 0.28 * em_px + 1, 0.28 * em_px + 1)
        painter.setPen(color(self._theme.text))
        painter.drawText(QPointF(right + _GAP_EM * em_px, rect.top() + ascent), _words(piece.reading))


def _words(reading: CurveReading) -> str:
    return f"{reading.curve.title} {_values(reading)}"


def _values(reading: CurveReading) -> str:
    own = _shown(reading, reading.own)
    return own if reading.other != reading.other else f"{own} ╌ {_shown(reading, reading.other)}"


def _shown(reading: CurveReading, value: float) -> str:
    return "–" if value != value else reading.curve.show(value)
