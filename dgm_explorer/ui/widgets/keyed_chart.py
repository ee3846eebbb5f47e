"""A chart under the key to its curves."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.curve_chart import CurveChart
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.curve_key import CurveKey


class KeyedChart(QWidget):
    """What is exported of a chart: without the key nobody could tell its curves apart."""

    def __init__(self, chart: CurveChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self.key = CurveKey()
        self._has_axis = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.key)
        layout.addWidget(chart, 1)

    def set_theme(self, theme: Theme) -> None:
        self.chart.set_theme(theme)
        self.key.set_theme(theme)

    @property
    def export_name(self) -> str:
        """That of the chart."""
        return self.chart.export_name

    def export_table(self) -> PlotTable:
        """The curves over steps."""
        return self.chart.export_table()

    def stand_alone(self, is_alone: bool) -> None:
        """Whether it is painted without the lowest chart of its column, which has the axis of all."""
        if is_alone:
            self._has_axis = self.chart.plotItem.getAxis("bottom").isVisible()
        self.chart.set_x_axis_named(is_alone or self._has_axis)

    # -- Qt -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The key may take more or fewer lines now: make room at once, a picture is painted next."""
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        layout.activate()
