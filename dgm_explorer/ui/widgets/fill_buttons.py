"""The buttons that fill an empty place, in the middle of it; of a plot, in the middle between its axes."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dgm_explorer.ui.plots.plot import Plot

PLAY: Final = ("run.play", "Start training")
OPEN_RUN: Final = ("file.open_run", "Open a run…")
LINES_BELOW_MIDDLE: Final = 2.4
"""In the middle stands what the place says of itself."""


class FillButtons(QWidget):
    """Lies over an empty place as long as it is wanted there; its buttons do what menus of the window do.

    Parameters
    ----------
    place : what is empty.
    entries : key of an action of the window and what the button says, from top to bottom. The keys of the
        action are said in brackets. A window without the action shows no such button.
    """

    def __init__(self, place: QWidget, entries: Sequence[tuple[str, str]] = (PLAY,)) -> None:
        super().__init__(place)
        self._place = place
        self._is_wanted = False
        self._buttons = {key: QPushButton(text) for key, text in entries}
        self._texts = dict(entries)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        before = place
        for key, button in self._buttons.items():
            layout.addWidget(button)
            QWidget.setTabOrder(before, button)
            before = button
            button.clicked.connect(lambda _checked=False, key=key: self._do(key))
        self.hide()
        place.installEventFilter(self)
        if isinstance(place, Plot):
            place.view_box.sigResized.connect(self._settle)

    def button(self, key: str) -> QPushButton:
        """The button of an action."""
        return self._buttons[key]

    def set_wanted(self, is_wanted: bool) -> None:
        """The place is empty, or is not any more."""
        self._is_wanted = is_wanted
        self._settle()

    def _settle(self) -> None:
        if not self._is_wanted:
            self.hide()
            return
        for key, button in self._buttons.items():
            action = self._action(key)
            button.setVisible(action is not None)
            if action is not None:
                self._name(button, self._texts[key], action)
        size = self.sizeHint()
        place = self._room()
        below = round(LINES_BELOW_MIDDLE * self.fontMetrics().height())
        top = min(place.height() // 2 + below, place.height() - size.height())
        is_low = place.height() < 3 * below
        if is_low and isinstance(self._place, Plot):  # its words are more than a button that others have, too
            self.hide()
            return
        if is_low:  # a strip: there are no words in it
            top = (place.height() - size.height()) // 2
        left = place.left() + (place.width() - size.width()) // 2
        self.setGeometry(left, place.top() + top, size.width(), size.height())
        self.show()
        self.raise_()

    def _room(self) -> QRect:
        """Where the place has nothing of its own to show."""
        if not isinstance(self._place, Plot):
            return self._place.rect()
        return QRect(self._place.mapFromScene(self._place.view_box.sceneBoundingRect()).boundingRect())

    def _name(self, button: QPushButton, text: str, action: QAction) -> None:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.setText(f"{text} ({keys})" if keys else text)
        button.setToolTip(action.toolTip())

    def _action(self, key: str) -> QAction | None:
        return self.window().findChild(QAction, key, Qt.FindChildOption.FindDirectChildrenOnly)

    def _do(self, key: str) -> None:
        action = self._action(key)
        if action is not None:
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The place has got another size, or is seen for the first time."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.FontChange) and self._is_wanted:
            self._settle()
        return super().eventFilter(watched, event)
