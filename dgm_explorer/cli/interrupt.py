"""Ctrl+C where Qt runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Let the system end the program, until somebody in the window listens to Ctrl+C.

    Python would raise it in whatever method Qt calls next, and there it is printed and forgotten.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
