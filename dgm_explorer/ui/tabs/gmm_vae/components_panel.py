"""The mixture's components: how much each holds, what it looks like, one more or one fewer."""

import math
from typing import Final

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import MAX_COMPONENTS
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.gmm_vae.component_bars import ComponentBars
from dgm_explorer.ui.tabs.gmm_vae.component_details import ComponentDetails
from dgm_explorer.ui.tabs.gmm_vae.component_facts import mean_entropy
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import row, set_formula, set_text, set_tip
from dgm_explorer.ui.widgets.snapshot_panel import SnapshotPanel, scrolling

_ENTROPY: Final = r"H = -\frac{1}{N} \sum_n \sum_c \gamma_{nc} \log \gamma_{nc}"


class ComponentsPanel(SnapshotPanel):
    """Bars on the left, the component chosen on the right."""

    export_name = "components"

    component_chosen = Signal(int)
    """By the user; -1 for none."""
    add_requested = Signal()
    remove_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._component = -1
        self._refusal = "Nothing is being trained; Space starts a run"
        self._entropy_nats = math.nan
        self.bars = ComponentBars()
        self._bars_area = scrolling(self.bars)
        self.details = ComponentDetails()
        self.entropy = ElidedLabel()
        self.add = QPushButton("Add")
        self.remove = QPushButton("Remove")
        self.add.clicked.connect(self.add_requested)
        self.remove.clicked.connect(self._remove_chosen)
        self.bars.chosen.connect(self._choose)
        self.bars.remove_requested.connect(self._remove)
        self.details.chosen.connect(self._choose)
        set_formula(self.entropy, _ENTROPY, self._entropy_tip)
        self._build()
        self._show_buttons()

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(3)
        left.addWidget(self.entropy)
        left.addWidget(self._bars_area, 1)
        left.addLayout(row(self.add, self.remove, stretch=(1, 1)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.addLayout(left, 1)
        layout.addWidget(self.details, 1)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.bars.set_theme(theme)
        self.details.set_theme(theme)
        self.show_again()

    def set_component(self, index: int) -> None:
        """Look at a component; -1 for all. Emits nothing."""
        if index != self._component:
            self._component = index
            self.bars.set_chosen(index)
            self._show_buttons()
            self.show_again()

    def set_editable(self, refusal: str) -> None:
        """Whether components can be added and removed now: empty, or the sentence why not."""
        if refusal != self._refusal:
            self._refusal = refusal
            self._show_buttons()

    def _show(self, snapshot: GmmVaeSnapshot, dataset: Dataset) -> None:
        self._entropy_nats = mean_entropy(snapshot.responsibilities)
        most = math.log(snapshot.n_components)
        set_text(self.entropy, f"H(γ) = {self._entropy_nats:.3f} of {most:.3f} nats")
        pi = np.exp(snapshot.log_pi.astype(np.float64))
        self.bars.set_values(snapshot.occupancy.astype(np.float64), pi)
        index = self._component if self._component < snapshot.n_components else -1
        self.bars.set_chosen(index)
        self.details.show_component(snapshot, dataset, index)
        self._show_buttons()

    def _clear(self, words: str) -> None:
        self._entropy_nats = math.nan
        set_text(self.entropy, "")
        self.bars.set_values(np.empty(0), np.empty(0))
        self.details.clear(words)
        self._show_buttons()

    def _show_buttons(self) -> None:
        n = self.bars.n_components
        can_add = not self._refusal and 0 < n < MAX_COMPONENTS
        can_remove = not self._refusal and n > 1 and 0 <= self._component < n
        self.add.setEnabled(can_add)
        self.remove.setEnabled(can_remove)
        goes_on = "Training goes on from there; recorded as an event of the run"
        full = f"{MAX_COMPONENTS} components are the most there can be"
        set_tip(
            self.add,
            self._refusal or (full if n >= MAX_COMPONENTS else f"One more component, K = {n} + 1\n{goes_on}"),
        )
        if n <= 1:
            why_not = "This is the last component"
        elif self._component < 0:
            why_not = "Choose a component first"
        else:
            why_not = f"Remove component {self._component + 1} (Delete); its data go to the others\n{goes_on}"
        set_tip(self.remove, self._refusal or why_not)

    def _entropy_tip(self) -> str:
        k = max(1, self.bars.n_components)
        return (
            f"Mean over the probe: {self._entropy_nats:.4f} nats\n"
            f"0: each datum is sure of its cluster; log {k} = {math.log(k):.4f}: none is"
        )

    def _choose(self, index: int) -> None:
        self.set_component(index)
        self.component_chosen.emit(index)

    def _remove_chosen(self) -> None:
        self._remove(self._component)

    def _remove(self, index: int) -> None:
        if self.remove.isEnabled():
            self.remove_requested.emit(index)

    def export_table(self) -> PlotTable:
        """Mean γ and π of each component."""
        if self._given is None:
            empty = np.empty(0)
            return PlotTable(("component", "mean_gamma", "pi"), (empty, empty, empty))
        snapshot = self._given[0]
        numbers = np.arange(1, snapshot.n_components + 1)
        columns = (snapshot.occupancy.astype(np.float64), np.exp(snapshot.log_pi.astype(np.float64)))
        return PlotTable(("component", "mean_gamma", "pi"), (numbers, *columns))
