"""A plot under what tells its curves or arrows apart: what is exported of it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.plot import Plot


class KeyedPlot(QWidget):
    """Named like its plot.

    Parameters
    ----------
    key : stands above the plot.
    """

    def __init__(self, key: QWidget, plot: Plot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.plot = key, plot
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(key)
        layout.addWidget(plot, 1)

    @property
    def export_name(self) -> str:
        return self.plot.export_name

    def export_table(self) -> PlotTable:
        """The data drawn at present."""
        return self.plot.export_table()


class PlotOfPair(KeyedPlot):
    """One whose key stands over both plots of a pair in the window, and over each in its picture."""

    def __init__(self, key: QWidget, plot: Plot, parent: QWidget | None = None) -> None:
        super().__init__(key, plot, parent)
        key.hide()

    def stand_alone(self, is_alone: bool) -> None:
        """Whether it is painted without the other one."""
        self.key.setVisible(is_alone)
