"""Tool tips that show a formula and what it comes to at present."""

import html
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QHelpEvent, QPalette
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.ui.formula import formula_html

SIZE_PX = 19.0


class _FormulaTooltip(QObject):
    """Makes the tool tip of its parent at the moment it is asked for."""

    def __init__(self, widget: QWidget, tex: str, text: Callable[[], str]) -> None:
        super().__init__(widget)
        self.setObjectName("formula_tooltip")
        self._tex = tex
        self._text = text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not (isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip):
            return False
        if isinstance(watched, QWidget):
            QToolTip.showText(event.globalPos(), tooltip_html(self._tex, self._text()), watched)
        return True


def set_formula_tooltip(widget: QWidget, tex: str, text: Callable[[], str]) -> None:
    """Give ``widget`` a tool tip of a formula over a line of text; a second call replaces the first.

    Parameters
    ----------
    tex : the formula, without dollar signs; typeset when the tool tip first opens.
    text : called whenever it opens; says in plain words, with units, what the present value is.
    """
    for old in widget.findChildren(_FormulaTooltip):
        widget.removeEventFilter(old)
        old.deleteLater()
    widget.installEventFilter(_FormulaTooltip(widget, tex, text))


def tooltip_html(tex: str, text: str) -> str:
    """Formula and text as the rich text of a tool tip, in its colour."""
    rgb = QToolTip.palette().color(QPalette.ColorRole.ToolTipText).name()
    lines = "<br>".join(html.escape(line) for line in text.splitlines())
    return f"<p>{formula_html(tex, SIZE_PX, rgb)}</p><p style='white-space: nowrap'>{lines}</p>"
