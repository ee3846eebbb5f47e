"""The plane: p, q and the optima to scale, with handles on every Gaussian that can be changed."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.gaussians import Component2D, Gaussian2D
from dgm_explorer.core.kl_state import Direction, Units, View2D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.ellipse_geometry import EllipseDrag, EllipseShape
from dgm_explorer.ui.plots.ellipse_handle import EllipseHandles
from dgm_explorer.ui.plots.handle_geometry import Part
from dgm_explorer.ui.plots.handle_plot import Dragged, HandlePlot
from dgm_explorer.ui.plots.knob_overlay import Hit
from dgm_explorer.ui.tabs.kl.plane_layers import DensityLayer, OptimaLayer, Optimum
from dgm_explorer.ui.tabs.kl.wording import divergence_text
from dgm_explorer.ui.theme import LIGHT, Theme

_WEIGHT_SPAN_PX = 80.0


class PlanePlot(HandlePlot[EllipseShape]):
    """Ellipses at one and two standard deviations, one unit equally long on both axes.

    Drag a centre: the mean; a square: that axis; the round knob on its arm: the rotation; with Shift, up
    adds weight to a component. The wheel over a centre scales the ellipse. Double click adds a component,
    Delete removes the selected one, arrow keys nudge it. The setters never emit.
    """

    components_changed = Signal(object)
    """All components after an edit, tuple[Component2D, ...]."""

    _knobs: EllipseHandles

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "x"), NumberAxis("left", "y"), parent)
        self.export_name = "plane"
        self.setAccessibleName("Plane with p and q")
        self._components: tuple[Component2D, ...] = ()
        self._units: Units = "nats"
        self._q = Gaussian2D()
        self._shapes: list[EllipseShape] = [EllipseShape.of(self._q.mean, self._q.cov)]
        self._selected = 0  # q, so that its knobs are seen from the start
        self.view_box.setAspectLocked(True)
        half = View2D().half_width
        self.set_home_range((-half, half), (-half, half))
        self._density = DensityLayer(self.view_box)
        self._optima = OptimaLayer(self.view_box)
        self._knobs = EllipseHandles(self.view_box)
        self._caption = CornerText(self.view_box, "bottom-left")
        self.setToolTip(
            "Ellipses hold 39.3 % (1σ) and 86.5 % (2σ) of their Gaussian.\n"
            "Drag a centre: mean; a square: that axis; the arm: rotation; with Shift, up adds weight.\n"
            "Wheel over a centre: size. Double click: new component. Delete: remove the selected one.\n"
            "Tab: the next Gaussian. Arrow keys: nudge it."
        )
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self._density, self._optima, self._knobs, self._caption):
            part.set_theme(theme)
        self._show_handles()
        self._show_legend()

    def _show_legend(self) -> None:
        theme = self.theme
        entries = (
            ("■", theme.p_fill, "p"),
            ("━", theme.q_line, "q"),
            ("━★", theme.forward, "KL(p‖q)"),
            ("━★", theme.reverse, "KL(q‖p)"),
            ("╍○", theme.reverse, "local"),
        )
        self.set_title(
            "&nbsp;&nbsp; ".join(
                f'<span style="color:{rgb}">{sign}</span> {text}' for sign, rgb, text in entries
            )
        )

    # -- what is shown ------------------------------------------------------------------------------------

    def set_components(self, components: Sequence[Component2D], p: Mixture2D | None = None) -> None:
        """p by its components, and as a mixture where the caller has it; weights of 0 keep a handle."""
        components = tuple(components)
        if components == self._components:
            return
        if self._selected == len(self._components):
            self._selected = len(components)
        elif self._selected is not None and self._selected >= len(components):
            self._selected = None
        old = dict(enumerate(self._shapes[:-1])) if len(components) == len(self._components) else {}
        total = sum(component.weight for component in components)
        shapes = [
            EllipseShape.of(c.mean, c.cov, c.weight / total, old.get(i)) for i, c in enumerate(components)
        ]
        self._components, self._shapes = components, [*shapes, self._shapes[-1]]
        self._density.set_mixture(Mixture2D(components) if p is None else p)
        self._show_handles()

    def set_q(self, q: Gaussian2D) -> None:
        if q != self._q:
            self._q = q
            self._shapes[-1] = EllipseShape.of(q.mean, q.cov, previous=self._shapes[-1])
            self._show_handles()

    def set_units(self, units: Units) -> None:
        """In which divergences are told."""
        self._units = units

    def set_optima(self, optima: Sequence[Optimum], caption: str = "") -> None:
        """Minima of both divergences over all Gaussians, and a line about them."""
        self._optima.set_optima(optima)
        self._caption.set_text(caption)

    def set_descent(self, direction: Direction, path: tuple[Gaussian2D, ...]) -> None:
        """The way of a descent from its start; empty for none."""
        self._optima.set_descent(direction, path)

    def set_view(self, view: View2D) -> None:
        """Show at least this square."""
        (x, y), half = view.center, view.half_width
        self.set_view_range((x - half, x + half), (y - half, y + half))

    def export_table(self) -> PlotTable:
        """One row per Gaussian: components, q and the optima found."""
        names = [str(i + 1) for i in range(len(self._components))] + ["q"]
        gaussians: list[Component2D | Gaussian2D] = [*self._components, self._q]
        weights = [component.weight for component in self._components] + [np.nan]
        for optimum in self._optima.optima:
            names.append(f"{optimum.direction} {optimum.point.kind}")
            gaussians.append(optimum.point.q)
            weights.append(np.nan)
        values = np.array([(*g.mean, *g.cov) for g in gaussians])
        header = ("name", "weight", "mean_x", "mean_y", "cov_xx", "cov_xy", "cov_yy")
        return PlotTable(header, (tuple(names), np.array(weights), *values.T))

    # -- handles ------------------------------------------------------------------------------------------

    def knob_viewport_position(self, index: int, part: Part) -> QPointF:
        """Where a knob is painted, in pixels of the widget; all but the centre only if it is selected."""
        return self._viewport_position(self._knobs.knob_px(index, part))

    def _shape(self, index: int) -> EllipseShape:
        return self._shapes[index]

    def _values_text(self, shape: EllipseShape) -> str:
        size = f"σ {tick_text(shape.first, 3)} × {tick_text(shape.second, 3)}"
        angle = tick_text(round(np.degrees(shape.angle)) % 180, 3)
        return f"μ ({tick_text(shape.x, 3)}, {tick_text(shape.y, 3)})   {size}   {angle}°"

    def _change_q(self, shape: EllipseShape) -> None:
        self._shapes[-1] = shape
        self._q = Gaussian2D(shape.mean, shape.cov)
        self._show_handles()
        self.q_changed.emit(self._q)

    def _change_component(self, index: int, shape: EllipseShape, weight: float) -> None:
        self._shapes[index] = shape
        component = Component2D(weight, shape.mean, shape.cov)
        self._change_components((*self._components[:index], component, *self._components[index + 1 :]))

    def _add(self, x: float, y: float) -> None:
        weight = sum(component.weight for component in self._components) / len(self._components)
        self._change_components((*self._components, Component2D(weight, (x, y), self._components[-1].cov)))
        self.select(len(self._components) - 1)

    def _remove(self, index: int) -> None:
        self._change_components((*self._components[:index], *self._components[index + 1 :]))

    def _change_components(self, components: tuple[Component2D, ...]) -> None:
        self.set_components(components)
        self.components_changed.emit(components)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def _grab(self, hit: Hit, at: QPointF) -> Dragged[EllipseShape]:
        index, part = hit
        drag = EllipseDrag(self._shapes[index], part, *self.pixel_to_view(at))

        def dragged(now: QPointF, is_weight: bool) -> EllipseShape:
            x, y = self.pixel_to_view(now)
            if is_weight:
                return drag.weight_at(y, _WEIGHT_SPAN_PX * self._unit_per_px)
            return drag.shape_at(x, y)

        return dragged

    def _nudged(self, index: int, right: int, up: int, modifiers: Qt.KeyboardModifier) -> EllipseShape:
        """By one pixel, with Ctrl by ten."""
        step = self._unit_per_px * (10 if modifiers & Qt.KeyboardModifier.ControlModifier else 1)
        return self._shapes[index].shifted(right * step, up * step)

    @property
    def _unit_per_px(self) -> float:
        (x_lo, x_hi), _ = self.view_range
        return (x_hi - x_lo) / float(self.view_box.rect().width())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            optimum = self._optima.optimum_at(self._view_pixel(QPointF(event.pos())))
            if optimum is not None:
                QToolTip.showText(event.globalPos(), _describe(optimum, self._units), self)
                return True
        return bool(super().viewportEvent(event))


def _describe(optimum: Optimum, units: Units) -> str:
    shape = EllipseShape.of(optimum.point.q.mean, optimum.point.q.cov)
    name = "KL(p‖q)" if optimum.direction == "forward" else "KL(q‖p)"
    kind = {"global": "global minimum", "tied": "tied global minimum"}.get(
        optimum.point.kind, "local minimum"
    )
    place = f"μ ({tick_text(shape.x)}, {tick_text(shape.y)})"
    size = f"σ {tick_text(shape.first)} × {tick_text(shape.second)}"
    return f"{kind} of {name} = {divergence_text(optimum.point.kl, units)} {units}\n{place}   {size}"
