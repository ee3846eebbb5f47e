"""Who gets a key when both the window and the focused control could use it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from shiboken6 import isValid

from dgm_explorer.ui.widgets.number_edit import NumberEdit

TYPING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class KeyboardManners(QObject):
    """Settles four conflicts, by watching only the control that has the focus.

    * Space plays and pauses, also when a button was clicked before. But on a button or a list that was
      reached with the Tab key, Space presses it: that is how the window is used without a mouse.
    * Ctrl+Z in a number field takes back typing while there is some, and the last change of the tab
      otherwise.
    * Space plays and pauses from a number field as well, unless a number is being typed there: no number
      has a space in it, and a field keeps the focus behind Return.
    * Return and Escape in a field end its typing, also where a lecture has another use for them.

    Otherwise text fields keep the printable keys (Space, full stop, R) by Qt's own rule.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watched: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    def _watch(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):  # a dialog's button may go with the focus
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._forget)
        self._watched = None
        if isinstance(new, QAbstractButton | QComboBox | QAbstractSpinBox | QLineEdit):
            self._watched = new
            new.installEventFilter(self)
            new.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._watched = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if isinstance(watched, QAbstractButton | QComboBox):
            if event.key() == Qt.Key.Key_Space and _was_reached_by_tab(watched):
                event.accept()
                return True
            return False
        if event.key() in TYPING_KEYS:
            event.accept()
            return True
        is_idle_space = event.key() == Qt.Key.Key_Space and _is_number_at_rest(watched)
        if is_idle_space or (_is_undo_or_redo(event) and not _has_typing(watched)):
            event.ignore()
            return True
        return False


def _was_reached_by_tab(widget: QWidget) -> bool:
    return widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)


def _is_undo_or_redo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


def _is_number_at_rest(widget: QObject) -> bool:
    return isinstance(widget, NumberEdit) and not widget.isModified()


def _has_typing(widget: QObject) -> bool:
    field = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
    return isinstance(field, QLineEdit) and (field.isUndoAvailable() or field.isRedoAvailable())
