"""Handing values from a busy thread to the window without ever forming a queue."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal


def newest(_old: Any, new: Any) -> Any:
    """What becomes of two values where nobody took the first: only the second counts."""
    return new


class Mailbox(QObject):
    """One slot. A value that comes while one still lies there is merged with it, by default in its place.

    `put` and `take` may be called from any thread; the lock is held for a merge at most, never while
    anything is computed or drawn. `filled` is emitted in the thread that puts: connect it to a bound
    method of a QObject, which then runs in that object's own thread.

    Parameters
    ----------
    merge : (what lies there, what comes) → what lies there then.
    """

    filled = Signal()
    """The slot was empty and is no longer: one signal, however many values follow before `take`."""

    emptied = Signal(int)
    """Somebody has taken what lay in the slot, and so many values have been laid there until then.

    Emitted in the thread that takes.
    """

    def __init__(self, merge: Callable[[Any, Any], Any] = newest, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._merge = merge
        self._lock = threading.Lock()
        self._value: Any = None
        self._count = 0

    @property
    def is_empty(self) -> bool:
        return self._value is None

    def put(self, value: Any) -> None:
        """Lay a value (not None) into the slot."""
        with self._lock:
            was_empty = self._value is None
            self._count += 1
            self._value = value if was_empty else self._merge(self._value, value)
        if was_empty:
            self.filled.emit()

    def take(self) -> Any:
        """Empty the slot; None if there is nothing."""
        with self._lock:
            value, self._value = self._value, None
            count = self._count
        if value is not None:
            self.emptied.emit(count)
        return value
