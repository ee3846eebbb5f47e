"""The latent space: dots as a raster under the Gaussians of the prior, with picking, lasso and pins."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.cloud_plot import CloudPlot
from dgm_explorer.ui.plots.color_key import ColorKeyItem
from dgm_explorer.ui.plots.component_ellipses import ComponentEllipses
from dgm_explorer.ui.plots.component_keys import ComponentKeys
from dgm_explorer.ui.plots.lasso import Lasso, points_in_polygon
from dgm_explorer.ui.plots.latent_gestures import ComponentDrag, Gesture, LassoDraw, PanOrClick
from dgm_explorer.ui.plots.latent_shapes import LatentScene
from dgm_explorer.ui.plots.pin import Pin
from dgm_explorer.ui.plots.point_raster import PointRaster
from dgm_explorer.ui.theme import LIGHT, Theme

_HELP = (
    "Codes of the examples; ellipses hold 39.3 % (1σ) and 86.5 % (2σ) of a component.\n"
    "Move: decode what is under the mouse. Click: pin it. Shift+drag: select with a lasso.\n"
    "Drag a disc: move that mean. Drag the background, or arrow keys: pan. Wheel: zoom.\n"
    "C, Shift+C: take the next component or the one before; arrow keys then move its mean\n"
    "(Ctrl: ten times as far), Return chooses it.\n"
    "A or double click: show all and follow. Escape: let go."
)
_ROW_ABOVE_VIEW = (1, 1)


class LatentView(CloudPlot):
    """Dots and components; stays where the user has panned or zoomed to, else follows the dots.

    Signals name dots by their row in the scene and components by their index; places are in the
    coordinates of the picture. Setters never emit.
    """

    hovered = Signal(float, float, int)
    """The mouse is at x, y; the dot within reach there or -1."""
    left = Signal()
    """The mouse is over the picture no longer."""
    clicked = Signal(int, float, float)
    """A click on a dot, or on the background (-1) while nothing was selected, at x, y."""
    lassoed = Signal(object)
    """Rows of the dots in the lasso, IntArray; empty when the selection is given up."""
    dismissed = Signal()
    """Escape with no gesture and no selection left to give up, or a double click, which was no click."""
    component_clicked = Signal(int)
    component_drag_started = Signal(int)
    component_drag_finished = Signal(int, float, float)
    """Where the mean was let go; a drag that is given up by Escape tells nothing more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._x_axis, self._y_axis = NumberAxis("bottom", "z₁"), NumberAxis("left", "z₂")
        super().__init__(self._x_axis, self._y_axis, parent)
        self.export_name = "latent"
        self._scene = LatentScene()
        self._gesture: Gesture | None = None
        self._given_up: IntArray | None = None
        self._is_lasso_mode = False
        self._can_move_components = True
        self._raster = PointRaster(self.view_box)
        self.ellipses = ComponentEllipses(self.view_box)
        self._keys = ComponentKeys(self)
        self._pin = Pin(self.view_box)
        self._key = ColorKeyItem()
        self.plotItem.layout.removeItem(self.plotItem.getAxis("top"))  # hidden; the key takes its place
        self.plotItem.layout.addItem(self._key, *_ROW_ABOVE_VIEW)
        self.lasso = Lasso(self.view_box)
        self.setAccessibleName("Latent space")
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self._raster, self.ellipses, self._pin, self.lasso, self._key):
            part.set_theme(theme)

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def latent_scene(self) -> LatentScene:
        """What is shown at present."""
        return self._scene

    def set_scene(self, scene: LatentScene) -> None:
        """Show this; the visible part follows only while the user has not chosen one."""
        old, self._scene = self._scene, scene
        if old.axis_names != scene.axis_names:
            self._x_axis.set_label(scene.axis_names[0], self.theme)
            self._y_axis.set_label(scene.axis_names[1], self.theme)
        self._key.set_key(scene.key)
        self._raster.set_points(scene.positions, scene.rgb, scene.is_selected)
        self.ellipses.set_shapes(scene.components)
        self._keys.see_that_it_exists()
        if not (isinstance(self._gesture, ComponentDrag) or self._keys.is_moving):
            self.ellipses.set_ghost(None)
        self._follow(scene.positions, self.ellipses.worth_seeing(), scene.has_equal_aspect)

    def set_pin(self, at: tuple[float, float] | None) -> None:
        """Mark a place; None for none."""
        self._pin.set_at(at)

    def set_chosen_component(self, index: int) -> None:
        """Ring the mean of a component; -1 for none."""
        self.ellipses.set_chosen(index)
        self._keys.chosen = index

    def set_lasso_mode(self, is_on: bool) -> None:
        """Let a plain drag draw the lasso, as for a hand without a keyboard."""
        self._is_lasso_mode = is_on
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if is_on else Qt.CursorShape.ArrowCursor)

    def set_components_movable(self, is_movable: bool) -> None:
        """Whether a drag moves a mean: only while there is a model that could train on from there."""
        self._can_move_components = is_movable

    @property
    def are_components_movable(self) -> bool:
        """Whether a hand or the keyboard can move a mean at present."""
        return self._can_move_components

    def export_table(self) -> PlotTable:
        """One row per dot."""
        positions = self._scene.positions.astype(np.float64)
        selected = self._scene.is_selected
        chosen = np.ones(len(positions)) if selected is None else selected.astype(np.float64)
        details = self._scene.details()
        return PlotTable(
            ("x", "y", "is_selected", *details.header),
            (positions[:, 0], positions[:, 1], chosen, *details.columns),
        )

    # -- dots ---------------------------------------------------------------------------------------------

    def dots_in(self, polygon: FloatArray) -> IntArray:
        """Rows of the dots in a polygon (m, 2)."""
        return np.flatnonzero(points_in_polygon(self._scene.positions, polygon)).astype(np.int64)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._keys.let_go()
        self._given_up = None
        has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        component = self.ellipses.component_at(at)
        if has_shift or self._is_lasso_mode:
            self._gesture = LassoDraw(self, at)
        elif component >= 0:
            self._gesture = ComponentDrag(self, at, component, self._can_move_components)
        else:
            self._gesture = PanOrClick(self, at)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._gesture.move(at)
        elif not event.buttons():
            self._hover(at)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.finish(at)

    def _hover(self, at: QPointF) -> None:
        if not self.view_box.rect().contains(at):
            self._leave()
            return
        self.ellipses.set_hovered(self.ellipses.component_at(at))
        x, y = self.pixel_to_view(at)
        self.hovered.emit(x, y, self.dot_at(x, y))

    def _leave(self) -> None:
        self.ellipses.set_hovered(-1)
        self.left.emit()

    def click(self, at: QPointF) -> None:
        """A press and release in one place: on a dot, or on the background, which gives the selection up."""
        x, y = self.pixel_to_view(at)
        dot = self.dot_at(x, y)
        if dot < 0 and self._scene.is_selected is not None:
            self._give_up_selection()
        else:
            self.clicked.emit(dot, x, y)

    def _give_up_selection(self) -> None:
        if self._scene.is_selected is not None:
            self._given_up = np.flatnonzero(self._scene.is_selected).astype(np.int64)
        self.lassoed.emit(np.zeros(0, np.int64))

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        """Shows all, and takes back what its first half has done as a click."""
        super().double_click(at, event)
        if self._given_up is not None:
            self.lassoed.emit(self._given_up)
        else:
            self.dismissed.emit()

    def key(self, event: QKeyEvent) -> bool:
        if self._gesture is None and self._keys.key(event):
            return True
        if event.key() != Qt.Key.Key_Escape:
            return super().key(event)
        self._escape()
        return True

    def _escape(self) -> None:
        """End the gesture, else give the selection up, else let go of whatever else is held."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()
        elif self._scene.is_selected is not None:
            self._give_up_selection()
        else:
            self.dismissed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._gesture is None:
            self._leave()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keys.let_go()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._view_pixel(QPointF(event.pos()))
            is_inside = self.view_box.rect().contains(at)
            text = self._component_text(self.ellipses.component_at(at)) if is_inside else _HELP
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().viewportEvent(event))

    def _component_text(self, index: int) -> str:
        shape = self.ellipses.component(index)
        if shape is None:
            return ""
        x, y = (tick_text(float(value), 3) for value in shape.mean)
        deviations = np.sqrt(np.diagonal(shape.covariance))
        s_x, s_y = (tick_text(float(value), 3) for value in deviations)
        moving = "Drag, or C and arrow keys: move the mean; training goes on from there."
        still = "The mean can be moved while a run trains here."
        return (
            f"component {index + 1}: π = {shape.share:.3f}\n"
            f"mean ({x}, {y}), standard deviation {s_x} across, {s_y} up\n"
            f"{moving if self._can_move_components else still}"
        )
