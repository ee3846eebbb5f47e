"""The column of controls beside the pictures of a tab."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import font_of


class ControlColumn(QScrollArea):
    """Sections one below the other, as wide as so many letters; scrolls when the window is low.

    Parameters
    ----------
    width_characters : of the theme's letters.
    """

    def __init__(self, width_characters: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width_characters = width_characters
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_sections(self, sections: Sequence[QWidget]) -> None:
        """What stands in it, from the top; called once."""
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(2, 4, 6, 2)
        layout.setSpacing(2)
        for section in sections:
            layout.addWidget(section)
        layout.addStretch(1)
        self.setWidget(inside)

    def set_theme(self, theme: Theme) -> None:
        """Take its width; overriders call this one last, when the sections have their letters."""
        scroll_bar_px = self.verticalScrollBar().sizeHint().width()
        character_px = QFontMetrics(font_of(self, theme)).averageCharWidth()
        self.setFixedWidth(self._width_characters * character_px + scroll_bar_px)
