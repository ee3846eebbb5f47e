"""The bound as a formula of five coloured terms with their values: a key to the curves beside it."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.tabs.gmm_vae.terms import ELBO, WORDS, nats_text, term_color, term_name
from dgm_explorer.ui.theme import LIGHT, Theme, blend, color
from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip

_BAR_PX = 4.0
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_PAD_PX = 4.0
_NO_VALUES: FloatArray = np.full(len(TERMS), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class TermValues:
    """Numbers to stand under the terms.

    Attributes
    ----------
    train, held_out : (5,) nats per example; NaN where not measured.
    place : what they are of, such as ``step 1312``.
    """

    train: FloatArray
    held_out: FloatArray
    place: str = ""

    def of(self, term: str) -> tuple[float, float]:
        """Training and held-out value of a term or of the sum."""
        if term == ELBO:
            return float(self.train.sum()), float(self.held_out.sum())
        i = TERMS.index(term)
        return float(self.train[i]), float(self.held_out[i])


class FormulaPart(QWidget):
    """One term: its formula, a bar in its colour, its training value and, in brackets, the held-out one."""

    hovered = Signal(str)
    """The mouse or the keyboard came upon the term named, or left it: empty."""

    def __init__(self, term: str, sign: str) -> None:
        super().__init__()
        self._term, self._sign = term, sign
        self._values = (float("nan"), float("nan"))
        self._place = ""
        self._is_lit = self._is_faded = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_formula_tooltip(self, WORDS[term].full_tex, self.tip)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._size_px = 1.25 * theme.font_point_size
        self.updateGeometry()
        self.update()

    def show_values(self, train: float, held_out: float, place: str) -> None:
        """Nats per example; NaN where not measured."""
        self._values, self._place = (train, held_out), place
        self.setAccessibleName(
            f"{term_name(self._term)}, {WORDS[self._term].meaning}: {nats_text(train)} nats"
        )
        self.update()

    def set_lit(self, is_lit: bool, is_faded: bool) -> None:
        """Stand out, or step back because another term stands out."""
        if (is_lit, is_faded) != (self._is_lit, self._is_faded):
            self._is_lit, self._is_faded = is_lit, is_faded
            self.update()

    @property
    def is_lit(self) -> bool:
        return self._is_lit

    def value_texts(self) -> tuple[str, str]:
        """What is written under the formula: the training and the held-out value."""
        train, held_out = self._values
        return nats_text(train), f"({nats_text(held_out)})"

    def tip(self) -> str:
        """Meaning, growth and present values, in words."""
        words, (train, held_out) = WORDS[self._term], self._values
        return (
            f"{term_name(self._term)}  {words.meaning}\n{words.growth}\n"
            f"{self._place or 'now'}: training batch {nats_text(train)}, held-out {nats_text(held_out)} nats"
        )

    def _heights(self) -> tuple[float, float]:
        """Of the formula's line and of a line of text."""
        return 2.0 * self._size_px, QFontMetricsF(self._font(1.0)).height()

    def _font(self, scale: float) -> QFont:
        return self._theme.font(scale)

    def sizeHint(self) -> QSize:
        formula = render_formula(WORDS[self._term].tex, self._size_px, self._theme.text)
        line, text = self._heights()
        letter = QFontMetricsF(self._font(0.8)).height()
        width = max(formula.width, self._number_width()) + self._sign_width() + 2 * _PAD_PX
        return QSize(round(width), round(letter + line + 2 * text + _BAR_PX + 4))

    def minimumSizeHint(self) -> QSize:
        """The formula shrinks, the numbers do not."""
        return QSize(round(self._number_width() + self._sign_width()), self.sizeHint().height())

    def _number_width(self) -> float:
        return QFontMetricsF(self._font(0.9)).horizontalAdvance("(−00.00)")

    def _sign_width(self) -> float:
        return QFontMetricsF(self._font(1.1)).horizontalAdvance(self._sign) if self._sign else 0.0

    def enterEvent(self, event: QEnterEvent) -> None:
        self.hovered.emit(self._term)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit("")
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _BY_KEY:  # not when the window merely comes to the front
            self.hovered.emit(self._term)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.hovered.emit("")
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        theme, rgb = self._theme, term_color(self._term, self._theme)
        ink = blend(theme.text, theme.window, 0.55) if self._is_faded else theme.text
        room = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._is_lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(rgb, 60))
            painter.drawRoundedRect(room, 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(color(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(room, 4, 4)
        sign_px = self._draw_sign(painter, ink)
        self._draw_column(painter, ink, rgb, QRectF(room).adjusted(_PAD_PX, 0, -_PAD_PX - sign_px, 0))

    def _draw_sign(self, painter: QPainter, ink: str) -> float:
        """The + or = between this term and the next; returns its width."""
        painter.setFont(self._font(1.1))
        painter.setPen(color(ink))
        width = self._sign_width()
        top = QFontMetricsF(self._font(0.8)).height()
        box = QRectF(self.width() - width - 1, top, width + 1, self._heights()[0])
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._sign)
        return width

    def _draw_column(self, painter: QPainter, ink: str, rgb: str, room: QRectF) -> None:
        """Letter, formula, bar and the two numbers below one another."""
        line, text = self._heights()
        y = room.top()
        centre = int(Qt.AlignmentFlag.AlignCenter)
        painter.setFont(self._font(0.8))
        letter = painter.fontMetrics().height()
        if self._term != ELBO:
            painter.setPen(color(blend(ink, self._theme.window, 0.2)))
            painter.drawText(QRectF(room.left(), y, room.width(), letter), centre, term_name(self._term))
        y += letter
        formula = render_formula(WORDS[self._term].tex, self._size_px, ink)
        scale = min(1.0, room.width() / formula.width)
        corner = QPointF(
            room.center().x() - scale * formula.width / 2,
            y + 0.62 * line - scale * formula.ascent + 0.2 * self._size_px,
        )
        painter.drawImage(
            QRectF(corner.x(), corner.y(), scale * formula.width, scale * formula.height), formula.image
        )
        y += line
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(rgb, 110 if self._is_faded else 255))
        painter.drawRoundedRect(QRectF(room.left(), y, room.width(), _BAR_PX), 2, 2)
        y += _BAR_PX + 1
        for value, scale, share in zip(self.value_texts(), (1.0, 0.9), (0.0, 0.3), strict=True):
            painter.setFont(self._font(scale))
            painter.setPen(color(blend(ink, self._theme.window, share)))
            painter.drawText(QRectF(room.left() - 4, y, room.width() + 8, text), centre, value)
            y += text


class FormulaPanel(QWidget):
    """ELBO = (a) + (b) + (c) + (d) + (e)."""

    term_hovered = Signal(str)
    """The mouse or the keyboard came upon a term or the sum (``elbo``), or left: empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        signs = {ELBO: "=", **dict.fromkeys(TERMS, "+"), TERMS[-1]: ""}
        self._parts = {term: FormulaPart(term, sign) for term, sign in signs.items()}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for part in self._parts.values():
            layout.addWidget(part)
            part.hovered.connect(self.term_hovered)
        self.show_values(TermValues(_NO_VALUES, _NO_VALUES))

    def part(self, term: str) -> FormulaPart:
        """The part of one term, or of the sum (``elbo``)."""
        return self._parts[term]

    def set_theme(self, theme: Theme) -> None:
        for part in self._parts.values():
            part.set_theme(theme)

    def show_values(self, values: TermValues) -> None:
        """Numbers under the terms."""
        for term, part in self._parts.items():
            part.show_values(*values.of(term), values.place)

    def light_up(self, term: str | None) -> None:
        """Let one term stand out; None shows all alike."""
        for name, part in self._parts.items():
            part.set_lit(name == term, term is not None and term != name)
