"""Leads through the first steps, one hint at a time, without ever being in the way."""

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.first_steps.gentle_motion import GentleMotion
from dgm_explorer.ui.first_steps.hint import HintCard, Ring
from dgm_explorer.ui.first_steps.steps import STEPS
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.theme import Theme

LOOK_MS = 150
"""How often it looks whether the step was done, and where the thing it speaks of has got to."""

_TOUCHES = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.KeyPress,
    QEvent.Type.ShortcutOverride,  # all that a window gets of a key that is a shortcut, such as Space
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)


class Stage(Protocol):
    """The window, as far as the first steps have to do with it."""

    theme: Theme

    def show_tab(self, key: str) -> None: ...


class FirstSteps(QObject):
    """A hint over the KL tab; done by doing, *Next*, *Skip* or Escape. Lives in the GUI thread.

    Parameters
    ----------
    window : its overlay lies over this widget.
    tab : the KL tab.
    """

    def __init__(self, window: QWidget, stage: Stage, tab: KLTab) -> None:
        super().__init__(window)
        self._window, self._stage, self._tab = window, stage, tab
        self._index = -1
        self._before = KLState()
        self._words = ("", "")
        self.motion = GentleMotion(tab, self)
        self.ring = Ring(window, stage.theme)
        self.card = HintCard(window, stage.theme)
        self.card.next_requested.connect(self.go_on)
        self.card.skip_requested.connect(self.end)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_running(self) -> bool:
        return self._index >= 0

    @property
    def index(self) -> int:
        """The step shown, from 0; -1 for none."""
        return self._index

    def begin(self, *, is_moving: bool) -> None:
        """Begin with the first step, and with a landscape that moves until somebody touches the window."""
        self._stage.show_tab(self._tab.key)
        if self._tab.editor.state.dimension != 1:
            self._tab.editor.apply(dimension=1)
        handle = self._window.windowHandle()
        handle.removeEventFilter(self)
        handle.installEventFilter(self)
        self.set_theme(self._stage.theme)
        if is_moving:
            self.motion.begin()
        self._timer.start()
        self._go_to(0)

    def go_on(self) -> None:
        """The next step, or the end."""
        if self._index + 1 < len(STEPS):
            self._go_to(self._index + 1)
        else:
            self.end()

    def end(self) -> None:
        """Nothing is left over the window."""
        self.motion.end()
        self._timer.stop()
        self._index = -1
        self.ring.hide()
        self.card.hide()
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        self.ring.set_theme(theme)
        self.card.set_theme(theme)
        if self.is_running:
            self._say()

    def _go_to(self, index: int) -> None:
        self._index = index
        self._before = self._tab.editor.state
        self._say()
        self._look()

    def _say(self) -> None:
        self._words = STEPS[self._index].words(self._tab.editor.state)
        self.card.say(*self._words, self._index + 1, len(STEPS))
        self._place(QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton)

    def _look(self) -> None:
        """Follow what the step speaks of; go on when it was done."""
        if not (self._window.isVisible() and self._tab.editor.state.dimension == 1):
            self.end()
            return
        is_free = QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
        if is_free and not self.motion.is_moving and STEPS[self._index].is_done(self._tab, self._before):
            self.go_on()
        elif STEPS[self._index].words(self._tab.editor.state) != self._words:
            self._say()
        else:
            self._place(is_free)

    def _place(self, is_free: bool) -> None:
        """The ring goes away while a button is down: the hand has found its place."""
        is_seen = self._tab.isVisible()
        widget, point, radius_px = STEPS[self._index].place(self._tab)
        half = QPoint(round(radius_px), round(radius_px))
        center = widget.mapTo(self._window, point.toPoint())
        circle = QRect(center - half, center + half)
        if is_free:
            controls = self._tab.controls
            column = self._rect_of(controls) if controls.isVisible() else QRect()
            if not column.isEmpty():  # the switch between line and plane stays in sight
                column.setTop(self._rect_of(controls.dimension).bottom() + 1)
            self.card.stand_beside(circle, self._rect_of(self._tab), column)
        self.ring.surround(circle, self.card.geometry())
        self.ring.setVisible(is_seen and is_free and widget.isVisible())
        self.ring.raise_()
        self.card.setVisible(is_seen)
        self.card.raise_()

    def _rect_of(self, widget: QWidget) -> QRect:
        """Where a widget lies in the window."""
        return QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size())

    def _is_on_p(self, press: QMouseEvent) -> bool:
        """Whether a press takes hold of a component of p."""
        density = self._tab.scene.density
        index = density.handle_at(density.mapFromGlobal(press.globalPosition()))
        return index is not None and index < len(self._tab.editor.state.p)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch the window as the system sees it: what is touched ends the motion before it gets there."""
        if event.type() in _TOUCHES:
            self.motion.end(stays=isinstance(event, QMouseEvent) and self._is_on_p(event))
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.end()
                return True
        elif event.type() == QEvent.Type.Close:
            self.end()
        return super().eventFilter(watched, event)
