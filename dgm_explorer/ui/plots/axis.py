"""Axes: numbers as tick text, and an axis for a view whose coordinate is the logarithm of a value."""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneResizeEvent

from dgm_explorer.ui.plots.title import fitting_scale
from dgm_explorer.ui.theme import Theme, color

_TextSpec: TypeAlias = tuple[QRectF, Any, str]
_MIN_TICK_GAP_PX = 26.0
_LEAST_LINE_SPACING = 0.75
"""Of the height of a line of text: closer than that, figures below each other touch."""


def tick_text(value: float, digits: int = 4, is_scientific: bool = False) -> str:
    """``value`` with at most ``digits`` significant digits; a true minus, no padding: −0.05, 150, 2e6.

    Parameters
    ----------
    is_scientific : with an exponent in any case.
    """
    if value == 0:
        return "0"
    if 1e-4 < abs(value) < 1e5 and not is_scientific:
        text = f"{value:.{max(digits, math.floor(math.log10(abs(value))) + 1)}g}"
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def tick_texts(values: Sequence[float]) -> list[str]:
    """The shortest texts that tell neighbouring values apart: all with an exponent where one needs it."""
    is_scientific = any("e" in tick_text(value) for value in values)
    for digits in range(4, 10):
        texts = [tick_text(value, digits, is_scientific) for value in values]
        if len(set(texts)) == len(set(values)):
            break
    return texts


def log_ticks(lo: float, hi: float, max_count: int) -> tuple[float, ...]:
    """Round values between ``lo`` and ``hi`` (both positive) for a logarithmic axis, at most ``max_count``.

    Takes the densest that fits of 1-2-5, 1-5 and 1 per decade (every n-th decade if need be); over less
    than about a decade, even steps.
    """
    first, last = math.floor(math.log10(lo)), math.ceil(math.log10(hi))
    if hi / lo > 8:
        for digits in ((1, 2, 5), (1, 5), (1,)):
            values = [d * 10.0**e for e in range(first, last + 1) for d in digits]
            inside = tuple(v for v in values if lo * (1 - 1e-9) <= v <= hi * (1 + 1e-9))
            if len(inside) <= max_count:
                return inside
        return inside[:: math.ceil(len(inside) / max_count)]
    step = 10.0 ** math.floor(math.log10(hi - lo))
    for factor in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        width = step * factor
        from_, to = math.ceil(lo * (1 - 1e-9) / width), math.floor(hi * (1 + 1e-9) / width)
        if to - from_ + 1 <= max_count:
            break
    return tuple(i * width for i in range(from_, to + 1))


def _coarsened(spacing: float, least: float) -> float:
    """The least of 1, 2, 5, 10 … that is neither below ``spacing``, one of them, nor below ``least``."""
    while spacing < least:
        spacing *= 2.5 if f"{spacing:e}".startswith("2") else 2.0
    return spacing


def _kept_inside(texts: Sequence[_TextSpec], room: QRectF) -> list[_TextSpec]:
    """Numbers that would be cut, moved inside; left out where they would lie on another one then."""
    kept = [text for text in texts if room.contains(text[0])]
    for rect, flags, words in texts:
        if not room.contains(rect):
            x = max(min(rect.right(), room.right()) - rect.width(), room.left())
            y = max(min(rect.bottom(), room.bottom()) - rect.height(), room.top())
            moved = QRectF(x, y, rect.width(), rect.height())
            if not any(moved.intersects(other) for other, _, _ in kept):
                kept.append((moved, flags, words))
    return kept


