"""The notes of a tab, with typeset formulas."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QMouseEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from dgm_explorer.ui.beside import Errand
from dgm_explorer.ui.formula import is_typeset, render_formula, typeset
from dgm_explorer.ui.notes_markup import Block, Span, parse_notes
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.formula_objects import FormulaObjects, PlacedFormula

FORMULA_SCALE = 1.12
"""Type size of formulas over that of the text: STIX looks smaller than a screen font of its size."""

MARGIN_PX = 14
CLOSING_MARKS = tuple(".,;:!?)")
WORD_JOINER = "\u2060"
"""Keeps a comma on the line of the formula before it."""

TURN_MS = 8.0
"""Writing yields to the window after so long; the notes then grow on in its next turn."""

PAUSE_MS = 1
"""Until that turn: a timer of 0 ms would come before what the window was to do."""


class Missing(NamedTuple):
    """A formula that must be typeset before the text goes on."""

    tex: str
    is_display: bool


class NotesPanel(QTextEdit):
    """Shows notes written as `notes_markup` describes; read-only. A copy of the text has its formulas in TeX.

    Formulas are typeset beside the window: the text grows from the top, in reading order, as they come.
    """

    link_clicked = Signal(str)
    """The text of a link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._blocks: tuple[Block, ...] = ()
        self._work: Iterator[Missing | None] = iter(())
        self._is_outdated = False
        self._formulas = FormulaObjects(self.document())
        self._laid_out_width = -1
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._work_for_one_turn)
        self._typesetting = Errand(self)
        self._typesetting.done.connect(self._work_for_one_turn)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that the growing text never changes the width it is laid out for.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.document().setDocumentMargin(MARGIN_PX)
        self.viewport().setMouseTracking(True)

    def set_notes(self, source: str) -> None:
        """Show other notes, from their beginning."""
        self._blocks = parse_notes(source)
        self._rebuild()

    def set_blocks(self, blocks: Sequence[Block]) -> None:
        """Show other blocks: from their beginning, or where it was read if the title is still the same."""
        if tuple(blocks) == self._blocks:
            return
        is_same = self._blocks[:1] == tuple(blocks[:1])
        self._blocks = tuple(blocks)
        if is_same:
            self._is_outdated = False
            self._begin(self._write_in_place())
        else:
            self._rebuild()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, color(theme.panel))
        palette.setColor(QPalette.ColorRole.Text, color(theme.text))
        self.setPalette(palette)
        self._rebuild()

    def finish(self) -> None:
        """Typeset and write what is left, now."""
        if self._is_outdated:
            self._rebuild()
        self._turn.stop()
        self._typesetting.forget()
        for _ in self._work:
            pass

    def _rebuild(self) -> None:
        self._is_outdated = False
        self._clear()
        self._begin(self._write_blocks())

    def _begin(self, work: Iterator[Missing | None]) -> None:
        self._turn.stop()
        self._typesetting.forget()
        self._work = work
        self._work_for_one_turn()

    def _clear(self) -> None:
        self._formulas.clear()
        self.document().clear()
        self._laid_out_width = self.viewport().width()

    def _work_for_one_turn(self) -> None:
        if self._is_outdated:
            self._rebuild()
            return
        deadline_s = time.perf_counter() + TURN_MS / 1e3
        for missing in self._work:
            if missing is not None:
                self._typesetting.begin(typeset, *missing)
                return
            if time.perf_counter() > deadline_s:
                self._turn.start(PAUSE_MS)
                return

    def _write_in_place(self) -> Iterator[Missing | None]:
        """Put the blocks in place of those that are read, at one go: these stand until all is ready."""
        for block in self._blocks:
            for span in block.spans:
                if span.kind == "formula":
                    yield from self._await_formula(block, span)
        place = self.verticalScrollBar().value()
        self._clear()
        for _ in self._write_blocks():
            pass
        self.verticalScrollBar().setValue(place)

    def _await_formula(self, block: Block, span: Span) -> Iterator[Missing | None]:
        """Ask for a formula that is not typeset; who cannot wait goes on, and it is typeset then."""
        missing = Missing(span.text, block.kind == "formula")
        if not is_typeset(*missing):
            yield missing

    def _write_blocks(self) -> Iterator[Missing | None]:
        cursor = QTextCursor(self.document())
        for index, block in enumerate(self._blocks):
            style = self._block_format(block)
            if index == 0:
                cursor.setBlockFormat(style)
            else:
                cursor.insertBlock(style)
            if block.kind == "item":
                cursor.insertText("•\u2002", self._char_format(block, Span("text", "")))
            for span in block.spans:
                if span.kind == "formula":
                    yield from self._await_formula(block, span)
                self._write_span(cursor, block, span)
                yield None

    def _write_span(self, cursor: QTextCursor, block: Block, span: Span) -> None:
        style = self._char_format(block, span)
        if span.kind != "formula":
            is_tied = span.text[:1] in CLOSING_MARKS and span is not block.spans[0]
            cursor.insertText(f"{WORD_JOINER}{span.text}" if is_tied else span.text, style)
            return
        is_display = block.kind == "formula"
        size_px = FORMULA_SCALE * QFontInfo(style.font()).pixelSize()
        formula = render_formula(span.text, size_px, style.foreground().color().name(), is_display)
        room_px = max(50, self.viewport().width() - 2 * MARGIN_PX - 2)
        is_struck = block.ink == "struck"
        placed = PlacedFormula(formula, is_display, room_px, span.text, is_struck)
        self._formulas.insert(cursor, style, placed)

    def _block_format(self, block: Block) -> QTextBlockFormat:
        line = self._theme.font_point_size
        style = QTextBlockFormat()
        style.setBottomMargin(0.75 * line)
        if block.kind == "formula":
            style.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        elif block.kind == "item":
            style.setLeftMargin(1.3 * line)
            style.setTextIndent(-1.0 * line)
            style.setBottomMargin(0.4 * line)
        elif block.kind in ("title", "heading"):
            style.setTopMargin(line if block.kind == "heading" else 0)
            style.setBottomMargin(0.5 * line)
        if block.kind in ("paragraph", "item"):
            style.setLineHeight(2.05 * line, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        return style

    def _char_format(self, block: Block, span: Span) -> QTextCharFormat:
        theme = self._theme
        font = QFont(self.font())
        scale = {"title": 1.45, "heading": 1.15}.get(block.kind, 1.0)
        font.setPointSizeF(theme.point_size(scale))
        font.setBold(block.kind in ("title", "heading") or span.kind == "bold")
        font.setItalic(span.kind == "italic")
        inks = {"forward": theme.forward, "reverse": theme.reverse, "struck": theme.muted_text}
        ink = inks.get(block.ink, theme.text)
        style = QTextCharFormat()
        style.setFont(font)
        style.setForeground(color(theme.accent if span.kind == "link" else ink))
        if span.kind == "link":
            style.setFontUnderline(True)
            style.setAnchor(True)
            style.setAnchorHref(span.text)
        return style

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_link = bool(self.anchorAt(event.position().toPoint()))
        shape = Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        link = self.anchorAt(event.position().toPoint())
        if link and event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.link_clicked.emit(link)

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(self._formulas.as_text(self.textCursor()).replace(WORD_JOINER, ""))
        return data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._blocks and self.viewport().width() != self._laid_out_width:
            self._is_outdated = True
            self._turn.start(PAUSE_MS)
