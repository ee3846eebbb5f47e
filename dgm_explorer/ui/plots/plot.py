"""What all plots share: axes of fixed size, ranges that only move on request, theme, export, mouse."""

import math

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.focus_frame import paint_focus_frame
from dgm_explorer.ui.plots.title import Title
from dgm_explorer.ui.theme import LIGHT, Theme, color

Range = tuple[float, float]
_TITLE_PX = 30.0  # what pyqtgraph gives a title, whatever its type


class Plot(pg.PlotWidget):
    """A pyqtgraph plot without menus, buttons, grid and automatic ranges.

    Dragging the background pans, the wheel zooms, a double click or A goes back to the home range. A
    subclass takes what it wants from the mouse first by overriding `press`, `move`, `release` and `wheel`,
    in pixels of the view; these see every event, whereas pyqtgraph's own drag events have a threshold.

    Attributes
    ----------
    export_name : file name of an exported picture or table, without its ending.
    """

    view_changed = Signal(float, float, float, float)
    """The user panned, zoomed or went home: x from, to, y from, to, in the units of the axes."""

    export_name = "plot"

    def __init__(self, x_axis: NumberAxis, y_axis: NumberAxis, parent: QWidget | None = None) -> None:
        # Those on top and at the right are never shown; pyqtgraph's own would lay an empty label out for
        # every change of the range.
        hidden = {side: NumberAxis(side, "") for side in ("top", "right")}
        axes = {"bottom": x_axis, "left": y_axis, **hidden}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)  # it would keep an image of one colour
        for side in hidden:
            self.plotItem.hideAxis(side)
        self._axes = (x_axis, y_axis)
        for axis in self._axes:  # painted with every change beside them, changed only with the range
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._replace_title()
        self._title: tuple[str, ...] = ()
        self._title_color = ""
        self._grab_button: Qt.MouseButton | None = None
        self._asked: tuple[Range, Range] | None = None
        self._got: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))
        self._home: tuple[Range, Range | None] | None = None
        self.theme = LIGHT
        self.view_box = self.plotItem.vb
        self.view_box.disableAutoRange()
        self.view_box.setDefaultPadding(0)
        self.view_box.sigRangeChangedManually.connect(self._emit_view_changed)
        self.plotItem.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)  # a drop is for the window; text dragged over a view makes Qt warn

    def _replace_title(self) -> None:
        """By one that gives way: pyqtgraph's own pushes what stands beside the view out of a narrow plot."""
        plot = self.plotItem
        plot.layout.removeItem(plot.titleLabel)
        plot.scene().removeItem(plot.titleLabel)
        plot.titleLabel = Title()
        plot.layout.addItem(plot.titleLabel, 0, 1)
        plot.setTitle(None)

    # -- look ---------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts of everything painted."""
        self.theme = theme
        self.setBackground(color(theme.plot_background))
        for axis in self._axes:
            axis.set_theme(theme)
        self._show_title()

    def set_title(self, title: str, rgb: str = "", short: str = "") -> None:
        """A line above the plot, rich text, in the colour ``rgb`` (of the text by default).

        ``short`` stands there where the plot is too narrow for ``title``.
        """
        words = tuple(filter(None, (title, short)))
        if (words, rgb) != (self._title, self._title_color):
            self._title, self._title_color = words, rgb
            self._show_title()

    def _show_title(self) -> None:
        if self._title:
            self.plotItem.setTitle("")
            self.plotItem.titleLabel.show_words(self._title, self._title_color or self.theme.text, self.theme)
            line_px = QFontMetricsF(self.theme.font()).height()
            if line_px > _TITLE_PX:
                self.plotItem.titleLabel.setMaximumHeight(1.6 * line_px)
                self.plotItem.layout.setRowFixedHeight(0, 1.6 * line_px)
        else:
            self.plotItem.setTitle(None)

    # -- range --------------------------------------------------------------------------------------------

    @property
    def view_range(self) -> tuple[Range, Range]:
        """The visible part in view coordinates: x from and to, y from and to."""
        (x_lo, x_hi), (y_lo, y_hi) = self.view_box.viewRange()
        return (x_lo, x_hi), (y_lo, y_hi)

    def set_view_range(self, x: Range, y: Range) -> None:
        """Show exactly this part (with equal aspect: at least this part); nothing is emitted."""
        if self._asked == (x, y) and _is_close(self.view_range, self._got):
            return  # a range is expensive: all ticks are made anew
        self.view_box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)
        self._asked, self._got = (x, y), self.view_range

    def set_x_range(self, x_lo: float, x_hi: float) -> None:
        """Show this part of the x axis."""
        self.set_view_range((x_lo, x_hi), self.view_range[1])

    def set_home_range(self, x: Range, y: Range | None = None) -> None:
        """What a double click or A goes back to, in view coordinates; without y it stays as it is."""
        self._home = (x, y)

    def go_home(self) -> None:
        """Show the home range and tell so."""
        if self._home is None:
            return
        x, y = self._home
        home = (x, y or self.view_range[1])
        if not _is_close(self.view_range, home):
            self.set_view_range(*home)
            self._emit_view_changed()

    def pan(self, x_px: float, y_px: float) -> None:
        """Move the picture by so many pixels."""
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        rect = self.view_box.rect()
        dx, dy = x_px / rect.width() * (x_hi - x_lo), y_px / rect.height() * (y_hi - y_lo)
        self.set_view_range((x_lo - dx, x_hi - dx), (y_lo + dy, y_hi + dy))
        self._emit_view_changed()

    def _emit_view_changed(self, *_: object) -> None:
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        self.view_changed.emit(x_lo, x_hi, y_lo, y_hi)

    # -- export -------------------------------------------------------------------------------------------

    def export_table(self) -> PlotTable:
        """The data drawn at present."""
        raise NotImplementedError

    # -- mouse and keys, in pixels of the view ------------------------------------------------------------

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        """A button goes down; True keeps the drag from pyqtgraph."""
        del at, event
        return False

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        """The mouse moves over the plot, whether or not a button is down."""

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        """The button of a drag accepted by `press` goes up."""

    def wheel(self, at: QPointF, event: QWheelEvent) -> bool:
        """The wheel turns; True keeps it from zooming."""
        del at, event
        return False

    def click(self, at: QPointF) -> None:
        """A press and release of the left button in one place, in pixels of the view."""

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        """Goes home unless a subclass knows better."""
        del at, event
        self.go_home()

    def key(self, event: QKeyEvent) -> bool:
        """A key goes down; True if it was used."""
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.go_home()
            return True
        return False

    def pixel_to_view(self, at: QPointF) -> tuple[float, float]:
        """Pixels of the view as view coordinates."""
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        rect = self.view_box.rect()
        return (
            x_lo + at.x() / rect.width() * (x_hi - x_lo),
            y_hi - at.y() / rect.height() * (y_hi - y_lo),
        )

    def view_to_viewport(self, x: float, y: float) -> QPointF:
        """View coordinates as pixels of the widget, for tests and pop-ups."""
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        rect = self.view_box.rect()
        right, down = (x - x_lo) / (x_hi - x_lo), (y_hi - y) / (y_hi - y_lo)
        scene = self.view_box.mapToScene(QPointF(right * rect.width(), down * rect.height()))
        return QPointF(self.viewportTransform().map(scene))

    def viewport_to_view(self, at: QPointF) -> tuple[float, float]:
        """Pixels of the widget as view coordinates."""
        return self.pixel_to_view(self._view_pixel(at))

    def _view_pixel(self, position: QPointF) -> QPointF:
        scene, _ = self.viewportTransform().inverted()
        return QPointF(self.view_box.mapFromScene(scene.map(position)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._view_pixel(event.position())
        if self._grab_button is None and self.view_box.rect().contains(at) and self.press(at, event):
            self._grab_button = event.button()
        if self._grab_button is None:
            super().mousePressEvent(event)
        event.accept()  # pyqtgraph leaves it to the widget behind

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.move(self._view_pixel(event.position()), event)
        if self._grab_button is None:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grab_button is None:
            super().mouseReleaseEvent(event)
        elif event.button() == self._grab_button:
            self._grab_button = None
            self.release(self._view_pixel(event.position()), event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self._view_pixel(event.position())
        if event.button() == Qt.MouseButton.LeftButton and self.view_box.rect().contains(at):
            self.double_click(at, event)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = self._view_pixel(event.position())
        if self.view_box.rect().contains(at) and self.wheel(at, event):
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.key(event):
            event.accept()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_focus_frame(self, self.theme.accent)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


def _is_close(a: tuple[Range, Range], b: tuple[Range, Range]) -> bool:
    return all(
        math.isclose(u, v, rel_tol=1e-12, abs_tol=1e-12 * (y[1] - y[0]))
        for x, y in zip(a, b, strict=True)
        for u, v in zip(x, y, strict=True)
    )
