"""Data in the plane with what the model makes of them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.plots.point_groups import PointGroup, PointGroupsOverlay, one_color
from dgm_explorer.ui.plots.point_raster import PointRaster
from dgm_explorer.ui.theme import Theme, blend

FAINT = 0.32
"""How far the data stand out from the background."""


class PointsPicture(Plot):
    """Data, and groups of points over them; the range follows the data, then stays where the user puts it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "x₁"), NumberAxis("left", "x₂"), parent)
        self.export_name = name.lower().replace(" ", "-")
        self._data = np.empty((0, 2), np.float32)
        self._cloud = PointRaster(self.view_box)
        self._dots = PointGroupsOverlay(self.view_box)
        self._cover = Cover(self.view_box)
        self._fitted_to = ""
        self.view_box.setAspectLocked(True)
        self.setAccessibleName(name)
        self.setMinimumSize(160, 120)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._cloud.set_theme(theme)
        self._cover.set_theme(theme)
        self._set_data(self._data)

    @property
    def data_rgb(self) -> str:
        """The grey of the data."""
        return blend(self.theme.plot_background, self.theme.muted_text, FAINT)

    def show_points(self, data: Float32Array, fingerprint: str, groups: Sequence[PointGroup]) -> None:
        """Show groups over the data, later ones on top.

        Parameters
        ----------
        data : (n, 2); A or a double click goes back to a view that holds them.
        fingerprint : of the data; with another one the view starts anew.
        """
        self._cover.set_reason("")
        self._dots.set_groups(groups)
        if fingerprint != self._fitted_to:
            self._fitted_to = fingerprint
            self._set_data(data)
            low, high = data.min(axis=0), data.max(axis=0)
            margin = 0.08 * np.maximum(high - low, 1e-3)
            (x0, y0), (x1, y1) = (low - margin).tolist(), (high + margin).tolist()
            self.set_home_range((x0, x1), (y0, y1))
            self.set_view_range((x0, x1), (y0, y1))

    def _set_data(self, data: Float32Array) -> None:
        self._data = data
        self._cloud.set_points(data, one_color(self.data_rgb, len(data)), None)

    def export_table(self) -> PlotTable:
        """The data as group 0, then group by group in the order in which they are drawn."""
        points = [self._data.astype(np.float64), *(group.points for group in self._dots.groups)]
        joined = np.concatenate(points)
        numbers = np.repeat(np.arange(len(points)), [len(group) for group in points]).astype(np.int64)
        return PlotTable(("group", "x1", "x2"), (numbers, joined[:, 0], joined[:, 1]))
