"""Both planes side by side, and the line from a point to its twin across them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.angle_colors import noise_colors
from dgm_explorer.ui.tabs.reparam.epsilon_plane import EpsilonPlane
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.twin_overlay import TwinLine, TwinOverlay
from dgm_explorer.ui.tabs.reparam.z_plane import ZPlane
from dgm_explorer.ui.theme import LIGHT, Theme


class PlanePair(QWidget):
    """Draws frames of the plane; setters never emit."""

    map_changed = Signal(object)
    """A `ReparamState` whose map the hand wants."""
    chosen = Signal(int)
    """A point was clicked in either plane."""
    view_changed = Signal(float, float, float, float)
    """The window on z was moved: x from, to, y from, to."""
    drag_started = Signal()
    drag_finished = Signal()

    export_name = "reparam-planes"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.noise, self.image = EpsilonPlane(), ZPlane()
        self._theme = LIGHT
        self._frame: ReparamFrame | None = None
        self._epsilon: FloatArray | None = None
        self._rgb: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._hovered = -1
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for index, plot in enumerate((self.noise, self.image)):
            self.splitter.addWidget(plot)
            self.splitter.setStretchFactor(index, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([500, 500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
        self.twins = TwinOverlay(self)
        self._connect()

    def _connect(self) -> None:
        for plot in (self.noise, self.image):
            plot.pointed.connect(self._point)
            plot.clicked.connect(self.chosen)
            plot.view_box.sigRangeChanged.connect(self._show_twins)
            plot.view_box.sigResized.connect(self._show_twins)
        self.image.map_changed.connect(self.map_changed)
        self.image.view_changed.connect(self.view_changed)
        self.image.drag_started.connect(self.drag_started)
        self.image.drag_finished.connect(self.drag_finished)

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts."""
        self._theme = theme
        self._epsilon = None  # its colours are the theme's
        for part in (self.noise, self.image, self.twins):
            part.set_theme(theme)

    def show_frame(self, frame: ReparamFrame) -> None:
        """Draw a frame of the plane."""
        self._frame = frame
        if frame.epsilon is not self._epsilon:
            self._epsilon, self._rgb = frame.epsilon, noise_colors(frame.epsilon, self._theme)
            self.noise.set_points(frame.epsilon, self._rgb)
        self.image.set_view(frame.state.view)
        self.image.set_map(frame.state, frame.map)
        self.image.set_points(frame.z, self._rgb)
        self._show_twins()

    def plots(self) -> tuple[ExportablePlot, ...]:
        """Both with the line between them, then each by itself."""
        return (self, self.noise, self.image)

    def export_table(self) -> PlotTable:
        """One row per point."""
        header = ("epsilon_1", "epsilon_2", "z_1", "z_2")
        if self._frame is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        return PlotTable(header, (*self._frame.epsilon.T, *self._frame.z.T))

    # -- twins --------------------------------------------------------------------------------------------

    def _point(self, index: int) -> None:
        self._hovered = index
        self._show_twins()

    def _show_twins(self, *_: object) -> None:
        """The chosen point, and the one under the mouse over it."""
        frame = self._frame
        if frame is None:
            return
        lines = [self._line(frame.chosen, is_strong=False)]
        if 0 <= self._hovered < len(frame.epsilon):
            lines.append(self._line(self._hovered, is_strong=True))
        self.twins.set_lines(tuple(line for line in lines if line is not None))

    def _line(self, index: int, *, is_strong: bool) -> TwinLine | None:
        """None where an end is out of sight."""
        start, end = self._place(self.noise, index), self._place(self.image, index)
        if start is None or end is None:
            return None
        red, green, blue = self._rgb[index].tolist()
        return TwinLine((start, end), f"#{red:02x}{green:02x}{blue:02x}", is_strong)

    def _place(self, plot: EpsilonPlane | ZPlane, index: int) -> QPointF | None:
        at = plot.place_of(index)
        return None if at is None else _to_pair(self, plot, at)

    # -- Qt -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.twins.setGeometry(self.rect())
        self.twins.raise_()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._show_twins()
        return bool(done)


def _to_pair(pair: PlanePair, plot: Plot, at: QPointF) -> QPointF:
    """Pixels of a plot's widget as pixels of the pair."""
    return QPointF(plot.viewport().mapTo(pair, at))
