"""The notes of a tab, with typeset formulas."""

import time
from collections.abc import Iterator

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetrics,
    QImage,
    QPainter,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from dgm_explorer.ui.formula import PIXEL_RATIO, FormulaImage, render_formula
from dgm_explorer.ui.notes_markup import Block, Span, parse_notes
from dgm_explorer.ui.theme import LIGHT, Theme, color

FORMULA_SCALE = 1.12
"""Type size of formulas over that of the text: STIX looks smaller than a screen font of its size."""

MARGIN_PX = 14
TURN_MS = 12.0
"""Typesetting yields to the window after so long; the notes then grow on in its next turn."""


class NotesPanel(QTextEdit):
    """Shows notes written as `notes_markup` describes; read-only.

    Formulas are typeset while the window goes on: the text grows from the top, in reading order.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._blocks: tuple[Block, ...] = ()
        self._work: Iterator[None] = iter(())
        self._laid_out_width = -1
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._work_for_one_turn)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(MARGIN_PX)

    def set_notes(self, source: str) -> None:
        """Show other notes, from their beginning."""
        self._blocks = parse_notes(source)
        self._rebuild()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, color(theme.panel))
        palette.setColor(QPalette.ColorRole.Text, color(theme.text))
        self.setPalette(palette)
        self._rebuild()

    def finish(self) -> None:
        """Typeset what is left, now."""
        self._turn.stop()
        for _ in self._work:
            pass

    def _rebuild(self) -> None:
        self.document().clear()
        self._laid_out_width = self.viewport().width()
        self._work = self._write_blocks()
        self._work_for_one_turn()

    def _work_for_one_turn(self) -> None:
        start_s = time.perf_counter()
        for _ in self._work:
            if (time.perf_counter() - start_s) * 1e3 > TURN_MS:
                self._turn.start(0)
                return

    def _write_blocks(self) -> Iterator[None]:
        cursor = QTextCursor(self.document())
        for index, block in enumerate(self._blocks):
            style = self._block_format(block)
            if index == 0:
                cursor.setBlockFormat(style)
            else:
                cursor.insertBlock(style)
            for span in block.spans:
                self._write_span(cursor, block, span)
                yield

    def _write_span(self, cursor: QTextCursor, block: Block, span: Span) -> None:
        style = self._char_format(block, span)
        if span.kind != "formula":
            cursor.insertText(span.text, style)
            return
        is_display = block.kind == "formula"
        size_px = FORMULA_SCALE * QFontInfo(style.font()).pixelSize()
        formula = render_formula(span.text, size_px, style.foreground().color().name(), is_display)
        shown = formula.image if is_display else _center_for_line(formula, QFontMetrics(style.font()))
        self._insert_image(cursor, shown, style.font())

    def _insert_image(self, cursor: QTextCursor, image: QImage, font: QFont) -> None:
        """Insert at natural size, or as large as the column allows."""
        name = f"formula:{image.cacheKey()}"
        self.document().addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), image)
        room_px = max(50, self.viewport().width() - 2 * MARGIN_PX - 2)
        scale = min(1.0, room_px / image.deviceIndependentSize().width())
        style = QTextImageFormat()
        style.setFont(font)
        style.setName(name)
        style.setWidth(image.deviceIndependentSize().width() * scale)
        style.setHeight(image.deviceIndependentSize().height() * scale)
        style.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        cursor.insertImage(style)

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
            style.setLineHeight(118, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        return style

    def _char_format(self, block: Block, span: Span) -> QTextCharFormat:
        theme = self._theme
        font = QFont(self.font())
        scale = {"title": 1.45, "heading": 1.15}.get(block.kind, 1.0)
        font.setPointSizeF(theme.font_point_size * scale)
        font.setBold(block.kind in ("title", "heading") or span.kind == "bold")
        font.setItalic(span.kind == "italic")
        ink = {"forward": theme.forward, "reverse": theme.reverse}.get(block.ink, theme.text)
        style = QTextCharFormat()
        style.setFont(font)
        style.setForeground(color(ink))
        return style

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._blocks and self.viewport().width() != self._laid_out_width:
            self._rebuild()


def _center_for_line(formula: FormulaImage, metrics: QFontMetrics) -> QImage:
    """Pad a formula so that its baseline meets the line's.

    Qt knows no baseline for images. With `AlignMiddle` it puts the point (height + x-height/2)/2 below
    the image's top on the baseline (QTextDocumentLayout::resizeInlineObject); blank rows above or
    below move the formula's own baseline there.
    """
    descent = formula.height - formula.ascent
    surplus = formula.ascent - descent - metrics.xHeight() / 2
    top, bottom = max(0.0, -surplus), max(0.0, surplus)
    padded = QImage(
        formula.image.width(),
        formula.image.height() + round((top + bottom) * PIXEL_RATIO),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    padded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(padded)
    painter.drawImage(0, round(top * PIXEL_RATIO), _without_ratio(formula.image))
    painter.end()
    padded.setDevicePixelRatio(PIXEL_RATIO)
    return padded


def _without_ratio(image: QImage) -> QImage:
    plain = QImage(image)
    plain.setDevicePixelRatio(1.0)
    return plain
