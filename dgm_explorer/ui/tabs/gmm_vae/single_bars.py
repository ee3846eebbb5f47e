"""Bars of the five terms for what was clicked, beside those of the average."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.gmm_vae.single_terms import SingleTerms
from dgm_explorer.ui.tabs.gmm_vae.terms import ELBO, WORDS, nats_text, term_color, term_name
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color
from dgm_explorer.ui.widgets.form import set_tip

_ROWS = (ELBO, *TERMS)
_PAD_PX = 6.0
_MAX_ROW_PX = 34.0


class SingleBars(QWidget):
    """The sum and (a) on one scale, (b) … (e) on another, larger one, since (a) dwarfs them.

    A full bar is what was clicked, the outlined one below it the average.
    """

    export_name = "gmm-vae-single-terms"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._single: SingleTerms | None = None
        self._lit: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_single(self, single: SingleTerms | None) -> None:
        """Show these terms; None shows nothing."""
        self._single = single
        set_tip(self, "" if single is None else _tip(single))
        self.setAccessibleName("" if single is None else f"Terms of the bound: {_tip(single)}")
        self.update()

    def light_up(self, term: str | None) -> None:
        """Let one row stand out; None shows all alike."""
        if term != self._lit:
            self._lit = term
            self.update()

    def row_texts(self) -> tuple[tuple[str, str], ...]:
        """Value and average of each row, from the sum down."""
        if self._single is None:
            return ()
        s = self._single
        rows = [(nats_text(float(s.values.sum())), nats_text(float(s.average.sum())))]
        for value, error, average in zip(s.values, s.standard_errors, s.average, strict=True):
            spread = f" ± {error:.2f}" if error >= 0.005 else ""
            rows.append((nats_text(float(value)) + spread, nats_text(float(average))))
        return tuple(rows)

    def export_table(self) -> PlotTable:
        """One row per term: nats per example of what was clicked, and of the average."""
        s = self._single
        columns = [np.empty(0)] * 3 if s is None else [s.values, s.standard_errors, s.average]
        header = ("term", "value_nats", "standard_error_nats", "average_nats")
        return PlotTable(header, (TERMS if s is not None else (), *columns))

    def sizeHint(self) -> QSize:
        text = QFontMetricsF(self._font(0.9))
        width = text.horizontalAdvance("ELBO  −000.00 ± 0.00  (−000.00)") + 90
        return QSize(round(width), round(10 * text.height()))

    def minimumSizeHint(self) -> QSize:
        text = QFontMetricsF(self._font(0.9))
        return QSize(self.sizeHint().width() - 30, round(9 * text.height()))

    def _font(self, scale: float, is_bold: bool = False) -> QFont:
        font = self._theme.font(scale)
        font.setBold(is_bold)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self._single is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(self._theme.plot_background))
        if self.hasFocus():
            painter.setPen(QPen(color(self._theme.accent), 1.5))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        top = self._draw_heading(painter, self._single)
        height = min((self.height() - top - 4) / len(_ROWS), _MAX_ROW_PX)
        for i, texts in enumerate(self.row_texts()):
            room = QRectF(_PAD_PX, top + i * height, self.width() - 2 * _PAD_PX, height)
            self._draw_row(painter, i, texts, room)

    def _draw_heading(self, painter: QPainter, single: SingleTerms) -> float:
        """Title and the meaning of the two bars; returns where the rows begin."""
        y = 2.0
        note = f"full bar: this; outlined, in brackets: {single.average_name}{self._scale_note()}"
        for text, font, rgb in (
            (single.title, self._font(0.9, is_bold=True), self._theme.text),
            (note, self._font(0.8), self._theme.muted_text),
        ):
            painter.setFont(font)
            painter.setPen(color(rgb))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(
                Qt.TextFlag.TextWordWrap
            )
            room = QRectF(_PAD_PX, y, self.width() - 2 * _PAD_PX, self.height())
            y += painter.boundingRect(room, flags, text).height() + 1
            painter.drawText(room, flags, text)
        return y + 3

    def _spans(self) -> tuple[float, float]:
        """Largest magnitude of the sum and (a), and of (b) … (e)."""
        pairs = np.abs(self._pairs())
        return _largest(pairs[:2]), _largest(pairs[2:])

    def _pairs(self) -> FloatArray:
        """(6, 2): value and average of each row."""
        assert self._single is not None
        columns = (self._single.values, self._single.average)
        return np.array([[column.sum(), *column] for column in columns]).T

    def _scale_note(self) -> str:
        big, small = self._spans()
        return f"; (b) … (e) drawn {big / small:.1f} times as long" if big > 1.05 * small else ""

    def _draw_row(self, painter: QPainter, i: int, texts: tuple[str, str], room: QRectF) -> None:
        term = _ROWS[i]
        is_faded = self._lit not in (None, term)
        ink = blend(self._theme.text, self._theme.plot_background, 0.6 if is_faded else 0.0)
        painter.setFont(self._font(0.9))
        metrics = QFontMetricsF(painter.font())
        name_px = metrics.horizontalAdvance("ELBO ")
        numbers = f"{texts[0]}  ({texts[1]})"
        number_px = metrics.horizontalAdvance("−000.00 ± 0.00  (−000.00)")
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(color(ink))
        painter.drawText(room, middle | int(Qt.AlignmentFlag.AlignLeft), term_name(term))
        painter.drawText(room, middle | int(Qt.AlignmentFlag.AlignRight), numbers)
        self._draw_bars(painter, i, is_faded, room.adjusted(name_px, 2, -number_px - 8, -2))

    def _draw_bars(self, painter: QPainter, i: int, is_faded: bool, room: QRectF) -> None:
        """Value above average, from a common zero line."""
        pairs, spans = self._pairs(), self._spans()
        scaled = pairs / np.array([spans[0]] * 2 + [spans[1]] * 4)[:, None]
        lo, hi = float(np.nanmin(scaled, initial=0.0)), float(np.nanmax(scaled, initial=0.0))
        per_unit = room.width() / max(hi - lo, 1e-9)
        zero = room.left() - lo * per_unit
        rgb = color(term_color(_ROWS[i], self._theme), 70 if is_faded else 255)
        half = room.height() / 2
        for j, (value, top, share) in enumerate(zip(scaled[i], (0.0, half), (0.9, 0.7), strict=True)):
            if not np.isfinite(value):
                continue
            bar = QRectF(zero, room.top() + top, value * per_unit, share * half).normalized()
            painter.setPen(QPen(rgb, 1.0))
            painter.setBrush(rgb if j == 0 else Qt.BrushStyle.NoBrush)
            painter.drawRect(bar)
        painter.setPen(QPen(color(self._theme.muted_text), 1.0))
        painter.drawLine(QPointF(zero, room.top() - 2), QPointF(zero, room.bottom() + 2))


def _largest(values: FloatArray) -> float:
    """The largest finite number, or 1."""
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _tip(single: SingleTerms) -> str:
    """All numbers in words."""
    lines = [f"{single.title}: {single.method}. In brackets the {single.average_name}."]
    rows = zip(TERMS, single.values, single.standard_errors, single.average, strict=True)
    lines += [
        f"{term_name(term)} {WORDS[term].meaning}: "
        f"{nats_text(float(value))} ± {error:.2g} ({nats_text(float(mean))}) nats"
        for term, value, error, mean in rows
    ]
    total, mean = float(single.values.sum()), float(single.average.sum())
    return "\n".join([*lines, f"ELBO: {nats_text(total)} ({nats_text(mean)}) nats"])
