"""The place of the theory beside the tabs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow

from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.notes_dock import MIN_WIDTH_PX, default_width_px

if TYPE_CHECKING:
    from dgm_explorer.ui.theory.check_desk import RunCheck
    from dgm_explorer.ui.theory.theory_panel import TheoryPanel


class TheoryDock(QDockWidget):
    """A dock that reads the claims only once someone looks at them.

    Parameters
    ----------
    window : where it docks.
    run_check : carries out a check, in a thread of its own.
    """

    show_me_requested = Signal(str)
    """Name of a preset."""

    view_requested = Signal(str)
    """A view by its tab and its name, such as ``KL divergence: Landscapes``."""

    broken = Signal(str)
    """A check could not be carried out: one sentence."""

    def __init__(self, window: QMainWindow, run_check: "RunCheck") -> None:
        super().__init__("Theory", window)
        self._window = window
        self._run_check = run_check
        self.setObjectName("theory")
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self._theme = LIGHT
        self._is_dressed = True
        self._tab = ""
        self._is_aside = False
        self._comes_back = False
        self.panel: TheoryPanel | None = None
        self.visibilityChanged.connect(self._refresh)

    def show_claims(self, tab: str, title: str) -> None:
        """Turn to the claims of a tab."""
        self._tab = tab
        self.setWindowTitle(f"Theory: {title}")
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """At once where somebody sees it, else when it is shown next."""
        self._theme = theme
        self._is_dressed = False
        self._refresh()

    def step_aside(self, is_aside: bool) -> None:
        """Leave the room to a lecture, and come back after it."""
        if is_aside == self._is_aside:
            return
        self._is_aside = is_aside
        if is_aside:
            self._comes_back = not self.isHidden()
            self.hide()
        elif self._comes_back:
            self.show()

    def finish(self) -> None:
        """The window closes: leave no thread behind."""
        if self.panel is not None:
            self.panel.close_desk()

    def _refresh(self) -> None:
        if not self.isVisible() or not self._tab:
            return
        if self.panel is None:
            self.panel = self._make_panel()
        elif not self._is_dressed:
            self.panel.set_theme(self._theme)
        self._is_dressed = True
        self.panel.show_tab(self._tab)

    def _make_panel(self) -> "TheoryPanel":
        """Its imports would cost the start of the window time."""
        from dgm_explorer.ui.theory.theory_panel import TheoryPanel

        panel = TheoryPanel(self._run_check, self)
        panel.setMinimumWidth(MIN_WIDTH_PX)
        panel.set_theme(self._theme)
        panel.show_me_requested.connect(self.show_me_requested)
        panel.page.link_clicked.connect(self.view_requested)
        panel.desk.broken.connect(self.broken)
        self.setWidget(panel)
        width_px = default_width_px(self._window)
        self._window.resizeDocks([self], [width_px], Qt.Orientation.Horizontal)
        return panel
