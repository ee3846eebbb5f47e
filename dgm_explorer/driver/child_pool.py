"""Keeping one process that trains at hand, because a fresh one needs seconds to load torch."""

import logging
import threading
import time
from multiprocessing.util import Finalize

from dgm_explorer.driver.child_process import ChildProcess
from dgm_explorer.driver.imported import ImportedMakeRun
from dgm_explorer.driver.in_child import ChildNotStarted
from dgm_explorer.driver.messages import WarmUp

LAST_STOP_S = 5.0
"""For runs that still save themselves when the program ends and their threads were waited for."""

logger = logging.getLogger("dgm_explorer")


class ChildPool:
    """Lends processes, and keeps at most one that has no work. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: ChildProcess | None = None
        self._lent: set[ChildProcess] = set()
        self._is_closed = False
        # At the end of the program, before multiprocessing waits for its processes without end.
        self._last_close = Finalize(None, self.close, exitpriority=1)

    @property
    def idle_pid(self) -> int | None:
        """Of the process that waits for work."""
        idle = self._idle
        return None if idle is None else idle.pid

    def warm_up(self, make_run: ImportedMakeRun) -> None:
        """Have a process that has loaded what runs need, if there is none yet."""
        with self._lock:
            if self._is_closed or self._idle is not None or self._lent:
                return
            try:
                self._idle = ChildProcess()
                self._idle.send(WarmUp(make_run))
            except (ChildNotStarted, OSError) as error:  # the run that needs it will say so
                logger.info("no process to train in: %s", error)

    def take(self) -> ChildProcess:
        """A process without work; ends by `give_back`.

        Raises
        ------
        ChildNotStarted
            If the system gives none.
        """
        with self._lock:
            child, self._idle = self._idle, None
            if child is not None and not child.is_alive:
                child.close()
                child = None
            if self._is_closed:
                raise ChildNotStarted("the program is ending")
            child = child or ChildProcess()
            self._lent.add(child)
        return child

    def give_back(self, child: ChildProcess, is_sound: bool) -> None:
        """End a loan. A process that is not sound, or one too many, is ended."""
        with self._lock:
            self._lent.discard(child)
            is_kept = is_sound and self._idle is None and not self._is_closed
            if is_kept:
                self._idle = child
        if not is_kept:
            child.close()

    def close(self, timeout_s: float = LAST_STOP_S) -> None:
        """End every process: those with work are waited for, and were told to stop by their own threads."""
        self._last_close.cancel()
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.close()
        end_s = time.monotonic() + timeout_s
        while self._lent and time.monotonic() < end_s:
            time.sleep(0.01)
        for child in tuple(self._lent):
            child.kill()
