"""The alarms of a run, one line each, under its pictures: what is above stays under the mouse."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import set_text


class AlarmStrip(QLabel):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setMargin(5)
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Alarms")
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(f"AlarmStrip {{ background: {theme.warning}; color: {theme.warning_text}; }}")

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Say these; none hides the strip."""
        set_text(self, "\n".join(sentences))
        self.setVisible(bool(sentences))
