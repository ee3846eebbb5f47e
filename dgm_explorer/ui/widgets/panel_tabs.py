"""Panels of which one is in front, chosen by a tab or from outside."""

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

Key = TypeVar("Key", bound=str)


class PanelTabs(QTabWidget):
    """Says which panel the user brought to the front; `set_panel` never answers back.

    Parameters
    ----------
    panels : by key, from left to right.
    titles : title and tool tip of each one's tab, by key.
    """

    panel_chosen = Signal(str)
    """Key of the panel that the user brought to the front."""

    def __init__(
        self,
        panels: Mapping[Key, QWidget],
        titles: Mapping[Key, tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._panels: dict[str, QWidget] = {str(key): panel for key, panel in panels.items()}
        self._is_quiet = False
        self.setDocumentMode(True)
        self.setAccessibleName("Lower panels")
        self.tabBar().setAccessibleName("Lower panels")
        for key, panel in panels.items():
            title, tip = titles[key]
            self.setTabToolTip(self.addTab(panel, title), tip)
        self.currentChanged.connect(self._tell)

    def set_panel(self, key: str) -> None:
        """Bring a panel to the front."""
        self._is_quiet = True
        self.setCurrentWidget(self._panels[key])
        self._is_quiet = False

    def _tell(self, index: int) -> None:
        if not self._is_quiet:
            self.panel_chosen.emit(tuple(self._panels)[index])
