"""Whether somebody is still writing a run folder."""

import platform
from collections.abc import Callable

from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.lock import is_locked
from dgm_explorer.runs.status import RunStatus

PATIENCE_S = 10.0


class Heartbeat:
    """Listens to the status of one run.

    On the writer's own computer its lock tells, at once and in a pause too. From elsewhere a heart that
    stood still for `PATIENCE_S` is dead.

    Parameters
    ----------
    folder : the run folder.
    clock : seconds that only rise.
    """

    def __init__(self, folder: RunFolder, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._last: tuple[float, int] | None = None
        self._changed_at = 0.0

    def is_alive(self, status: RunStatus | None) -> bool:
        """Whether the run that has this status seems to go on."""
        if status is None:  # of a run that has just begun, or was killed before it wrote one
            return is_locked(self._folder) is True
        if not status.is_active:
            return False
        if status.host == platform.node():
            locked = is_locked(self._folder)
            if locked is not None:
                return locked
        return self._is_beating(status)

    def _is_beating(self, status: RunStatus) -> bool:
        now = self._clock()
        if self._last != (status.t, status.step):
            self._last, self._changed_at = (status.t, status.step), now
        return now - self._changed_at < PATIENCE_S
