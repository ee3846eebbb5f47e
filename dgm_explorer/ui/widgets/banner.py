"""One sentence across the top of the window that never asks for a click."""

from typing import Literal, TypeAlias

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from dgm_explorer.ui.theme import Theme, blend, color

Tone: TypeAlias = Literal["warning", "note"]


class Banner(QFrame):
    """A dismissable line: a *warning* says what went wrong, a *note* what to look at.

    A new text takes the place of the old one. Hidden while there is nothing to say.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tone: Tone = "note"
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton(self)
        self._close.setText("✕")
        self._close.setAutoRaise(True)
        self._close.setToolTip("Dismiss this message.")
        self._close.setAccessibleName("Dismiss this message")
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        return self._label.text()

    def show_text(self, text: str, tone: Tone) -> None:
        self.tone = tone
        self._label.setText(text)
        self._paint_tone()
        self.setVisible(bool(text))

    @Slot()
    def drop_warning(self) -> None:
        """What went wrong has been put right; a note stays."""
        if self.tone == "warning":
            self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._paint_tone()

    def _paint_tone(self) -> None:
        theme = self._theme
        is_warning = self.tone == "warning"
        background = theme.warning if is_warning else blend(theme.window, theme.accent, 0.14)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, color(background))
        text = color(theme.warning_text if is_warning else theme.text)
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(role, text)
        self.setPalette(palette)
