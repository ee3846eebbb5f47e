"""What a press of the left button on a plane of dots may become."""

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from dgm_explorer.ui.plots.latent_view import LatentView
    from dgm_explorer.ui.plots.plot import Plot

_CLICK_PX = 3.0


class Gesture(Protocol):
    """From the press to the release or Escape; places are in pixels of the view."""

    def move(self, at: QPointF) -> None: ...

    def finish(self, at: QPointF) -> None: ...

    def cancel(self) -> None: ...


class PanOrClick:
    """Moves the picture once the hand has moved enough; else it was a click."""

    def __init__(self, view: "Plot", at: QPointF) -> None:
        self._view = view
        self._start = self._last = at
        self._is_pan = False

    def move(self, at: QPointF) -> None:
        self._is_pan = self._is_pan or _is_apart(self._start, at)
        if self._is_pan:
            step, self._last = at - self._last, at
            self._view.pan(step.x(), step.y())

    def finish(self, at: QPointF) -> None:
        self.move(at)
        if not self._is_pan:
            self._view.click(at)

    def cancel(self) -> None:
        back = self._start - self._last
        if self._is_pan:
            self._view.pan(back.x(), back.y())


class LassoDraw:
    """Draws a polygon and selects the dots in it on release; a click without a drag is a click."""

    def __init__(self, view: "LatentView", at: QPointF) -> None:
        self._view = view
        view.lasso.start(at)

    def move(self, at: QPointF) -> None:
        self._view.lasso.extend(at)

    def finish(self, at: QPointF) -> None:
        lasso = self._view.lasso
        lasso.extend(at)
        if lasso.is_polygon:
            corners = np.array([self._view.pixel_to_view(corner) for corner in lasso.corners])
            lasso.clear()
            self._view.lassoed.emit(self._view.dots_in(corners))
        else:
            lasso.clear()
            self._view.click(at)

    def cancel(self) -> None:
        self._view.lasso.clear()


class ComponentDrag:
    """Takes a mean along once the hand has moved by more than ``slack_px``; else it was a click on it."""

    def __init__(
        self,
        view: "LatentView",
        at: QPointF,
        index: int,
        is_movable: bool,
        slack_px: float = _CLICK_PX,
    ) -> None:
        mean_px = view.ellipses.mean_px(index)
        assert mean_px is not None
        self._view = view
        self._index = index
        self._is_movable = is_movable
        self._slack_px = slack_px
        self._start = at
        self._from_px = mean_px
        self._is_drag = False

    def move(self, at: QPointF) -> None:
        if not self._is_drag and self._is_movable and _is_apart(self._start, at, self._slack_px):
            self._is_drag = True
            self._view.component_drag_started.emit(self._index)
        if self._is_drag:
            self._view.ellipses.set_ghost((self._index, *self._mean_at(at)))

    def finish(self, at: QPointF) -> None:
        self.move(at)
        if self._is_drag:
            self._view.component_drag_finished.emit(self._index, *self._mean_at(at))
        elif not _is_apart(self._start, at, self._slack_px):
            self._view.component_clicked.emit(self._index)

    def cancel(self) -> None:
        """The mean is where the run has it by now: nothing was asked of it yet."""
        self._view.ellipses.set_ghost(None)

    def _mean_at(self, at: QPointF) -> tuple[float, float]:
        """No jump at the press: the mean moves by what the hand has moved."""
        return self._view.pixel_to_view(self._from_px + at - self._start)


def _is_apart(a: QPointF, b: QPointF, slack_px: float = _CLICK_PX) -> bool:
    return math.dist(a.toTuple(), b.toTuple()) > slack_px
