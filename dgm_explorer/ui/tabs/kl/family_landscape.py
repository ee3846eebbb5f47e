"""A landscape of values that may be infinite, or finite beyond any use of colour."""

from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.plots.landscape_view import LandscapeView

if TYPE_CHECKING:
    from dgm_explorer.numerics.landscape import Grid1D

COLORS_END = 1e4
"""χ² grows like exp(distance²): colours stop here, read-outs and tables do not."""


class FamilyLandscape(LandscapeView):
    """A landscape whose colours end at `COLORS_END`, while everything that is read off it is exact."""

    def __init__(self) -> None:
        super().__init__("", None)
        self._is_pure_number = False

    def set_pure_number(self, is_pure_number: bool) -> None:
        """Whether the values are without a unit."""
        self._is_pure_number = is_pure_number

    def set_landscape(self, values: FloatArray, grid: "Grid1D") -> None:
        """Show ``values`` (m, n) in nats; infinite ones are hatched."""
        colored = np.where(np.isinf(values), values, np.minimum(values, COLORS_END))
        super().set_landscape(colored, grid)
        self._values = values
        self._read_again()

    def _show_scale(self) -> None:
        super()._show_scale()
        if self._is_pure_number:
            self.color_bar.set_scale(self._heat_map.color_scale, 1.0, "")

    def _point_text(self, x: float, y: float, value: float | None, kind: str = "", digits: int = 5) -> str:
        text = super()._point_text(x, y, value, kind, digits)
        return text.removesuffix(f" {self._units}") if self._is_pure_number else text
