"""A share of the time for something that is not training."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Allowance:
    """Lets something take a share of the time since it was made, and no more."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._start_s = time.perf_counter()
        self._spent_s = 0.0

    def is_free(self) -> bool:
        return self._spent_s <= self._share * (time.perf_counter() - self._start_s)

    @contextmanager
    def spending(self) -> Iterator[None]:
        before_s = time.perf_counter()
        yield
        self._spent_s += time.perf_counter() - before_s
