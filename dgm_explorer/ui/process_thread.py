"""Training in a process beside the window: a thread that hands orders on and brings the news home."""

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from dgm_explorer.core.training import Progress, RunFacts, RunRequest, RunState
from dgm_explorer.driver.failure_words import describe_failure
from dgm_explorer.driver.in_child import ChildNotStarted, MakeRunInChild
from dgm_explorer.driver.messages import Heard, LogLine, Start, Taken
from dgm_explorer.driver.orders import Order
from dgm_explorer.driver.update import RunUpdate
from dgm_explorer.ui.lasting_thread import JOIN_MS
from dgm_explorer.ui.training_thread import TrainingThread

if TYPE_CHECKING:
    from dgm_explorer.driver.child_process import ChildProcess

ENDS: tuple[RunState, ...] = ("finished", "stopped", "failed")

ANSWER_MS = 2000
"""For a process to say that it was told to stop; one that does not hangs."""

LAST_WORDS_MS = 5000
"""For one that has said so, to end its step and to save the run."""

logger = logging.getLogger("dgm_explorer")


class ProcessThread(TrainingThread):
    """A `TrainingThread` whose run lives in a process; only the words for its device tell.

    Orders go to the driver of this thread too: it trains where the system gives no process.

    Parameters
    ----------
    make_run : sets up the run, and lends processes.
    request, is_paused : as in `TrainingThread`.
    """

    def __init__(self, make_run: MakeRunInChild, request: RunRequest, is_paused: bool = False) -> None:
        super().__init__(make_run, request, is_paused)
        self._make_run_in_child = make_run
        self._is_paused_first = is_paused
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._early_orders: list[Order] = []
        self._facts: RunFacts | None = None
        self._progress: Progress | None = None
        self._has_begun = self._is_dismissed = False
        self._has_answered = threading.Event()
        self.mailbox.emptied.connect(self._note_taken)

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def request_stop(self) -> None:
        self._has_answered.clear()
        super().request_stop()

    def stop(self, timeout_ms: int = JOIN_MS) -> bool:
        """As in `LastingThread`, but a process that is not worth waiting for is killed.

        One that still loads libraries has nothing to save; one that does not answer, or was waited for long
        enough, would keep the program from its end, and its last checkpoint stands.
        """
        if super().stop(min(timeout_ms, ANSWER_MS)):
            return True
        may_save = self._facts is not None
        if may_save and self._has_answered.wait(max(0, ANSWER_MS - timeout_ms) / 1000):
            if self.wait(max(0, min(timeout_ms, LAST_WORDS_MS) - ANSWER_MS)):
                return True
            if timeout_ms < LAST_WORDS_MS:
                return False
        return self.give_up() and self.wait(JOIN_MS)

    @property
    def can_be_given_up(self) -> bool:
        return self._child is not None

    def give_up(self) -> bool:
        with self._lock:
            if self._child is None:
                return False
            self._is_dismissed = True
            self._child.kill()
        return True

    def run(self) -> None:
        """The thread: borrow a process, bring home its news, give it back."""
        self.mailbox.put(RunUpdate("preparing", time.monotonic(), "loading libraries"))
        try:
            is_taken_up = self._attend(self._borrow())
            if not is_taken_up:  # that process was told to end, or killed, behind the run before
                self._attend(self._borrow(), is_last=True)
        except ChildNotStarted as error:
            self._do_without(str(error))
        except BaseException as error:  # nothing that a run does may end the program
            self.mailbox.put(RunUpdate("failed", time.monotonic(), describe_failure(error)))

    def _order(self, order: Order) -> None:
        super()._order(order)
        with self._lock:
            if not self._has_begun:
                self._early_orders.append(order)
            if self._child is not None:
                self._child.post(order)

    @Slot(int)
    def _note_taken(self, count: int) -> None:
        """The window has taken what lay in the mailbox; the first that did was not from the process."""
        with self._lock:
            if self._child is not None:
                self._child.post(Taken(count - 1))

    # -- in the thread ------------------------------------------------------------------------------------

    def _borrow(self) -> "ChildProcess":
        """A process that was told to train; raises `ChildNotStarted`."""
        maker = self._make_run_in_child
        child = maker.pool.take()
        with self._lock:
            child.post(Start(maker.make_run, self.request, self._is_paused_first))
            for order in self._early_orders:
                child.post(order)
            self._child = child
        return child

    def _do_without(self, reason: str) -> None:
        logger.warning("no process to train in: %s", reason)
        if not self._make_run_in_child.may_fall_back:
            words = f"No process to train in could be started ({reason}); train in a thread of the window."
            self.mailbox.put(RunUpdate("failed", time.monotonic(), words))
            return
        self._driver.add_note(
            f"This run trains in a thread of the window, which may slow it: there was no process ({reason})."
        )
        super().run()

    def _attend(self, child: "ChildProcess", is_last: bool = False) -> bool:
        """Bring home the news until the run or its process has ended; False if it never took the run up."""
        pool = self._make_run_in_child.pool
        last, is_sound = None, False
        try:
            last = self._bring_news(child)
            is_sound = last is not None and last.state != "failed"
            with self._lock:
                self._child = None
            if not (last or is_last or self._has_begun or self._is_dismissed):
                return False
            if is_sound:  # before the end is told: the next run may be waiting for it
                pool.give_back(child, True)
            self.mailbox.put(last or self._bury(child))
        finally:
            if not is_sound:
                if last is None:
                    child.kill()
                pool.give_back(child, False)
        if not (is_sound or self._is_dismissed):
            pool.warm_up(self._make_run_in_child.make_run)
        return True

    def _bring_news(self, child: "ChildProcess") -> RunUpdate | None:
        """All news but the last, which is returned; None where the process has died."""
        while (message := child.listen()) is not None:
            if isinstance(message, LogLine):
                logger.log(message.level, "%s", message.text)
                continue
            if isinstance(message, Heard):
                self._has_answered.set()
                continue
            self._has_begun = True
            update = self._in_other_words(child.unpack(message), child.pid)
            self._progress = update.progress or self._progress
            if update.state in ENDS:
                return update
            self.mailbox.put(update)
        return None

    def _bury(self, child: "ChildProcess") -> RunUpdate:
        """The last news of a process that could not tell them itself.

        Raises
        ------
        ChildNotStarted
            If it never said a word.
        """
        from dgm_explorer.driver.obituary import describe_death, record_death, record_dismissal

        if not (child.is_ready or self._is_dismissed):
            raise ChildNotStarted(f"it ended at once, exit status {child.exit_status}")
        folder = None if self._facts is None else self._facts.folder
        state: RunState
        if self._is_dismissed:
            state, words = "stopped", "" if folder is None else record_dismissal(folder)
        else:
            state, words = "failed", describe_death(child.exit_status, folder)
            details = child.last_traceback()
            logger.error("%s", "\n".join(filter(None, (words, details))))
            if folder is not None:
                state, words = record_death(folder, child.pid, words, details)
        return RunUpdate(state, time.monotonic(), words, facts=self._facts, progress=self._progress)

    def _in_other_words(self, update: RunUpdate, pid: int) -> RunUpdate:
        """Say where the run trains."""
        if update.facts is None:
            return update
        if self._facts is None:
            self._facts = replace(update.facts, device=f"{update.facts.device}, process {pid}")
        return replace(update, facts=self._facts)
