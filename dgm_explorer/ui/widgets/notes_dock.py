"""The notes beside the tabs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from dgm_explorer.paths import resource_root
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.notes_panel import NotesPanel

WIDTH_PX = 400
"""As wide as the longest formula; never more than `MAX_SHARE` of the window at first."""

MAX_SHARE = 0.26
MIN_WIDTH_PX = 260
NO_NOTES = "The notes of this tab come with the tab itself."


class NotesDock(QDockWidget):
    """A dock that reads and typesets notes only once someone looks at them."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Notes", window)
        self._window = window
        self.setObjectName("notes")
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self._theme = LIGHT
        self._is_dressed = True
        self._name = ""
        self._shown_name: str | None = None
        self.panel: NotesPanel | None = None
        self.visibilityChanged.connect(self._refresh)

    def show_notes(self, name: str, title: str) -> None:
        """Turn to ``resources/notes/<name>.md``; an empty name says that there is none."""
        self._name = name
        self.setWindowTitle(f"Notes: {title}")
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """At once where somebody sees it, else when it is shown next."""
        self._theme = theme
        self._is_dressed = False
        self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        if self.panel is not None and not self._is_dressed:
            self.panel.set_theme(self._theme)
        self._is_dressed = True
        if self._name == self._shown_name:
            return
        if self.panel is None:
            self.panel = NotesPanel(self)
            self.panel.setMinimumWidth(MIN_WIDTH_PX)
            self.panel.set_theme(self._theme)
            self.setWidget(self.panel)
            width_px = default_width_px(self._window)
            self._window.resizeDocks([self], [width_px], Qt.Orientation.Horizontal)
        self._shown_name = self._name
        self.panel.set_notes(_read_notes(self._name))


def default_width_px(window: QMainWindow) -> int:
    """Width of what stands beside the tabs, when it is first opened."""
    return min(WIDTH_PX, round(MAX_SHARE * window.width()))


def _read_notes(name: str) -> str:
    path = resource_root() / "notes" / f"{name}.md"
    return path.read_text(encoding="utf-8") if name and path.is_file() else NO_NOTES
