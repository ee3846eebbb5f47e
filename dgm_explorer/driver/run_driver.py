"""Sets up a run, pulls steps out of it, and tells how it goes."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_notes import NotingRun, RunNote
from dgm_explorer.core.training import (
    Command,
    MakeRun,
    Progress,
    RestingRun,
    RunFacts,
    RunRequest,
    RunState,
    TrainingRun,
)
from dgm_explorer.driver.failure_words import describe_failure
from dgm_explorer.driver.gate import RunGate
from dgm_explorer.driver.orders import Order, ScreenCost
from dgm_explorer.driver.pacer import SnapshotPacer
from dgm_explorer.driver.update import RunUpdate

REST_S = 1.0
"""Between two heartbeats of a paused run."""

logger = logging.getLogger("dgm_explorer")


class Slot(Protocol):
    """Where news are laid for the window."""

    @property
    def is_empty(self) -> bool:
        """Whether the window has taken what was laid there last; until then pictures are not worth making."""
        ...

    def put(self, update: RunUpdate, /) -> None:
        """Lay news there; those that nobody took yet are merged with them."""
        ...


class RunDriver:
    """Trains one run in the thread that calls `drive`; `obey` may be called from any thread.

    Parameters
    ----------
    make_run : sets up the run.
    request : what to train.
    slot : takes every `RunUpdate`.
    is_paused : wait before the first step.
    """

    def __init__(
        self,
        make_run: MakeRun,
        request: RunRequest,
        slot: Slot,
        is_paused: bool = False,
    ) -> None:
        self._make_run = make_run
        self._request = request
        self._slot = slot
        self._gate = RunGate(is_paused)
        self._pacer = SnapshotPacer()
        self._facts: RunFacts | None = None
        self._progress: Progress | None = None
        self._refusals: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._first_step = 0
        self._shown_step = -1

    @property
    def is_paused(self) -> bool:
        """Whether it was asked to pause; a step under way still ends."""
        return self._gate.is_paused

    def obey(self, order: Order) -> None:
        """Take an order; it takes effect between two steps. Returns at once."""
        if isinstance(order, Command):
            self._gate.post(order)
        elif isinstance(order, ScreenCost):
            self._pacer.screen_cost_s = order.cpu_s
        elif order == "pause":
            self._gate.pause()
        elif order == "resume":
            self._gate.resume()
        elif order == "step_once":
            self._gate.step_once()
        else:
            self._gate.stop()

    def add_note(self, sentence: str) -> None:
        """Have this told to the user with the notes of the run; before `drive`."""
        self._notes = (*self._notes, sentence)

    def drive(self) -> None:
        """Prepare, train, close. Whatever happens becomes the last update."""
        state, words = self._work()
        self._tell(state, words=words)

    def _work(self) -> tuple[RunState, str]:
        """Set up and train; the run and all its memory are gone when this returns."""
        try:
            self._tell("preparing", words="starting")
            run = self._make_run(self._request, self._report)
        except BaseException as error:  # loading was cancelled, or anything at all went wrong
            return ("stopped", "") if self._gate.is_stopping else ("failed", describe_failure(error))
        try:
            self._facts = replace(run.facts, notes=(*self._notes, *run.facts.notes))
            self._progress = run.progress
            self._first_step = run.progress.step
            state, words = self._train(run), ""
        except BaseException as error:  # nothing that a run does may end the program
            state, words = "failed", describe_failure(error)
        return self._close(run, state, words)

    def _close(self, run: TrainingRun, state: RunState, words: str) -> tuple[RunState, str]:
        """Show and save the last step. Only then may the end be told: another run may be waiting for it."""
        try:
            if state == "failed":  # there may be no picture any more, but what led here can be read
                tables = tuple(run.take_metrics())
                self._tell(self._resting_state(), tables=tables, notes=_take_notes(run))
            else:
                self._show(run, self._resting_state())
        except BaseException as error:
            logger.info("nothing last to show: %s", error)
        try:
            run.close(state, words)
        except BaseException as error:  # a disk may be full
            return "failed", words or describe_failure(error)
        return state, words

    def _report(self, words: str, share: float | None) -> bool:
        """Pass on how far the preparations are; False cancels them."""
        now_s = time.monotonic()
        if self._pacer.is_progress_due(now_s) or share is None:
            self._pacer.note_progress(now_s)
            self._tell("preparing", words=words, share=share)
        return not self._gate.is_stopping

    def _train(self, run: TrainingRun) -> RunState:
        steps = iter(run.steps())
        self._show(run, self._resting_state())
        while True:
            turn = self._gate.next_turn()
            if turn == "stop":
                return "stopped"
            if turn == "rest":
                self._rest(run)
            elif turn == "command":
                self._obey(run)
            elif not self._advance(run, steps):
                return "finished" if self._is_complete() else "stopped"

    def _is_complete(self) -> bool:
        """Whether all was trained that was planned; a watcher may have asked to stop before."""
        return self._progress is None or self._progress.step >= self._progress.n_steps

    def _rest(self, run: TrainingRun) -> None:
        """Show exactly what the pause has stopped at, and sleep until something is asked."""
        self._show(run, "paused")
        self._gate.wait_for_change(REST_S)
        if isinstance(run, RestingRun) and not run.rest():
            self._gate.stop()

    def _obey(self, run: TrainingRun) -> None:
        for command in self._gate.take_commands():
            try:
                run.apply(command)
            except InputError as error:
                self._refusals = (*self._refusals, str(error))
        self._shown_step = -1
        self._pacer.note_change(time.monotonic())
        if self._gate.is_paused or self._refusals:
            self._show(run, self._resting_state())

    def _advance(self, run: TrainingRun, steps: Iterator[Progress]) -> bool:
        """One step; False if there is none left."""
        progress = next(steps, None)
        if progress is None:
            return False
        self._progress = progress
        now_s = time.monotonic()
        if not self._slot.is_empty:
            return True
        if self._pacer.is_snapshot_due(now_s):
            self._show(run, self._resting_state())
        elif self._pacer.is_progress_due(now_s):
            self._pacer.note_progress(now_s)
            self._tell(self._resting_state())
        return True

    def _resting_state(self) -> RunState:
        return "paused" if self._gate.is_paused else "running"

    def _show(self, run: TrainingRun, state: RunState) -> None:
        """Send a picture of this very step with all metrics up to it, unless it was sent before."""
        step = self._progress.step if self._progress is not None else 0
        if step == self._shown_step:
            self._tell(state)
            return
        began_s = time.monotonic()
        tables, notes = tuple(run.take_metrics()), _take_notes(run)
        snapshot = run.snapshot()
        ended_s = time.monotonic()
        self._shown_step = step
        self._tell(
            state,
            snapshot=snapshot,
            snapshot_at_s=ended_s,
            tables=tables,
            notes=notes,
            memory_mb=run.device_memory_mb(),
        )
        self._pacer.note_snapshot(began_s, time.monotonic())

    def _tell(self, state: RunState, **news: Any) -> None:
        refusals, self._refusals = self._refusals, ()
        self._slot.put(
            RunUpdate(
                state,
                time.monotonic(),
                facts=self._facts,
                first_step=self._first_step,
                progress=self._progress,
                refusals=refusals,
                **news,
            )
        )


def _take_notes(run: TrainingRun) -> tuple[RunNote, ...]:
    return tuple(run.take_notes()) if isinstance(run, NotingRun) else ()
