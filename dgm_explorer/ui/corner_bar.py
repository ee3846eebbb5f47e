"""The buttons beside the tabs: presets and what one reaches for while teaching."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from dgm_explorer.ui.icons import SIZE_PX, make_icon
from dgm_explorer.ui.theme import Theme, blend

BUTTONS = (
    ("edit.undo", "undo"),
    ("edit.redo", "redo"),
    ("run.reset", "reset"),
    ("run.play", "play"),
    ("run.step", "step"),
    ("view.notes", "notes"),
    ("view.theory", "therefore"),
)
"""Action and icon, from left to right."""


class CornerBar(QWidget):
    """A row of flat buttons in the corner of the tab bar, where it costs the plots no height.

    Parameters
    ----------
    actions : the window's actions, by key.
    presets : the menu behind the first button.
    """

    def __init__(self, actions: dict[str, QAction], presets: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._theme: Theme | None = None
        self._is_playing = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 2)
        layout.setSpacing(1)
        button = QToolButton()
        button.setText("Presets ")
        button.setToolTip("Ready-made situations, each with what to look at.")
        button.setMenu(presets)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        layout.addWidget(button)
        for key, _ in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(actions[key])
            button.setAutoRaise(True)
            button.setIconSize(QSize(SIZE_PX, SIZE_PX))
            layout.addWidget(button)

    def set_playing(self, is_playing: bool) -> None:
        """Show pause in place of play, or play again."""
        if is_playing != self._is_playing and self._theme is not None:
            self._is_playing = is_playing
            self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        faint = blend(theme.window, theme.text, 0.3)
        for key, name in BUTTONS:
            is_pause = key == "run.play" and self._is_playing
            self._actions[key].setIcon(make_icon("pause" if is_pause else name, theme.text, faint))
