"""Charts over the same steps, one above the other, each under its key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.ui.plots.curve_chart import CurveChart
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.keyed_chart import KeyedChart

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory


class ChartColumn(QWidget):
    """Zooming one chart zooms all; a step under the mouse, or looked back on, is marked in all.

    Hidden, it only remembers what it was given.

    Parameters
    ----------
    charts : from top to bottom, each with the share of the height that it gets.

    Attributes
    ----------
    plots : what can be exported, each chart under its key.
    """

    drawn = Signal()
    """The curves have changed, or what is seen of them."""

    def __init__(self, charts: Sequence[tuple[CurveChart, int]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts = tuple(chart for chart, _ in charts)
        self.plots = tuple(map(KeyedChart, self.charts))
        self.keys = tuple(plot.key for plot in self.plots)
        self._given: tuple[MetricsHistory, MetricsHistory | None] | None = None
        self._shown_step: float | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for (chart, stretch), plot in zip(charts, self.plots, strict=True):
            layout.addWidget(plot, stretch)
            chart.set_x_axis_named(chart is self.charts[-1])
            chart.step_hovered.connect(self._point_at)
            chart.left.connect(self._leave)
            chart.view_changed.connect(self._follow_zoom)

    def set_theme(self, theme: Theme) -> None:
        for plot in self.plots:
            plot.set_theme(theme)

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None" = None) -> None:
        """Show the metrics of a run, and those of a second one dashed; free when hidden."""
        self._given = (history, compare)
        if self.isVisible():
            for chart in self.charts:
                chart.show_history(history, compare)
            self._go_to(self._shown_step)
            self.drawn.emit()

    def set_shown_step(self, step: float | None) -> None:
        """The step looked back on, marked while the mouse is elsewhere; None for the newest."""
        if step != self._shown_step:
            self._shown_step = step
            self._go_to(step)

    def set_reason(self, reason: str) -> None:
        """Why there is nothing to see; empty where there is."""
        for chart in self.charts:
            chart.cover.set_reason(reason)

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything of the run on the screen."""
        return self.charts[0].has_numbers

    def _go_to(self, step: float | None) -> None:
        """Mark a step and show the values there; None for the newest."""
        place = "" if step is None else self._place(step)
        for chart, key in zip(self.charts, self.keys, strict=True):
            chart.set_cursor_step(step, place if chart is self.charts[0] else "")
            key.show_readings(chart.readings(step))

    def _place(self, step: float) -> str:
        epoch = self.charts[0].epoch_at(step)
        return f"step {step:,.0f}" + (f", epoch {epoch:.1f}" if epoch == epoch else "")

    @Slot(float)
    def _point_at(self, step: float) -> None:
        self._go_to(self.charts[0].nearest_step(step))

    @Slot()
    def _leave(self) -> None:
        self._go_to(self._shown_step)

    @Slot()
    def _follow_zoom(self) -> None:
        zoomed = self.sender()
        assert isinstance(zoomed, CurveChart)
        for chart in self.charts:
            if chart is zoomed:
                continue
            if zoomed.is_following:
                chart.follow()
            else:
                chart.set_steps_shown(*zoomed.view_range[0])
        self.drawn.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._given is not None:
            self.show_history(*self._given)
