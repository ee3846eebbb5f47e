"""Moments of z, exact beside those of the points, and how many standard errors lie between them."""

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.frame import Comparison
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color
from dgm_explorer.ui.widgets.form import font_of
from dgm_explorer.ui.widgets.number_words import ROUNDING, plus_minus

SUSPICIOUS: Final = 2.0
"""Standard errors beyond which a deviation is pointed out; one in 22 is so by chance."""
FONT_SCALE: Final = 0.92
_REACH = 4.0
_SCALE_PX = 100
_LEAST_SCALE_PX = 40
_RIGHT_PX = 8
_NUMBER = "+00.0 "
_SAMPLES = ("Var z", "−0.1234", "1.2345 ± 0.0012")
_LINE_SPACING = 1.3


class MomentsTable(QWidget):
    """A table and a scale painted in one go: it changes on every frame of a drag."""

    export_name = "moments"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Comparison, ...] = ()
        self._n = 0
        self._theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Moments of z")
        self.setToolTip(
            "Exact: mean and covariance of the law of z. Points: mean and covariance (divided by N − 1) of\n"
            "the N points, with standard errors; for a Gaussian √(Σᵢᵢ/N) and √((ΣᵢᵢΣⱼⱼ + Σᵢⱼ²)/(N − 1)).\n"
            "The deviation is counted in standard errors; one in 22 lies outside of the band of ±2 by chance."
        )

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def rows(self) -> tuple[Comparison, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: tuple[Comparison, ...], n: int) -> None:
        """Show moments of ``n`` points."""
        if (rows, n) != (self._rows, self._n):
            self._rows, self._n = rows, n
            self.update()

    def export_table(self) -> PlotTable:
        """One row per moment."""
        rows = self._rows
        numbers = [np.array([getattr(row, name) for row in rows]) for name in ("exact", "sample", "error")]
        return PlotTable(
            ("moment", "exact", "sample", "standard_error"), (tuple(row.name for row in rows), *numbers)
        )

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(font_of(self, self._theme, FONT_SCALE))
        width = self._edges(metrics)[3] + metrics.horizontalAdvance(_NUMBER) + _RIGHT_PX
        return QSize(math.ceil(width) + _SCALE_PX, math.ceil(7 * _LINE_SPACING * metrics.height()))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(hint.width() - _SCALE_PX + _LEAST_SCALE_PX, round(0.75 * hint.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = font_of(self, self._theme, FONT_SCALE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        height = min(self.height() / (len(self._rows) + 1.2), _LINE_SPACING * metrics.height())
        edges = self._edges(metrics, self._rows)
        self._paint_header(painter, edges, height)
        for index, row in enumerate(self._rows):
            self._paint_row(painter, row, edges, (index + 1) * height, height)
        painter.end()

    def _edges(self, metrics: QFontMetricsF, rows: tuple[Comparison, ...] = ()) -> list[float]:
        """Left edges of the columns, and the right border; the texts of tiny moments take from the scale."""
        columns = zip(_SAMPLES, *map(_texts, rows), strict=True)
        widths = [max(metrics.horizontalAdvance(text) for text in column) + 10 for column in columns]
        edges = [0.0]
        for width in widths:
            edges.append(edges[-1] + width)
        return [*edges, float(self.width())]

    def _paint_header(self, painter: QPainter, edges: list[float], height: float) -> None:
        painter.setPen(color(self._theme.muted_text))
        points = f"{self._n} points" if self._n > 1 else "1 point"
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        words = (("exact", right), (points, right), ("deviation", left))
        for column, (text, side) in enumerate(words, start=1):
            box = QRectF(edges[column], 0, edges[column + 1] - edges[column] - 6, height)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | side), text)

    def _paint_row(
        self, painter: QPainter, row: Comparison, edges: list[float], top: float, height: float
    ) -> None:
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(color(self._theme.text))
        for column, (text, flags) in enumerate(zip(_texts(row), (left, right, right), strict=True)):
            box = QRectF(edges[column], top, edges[column + 1] - edges[column] - 6, height)
            painter.drawText(box, int(flags), text)
        if not math.isnan(row.deviation):
            self._paint_deviation(painter, row.deviation, QRectF(edges[3], top, edges[4] - edges[3], height))

    def _paint_deviation(self, painter: QPainter, deviation: float, box: QRectF) -> None:
        """The number, and a dot on a scale whose band holds ±2."""
        theme, is_far = self._theme, abs(deviation) > SUSPICIOUS
        number = f"{deviation:+.1f}".replace("-", "−")
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(_NUMBER)
        font = painter.font()
        font.setBold(is_far)
        painter.setFont(font)
        painter.setPen(color(theme.text))
        at = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(box.adjusted(0, 0, width - box.width(), 0), int(at), number)
        font.setBold(False)
        painter.setFont(font)
        scale = box.adjusted(width, 0, -_RIGHT_PX, 0)
        unit, middle = scale.width() / (2 * _REACH), scale.center()
        band = QRectF(middle.x() - SUSPICIOUS * unit, middle.y() - 4, 2 * SUSPICIOUS * unit, 8)
        painter.fillRect(band, color(blend(theme.window, theme.muted_text, 0.25)))
        painter.setPen(QPen(color(theme.muted_text), 1))
        painter.drawLine(QPointF(scale.left(), middle.y()), QPointF(scale.right(), middle.y()))
        painter.drawLine(QPointF(middle.x(), middle.y() - 5), QPointF(middle.x(), middle.y() + 5))
        dot = QPointF(middle.x() + unit * min(max(deviation, -_REACH), _REACH), middle.y())
        painter.setPen(QPen(color(theme.plot_background), 1))
        painter.setBrush(color(theme.forward if is_far else theme.text))
        painter.drawEllipse(dot, 4.5, 4.5)


def _texts(row: Comparison) -> tuple[str, str, str]:
    """Name, exact value, and that of the points with its standard error."""
    if math.isnan(row.sample):
        sample = "needs 2 points"
    elif row.error > ROUNDING:
        sample = plus_minus(row.sample, row.error)
    else:
        sample = tick_text(row.sample) + ("" if math.isnan(row.error) else f" ± {tick_text(row.error, 2)}")
    return row.name, tick_text(row.exact), sample
