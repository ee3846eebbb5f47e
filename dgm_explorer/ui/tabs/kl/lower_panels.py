"""The panels below the landscapes, one in front at a time."""

from typing import Protocol, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from dgm_explorer.core.kl_state import KLState, Panel
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.theme import Theme


class LowerPanel(Protocol):
    """What a lower panel can be asked."""

    @property
    def export_name(self) -> str: ...

    def set_theme(self, theme: Theme) -> None: ...

    def show_state(self, state: KLState, frame: KLFrame) -> None: ...

    def export_table(self) -> PlotTable: ...


class LowerPanels(QTabWidget):
    """Shows the frame in whichever panel is in front."""

    panel_chosen = Signal(str)
    """The user brought a panel to the front."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[Panel] = []
        self.setDocumentMode(True)
        self.setAccessibleName("Lower panels")
        self.currentChanged.connect(self._choose)

    def add_panel(self, key: Panel, title: str, panel: QWidget, tip: str) -> None:
        self._keys.append(key)
        self.blockSignals(True)
        index = self.addTab(panel, title)
        self.blockSignals(False)
        self.setTabToolTip(index, tip)

    @property
    def front(self) -> LowerPanel:
        return cast(LowerPanel, self.currentWidget())

    def set_theme(self, theme: Theme) -> None:
        for index in range(self.count()):
            cast(LowerPanel, self.widget(index)).set_theme(theme)

    def show_state(self, state: KLState, frame: KLFrame) -> None:
        """Bring the state's panel to the front and let it draw; never answers back."""
        index = self._keys.index(state.panel) if state.panel in self._keys else 0
        if index != self.currentIndex():
            self.blockSignals(True)
            self.setCurrentIndex(index)
            self.blockSignals(False)
        self.front.show_state(state, frame)

    def _choose(self, index: int) -> None:
        if index >= 0:
            self.panel_chosen.emit(self._keys[index])
