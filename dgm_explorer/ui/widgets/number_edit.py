"""A text box for one number, typed and kept exactly."""

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QWidget

_MARGINS_PX = 5
"""Qt leaves two pixels on either side of the text, and room for the cursor."""


def parse_number(text: str, name: str) -> float:
    """Read a finite number; a decimal comma is understood.

    Raises
    ------
    ValueError
        With one sentence for the user.
    """
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        shown = text.strip()[:40]
        raise ValueError(f"{name}: “{shown}” is not a number; type one such as -1.5 or 2e-3.") from None
    if not math.isfinite(value):
        raise ValueError(f"{name}: {text.strip()[:40]} is not a finite number; give one.")
    return value


class NumberEdit(QLineEdit):
    """Shows a few digits, edits all of them.

    The text is rounded for reading, and further where the box is too narrow: half a number is never shown.
    With the keyboard focus it turns into every digit of the value. Text that is no number is refused with
    a sentence, and the value stays.

    Parameters
    ----------
    name : how messages call the number, until another accessible name is set.
    digits : most significant digits shown while not edited.
    """

    edited = Signal(float)
    """A number was typed; the view waits for `set_value` to show it."""

    refused = Signal(str)

    def __init__(self, name: str, digits: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digits = digits
        self._value = 0.0
        self._room_px = 0
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self._commit)
        self._show()

    @property
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Show a value; never emits."""
        if value == self._value and not self.isModified():
            return
        self._value = value
        self._show()

    def _show(self) -> None:
        text = repr(self._value) if self.hasFocus() else self._rounded()
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)

    def _rounded(self) -> str:
        """The value with as many digits as there is room for, and one at least."""
        metrics, text = self.fontMetrics(), ""
        for digits in range(self._digits, 0, -1):
            text = f"{self._value:.{digits}g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")
            if metrics.horizontalAdvance(text) <= self._room_px:
                break
        return text

    def _measure(self) -> None:
        """How much room there is now; a text that is being typed stays."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        self._room_px = inside.width() - _MARGINS_PX
        if not self.isModified():
            self._show()

    def _commit(self) -> None:
        if not self.isModified():
            return
        text = self.text()
        self.setModified(False)
        try:
            value = parse_number(text, self.accessibleName())
        except ValueError as error:
            self._show()
            self.refused.emit(str(error))
            return
        if value != self._value:
            self.edited.emit(value)
        self._show()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show()
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._measure()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the number: Qt selects a word, and takes the point for the end of one."""
        super().mouseDoubleClickEvent(event)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            self._show()
            return
        super().keyPressEvent(event)
