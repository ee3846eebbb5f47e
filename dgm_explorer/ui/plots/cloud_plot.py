"""A plane of dots that follows them until the user has chosen what to look at."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import Float32Array, FloatArray
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.dot_search import nearest_dot
from dgm_explorer.ui.plots.latent_range import Box, box_of
from dgm_explorer.ui.plots.plot import Plot

PICK_RADIUS_PX = 8.0
_SPARE_ROOM = 0.08
_PAN_SHARE = 0.1
_PAN_STEPS = {
    int(Qt.Key.Key_Left): (-1, 0),
    int(Qt.Key.Key_Right): (1, 0),
    int(Qt.Key.Key_Up): (0, -1),
    int(Qt.Key.Key_Down): (0, 1),
}
"""To the right and down, as the eye goes over the picture."""


class CloudPlot(Plot):
    """Dots (n, 2) and a few larger marks (K, 2), to scale; pan and zoom stay where the user has put them.

    A double click or A shows everything again, and follows it from then on.
    """

    def __init__(self, x_axis: NumberAxis, y_axis: NumberAxis, parent: QWidget | None = None) -> None:
        super().__init__(x_axis, y_axis, parent)
        self._dots: Float32Array = np.zeros((0, 2), np.float32)
        self._marks: FloatArray = np.zeros((0, 2))
        self._has_equal_aspect = True
        self._is_fitting = True
        self.view_box.setAspectLocked(True)
        self.set_home_range((-1.0, 1.0), (-1.0, 1.0))
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.view_changed.connect(self._stop_fitting)
        self.view_box.sigResized.connect(self._fit_if_wanted)

    def _follow(self, dots: Float32Array, marks: FloatArray, has_equal_aspect: bool = True) -> None:
        """What is shown from now on: with it the visible part moves, unless the user has chosen one."""
        self._dots, self._marks = dots, marks
        if has_equal_aspect != self._has_equal_aspect:
            self._has_equal_aspect = has_equal_aspect
            self.view_box.setAspectLocked(has_equal_aspect)
            self._is_fitting = True
        self._fit_if_wanted()

    # -- range --------------------------------------------------------------------------------------------

    @property
    def is_fitting(self) -> bool:
        """Whether the visible part follows the dots."""
        return self._is_fitting

    def go_home(self) -> None:
        """Show everything, and follow it from now on."""
        self._fit(is_forced=True)
        self._emit_view_changed()
        self._is_fitting = True

    def follow(self) -> None:
        """Follow the next dots, whatever the user has looked at: they are others."""
        self._is_fitting = True

    def _stop_fitting(self) -> None:
        self._is_fitting = False

    def _fit_if_wanted(self) -> None:
        if self._is_fitting:
            self._fit()

    def _fit(self, is_forced: bool = False) -> None:
        """Move the visible part only if it no longer suits: a moving range costs, and nobody can read it."""
        wanted = box_of(self._dots, self._marks)
        if wanted is None or self.view_box.rect().width() <= 1:
            return
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        if is_forced or not Box(x_lo, x_hi, y_lo, y_hi).is_good_for(wanted):
            box = wanted if is_forced else wanted.grown(_SPARE_ROOM)
            x, y = (box.x_lo, box.x_hi), (box.y_lo, box.y_hi)
            self.set_home_range(x, y)
            self.set_view_range(x, y)

    # -- dots ---------------------------------------------------------------------------------------------

    def nearest(self, x: float, y: float) -> tuple[int, float]:
        """The dot nearest to a place and its distance in pixels; -1 where there is none."""
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        rect = self.view_box.rect()
        return nearest_dot(self._dots, (x, y), (rect.width() / (x_hi - x_lo), rect.height() / (y_hi - y_lo)))

    def dot_at(self, x: float, y: float) -> int:
        """The dot within reach of the mouse at a place; -1 for none."""
        nearest, distance_px = self.nearest(x, y)
        return nearest if distance_px <= PICK_RADIUS_PX else -1

    # -- mouse and keys -----------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in _PAN_STEPS and not event.modifiers():
            right, down = _PAN_STEPS[event.key()]
            rect = self.view_box.rect()
            self.pan(-_PAN_SHARE * right * rect.width(), -_PAN_SHARE * down * rect.height())
            return True
        return super().key(event)
