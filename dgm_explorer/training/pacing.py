"""When something is due again: at a rate, and never for more than its share of the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

FADING = 0.99
"""How much of a long step is still reckoned with at the next one."""

LONGEST_LEAD = 0.5
"""Of the interval: however long a time takes, it is not due more often than twice as often."""


class Pace:
    """Due every so many seconds, later where one time takes long.

    Parameters
    ----------
    every_s : between the beginnings of two times; may be changed at any time.
    clock : seconds that only grow.
    largest_share : of the time, at most.
    is_early : due so early that the time has ended, not begun, when ``every_s`` are over, as far as the last
        time's length and the pace of the questions tell.
    """

    def __init__(
        self,
        every_s: float,
        clock: Callable[[], float],
        largest_share: float = 1.0,
        is_early: bool = False,
    ) -> None:
        self.every_s = every_s
        self._clock = clock
        self._largest_share = largest_share
        self._is_early = is_early
        self._began_s = self._asked_s = clock()
        self._took_s = self._between_s = 0.0

    def is_due(self) -> bool:
        """Asked behind every step."""
        now_s = self._clock()
        self._between_s = max(now_s - self._asked_s, FADING * self._between_s)
        self._asked_s = now_s
        wait_s = max(self.every_s, self._took_s / self._largest_share)
        if self._is_early:
            lead_s = min(self._took_s + self._between_s, LONGEST_LEAD * self.every_s)
            wait_s = max(self.every_s - lead_s, self._took_s / self._largest_share)
        return now_s - self._began_s >= wait_s

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around each time: the wait begins with the block, whose length counts."""
        self._began_s = self._clock()
        yield
        self._took_s = self._clock() - self._began_s
