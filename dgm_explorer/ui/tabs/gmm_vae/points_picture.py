"""Data in the plane with what the model makes of them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.plots.point_groups import PointGroup, PointGroupsOverlay
from dgm_explorer.ui.theme import Theme

MAX_DATA_POINTS = 3000
"""Points of the data that are drawn behind the rest: as many as the eye needs."""


class PointsPicture(Plot):
    """Groups of points; the range follows the data set, then stays where the user puts it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "x₁"), NumberAxis("left", "x₂"), parent)
        self.export_name = name.lower().replace(" ", "-")
        self._dots = PointGroupsOverlay(self.view_box)
        self._cover = Cover(self.view_box)
        self._fitted_to = ""
        self.view_box.setAspectLocked(True)
        self.setAccessibleName(name)
        self.setMinimumSize(160, 120)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._cover.set_theme(theme)

    def set_groups(self, groups: Sequence[PointGroup], home: FloatArray, fingerprint: str) -> None:
        """Show groups, later ones on top.

        Parameters
        ----------
        home : (n, 2) points that the first view holds, and that A or a double click goes back to.
        fingerprint : of the data set; with another one the view starts anew.
        """
        self._cover.set_reason("")
        self._dots.set_groups(groups)
        if fingerprint != self._fitted_to:
            self._fitted_to = fingerprint
            low, high = home.min(axis=0), home.max(axis=0)
            margin = 0.08 * np.maximum(high - low, 1e-3)
            (x0, y0), (x1, y1) = (low - margin).tolist(), (high + margin).tolist()
            self.set_home_range((x0, x1), (y0, y1))
            self.set_view_range((x0, x1), (y0, y1))

    def clear_groups(self, words: str) -> None:
        """Nothing but words."""
        self._dots.set_groups(())
        self._cover.set_reason(words)
        self._fitted_to = ""

    @property
    def groups(self) -> tuple[PointGroup, ...]:
        return self._dots.groups

    def export_table(self) -> PlotTable:
        """Group by group, in the order in which they are drawn."""
        points = [group.points for group in self.groups]
        joined = np.concatenate(points) if points else np.empty((0, 2))
        numbers = np.repeat(np.arange(len(points)), [len(group) for group in points]).astype(np.int64)
        return PlotTable(("group", "x1", "x2"), (numbers, joined[:, 0], joined[:, 1]))


def spread(inputs: FloatArray, count: int = MAX_DATA_POINTS) -> FloatArray:
    """At most ``count`` rows, evenly spread over all."""
    if len(inputs) <= count:
        return inputs
    rows = np.linspace(0, len(inputs) - 1, count).astype(np.int64)
    chosen: FloatArray = inputs[rows]
    return chosen
