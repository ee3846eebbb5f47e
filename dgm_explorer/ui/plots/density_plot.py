"""p, q and the optima as densities, with a handle on every Gaussian."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Direction
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.density_curves import DensityCurves
from dgm_explorer.ui.plots.gaussian_curves import SQRT_2PI, shares
from dgm_explorer.ui.plots.gaussian_handle import TOP_MARGIN_PX, PeakOverlay
from dgm_explorer.ui.plots.handle_geometry import HandleDrag, HandleShape
from dgm_explorer.ui.plots.handle_plot import Dragged, HandlePlot
from dgm_explorer.ui.plots.knob_overlay import Hit
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.numerics.stationary import StationaryPoint

_HEADROOM = 1.15
_MAX_OVER_P = 4.0
LEAST_TOP = 1e-30
"""Top of the axis where p is far away: what it is there cannot be seen, and less than 1e-300 not be drawn."""


class DensityPlot(HandlePlot[HandleShape]):
    """Densities over x; the handles change p and q.

    Drag a handle: sideways its mean, up narrower; with Shift, up means more weight. The wheel over a
    handle changes its σ. Double click adds a component, Delete removes the selected one, Tab goes from
    handle to handle, arrow keys nudge the selected one (with Shift: its weight).

    The setters never emit. ``view_changed`` speaks of x alone: the y range follows the densities.
    """

    component_changed = Signal(int, object)
    """Index and new `Component1D`."""
    component_added = Signal(float)
    """A double click asks for a component at this x."""
    component_removed = Signal(int)
    component_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "x"), NumberAxis("left", "density"), parent)
        self.export_name = "densities"
        self.setAccessibleName("Densities of p and q")
        self._components: tuple[Component1D, ...] = ()
        self._q = Gaussian1D()
        self._has_asked_for_component = False
        self.view_box.setMouseEnabled(x=True, y=False)
        self._curves = DensityCurves(self.view_box)
        self._curves.set_q(self._q)
        self._knobs = PeakOverlay(self.view_box)
        self.setToolTip(
            "Drag a handle: sideways moves μ, up narrows σ; with Shift, up adds weight.\n"
            "Wheel over a handle: σ. Double click: new component. Delete: remove the selected one.\n"
            "Tab: next handle. Arrow keys: nudge it."
        )
        self.set_view_range((-8.0, 8.0), (0.0, 0.5))
        self.set_home_range((-8.0, 8.0))
        self.view_box.sigXRangeChanged.connect(self._resample)
        self.view_box.sigResized.connect(self._fit_y)
        self.drag_finished.connect(self._fit_y)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._curves.set_theme(theme)
        self._knobs.set_theme(theme)
        self._show_handles()
        self._show_legend()

    # -- what is shown ------------------------------------------------------------------------------------

    def set_mixture(self, components: Sequence[Component1D]) -> None:
        """p as a mixture; components of weight 0 keep their handle."""
        if tuple(components) != self._components:
            count = len(self._components)
            self._components = tuple(components)
            if len(components) != count:
                self._renumber(count, len(components))
            self._resample()
            self._show_handles()

    def set_q(self, q: Gaussian1D) -> None:
        if q != self._q:
            self._q = q
            self._curves.set_q(q)
            self._show_handles()
            self._fit_y()

    def set_optima(self, forward: "StationaryPoint | None", reverse: Sequence["StationaryPoint"]) -> None:
        """Dashed in the colours of their directions; None and () where they cannot be known."""
        self._curves.set_optima(forward, reverse)
        self._fit_y()

    def set_descent(self, direction: Direction, mu: FloatArray, sigma: FloatArray) -> None:
        """The path of a descent from its start (mu and sigma of equal length); empty arrays clear it."""
        self._curves.set_descent(direction, mu, sigma)
        self._fit_y()

    def export_table(self) -> PlotTable:
        """p and q at the points where p is drawn."""
        x, p = self._curves.p_points
        q = np.exp(-0.5 * ((x - self._q.mu) / self._q.sigma) ** 2) / (self._q.sigma * SQRT_2PI)
        return PlotTable(("x", "p", "q"), (x, p, q))

    def _resample(self, *_: object) -> None:
        if self._components:
            self._curves.set_mixture(self._components, *self.view_range[0])
            self._fit_y()

    def _fit_y(self, *_: object) -> None:
        """Grow at once, and by more than is needed; shrink only when no hand is at work."""
        p_top = self._curves.p_top
        if p_top <= 0:
            return
        wanted = self._headroom * max(p_top, min(self._curves.others_top, _MAX_OVER_P * p_top), LEAST_TOP)
        top = self.view_range[1][1]
        if wanted > top:
            self._set_top(wanted * _HEADROOM if self._is_gesture else wanted)
        elif wanted < top / 1.6 and not self._is_gesture:
            self._set_top(wanted)

    @property
    def _headroom(self) -> float:
        """Top of the axis in heights of the highest peak: its knob and name fit in, however low the plot."""
        height_px = float(self.view_box.rect().height())
        return max(_HEADROOM, height_px / max(height_px - TOP_MARGIN_PX, 0.5 * height_px, 1.0))

    def _set_top(self, top: float) -> None:
        self.set_view_range(self.view_range[0], (0.0, top))

    def _show_legend(self) -> None:
        theme = self.theme
        entries = (
            ("■", theme.p_fill, "p"),
            ("━", theme.q_line, "q"),
            ("╍", theme.forward, "best q by KL(p‖q)"),
            ("╍", theme.reverse, "best q by KL(q‖p)"),
        )
        title = "&nbsp;&nbsp;&nbsp;".join(
            f'<span style="color:{rgb}">{sign}</span> {text}' for sign, rgb, text in entries
        )
        self.set_title(title, short=title.replace("best q by ", ""))

    # -- handles ------------------------------------------------------------------------------------------

    def _shape(self, index: int) -> HandleShape:
        if index == len(self._components):
            return HandleShape(self._q.mu, self._q.sigma)
        component = self._components[index]
        return HandleShape(component.mu, component.sigma, float(shares(self._components)[index]))

    def _values_text(self, shape: HandleShape) -> str:
        return f"μ {tick_text(shape.mu)}   σ {tick_text(shape.sigma)}"

    def select(self, index: int | None) -> None:
        super().select(index)
        if index is not None and index < len(self._components):
            self.component_selected.emit(index)

    def _renumber(self, before: int, after: int) -> None:
        """The double click's new component is selected, q stays so; other numbers may mean another one."""
        if self._has_asked_for_component and after == before + 1:
            self._selected = before
        elif self._selected is not None:
            self._selected = after if self._selected == before else None
        self._has_asked_for_component = False

    def _change_q(self, shape: HandleShape) -> None:
        q = Gaussian1D(shape.mu, shape.sigma)
        self.set_q(q)
        self.q_changed.emit(q)

    def _change_component(self, index: int, shape: HandleShape, weight: float) -> None:
        component = Component1D(weight, shape.mu, shape.sigma)
        self.set_mixture((*self._components[:index], component, *self._components[index + 1 :]))
        self.component_changed.emit(index, component)

    def _add(self, x: float, y: float) -> None:
        del y
        self._has_asked_for_component = True
        self.component_added.emit(x)

    def _remove(self, index: int) -> None:
        self.component_removed.emit(index)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def _grab(self, hit: Hit, at: QPointF) -> Dragged[HandleShape]:
        index, _ = hit
        _, shown_y = self.pixel_to_view(self._knobs.center_px(index))
        density_per_px = self.view_range[1][1] / self.view_box.rect().height()
        drag = HandleDrag(self._shape(index), *self.pixel_to_view(at), shown_y, density_per_px)

        def dragged(now: QPointF, is_weight: bool) -> HandleShape:
            x, _ = self.pixel_to_view(now)
            # in the scale of the press, since the axis may have grown
            y = drag.y + (at.y() - now.y()) * density_per_px
            return drag.weight_at(y) if is_weight else drag.shape_at(x, y)

        return dragged

    def _nudged(self, index: int, right: int, up: int, modifiers: Qt.KeyboardModifier) -> HandleShape:
        """By one pixel, with Ctrl by ten; with Shift the weight."""
        (x_lo, x_hi), (_, top) = self.view_range
        rect, shape = self.view_box.rect(), self._shape(index)
        size = 10.0 if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0
        step_y = size * top / rect.height()
        drag = HandleDrag(shape, 0.0, 0.0, min(shape.y, top), step_y / size)
        if modifiers & Qt.KeyboardModifier.ShiftModifier and index < len(self._components):
            return drag.weight_at(up * step_y)
        return drag.shape_at(right * size * (x_hi - x_lo) / rect.width(), up * step_y)
