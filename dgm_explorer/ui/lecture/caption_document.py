"""The words of a step as a text document in large type, with typeset formulas."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from dgm_explorer.lecture import LectureStep
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.notes_markup import Span, parse_spans
from dgm_explorer.ui.theme import Theme, color
from dgm_explorer.ui.widgets.formula_objects import FormulaObjects, PlacedFormula
from dgm_explorer.ui.widgets.notes_panel import CLOSING_MARKS, FORMULA_SCALE, WORD_JOINER

LINE_HEIGHT = 1.36
"""Over the size of the type; a formula hangs into what is left below a line."""

GAP = 0.25
"""Between two paragraphs, over the size of the type."""


@dataclass(frozen=True, slots=True)
class CaptionLook:
    """How a caption is set: its font, the size of type, the width of its lines, and the colours."""

    font: QFont
    size_px: int
    width_px: int
    theme: Theme


class CaptionDocument(QTextDocument):
    """Caption, question and, if it is revealed, the answer."""

    def __init__(self, step: LectureStep, is_revealed: bool, look: CaptionLook) -> None:
        super().__init__()
        self._look = look
        self.setDocumentMargin(0)
        self.setTextWidth(look.width_px)
        self._objects = FormulaObjects(self)
        cursor = QTextCursor(self)
        cursor.beginEditBlock()  # or each piece is laid out as it is inserted
        cursor.setBlockFormat(self._block_format(0.0))
        self._write(cursor, step.caption, look.theme.text)
        if step.question:
            self._begin_paragraph(cursor)
            self._write(cursor, step.question, look.theme.text, is_bold=True)
        if step.question and is_revealed:
            self._begin_paragraph(cursor)
            self._write(cursor, step.answer, look.theme.accent)
        cursor.endEditBlock()

    @property
    def placed(self) -> Sequence[PlacedFormula]:
        """The formulas, in reading order."""
        return self._objects.placed

    def set_width(self, width_px: int) -> None:
        """Break the lines anew: a tenth of the work of setting them."""
        self._objects.set_room(width_px)
        self.setTextWidth(width_px)

    def _begin_paragraph(self, cursor: QTextCursor) -> None:
        cursor.insertBlock(self._block_format(GAP * self._look.size_px))

    def _block_format(self, margin_px: float) -> QTextBlockFormat:
        style = QTextBlockFormat()
        kind = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        style.setLineHeight(LINE_HEIGHT * self._look.size_px, kind)
        style.setTopMargin(margin_px)
        return style

    def _write(self, cursor: QTextCursor, text: str, rgb: str, is_bold: bool = False) -> None:
        is_after_formula = False
        for span in parse_spans(text):
            style = self._char_format(span, rgb, is_bold)
            if span.kind == "formula" and self._write_formula(cursor, span, style, rgb):
                is_after_formula = True
                continue
            tie = WORD_JOINER if is_after_formula and span.text[:1] in CLOSING_MARKS else ""
            cursor.insertText(tie + span.text, style)
            is_after_formula = False

    def _write_formula(self, cursor: QTextCursor, span: Span, style: QTextCharFormat, rgb: str) -> bool:
        """False where it cannot be typeset: its source then stands in its place."""
        try:
            formula = render_formula(span.text, FORMULA_SCALE * self._look.size_px, rgb)
        except ValueError:
            return False
        self._objects.insert(cursor, style, PlacedFormula(formula, False, self._look.width_px))
        return True

    def _char_format(self, span: Span, rgb: str, is_bold: bool) -> QTextCharFormat:
        font = QFont(self._look.font)
        font.setPixelSize(self._look.size_px)
        font.setBold(is_bold or span.kind == "bold")
        font.setItalic(span.kind == "italic")
        style = QTextCharFormat()
        style.setFont(font)
        style.setForeground(color(rgb))
        return style
