"""A few values side by side, one of them chosen."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from dgm_explorer.ui.theme import Theme


class SwitchRow(QWidget):
    """Buttons of which exactly one is down.

    Parameters
    ----------
    name : what is chosen, for screen readers.
    choices : key, text and tool tip of each.
    """

    chosen = Signal(str)
    """The user chose a key; the view waits for `set_key` to show it."""

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._keys = tuple(key for key, _, _ in choices)
        self._key = ""
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for index, (_, text, tip) in enumerate(choices):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setToolTip(tip)
            self._group.addButton(button, index)
            layout.addWidget(button)
        self._group.idClicked.connect(self._choose)

    def button(self, key: str) -> QPushButton:
        """The button of a key."""
        button = self._group.button(self._keys.index(key))
        assert isinstance(button, QPushButton)
        return button

    def set_theme(self, theme: Theme) -> None:
        """The chosen button wears the accent: Fusion's pressed look vanishes on dark."""
        self.setStyleSheet(
            f"QPushButton {{ background: {theme.panel}; color: {theme.text}; padding: 3px;"
            f" border: 1px solid {theme.grid}; }}"
            f"QPushButton:checked {{ background: {theme.accent}; color: {theme.panel}; }}"
            f"QPushButton:disabled {{ color: {theme.muted_text}; }}"
            f"QPushButton:focus {{ border-color: {theme.text}; }}"
        )

    def set_key(self, key: str) -> None:
        """Show a choice; never emits."""
        self._key = key
        self.button(key).setChecked(True)

    def _choose(self, index: int) -> None:
        key = self._keys[index]
        if self._key:
            self.button(self._key).setChecked(True)
        self.chosen.emit(key)
