"""Basins of attraction over the reverse landscape, computed beside the window."""

import time
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QObject

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.kl_state import KLState, Metric, View1D
from dgm_explorer.numerics.basins import basins
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import StationaryPoint
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.plots.landscape_view import LandscapeView
from dgm_explorer.ui.tabs.kl.frame import GRID_SIZE, KLFrame

METRIC_NAME: Final[dict[Metric, str]] = {
    "euclidean": "basins of gradient flow, Euclidean metric of (μ, log σ)",
    "natural": "basins of natural gradient flow, Fisher metric",
}


@dataclass(frozen=True)
class BasinRequest:
    """Which picture is wanted."""

    p: Mixture1D
    view: View1D
    metric: Metric
    minima: tuple[StationaryPoint, ...]
    asked_s: float = field(default_factory=time.monotonic, compare=False)


class BasinPainter:
    """Turns requests into labels in one worker thread, keeping the kernels of the view: some megabytes."""

    def __init__(self) -> None:
        self._kept: tuple[View1D, ReverseLandscape] | None = None

    def paint(self, request: BasinRequest) -> IntArray:
        """(m, n) index of the minimum that the flow from each point ends in."""
        kept = self._kept
        if kept is None or kept[0] != request.view:
            grid = Grid1D.of(request.view, GRID_SIZE, GRID_SIZE)
            kept = self._kept = (request.view, ReverseLandscape(grid))
        _view, landscape = kept
        found = landscape.evaluate_with_gradient(request.p)
        return basins(
            found.value, found.d_mu, found.d_log_sigma, landscape.grid, request.metric, request.minima
        )

    def forget(self) -> None:
        """Keep no kernels; from any thread."""
        self._kept = None


class BasinOverlay(QObject):
    """Keeps the basins on a landscape up with the state; a picture that is late says so."""

    def __init__(self, view: LandscapeView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._wanted: BasinRequest | None = None
        self.caption = ""
        self._painter = BasinPainter()
        self._worker = NewestWorker(self._painter.paint, self)
        self._worker.finished.connect(self._show)

    def show_state(self, state: KLState, frame: KLFrame) -> None:
        """Ask for the basins of a frame, or clear them."""
        if not state.are_basins_shown or state.is_sigma_fixed:
            if self._wanted is not None:
                self._wanted = None
                self._worker.forget()
                self._painter.forget()
                self.caption = ""
                self._view.set_basins(None)
            return
        if frame.is_searching:
            return
        minima = tuple(point for point in frame.reverse_points if point.kind != "saddle")
        request = BasinRequest(frame.p, state.view, state.metric, minima)
        if request != self._wanted:
            self._wanted = request
            self._worker.ask(request)

    def close(self) -> None:
        self._worker.close()

    def _show(self, request: BasinRequest, labels: IntArray) -> None:
        if self._wanted is None or request.view != self._wanted.view:
            return
        caption = METRIC_NAME[request.metric]
        if request != self._wanted:
            caption += f" ({1e3 * (time.monotonic() - request.asked_s):.0f} ms old)"
        self.caption = caption
        self._view.set_basins(labels, caption)
