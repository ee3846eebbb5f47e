"""One thread for short pieces of work beside the window, whose outcome whoever began them looks for.

For what needs no signal and must outlive no widget: a library to import, a formula to typeset. Whoever
waits asks `Future.done` now and then by a timer; a widget that goes leaves nothing behind but the work.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

P = ParamSpec("P")
T = TypeVar("T")

LOOK_MS = 3
"""How often to look whether it is done."""


def begin_beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
    """Have it done behind what was begun before; from the GUI thread. The end of the program waits for it."""
    return _pool().submit(work, *args, **kwargs)


@functools.cache
def _pool() -> "ThreadPoolExecutor":
    """Its import, like the thread, is for who first needs it: no part of the first paint."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1, "beside")
