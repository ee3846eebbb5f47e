"""Finds what is meant by *this*: the panel under the mouse, or the one with the keyboard."""

from collections.abc import Iterator
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QGroupBox, QWidget

from dgm_explorer.ui.first_steps.hint import place_beside
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.what_is_this.card import AnswerCard
from dgm_explorer.ui.what_is_this.present import present_value
from dgm_explorer.ui.what_is_this.texts import WHOLE_TAB, PanelText, panel_texts
from dgm_explorer.ui.widgets.notes_dock import NotesDock


class Stage(Protocol):
    """The window, as far as its answers have to do with it."""

    theme: Theme
    notes: NotesDock

    @property
    def current_tab(self) -> Tab: ...


class Asker(QObject):
    """Answers *what am I looking at?* with a card; asked again while it is open, it opens the notes.

    The card goes with Escape, a click beside it, or another tab. Lives in the GUI thread.
    """

    def __init__(self, window: QWidget, stage: Stage) -> None:
        super().__init__(window)
        self._window, self._stage = window, stage
        self.card = AnswerCard(window, stage.theme)
        self.card.notes_requested.connect(self._open_notes)
        self.card.closed.connect(self.close)
        self.card.grown.connect(self._place)
        self._panel, self._inside = QRect(), QRect()

    def ask(self) -> None:
        """Answer for what is under the mouse, or for what was reached by the keyboard."""
        if self.card.isVisible():
            self._open_notes()
        else:
            self.answer(self._meant())

    def answer(self, widget: QWidget | None) -> None:
        """Say what the panel around ``widget`` is; the whole tab where there is none."""
        tab = self._stage.current_tab
        key, text, panel = find_panel(widget, tab)
        self.card.set_theme(self._stage.theme)
        self.card.say(text, present_value(tab, key, panel))
        self._panel = QRect(panel.mapTo(self._window, QPoint(0, 0)), panel.size())
        top = tab.mapTo(self._window, QPoint(0, tab.controls_height_px())).y()  # Play and Stop stay free
        self._inside = self._window.rect().adjusted(4, top, -4, -4)
        self._place()
        self.card.show()
        self.card.raise_()
        self._window.windowHandle().installEventFilter(self)

    @Slot()
    def _place(self) -> None:
        """Beside the panel that was asked about, as large as the card now is."""
        self.card.move(place_beside(self._panel, self.card.rect(), self._inside))

    def close(self) -> None:
        """Take the card away."""
        self.card.hide()
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """A hidden card is dressed when it has something to say."""
        if self.card.isVisible():
            self.card.set_theme(theme)

    def _open_notes(self) -> None:
        self.close()
        self._stage.notes.show()

    def _meant(self) -> QWidget | None:
        by_keyboard = self._window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        focused = QApplication.focusWidget()
        if by_keyboard and focused is not None and self._window.isAncestorOf(focused):
            return focused
        at = self._window.mapFromGlobal(QCursor.pos())
        return self._window.childAt(at) if self._window.rect().contains(at) else focused

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch the window as the system sees it, while the card is open."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        elif isinstance(event, QMouseEvent) and self._is_press_beside(event):
            self.close()
        return super().eventFilter(watched, event)

    def _is_press_beside(self, event: QMouseEvent) -> bool:
        is_press = event.type() == QEvent.Type.MouseButtonPress
        return is_press and not self.card.geometry().contains(event.position().toPoint())


def find_panel(widget: QWidget | None, tab: Tab) -> tuple[str, PanelText, QWidget]:
    """The innermost panel around ``widget`` of which something is said: its key, the text, itself."""
    texts = panel_texts(tab.key)
    while widget is not None and widget is not tab:
        for key in names_of(widget):
            if key in texts:
                return key, texts[key], widget
        widget = widget.parentWidget()
    return WHOLE_TAB, texts.get(WHOLE_TAB, PanelText(tab.title, "", "")), tab


def names_of(widget: QWidget) -> Iterator[str]:
    """What a panel may go by in the texts."""
    name = getattr(widget, "export_name", None)
    if isinstance(name, str):
        yield name
    if isinstance(widget, QGroupBox):
        yield widget.title()
    yield type(widget).__name__
