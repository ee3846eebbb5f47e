"""Where in the images codes live: all of them in small, one of them in large."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.usage.places import CodePlaces
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.tabs.vq_vae.usage.tiles import PlaceTiles
from dgm_explorer.ui.theme import Theme


class UsagePositions(QWidget):
    """The code under the mouse or chosen on the left, small maps of all codes on the right."""

    words_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places = CodePlaces()
        self.tiles = PlaceTiles()
        self.places.words_changed.connect(self.words_changed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.places, 4)
        layout.addWidget(self.tiles, 5)

    @property
    def plots(self) -> tuple[UsagePlot, ...]:
        return (self.places, self.tiles)

    def words(self) -> str:
        return self.places.words()

    def set_theme(self, theme: Theme) -> None:
        for plot in self.plots:
            plot.set_theme(theme)

    def set_codes(self, code: int, hovered_code: int) -> None:
        for plot in self.plots:
            plot.set_codes(code, hovered_code)

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        for plot in (self.places, self.tiles):
            plot.show_snapshot(snapshot, dataset)

    def show_nothing(self, words: str) -> None:
        for plot in (self.places, self.tiles):
            plot.show_nothing(words)
