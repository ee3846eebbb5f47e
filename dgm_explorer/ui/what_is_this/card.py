"""The card that answers F1, over the window."""

import html
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from dgm_explorer.ui.beside import Errand
from dgm_explorer.ui.formula import formula_html, is_typeset, render_formula, typeset
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.what_is_this.texts import PanelText
from dgm_explorer.ui.widgets.card import dress_card

WIDTH_CHARACTERS: Final = 58
FORMULA_SCALE: Final = 1.6
"""Size of the formula in sizes of the text."""


class AnswerCard(QFrame):
    """Name, sentences, formula and present value of a panel, and a way to the notes.

    A formula that is not typeset yet comes a moment after the rest.
    """

    notes_requested = Signal()
    closed = Signal()

    grown = Signal()
    """The formula has come."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme
        self._said: tuple[PanelText, str] | None = None
        self._typesetting = Errand(self)
        self._typesetting.done.connect(self._show_late_formula)
        self._title = QLabel()
        self._text, self._formula, self._value, self._notes = (QLabel() for _ in range(4))
        for label in (self._text, self._value):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._notes.setText('<a href="notes">Notes of this tab</a> (F1 again)')
        self._notes.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._notes.linkActivated.connect(self.notes_requested)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setAutoRaise(True)
        self._close.setToolTip("Close (Escape)")
        self._close.setAccessibleName("Close")
        self._close.clicked.connect(self.closed)
        heading = QHBoxLayout()
        heading.addWidget(self._title, 1)
        heading.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(8)
        layout.addLayout(heading)
        for label in (self._text, self._formula, self._value, self._notes):
            layout.addWidget(label)
        self.hide()

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def value(self) -> str:
        """What it says of the present."""
        return self._value.text()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._said is not None:
            self.say(*self._said)

    def say(self, text: PanelText, value: str) -> None:
        """Show what a panel is, and its present value if there is one."""
        self._said = (text, value)
        theme = self._theme
        dress_card(self, theme)
        font = self.font()
        font.setPointSizeF(theme.point_size(1.1))
        font.setBold(True)
        self._title.setFont(font)
        self._title.setText(text.title)
        self.setAccessibleName(f"What is this: {text.title}")
        self._text.setText(text.text)
        self._value.setText(value)
        self._value.setVisible(bool(value))
        for label in (self._text, self._value):
            label.setFixedWidth(self._width_px)
            label.setFixedHeight(max(label.heightForWidth(self._width_px), 1))
        self._typesetting.forget()
        self._formula.hide()
        if is_typeset(text.formula, True):
            self._show_formula(text.formula)
        elif text.formula:
            self._typesetting.begin(typeset, text.formula, True)
        self.adjustSize()

    @property
    def _width_px(self) -> int:
        return WIDTH_CHARACTERS * self._text.fontMetrics().averageCharWidth()

    def _show_formula(self, tex: str) -> None:
        self._formula.setText(formula_within(tex, self._width_px, self._text, self._theme))
        self._formula.show()

    @Slot()
    def _show_late_formula(self) -> None:
        assert self._said is not None
        self._show_formula(self._said[0].formula)
        self.adjustSize()
        self.grown.emit()


def formula_within(tex: str, width_px: float, label: QLabel, theme: Theme) -> str:
    """A formula as rich text, as large as the text beside it asks for and as the width allows."""
    size_px = FORMULA_SCALE * label.fontInfo().pixelSize()
    wide_px = render_formula(tex, size_px, theme.text, is_display=True).width
    tip = html.escape(tex)
    return f"<p title='{tip}'>{formula_html(tex, size_px * min(1.0, width_px / wide_px), theme.text)}</p>"
