"""The plane: p, q and the optima to scale, with handles on every Gaussian that can be changed."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.gaussians import MAX_COMPONENTS, Component2D, Gaussian2D
from dgm_explorer.core.kl_state import Direction, View2D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.ellipse_geometry import EllipseDrag, EllipseShape, Part, relative_weight, turned
from dgm_explorer.ui.plots.ellipse_handle import EllipseHandle, EllipseOverlay
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.kl.plane_layers import DensityLayer, OptimaLayer, Optimum
from dgm_explorer.ui.theme import LIGHT, Theme

_GESTURE_PAUSE_MS = 300
_WEIGHT_SPAN_PX = 80.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PlanePlot(Plot):
    """Ellipses at one and two standard deviations, one unit equally long on both axes.

    Drag a centre: the mean; a square: that axis; the round knob on its arm: the rotation; with Shift, up
    adds weight to a component. The wheel over a centre scales the ellipse. Double click adds a component,
    Delete removes the selected one, arrow keys nudge it. Handles are numbered by component; q comes last.
    The setters never emit.
    """

    components_changed = Signal(object)
    """All components after an edit, tuple[Component2D, ...]."""
    q_changed = Signal(object)
    """The new `Gaussian2D`."""
    drag_started = Signal()
    """A gesture begins: everything up to `drag_finished` is one step for undo."""
    drag_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "x"), NumberAxis("left", "y"), parent)
        self.export_name = "plane"
        self._components: tuple[Component2D, ...] = ()
        self._q = Gaussian2D()
        self._shapes: list[EllipseShape] = [EllipseShape.of(self._q.mean, self._q.cov)]
        self._drag: EllipseDrag | None = None
        self._hovered: tuple[int, Part] | None = None
        self._selected: int | None = 0  # q, so that its knobs are seen from the start
        self._is_gesture = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_GESTURE_PAUSE_MS)
        self._pause.timeout.connect(self._finish_gesture)
        self.view_box.setAspectLocked(True)
        half = View2D().half_width
        self.set_home_range((-half, half), (-half, half))
        self._density = DensityLayer(self.view_box)
        self._optima = OptimaLayer(self.view_box)
        self._knobs = EllipseOverlay(self.view_box)
        self._caption = CornerText(self.view_box, "bottom-left")
        self.setToolTip(
            "Ellipses hold 39.3 % (1σ) and 86.5 % (2σ) of their Gaussian.\n"
            "Drag a centre: mean; a square: that axis; the arm: rotation; with Shift, up adds weight.\n"
            "Wheel over a centre: size. Double click: new component. Delete: remove the selected one.\n"
            "Arrow keys: nudge it."
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
            ("━★", theme.forward, "min KL(p‖q)"),
            ("━★", theme.reverse, "min KL(q‖p)"),
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

    @property
    def selected(self) -> int | None:
        """The selected handle: a component's index, or the number of components for q."""
        return self._selected

    def select(self, index: int | None) -> None:
        """Give one ellipse its knobs, or none."""
        self._selected = index
        self._show_state()

    def knob_viewport_position(self, index: int, part: Part) -> QPointF:
        """Where a knob is painted, in pixels of the widget; all but the centre only if it is selected."""
        scene = self.view_box.mapToScene(self._knobs.knob_px(index, part))
        return QPointF(self.viewportTransform().map(scene))

    def _show_handles(self) -> None:
        count = len(self._components)
        handles = [EllipseHandle(self._shapes[i], self.theme.component(i), str(i + 1)) for i in range(count)]
        handles.append(EllipseHandle(self._shapes[count], self.theme.q_line, "q", is_strong=True))
        self._knobs.set_handles(handles)
        self._show_state()

    def _show_state(self) -> None:
        label = ""
        if self._selected is not None and self._is_gesture:
            shape = self._shapes[self._selected]
            label = f"μ ({tick_text(shape.x, 3)}, {tick_text(shape.y, 3)})   σ {tick_text(shape.first, 3)} × "
            label += f"{tick_text(shape.second, 3)}   {tick_text(round(np.degrees(shape.angle)) % 180, 3)}°"
            if self._selected < len(self._components):
                label += f"   w {tick_text(shape.share, 3)}"
        self._knobs.set_state(self._hovered, self._selected, label)

    def _apply(self, index: int, shape: EllipseShape) -> None:
        """Take over a new shape at once, then tell."""
        if shape == self._shapes[index]:
            return
        if index == len(self._components):
            self._shapes[index] = shape
            self._q = Gaussian2D(shape.mean, shape.cov)
            self._show_handles()
            self.q_changed.emit(self._q)
            return
        weight = self._weight(index, shape.share)
        component = Component2D(weight, shape.mean, shape.cov)
        self._shapes[index] = shape
        self._change_components((*self._components[:index], component, *self._components[index + 1 :]))

    def _change_components(self, components: tuple[Component2D, ...]) -> None:
        self.set_components(components)
        self.components_changed.emit(components)

    def _weight(self, index: int, share: float) -> float:
        present = self._components[index].weight
        others = sum(component.weight for component in self._components) - present
        if others <= 0 or share == self._shapes[index].share:
            return present
        return relative_weight(share, others)

    def _start_gesture(self) -> None:
        self._pause.stop()
        if not self._is_gesture:
            self._is_gesture = True
            self.drag_started.emit()

    def _finish_gesture(self) -> None:
        self._pause.stop()
        if self._is_gesture:
            self._is_gesture = False
            self._show_state()
            self.drag_finished.emit()

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        found = self._knobs.part_at(at)
        if event.button() != Qt.MouseButton.LeftButton or found is None:
            return False
        self._finish_gesture()
        index, part = found
        self._drag = EllipseDrag(self._shapes[index], part, *self.pixel_to_view(at))
        self._start_gesture()
        self.select(index)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._drag is None or self._selected is None:
            if not event.buttons():
                self._hover(at)
            return
        x, y = self.pixel_to_view(at)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if self._selected < len(self._components):
                self._apply(self._selected, self._drag.weight_at(y, _WEIGHT_SPAN_PX * self._unit_per_px))
        else:
            self._apply(self._selected, self._drag.shape_at(x, y))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        self.move(at, event)
        self._drag = None
        self._finish_gesture()

    @property
    def _unit_per_px(self) -> float:
        (x_lo, x_hi), _ = self.view_range
        return (x_hi - x_lo) / float(self.view_box.rect().width())

    def _hover(self, at: QPointF) -> None:
        found = self._knobs.part_at(at) if self.view_box.rect().contains(at) else None
        if found != self._hovered:
            self._hovered = found
            shape = Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.SizeAllCursor
            self.setCursor(Qt.CursorShape.PointingHandCursor if found and found[1] == "rotation" else shape)
            self._show_state()

    def wheel(self, at: QPointF, event: QWheelEvent) -> bool:
        found = self._knobs.part_at(at)
        if found is None or self._drag is not None:
            return found is not None
        index, _ = found
        self.select(index)
        self._start_gesture()
        self._apply(index, turned(self._shapes[index], event.angleDelta().y() / 120.0))
        self._pause.start()
        return True

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        if self._knobs.part_at(at) is not None or len(self._components) >= MAX_COMPONENTS:
            return
        weight = sum(component.weight for component in self._components) / len(self._components)
        new = Component2D(weight, self.pixel_to_view(at), self._components[-1].cov)
        self._change_components((*self._components, new))
        self.select(len(self._components) - 1)

    def key(self, event: QKeyEvent) -> bool:
        key, index = Qt.Key(event.key()), self._selected
        if index is None:
            return super().key(event)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if index < len(self._components) and len(self._components) > 1:
                self.select(None)
                self._change_components((*self._components[:index], *self._components[index + 1 :]))
            return True
        if key == Qt.Key.Key_Escape:
            self.select(None)
            return True
        if key in _ARROWS:
            right, up = _ARROWS[key]
            step = self._unit_per_px * (10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1)
            self._start_gesture()
            self._apply(index, self._shapes[index].shifted(right * step, up * step))
            self._pause.start()
            return True
        return super().key(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._show_state()
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            optimum = self._optima.optimum_at(self._view_pixel(QPointF(event.pos())))
            if optimum is not None:
                QToolTip.showText(event.globalPos(), _describe(optimum), self)
                return True
        return bool(super().viewportEvent(event))


def _describe(optimum: Optimum) -> str:
    shape = EllipseShape.of(optimum.point.q.mean, optimum.point.q.cov)
    name = "KL(p‖q)" if optimum.direction == "forward" else "KL(q‖p)"
    kind = {"global": "global minimum", "tied": "tied global minimum"}.get(
        optimum.point.kind, "local minimum"
    )
    place = f"μ ({tick_text(shape.x)}, {tick_text(shape.y)})"
    size = f"σ {tick_text(shape.first)} × {tick_text(shape.second)}"
    return f"{kind} of {name} = {optimum.point.kl:.6g} nats\n{place}   {size}"
