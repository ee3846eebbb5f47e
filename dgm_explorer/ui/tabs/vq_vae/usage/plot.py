"""What the pictures of the usage share: codes under mouse and keys, marks, a view that fits itself."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGraphicsItem, QWidget

from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.plot import Plot, Range
from dgm_explorer.ui.tabs.vq_vae.usage.cells import Mark, MarkOverlay
from dgm_explorer.ui.theme import Theme

_CLICK_PX = 3.0
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class UsagePlot(Plot):
    """A picture in which every place belongs to a code, or to none.

    The mouse or the arrow keys are over a code, a click or Return chooses it, Escape chooses none. The view
    fits itself to what is shown until the user zooms or pans, and again after a double click or A.

    Attributes
    ----------
    content : what is out of sight while there is nothing to see.
    code, hovered_code : the codes marked; -1 for none.
    place : under the mouse, in view coordinates; None where it is elsewhere.
    """

    code_hovered = Signal(int)
    """-1 when the mouse has left."""
    code_clicked = Signal(int)
    """-1 to choose none."""
    words_changed = Signal()
    """The mouse is at another place: see `words`."""

    _has_unit_above = False
    """Whether a colour bar needs room for its unit."""

    def __init__(self, x_axis: NumberAxis, y_axis: NumberAxis, parent: QWidget | None = None) -> None:
        super().__init__(x_axis, y_axis, parent)
        self.code = self.hovered_code = -1
        self.place: tuple[float, float] | None = None
        self.content: tuple[QGraphicsItem, ...] = ()
        self.marks = MarkOverlay(self.view_box)
        self.cover = Cover(self.view_box)
        self._pointed = -1
        self._pressed: QPointF | None = None
        self._is_following = True
        self.view_changed.connect(self._stop_following)
        self.setMinimumSize(120, 90)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        font = theme.font(0.85)
        line_px = QFontMetricsF(font).height()
        above = 1.7 if self._has_unit_above else 0.5
        self.plotItem.layout.setContentsMargins(1.0, above * line_px, 1.0, 0.5 * line_px)
        self.marks.set_theme(theme)
        self.cover.set_theme(theme)

    def set_codes(self, code: int, hovered_code: int) -> None:
        """Mark the code chosen and the one under the mouse somewhere; -1 for none."""
        self.code, self.hovered_code = code, hovered_code
        self.show_marks()

    def show_marks(self) -> None:
        """Frame what belongs to the codes marked, the one chosen on top."""
        hovered = [] if self.hovered_code == self.code else self.rects_of(self.hovered_code)
        marks = [Mark(rect, is_chosen=False) for rect in hovered]
        marks += [Mark(rect, is_chosen=True) for rect in self.rects_of(self.code)]
        self.marks.set_marks(tuple(marks))

    def cover_with(self, words: str) -> None:
        """Words in place of the picture and the numbers on its axes; empty for the picture."""
        self.cover.set_reason(words)
        for side in ("left", "bottom"):
            self.plotItem.getAxis(side).setOpacity(0.0 if words else 1.0)  # hidden ones would leave no room
        for item in (*self.content, self.marks):
            item.setVisible(not words)

    def fit(self, x: Range, y: Range) -> None:
        """What the view shows while the user has not chosen another part."""
        self.set_home_range(x, y)
        if self._is_following:
            self.set_view_range(x, y)

    @property
    def plots(self) -> tuple["UsagePlot", ...]:
        """What a page of the panel shows: this plot alone."""
        return (self,)

    # -- what a subclass says -----------------------------------------------------------------------------

    def code_at(self, x: float, y: float) -> int:
        """The code at a place in view coordinates; -1 for none."""
        raise NotImplementedError

    def rects_of(self, code: int) -> list[QRectF]:
        """Where a code is, in view coordinates; nowhere for -1 or one that is not shown."""
        raise NotImplementedError

    def neighbour(self, code: int, right: int, up: int) -> int:
        """The code that an arrow key leads to; the first one from -1."""
        raise NotImplementedError

    def words(self) -> str:
        """Up to two lines on the code under the mouse, or else the one chosen; empty for none."""
        raise NotImplementedError

    # -- view ---------------------------------------------------------------------------------------------

    def _stop_following(self, *_: float) -> None:
        self._is_following = False

    def go_home(self) -> None:
        self._is_following = True
        super().go_home()
        self._is_following = True  # the view that comes back is told like one chosen

    # -- mouse and keys -----------------------------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = at
        return bool(self.cover.reason)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press and a release at one place; between two places pyqtgraph moves the view."""
        at, pressed = self._view_pixel(event.position()), self._pressed
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = None
        is_click = pressed is not None and math.dist(pressed.toTuple(), at.toTuple()) <= _CLICK_PX
        if is_click and not self.cover.reason:
            self._choose(self.code_at(*self.pixel_to_view(at)))

    def _choose(self, code: int) -> None:
        """A click on the code that is chosen chooses none."""
        if code >= 0:
            self.code_clicked.emit(-1 if code == self.code else code)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if event.buttons():
            return
        if self.view_box.rect().contains(at) and not self.cover.reason:
            self.place = self.pixel_to_view(at)
            self._point(self.code_at(*self.place))
        else:
            self.leave()

    def _point(self, code: int) -> None:
        if code != self._pointed:
            self._pointed = code
            self.code_hovered.emit(code)
        self.words_changed.emit()

    def leave(self) -> None:
        """The mouse is over no code of this picture any more."""
        if self._pointed >= 0 or self.place is not None:
            self.place = None
            self._point(-1)

    def key(self, event: QKeyEvent) -> bool:
        key, step = event.key(), _STEPS.get(Qt.Key(event.key()))
        if event.modifiers() or self.cover.reason:
            return super().key(event)
        if step is not None:
            self.place = None
            self._point(self.neighbour(self._pointed if self._pointed >= 0 else self.code, *step))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed >= 0:
            self.code_clicked.emit(self._pointed)
        elif key == Qt.Key.Key_Escape and self.code >= 0:
            self.code_clicked.emit(-1)
        else:
            return super().key(event)
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self.leave()
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.leave()
        super().hideEvent(event)
