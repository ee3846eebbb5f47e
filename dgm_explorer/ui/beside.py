"""One thread for short pieces of work beside the window: a library to import, a formula to typeset.

Whoever waits looks by a timer whether it is done. So the work needs no signal and outlives no widget: one
that goes leaves nothing behind but the work.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

P = ParamSpec("P")
T = TypeVar("T")

LOOK_MS = 3
"""How often to look whether it is done."""


def begin_beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
    """Have it done behind what was begun before; from the GUI thread. The end of the program waits for it."""
    return _pool().submit(work, *args, **kwargs)


class Errand(QObject):
    """What one widget has done beside the window; only the newest counts.

    Attributes
    ----------
    done : it has ended, well or not: who asks for its outcome again is told why.
    """

    done = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._coming: Future[Any] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_under_way(self) -> bool:
        return self._timer.isActive()

    @property
    def is_done(self) -> bool:
        return self._coming is not None and not self.is_under_way

    def begin(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have it done instead of what is under way."""
        self._coming = begin_beside(work, *args, **kwargs)
        self._timer.start()

    def forget(self) -> None:
        """Nobody waits any more."""
        self._coming = None
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        assert self._coming is not None
        if self._coming.done():
            self.done.emit()
        else:
            self._timer.start()


@functools.cache
def _pool() -> "ThreadPoolExecutor":
    """Its import, like the thread, is for who first needs it: no part of the first paint."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1, "beside")
