"""A plot with a handle on every component of p and on q: selecting, dragging, wheel and keys."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, Self, TypeAlias, TypeVar

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.gaussians import MAX_COMPONENTS
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.handle_geometry import relative_weight
from dgm_explorer.ui.plots.knob_overlay import Handle, Hit, KnobOverlay
from dgm_explorer.ui.plots.plot import Plot

_GESTURE_PAUSE_MS = 300
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Weighted(Protocol):
    """A component of p."""

    @property
    def weight(self) -> float: ...


class Shape(Protocol):
    """What a handle stands for."""

    @property
    def share(self) -> float: ...

    def turned(self, notches: float) -> Self: ...


ShapeT = TypeVar("ShapeT", bound=Shape)

Dragged: TypeAlias = Callable[[QPointF, bool], ShapeT]
"""What a place of the mouse, in pixels of the view, means in a drag; True with Shift: the weight alone."""


class HandlePlot(Plot, Generic[ShapeT]):
    """Handles are numbered by component; q comes last.

    A drag, or wheel notches and arrow keys close to one another, are one gesture. A subclass says how its
    Gaussians look and answer the mouse.
    """

    q_changed = Signal(object)
    """The new Gaussian."""
    drag_started = Signal()
    """A gesture begins: everything up to `drag_finished` is one step for undo."""
    drag_finished = Signal()

    _knobs: KnobOverlay[ShapeT]
    """Made by the subclass."""

    def __init__(self, x_axis: NumberAxis, y_axis: NumberAxis, parent: QWidget | None = None) -> None:
        super().__init__(x_axis, y_axis, parent)
        self._components: Sequence[Weighted] = ()
        self._dragged: Dragged[ShapeT] | None = None
        self._before_drag: tuple[ShapeT, float] | None = None
        self._hovered: Hit | None = None
        self._selected: int | None = None
        self._is_gesture = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_GESTURE_PAUSE_MS)
        self._pause.timeout.connect(self._finish_gesture)

    # -- what a subclass says -----------------------------------------------------------------------------

    def _shape(self, index: int) -> ShapeT:
        """What the handle at ``index`` stands for."""
        raise NotImplementedError

    def _values_text(self, shape: ShapeT) -> str:
        """Mean and scale of a Gaussian in a gesture, all but its weight."""
        raise NotImplementedError

    def _grab(self, hit: Hit, at: QPointF) -> Dragged[ShapeT]:
        """A drag of a knob that starts here."""
        raise NotImplementedError

    def _nudged(self, index: int, right: int, up: int, modifiers: Qt.KeyboardModifier) -> ShapeT:
        """What an arrow key makes of a shape: -1, 0 or 1 to the right and up."""
        raise NotImplementedError

    def _may_shift(self, index: int) -> bool:
        """Whether a handle can be dragged with Shift: that is the weight, which q has not."""
        return index < len(self._components)

    def _change_q(self, shape: ShapeT) -> None:
        """Show a new q, then tell."""
        raise NotImplementedError

    def _change_component(self, index: int, shape: ShapeT, weight: float) -> None:
        """Show a new component in the place of one, then tell."""
        raise NotImplementedError

    def _add(self, x: float, y: float) -> None:
        """A component is wanted here."""
        raise NotImplementedError

    def _remove(self, index: int) -> None:
        """A component is no longer wanted."""
        raise NotImplementedError

    # -- handles ------------------------------------------------------------------------------------------

    @property
    def selected(self) -> int | None:
        """The selected handle: a component's index, or the number of components for q."""
        return self._selected

    def select(self, index: int | None) -> None:
        """Select one handle, or none."""
        self._selected = index
        self._show_state()

    def handle_viewport_position(self, index: int) -> QPointF:
        """Where the knob on a Gaussian's centre is painted, in pixels of the widget."""
        return self._viewport_position(self._knobs.center_px(index))

    def handle_at(self, at: QPointF) -> int | None:
        """The handle, named as in `selected`, with a knob at this pixel of the widget."""
        hit = self._knobs.knob_at(self._view_pixel(at))
        return None if hit is None else hit[0]

    def _viewport_position(self, at: QPointF) -> QPointF:
        return QPointF(self.viewportTransform().map(self.view_box.mapToScene(at)))

    def _show_handles(self) -> None:
        q = len(self._components)
        handles = [Handle(self._shape(i), self.theme.component(i), str(i + 1)) for i in range(q)]
        self._knobs.set_handles([*handles, Handle(self._shape(q), self.theme.q_line, "q")])
        self._show_state()

    def _show_state(self) -> None:
        label = ""
        if self._selected is not None and self._is_gesture:
            shape = self._shape(self._selected)
            label = self._values_text(shape)
            if self._selected < len(self._components):
                label += f"   w {tick_text(shape.share, 3)}"
        self._knobs.set_state(self._hovered, self._selected, label)

    def _apply(self, index: int, shape: ShapeT) -> None:
        """Take over a new shape at once, then tell."""
        if shape == self._shape(index):
            return
        if index == len(self._components):
            self._change_q(shape)
        else:
            self._change_component(index, shape, self._weight(index, shape.share))

    def _weight(self, index: int, share: float) -> float:
        present = self._components[index].weight
        others = sum(component.weight for component in self._components) - present
        if others <= 0 or share == self._shape(index).share:
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
        hit = self._knobs.knob_at(at)
        if event.button() != Qt.MouseButton.LeftButton or hit is None:
            return False
        self._finish_gesture()
        self._dragged = self._grab(hit, at)
        index = hit[0]
        weight = self._components[index].weight if index < len(self._components) else 1.0
        self._before_drag = self._shape(index), weight
        self._start_gesture()
        self.select(index)
        return True

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if self._dragged is None or self._selected is None:
            if not event.buttons():
                self._hover(at)
            return
        has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if not has_shift or self._may_shift(self._selected):
            self._apply(self._selected, self._dragged(at, has_shift))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        self.move(at, event)
        self._dragged = self._before_drag = None
        self._finish_gesture()

    def _give_up_drag(self, index: int) -> None:
        """Put back what the drag has moved; the button may still be held, and moves nothing more."""
        if self._before_drag is not None:
            shape, weight = self._before_drag
            if index < len(self._components):
                self._change_component(index, shape, weight)
            else:
                self._change_q(shape)
        self._dragged = self._before_drag = None
        self._finish_gesture()

    def _hover(self, at: QPointF) -> None:
        hit = self._knobs.knob_at(at) if self.view_box.rect().contains(at) else None
        if hit != self._hovered:
            self._hovered = hit
            held = Qt.CursorShape.SizeAllCursor
            if hit is not None and hit[1] == "rotation":
                held = Qt.CursorShape.PointingHandCursor
            self.setCursor(Qt.CursorShape.ArrowCursor if hit is None else held)
            self._show_state()

    def wheel(self, at: QPointF, event: QWheelEvent) -> bool:
        hit = self._knobs.knob_at(at)
        if hit is None or self._dragged is not None:
            return hit is not None
        index, _ = hit
        self.select(index)
        self._start_gesture()
        self._apply(index, self._shape(index).turned(event.angleDelta().y() / 120.0))
        self._pause.start()
        return True

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        if self._knobs.knob_at(at) is None and len(self._components) < MAX_COMPONENTS:
            self._add(*self.pixel_to_view(at))

    def key(self, event: QKeyEvent) -> bool:
        key, index = Qt.Key(event.key()), self._selected
        if index is None:
            return super().key(event)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if index < len(self._components) and len(self._components) > 1:
                self.select(None)
                self._remove(index)
            return True
        if key == Qt.Key.Key_Escape:
            if self._dragged is not None:
                self._give_up_drag(index)
            else:
                self.select(None)
            return True
        if key in _ARROWS:
            self._start_gesture()
            self._apply(index, self._nudged(index, *_ARROWS[key], event.modifiers()))
            self._show_state()
            self._pause.start()
            return True
        return super().key(event)

    def event(self, event: QEvent) -> bool:
        """Tab goes through the handles before it leaves the plot."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(Qt.Key(event.key()))
            if step is not None and self._cycle(step):
                event.accept()
                return True
        return bool(super().event(event))

    def _cycle(self, step: int) -> bool:
        """Take the next handle, or the one before; False behind the last, when none is held any more."""
        count = len(self._components) + 1
        start = (-1 if step > 0 else count) if self._selected is None else self._selected
        following = start + step
        self.select(following if 0 <= following < count else None)
        return self._selected is not None

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._show_state()
        super().leaveEvent(event)
