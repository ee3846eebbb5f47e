"""A chart over training steps that follows them, until the user looks somewhere else."""

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QMouseEvent

from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import Cover
from dgm_explorer.ui.plots.chart_marks import CursorOverlay
from dgm_explorer.ui.plots.plot import Plot, Range
from dgm_explorer.ui.theme import Theme

_FULLEST, _ROOM, _LEAST_STEPS = 0.85, 1.1, 20.0


class StepChart(Plot):
    """What charts over steps share; a subclass draws its numbers and says which range suits them.

    It ends its constructor with `set_theme`, and calls `_show_up_to` whenever it has other numbers.

    Attributes
    ----------
    cover : says why there is nothing to see.
    """

    step_hovered = Signal(float)
    """The mouse is over this step."""
    left = Signal()
    """The mouse is over none."""

    _newest: float | None = None

    def __init__(self, x_label: str, y_axis: NumberAxis) -> None:
        super().__init__(NumberAxis("bottom", x_label), y_axis)
        self._is_following = True
        self._cursor = CursorOverlay(self.view_box)
        self.cover = Cover(self.view_box)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._cursor.set_theme(theme)
        self.cover.set_theme(theme)
        self._draw()

    def set_x_axis_named(self, is_named: bool) -> None:
        """Whether the x axis says what it is; all but the lowest of several charts leave that to it."""
        self.plotItem.showAxis("bottom", is_named)

    @property
    def cursor_words(self) -> str:
        """What is written beside the vertical line; empty where there is none."""
        return self._cursor.words

    def set_cursor_step(self, step: float | None, words: str = "") -> None:
        """A vertical line at ``step`` with some words; None hides it."""
        self._cursor.set_step(step, words)

    # -- range --------------------------------------------------------------------------------------------

    @property
    def is_following(self) -> bool:
        """Whether the range grows with the steps."""
        return self._is_following

    def set_steps_shown(self, lo: float, hi: float) -> None:
        """Another chart was zoomed or panned to these steps."""
        self._is_following = False
        self.set_view_range((lo, hi), self.view_range[1])
        self._draw()

    def follow(self) -> None:
        """Show all steps again and go on following."""
        self._is_following = True
        self._follow(is_new=True)
        self._draw()

    def go_home(self) -> None:
        self.follow()
        super()._emit_view_changed()

    def _emit_view_changed(self, *_: object) -> None:
        """The user panned or zoomed, and looks at these steps from now on."""
        self._is_following = False
        self._draw()
        super()._emit_view_changed()

    def _show_up_to(self, newest: float | None) -> None:
        """There are other numbers, up to this step; None for none at all."""
        self._newest = newest
        self._follow()
        self._draw()

    def _follow(self, is_new: bool = False) -> None:
        if not self._is_following or self._newest is None:
            return
        x, y = self.view_range
        if is_new or not _FULLEST * x[1] <= self._newest <= x[1]:
            x = (0.0, max(_ROOM * self._newest, _LEAST_STEPS))
        wanted = self._wanted_y()
        self.set_view_range(x, wanted if is_new else _kept(y, wanted))

    def _wanted_y(self) -> Range:
        """The range that suits the numbers; asked only when there are some."""
        raise NotImplementedError

    def _draw(self) -> None:
        """Show the numbers within the present range."""
        raise NotImplementedError

    # -- mouse --------------------------------------------------------------------------------------------

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if event.buttons() or self._newest is None or not self.view_box.rect().contains(at):
            self._leave()
        else:
            self._point_at(at)

    def _point_at(self, at: QPointF) -> None:
        """The mouse is over the curves."""
        self.step_hovered.emit(self.pixel_to_view(at)[0])

    def _leave(self) -> None:
        self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()
        super().leaveEvent(event)

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        if self._newest is not None:
            self._draw()


def _kept(old: Range, wanted: Range) -> Range:
    """The old range while it still serves: new ticks cost more than all curves."""
    width = wanted[1] - wanted[0]
    holds = old[0] <= wanted[0] + 0.05 * width and old[1] >= wanted[1] - 0.05 * width
    return old if holds and old[1] - old[0] <= 1.4 * width else wanted
