"""The words of a step in large type, with typeset formulas."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent, QTextBlockFormat, QTextCharFormat
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QSizePolicy, QWidget

from dgm_explorer.lecture import LectureStep
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.notes_markup import Span, parse_spans
from dgm_explorer.ui.theme import PROJECTOR, Theme, color
from dgm_explorer.ui.widgets.formula_objects import FormulaObjects, PlacedFormula
from dgm_explorer.ui.widgets.notes_panel import CLOSING_MARKS, FORMULA_SCALE, WORD_JOINER

LINE_HEIGHT = 1.36
"""Over the size of the type; a formula hangs into what is left below a line."""

GAP = 0.25
"""Between two paragraphs, over the size of the type."""


class CaptionText(QWidget):
    """Caption, question and, once it is revealed, the answer of one step.

    The widget is always as high as the longest step of the lecture with its answer, so that neither the
    answer nor the next step moves the pictures.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = PROJECTOR
        self._steps: tuple[LectureStep, ...] = ()
        self._step: LectureStep | None = None
        self._is_revealed = False
        self._size_px = 20
        self._document = QTextDocument(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def document(self) -> QTextDocument:
        """What is painted."""
        return self._document

    @property
    def words(self) -> str:
        """What is painted, as plain text; a formula is one character."""
        return self._document.toPlainText()

    def set_steps(self, steps: Sequence[LectureStep]) -> None:
        """All steps that will be shown here."""
        self._steps = tuple(steps)
        self._step = None
        self._fit()

    def show_step(self, step: LectureStep, is_revealed: bool) -> None:
        self._step, self._is_revealed = step, is_revealed
        self._write()

    def set_type_size(self, size_px: int) -> None:
        if size_px != self._size_px:
            self._size_px = size_px
            self._fit()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._fit()

    def _fit(self) -> None:
        """Take the height of the longest step, and write the present one anew."""
        heights = [self._make_document(step, True).size().height() for step in self._steps]
        self.setFixedHeight(max(1, round(max(heights, default=0) + 0.5)))
        self._write()

    def _write(self) -> None:
        old = self._document
        if self._step is not None:
            self._document = self._make_document(self._step, self._is_revealed)
            old.deleteLater()
        self.setAccessibleName(self.words)
        self.update()

    def _make_document(self, step: LectureStep, is_revealed: bool) -> QTextDocument:
        document = QTextDocument(self)
        document.setDocumentMargin(0)
        document.setTextWidth(max(100, self.width()))
        formulas = FormulaObjects(document)
        cursor = QTextCursor(document)
        theme = self._theme
        self._write_paragraph(cursor, formulas, step.caption, theme.text, is_first=True)
        if step.question:
            self._write_paragraph(cursor, formulas, step.question, theme.forward, is_bold=True)
        if step.question and is_revealed:
            self._write_paragraph(cursor, formulas, step.answer, theme.reverse)
        return document

    def _write_paragraph(
        self,
        cursor: QTextCursor,
        formulas: FormulaObjects,
        text: str,
        rgb: str,
        is_bold: bool = False,
        is_first: bool = False,
    ) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(
            LINE_HEIGHT * self._size_px, QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        )
        block.setTopMargin(0 if is_first else GAP * self._size_px)
        if is_first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        is_after_formula = False
        for span in parse_spans(text):
            style = self._char_format(span, rgb, is_bold)
            if span.kind == "formula" and self._write_formula(cursor, formulas, span, style):
                is_after_formula = True
                continue
            tie = WORD_JOINER if is_after_formula and span.text[:1] in CLOSING_MARKS else ""
            cursor.insertText(tie + span.text, style)
            is_after_formula = False

    def _write_formula(
        self, cursor: QTextCursor, formulas: FormulaObjects, span: Span, style: QTextCharFormat
    ) -> bool:
        """False where it cannot be typeset: its source then stands in its place."""
        try:
            formula = render_formula(
                span.text, FORMULA_SCALE * self._size_px, style.foreground().color().name()
            )
        except ValueError:
            return False
        formulas.insert(cursor, style, PlacedFormula(formula, False, max(100, self.width())))
        return True

    def _char_format(self, span: Span, rgb: str, is_bold: bool) -> QTextCharFormat:
        font = QFont(self.font())
        font.setPixelSize(self._size_px)
        font.setBold(is_bold or span.kind == "bold")
        font.setItalic(span.kind == "italic")
        style = QTextCharFormat()
        style.setFont(font)
        style.setForeground(color(rgb))
        return style

    # -- Qt -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(600, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self._document.drawContents(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
