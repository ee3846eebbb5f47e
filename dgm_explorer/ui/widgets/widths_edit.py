"""A line for whole numbers, such as the widths of layers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget


class WidthsEdit(QLineEdit):
    """Widths of layers, typed as whole numbers with anything but digits between them."""

    chosen = Signal(object)
    """tuple of int."""
    refused = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._widths: tuple[int, ...] = ()
        self.editingFinished.connect(self._commit)

    def set_value(self, widths: tuple[int, ...]) -> None:
        """Show widths; never emits."""
        self._widths = widths
        text = ", ".join(str(width) for width in widths)
        if text != self.text():
            self.setText(text)
        self.setModified(False)

    def _commit(self) -> None:
        if not self.isModified():
            return
        parts = self.text().replace(",", " ").replace("-", " ").split()
        old = self._widths
        self.set_value(old)
        if not parts or not all(part.isdecimal() and len(part) <= 6 for part in parts):
            self.refused.emit("hidden layers: give whole numbers with commas between, such as 256, 256.")
            return
        widths = tuple(int(part) for part in parts)
        if widths != old:
            self.chosen.emit(widths)
