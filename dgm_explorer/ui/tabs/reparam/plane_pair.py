"""Both planes side by side, and the line from a point to its twin across them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.epsilon_plane import EpsilonPlane
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.twin_board import TwinBoard
from dgm_explorer.ui.tabs.reparam.z_plane import ZPlane
from dgm_explorer.ui.theme import Theme


class PlanePair(TwinBoard):
    """Draws frames of the plane."""

    export_name = "reparam-planes"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.noise, self.image = EpsilonPlane(), ZPlane()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for index, plot in enumerate((self.noise, self.image)):
            self.splitter.addWidget(plot)
            self.splitter.setStretchFactor(index, 1)
            self._watch(plot)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([500, 500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
        self.image.map_changed.connect(self.map_changed)
        self.image.view_changed.connect(self.view_changed)
        self.image.drag_started.connect(self.drag_started)
        self.image.drag_finished.connect(self.drag_finished)
        self._begin()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.noise.set_theme(theme)
        self.image.set_theme(theme)

    def _draw(self, frame: ReparamFrame, is_noise_new: bool) -> None:
        if is_noise_new:
            self.noise.set_points(frame.epsilon, self._rgb)
        self.image.set_view(frame.state.view)
        self.image.set_map(frame.state, frame.map)
        self.image.set_points(frame.z, self._rgb)
        self.image.objective.set_objective(frame.objective if frame.is_objective_shown else None)

    def set_ways(self, ways: Sequence[tuple[FloatArray, str]]) -> None:
        """Ways of μ (n, 2) that descents have taken, with their colours, the present one last."""
        self.image.objective.ways.set_ways(ways)

    def _places(self, index: int) -> tuple[QPointF, ...] | None:
        start = self._on_board(self.noise, self.noise.place_of(index))
        end = self._on_board(self.image, self.image.place_of(index))
        return None if start is None or end is None else (start, end)

    def _tell(self, index: int) -> None:
        frame = self._frame
        assert frame is not None
        (a, b), (c, d) = frame.epsilon[index].tolist(), frame.z[index].tolist()
        self.noise.caption.set_text(f"point {index}:  ε = ({tick_text(a, 3)}, {tick_text(b, 3)})")
        self.image.caption.set_text(f"z = μ + Lε = ({tick_text(c, 3)}, {tick_text(d, 3)})")

    def plots(self) -> tuple[ExportablePlot, ...]:
        """Both with the line between them, then each by itself."""
        return (self, self.noise, self.image)

    def export_table(self) -> PlotTable:
        """One row per point."""
        header = ("epsilon_1", "epsilon_2", "z_1", "z_2")
        if self._frame is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        return PlotTable(header, (*self._frame.epsilon.T, *self._frame.z.T))
