"""What all panels below the landscapes share."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.theme import Theme


class LowerPanel(QWidget):
    """Shows states and frames while it is in front; hidden, it only remembers the last.

    Attributes
    ----------
    export_name : file name of an exported picture or table, without its ending.
    """

    export_name = "panel"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: tuple[KLState, KLFrame] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts."""
        raise NotImplementedError

    def show_state(self, state: KLState, frame: KLFrame) -> None:
        """Show this; free when hidden."""
        self._given = (state, frame)
        if self.isVisible():
            self._show(state, frame)

    def close_workers(self) -> None:
        """Wait for what runs beside the window."""

    def export_table(self) -> PlotTable:
        """The data shown at present."""
        raise NotImplementedError

    def _show(self, state: KLState, frame: KLFrame) -> None:
        raise NotImplementedError

    def _show_again(self) -> None:
        if self._given is not None:
            self.show_state(*self._given)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_again()