class NumberAxis(pg.AxisItem):
    """A linear axis with a fixed width (left) or height (bottom), so that plots never shift."""

    def __init__(self, orientation: str, label: str) -> None:
        self._label_html = ""
        self._least_gap_px = 0.0
        self._theme: Theme | None = None
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self._label = label

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts."""
        self._theme = theme
        font = theme.font(0.85)
        metrics = QFontMetricsF(font)
        self.setTickFont(font)
        self.setStyle(tickLength=-4, tickTextOffset=4, autoExpandTextSpace=False)
        self.setPen(pg.mkPen(color(theme.muted_text)))
        self.setTextPen(pg.mkPen(color(theme.text)))
        self.setLabel(self._label, color=theme.text, **{"font-size": f"{theme.font_point_size:g}pt"})
        label_px = 1.75 * metrics.height() if self._label else 6.0
        if self.orientation in ("left", "right"):
            self._least_gap_px = _LEAST_LINE_SPACING * metrics.height()
            width = metrics.horizontalAdvance("0.000")
            self.setStyle(tickTextWidth=round(width))
            self.setWidth(round(width + label_px + 6))
        else:
            self.setStyle(tickTextHeight=round(metrics.height()))
            self.setHeight(round(metrics.height() + label_px))

    def set_label(self, label: str, theme: Theme) -> None:
        """Change the title of the axis."""
        self._label = label
        self.set_theme(theme)
        self.resizeEvent()  # pyqtgraph centres a title when the axis is resized, not when the title changes

    def _updateLabel(self) -> None:
        """WORKAROUND(pyqtgraph 0.14): it lays the label out anew for every pen, style and range."""
        html = self.labelString() if self.labelText else ""
        if html != self._label_html:
            self._label_html = html
            super()._updateLabel()
        else:
            self.picture = None
            self.update()

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None = None) -> None:
        """WORKAROUND(Qt 6.11): the picture kept of an axis outlives its size.

        Ticks of the old size stayed beside the new ones.
        """
        super().resizeEvent(event)
        self._fit_label()
        kept = self.cacheMode()
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setCacheMode(kept)

    def _fit_label(self) -> None:
        """In smaller type where the axis is shorter than its words."""
        if self.label is None:  # the plot is closed
            return
        is_upright = self.orientation in ("left", "right")
        length = self.size().height() if is_upright else self.size().width()
        natural = self.label.boundingRect().width()
        scale = fitting_scale(natural, length, self._theme)
        self.label.setScale(scale)
        if is_upright:
            self.label.setY((length + scale * natural) / 2)
        else:
            self.label.setX((length - scale * natural) / 2)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803
        """As pyqtgraph has it, which always writes at the first level: this makes that one fit."""
        levels: list[tuple[float, float]] = super().tickSpacing(minVal, maxVal, size)
        if any(spacing <= 0 for spacing, _ in levels):
            return []  # a range so short that its steps are 0
        if levels:
            least = self._least_gap_px * abs(maxVal - minVal) / size
            levels[0] = (_coarsened(levels[0][0], least), levels[0][1])
        return levels

    def generateDrawSpecs(self, p: QPainter) -> tuple[Any, Any, list[_TextSpec]] | None:
        """As pyqtgraph has it, which lets the edge of the plot cut the outermost numbers."""
        specs = super().generateDrawSpecs(p)
        view = self.getViewWidget()
        if specs is None or view is None:
            return None if specs is None else (*specs,)
        axis, ticks, texts = specs
        seen = view.mapToScene(view.viewport().rect()).boundingRect().adjusted(1, 2, -1, -2)
        return axis, ticks, _kept_inside(texts, self.mapRectFromScene(seen))

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        del scale
        zero = 1e-9 * spacing
        return tick_texts([0.0 if abs(value) < zero else value for value in values])


class LogAxis(NumberAxis):
    """Shows σ where the view's coordinate is log σ."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        count = max(2, int(size / _MIN_TICK_GAP_PX))
        lo, hi = sorted((minVal, maxVal))
        return [(1.0, [math.log(value) for value in log_ticks(math.exp(lo), math.exp(hi), count)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        del scale, spacing
        return tick_texts([math.exp(value) for value in values])


class ScaleAxis(LogAxis):
    """Linear or logarithmic, by a switch: then the view's coordinate is log of the value.

    Attributes
    ----------
    is_log : whether it is logarithmic at present.
    """

    is_log = False

    def set_log(self, is_log: bool) -> None:
        """Make all ticks anew by the other scale."""
        self.is_log = is_log
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        if self.is_log:
            return super().tickValues(minVal, maxVal, size)
        ticks: list[tuple[float, list[float]]] = NumberAxis.tickValues(self, minVal, maxVal, size)
        return ticks

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.is_log:
            return super().tickStrings(values, scale, spacing)
        return NumberAxis.tickStrings(self, values, scale, spacing)
