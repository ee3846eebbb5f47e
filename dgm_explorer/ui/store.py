"""The state of one tab: swapped whole, undone whole."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

UNDO_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A state with its history, set aside by `Store.keep`."""

    state: Any
    past: tuple[Any, ...]
    future: tuple[Any, ...]


class Store(QObject):
    """Holds one frozen dataclass and its history.

    Everything that the user changes goes through `update` or `replace`; views listen to `changed` and
    redraw what differs between the two states. A change that the state refuses (`InputError`) is
    raised to the caller before anything is swapped or emitted. Lives in the GUI thread.

    Parameters
    ----------
    state : instance of a frozen dataclass, compared by value.
    looks : fields that say what is looked at, not what it is: they are kept with the state, but changing
        them is no step of the history, and undo leaves them as they are.
    parent : owner in Qt's sense.
    """

    changed = Signal(object, object)
    """(old, new), after the swap; never emitted for equal states."""

    history_changed = Signal()
    """`can_undo` or `can_redo` may answer differently now."""

    def __init__(self, state: Any, looks: tuple[str, ...] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._looks = looks
        self._past: list[Any] = []
        self._future: list[Any] = []
        self._gesture_depth = 0
        self._gesture_start: Any = None

    @property
    def state(self) -> Any:
        return self._state

    @property
    def can_undo(self) -> bool:
        return bool(self._past) or self._is_gesture_under_way_with_changes()

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    @property
    def is_in_gesture(self) -> bool:
        """Whether a drag is under way: its end is still to come."""
        return self._gesture_depth > 0

    def update(self, **changes: Any) -> None:
        """Swap the state for a copy with ``changes``; one undo step unless inside a gesture.

        Raises
        ------
        InputError
            If the new state is not valid; the present one stays.
        TypeError
            If a field does not exist.
        """
        self.replace(dataclasses.replace(self._state, **changes))

    def replace(self, state: Any) -> None:
        """Swap the whole state, as opening a session or a preset does; it can be undone."""
        if state == self._state:
            return
        is_step = self._gesture_depth == 0 and self._with_present_looks(state) != self._state
        if is_step:
            self._remember(self._state)
        self._swap(state)
        if is_step:
            self.history_changed.emit()

    def begin_gesture(self) -> None:
        """Everything until the matching `end_gesture` is one undo step; gestures nest."""
        if self._gesture_depth == 0:
            self._gesture_start = self._state
        self._gesture_depth += 1

    def end_gesture(self) -> None:
        """Close a gesture; without `begin_gesture` (a lost press event) it does nothing."""
        if self._gesture_depth == 0:
            return
        self._gesture_depth -= 1
        if self._gesture_depth == 0:
            self._close_gesture()

    def step_to(self, state: Any) -> None:
        """Swap the whole state as a step of its own, even amid a gesture, which goes on from it."""
        depth = self._gesture_depth
        self._abandon_nesting()
        self.replace(state)
        self._gesture_depth, self._gesture_start = depth, self._state

    def undo(self) -> None:
        """Go back one step; a gesture still under way ends first and is what gets undone."""
        self._abandon_nesting()
        if self._past:
            self._future.append(self._state)
            self._swap(self._with_present_looks(self._past.pop()))
            self.history_changed.emit()

    def redo(self) -> None:
        self._abandon_nesting()
        if self._future:
            self._past.append(self._state)
            self._swap(self._with_present_looks(self._future.pop()))
            self.history_changed.emit()

    def clear_history(self) -> None:
        self._past.clear()
        self._future.clear()
        self._gesture_start = self._state
        self.history_changed.emit()

    def keep(self) -> Kept:
        """State and history, to be brought back later; a gesture still under way ends."""
        self._abandon_nesting()
        return Kept(self._state, tuple(self._past), tuple(self._future))

    def bring_back(self, kept: Kept) -> None:
        """Be as `keep` found the store, history included."""
        self._abandon_nesting()
        self._past, self._future = list(kept.past), list(kept.future)
        if kept.state != self._state:
            self._swap(kept.state)
        self.history_changed.emit()

    def _swap(self, state: Any) -> None:
        old, self._state = self._state, state
        self.changed.emit(old, state)

    def _with_present_looks(self, state: Any) -> Any:
        return dataclasses.replace(state, **{name: getattr(self._state, name) for name in self._looks})

    def _remember(self, state: Any) -> None:
        self._past.append(state)
        del self._past[:-UNDO_LIMIT]
        self._future.clear()

    def _is_gesture_under_way_with_changes(self) -> bool:
        return bool(self._gesture_depth and self._gesture_start != self._state)

    def _abandon_nesting(self) -> None:
        if self._gesture_depth:
            self._gesture_depth = 0
            self._close_gesture()

    def _close_gesture(self) -> None:
        start, self._gesture_start = self._gesture_start, None
        if start != self._state:
            self._remember(start)
            self.history_changed.emit()
