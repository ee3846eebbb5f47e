"""When something is due again: at a rate, and never for more than its share of the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pace:
    """Due every so many seconds, later where one time takes long.

    Parameters
    ----------
    every_s : between the beginnings of two times; may be changed at any time.
    clock : seconds that only grow.
    largest_share : of the time, at most.
    """

    def __init__(self, every_s: float, clock: Callable[[], float], largest_share: float = 1.0) -> None:
        self.every_s = every_s
        self._clock = clock
        self._largest_share = largest_share
        self._began_s = clock()
        self._took_s = 0.0

    def is_due(self) -> bool:
        wait_s = max(self.every_s, self._took_s / self._largest_share)
        return self._clock() - self._began_s >= wait_s

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around each time: the wait begins with the block, whose length counts."""
        self._began_s = self._clock()
        yield
        self._took_s = self._clock() - self._began_s
