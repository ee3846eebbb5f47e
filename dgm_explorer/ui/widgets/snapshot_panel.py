"""What the panels that show snapshots of a run share."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.theme import LIGHT, Theme


class SnapshotPanel(QWidget):
    """Shows snapshots of one model while it is in front; hidden, it only remembers the last.

    Attributes
    ----------
    export_name : file name of an exported picture or table, without its ending.
    theme : the one last set.
    """

    export_name = "panel"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self._given: tuple[Any, Dataset] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts; overriders call this one first."""
        self.theme = theme

    def show_snapshot(self, snapshot: Any, dataset: Dataset) -> None:
        """Show this; free when hidden."""
        self._given = (snapshot, dataset)
        if self.isVisible():
            self._show(snapshot, dataset)

    def clear(self, words: str) -> None:
        """Nothing to show: say what will be here and how to begin."""
        self._given = None
        self._clear(words)

    def export_table(self) -> PlotTable:
        """The data shown at present."""
        raise NotImplementedError

    def _show(self, snapshot: Any, dataset: Dataset) -> None:
        raise NotImplementedError

    def _clear(self, words: str) -> None:
        raise NotImplementedError

    def show_again(self) -> None:
        """Show the last snapshot anew, as after another choice of what is looked at."""
        if self._given is not None:
            self.show_snapshot(*self._given)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_again()


def scrolling(widget: QWidget) -> QScrollArea:
    """``widget`` in a frameless area that scrolls up and down when it asks for more height than there is."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(widget)
    return area


def as_images(flat: Float32Array, shape: tuple[int, int, int]) -> Float32Array:
    """(…, height · width · channels) as (n, height, width, channels)."""
    return flat.reshape(-1, *shape)


def example_words(dataset: Dataset, row: int) -> str:
    """Such as “example 17, label 3”."""
    if dataset.labels is None:
        return f"example {row}"
    label = int(dataset.labels[row])
    name = dataset.class_names[label] if label < len(dataset.class_names) else str(label)
    return f"example {row}, label {name}"
