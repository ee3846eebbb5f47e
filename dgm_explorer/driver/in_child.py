"""Runs that train in a process beside the window; what that needs is imported when the first is wanted."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from dgm_explorer.driver.imported import ImportedMakeRun

if TYPE_CHECKING:
    from dgm_explorer.core.training import MakeRun, RunRequest, TrainingRun
    from dgm_explorer.driver.child_pool import ChildPool


class ChildNotStarted(Exception):  # noqa: N818 - what happened
    """The system gives no process; the message says why."""


class MakeRunInChild:
    """A `core.training.MakeRun` for processes of their own; called, it sets the run up where it is called.

    Parameters
    ----------
    make_run : sets up the run.
    may_fall_back : train in a thread of the window where the system gives no process.
    beside : sets up the run in such a thread; ``make_run`` unless told.
    """

    def __init__(
        self, make_run: ImportedMakeRun, may_fall_back: bool = True, beside: "MakeRun | None" = None
    ) -> None:
        self.make_run = make_run
        self._beside = beside or make_run
        self.may_fall_back = may_fall_back
        self._lock = threading.Lock()
        self._pool: ChildPool | None = None

    def __call__(self, request: "RunRequest", report: Callable[[str, float | None], bool]) -> "TrainingRun":
        return self._beside(request, report)

    @property
    def pool(self) -> "ChildPool":
        """Where processes come from. The first access takes a moment; not for the window's own thread."""
        from dgm_explorer.driver.child_pool import ChildPool

        with self._lock:
            if self._pool is None:
                self._pool = ChildPool()
            return self._pool

    def warm_up(self) -> None:
        """Have a process at hand that has loaded what runs need; returns at once."""
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        self.pool.warm_up(self.make_run)
