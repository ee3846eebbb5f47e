"""Formulas as characters of a text document, standing on its baseline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QPainter,
    QPen,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from dgm_explorer.ui.formula import FormulaImage

_OBJECT_TYPE = QTextFormat.ObjectTypes.UserObject.value + 1
_INDEX = QTextFormat.Property.UserProperty.value + 1
_OBJECT_CHARACTER = "\ufffc"
_STRIKE_WIDTH_PX = 1.6


@dataclass(frozen=True, slots=True)
class PlacedFormula:
    """A formula in a text.

    Attributes
    ----------
    formula : what to draw.
    is_display : it has a line of its own; else it stands among words.
    room_px : width of the column; a wider formula is drawn smaller.
    tex : what it was set from, for copies of the text.
    is_struck : it is crossed out.
    """

    formula: FormulaImage
    is_display: bool
    room_px: float
    tex: str = ""
    is_struck: bool = False

    @property
    def scale(self) -> float:
        return min(1.0, self.room_px / self.formula.width)

    @property
    def layout_size(self) -> QSizeF:
        """What the line makes room for.

        Qt puts the lower edge of an object on the baseline and knows no descent. So a formula among
        words claims its ascent only and draws what hangs below into the space that every line of
        text leaves under its baseline.
        """
        formula = self.formula
        height = formula.height if self.is_display else formula.ascent
        return QSizeF(formula.width * self.scale, height * self.scale)


class FormulaObjects(QPyTextObject):
    """Keeps and draws the formulas of one document.

    Parameters
    ----------
    document : the text; it becomes the owner.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._placed: list[PlacedFormula] = []
        document.documentLayout().registerHandler(_OBJECT_TYPE, self)

    def __len__(self) -> int:
        return len(self._placed)

    @property
    def placed(self) -> Sequence[PlacedFormula]:
        """In reading order."""
        return self._placed

    def set_room(self, room_px: float) -> None:
        """The column has another width; the lines must be broken anew for it."""
        self._placed = [replace(formula, room_px=room_px) for formula in self._placed]

    def clear(self) -> None:
        """Forget all formulas; the document must not hold any from here on."""
        self._placed.clear()

    def as_text(self, selected: QTextCursor) -> str:
        """The selected text with its formulas in TeX."""
        before = QTextCursor(selected.document())
        before.setPosition(selected.selectionStart(), QTextCursor.MoveMode.KeepAnchor)
        index = before.selectedText().count(_OBJECT_CHARACTER)
        first, *rest = selected.selectedText().split(_OBJECT_CHARACTER)
        pieces = [first]
        for text, placed in zip(rest, self._placed[index:], strict=False):
            dollars = "$$" if placed.is_display else "$"
            pieces += [f"{dollars}{placed.tex}{dollars}", text]
        return "".join(pieces).replace("\u2029", "\n")

    def insert(self, cursor: QTextCursor, style: QTextCharFormat, placed: PlacedFormula) -> None:
        """Put a formula where the cursor is, in a line of type like ``style``."""
        character = QTextCharFormat(style)
        character.setObjectType(_OBJECT_TYPE)
        character.setProperty(_INDEX, len(self._placed))
        self._placed.append(placed)
        cursor.insertText(_OBJECT_CHARACTER, character)

    def intrinsicSize(self, _document: QTextDocument, _position: int, style: QTextFormat) -> QSizeF:
        return self._placed[style.intProperty(_INDEX)].layout_size

    def drawObject(
        self,
        painter: QPainter,
        box: QRectF | QRect,
        _document: QTextDocument,
        _position: int,
        style: QTextFormat,
    ) -> None:
        placed = self._placed[style.intProperty(_INDEX)]
        formula, scale = placed.formula, placed.scale
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(box.left(), box.top(), formula.width * scale, formula.height * scale)
        painter.drawImage(area, formula.image)
        if placed.is_struck:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(style.foreground().color(), _STRIKE_WIDTH_PX))
            painter.drawLine(area.bottomLeft(), area.topRight())
