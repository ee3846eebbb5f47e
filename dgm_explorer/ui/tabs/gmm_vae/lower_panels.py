"""The panels below the curves, one in front at a time; those behind only remember what they were given."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.gmm_vae_state import LowerPanel
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.gmm_vae.components_panel import ComponentsPanel
from dgm_explorer.ui.tabs.gmm_vae.pictures_panel import PicturesPanel
from dgm_explorer.ui.tabs.gmm_vae.quality_panel import QualityPanel
from dgm_explorer.ui.tabs.gmm_vae.selection_strip import SelectionStrip
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.panel_tabs import PanelTabs

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

TITLES: dict[LowerPanel, tuple[str, str]] = {
    "components": ("Components", "How much each Gaussian of the prior holds, and what it looks like"),
    "pictures": ("Pictures", "Inputs beside their reconstructions, and samples of every component"),
    "quality": ("Quality", "How well the clusters agree with labels that training never sees"),
    "selection": ("Selection", "The examples inside the lasso"),
}


class LowerPanels(PanelTabs):
    """Hands snapshots and curves on to the panels."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.components = ComponentsPanel()
        self.pictures = PicturesPanel()
        self.quality = QualityPanel()
        self.selection = SelectionStrip()
        panels: dict[LowerPanel, QWidget] = {
            "components": self.components,
            "pictures": self.pictures,
            "quality": self.quality,
            "selection": self.selection,
        }
        super().__init__(panels, TITLES, parent)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for panel in (self.components, self.pictures, self.quality, self.selection):
            panel.set_theme(theme)

    def show_snapshot(self, snapshot: GmmVaeSnapshot, dataset: Dataset) -> None:
        for panel in (self.components, self.pictures, self.quality):
            panel.show_snapshot(snapshot, dataset)

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None") -> None:
        self.quality.show_history(history, compare)

    def set_shown_step(self, step: float | None) -> None:
        """The step looked back on; None for the newest."""
        self.quality.column.set_shown_step(step)

    def show_selection(self, dataset: Dataset | None, rows: IntArray) -> None:
        """Show the examples in the lasso; a new selection comes to the front."""
        self.selection.show_rows(dataset, rows)
        if len(rows):
            self.setCurrentWidget(self.selection)

    def clear_panels(self, words: str) -> None:
        """Another run, of which there is no picture yet."""
        self.components.clear(words)
        self.pictures.clear(words)

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported of the panel in front."""
        panel = self.currentWidget()
        if panel is self.quality:
            return self.quality.plots()
        if panel is self.selection:
            return (self.selection.grid,)
        return (panel,) if isinstance(panel, ComponentsPanel | PicturesPanel) else ()
