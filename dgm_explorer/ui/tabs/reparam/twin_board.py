"""Plots that show the same points, and the line from a point to its twin across them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.angle_colors import noise_colors
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.twin_overlay import TwinLine, TwinOverlay
from dgm_explorer.ui.theme import LIGHT, Theme


class TwinBoard(QWidget):
    """Draws frames; setters never emit.

    A subclass makes the plots, calls `_watch` for each of them and `_begin` at the end of its constructor.
    """

    map_changed = Signal(object)
    """A `ReparamState` whose map the hand wants."""
    chosen = Signal(int)
    """A point was clicked."""
    view_changed = Signal(float, float, float, float)
    """The window on z was moved: x from, to, y from, to; on the line z is y."""
    drag_started = Signal()
    drag_finished = Signal()

    export_name = "reparam"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self._frame: ReparamFrame | None = None
        self._hovered = -1
        self._epsilon: FloatArray | None = None
        self._rgb: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self.twins = TwinOverlay(self)

    def _begin(self) -> None:
        """The overlay lies over all that has been made."""
        self.twins.raise_()

    def _watch(self, plot: Plot) -> None:
        """A plot with the signals ``pointed`` and ``clicked`` whose range moves the line."""
        plot.pointed.connect(self._point)
        plot.clicked.connect(self.chosen)
        plot.view_box.sigRangeChanged.connect(self._show_twins)
        plot.view_box.sigResized.connect(self._show_twins)

    # -- what a subclass says -----------------------------------------------------------------------------

    def plots(self) -> tuple[ExportablePlot, ...]:
        """What can be exported, the most important first."""
        raise NotImplementedError

    def _places(self, index: int) -> tuple[QPointF, ...] | None:
        """The way of a point from ε to z in pixels of the board; None where an end is out of sight."""
        raise NotImplementedError

    def _tell(self, index: int) -> None:
        """Say in numbers where the point under the mouse goes, or the chosen one."""
        raise NotImplementedError

    def _draw(self, frame: ReparamFrame, is_noise_new: bool) -> None:
        """Draw a frame; ``is_noise_new`` when other ε, or the same in other colours."""
        raise NotImplementedError

    # -- drawing ------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts; overriders call this one first."""
        self.theme = theme
        self._epsilon = None  # its colours are the theme's
        self.twins.set_theme(theme)

    def show_frame(self, frame: ReparamFrame) -> None:
        """Draw a frame of this dimension."""
        self._frame = frame
        is_noise_new = frame.epsilon is not self._epsilon
        if is_noise_new:
            self._epsilon, self._rgb = frame.epsilon, noise_colors(frame.epsilon, self.theme)
        self._draw(frame, is_noise_new)
        self._show_twins()

    def _point(self, index: int) -> None:
        self._hovered = index
        self._show_twins()

    def _show_twins(self, *_: object) -> None:
        """The chosen point, and the one under the mouse over it."""
        frame = self._frame
        if frame is None:
            return
        lines = [self._line(frame.chosen, is_strong=False)]
        is_hovered = 0 <= self._hovered < len(frame.epsilon)
        if is_hovered:
            lines.append(self._line(self._hovered, is_strong=True))
        self._tell(self._hovered if is_hovered else frame.chosen)
        self.twins.set_lines(tuple(line for line in lines if line is not None))

    def _line(self, index: int, *, is_strong: bool) -> TwinLine | None:
        places = self._places(index)
        if places is None:
            return None
        red, green, blue = self._rgb[index].tolist()
        return TwinLine(places, f"#{red:02x}{green:02x}{blue:02x}", is_strong)

    def _on_board(self, plot: Plot, at: QPointF | None) -> QPointF | None:
        """Pixels of a plot's widget as pixels of the board."""
        return None if at is None else QPointF(plot.viewport().mapTo(self, at))

    # -- Qt -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.twins.setGeometry(self.rect())
        self.twins.raise_()
