"""The run of one tab, whoever trains it: started, paused, stopped, branched, followed."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dgm_explorer.core.rate_meter import RateMeter
from dgm_explorer.core.run_notes import RunNote
from dgm_explorer.core.training import Command, MakeRun, RunFacts, RunRequest
from dgm_explorer.driver.update import RunUpdate
from dgm_explorer.ui.lasting_thread import JOIN_MS
from dgm_explorer.ui.run.follower import FolderNews, RunFollower
from dgm_explorer.ui.run.going_on import goes_on
from dgm_explorer.ui.run.metrics_feed import MetricsFeed
from dgm_explorer.ui.run.readings import ControllerState, RunOnScreen, RunReadings
from dgm_explorer.ui.run.stopping import Stopping
from dgm_explorer.ui.run.take_readings import after_news, after_update, without_pace
from dgm_explorer.ui.run.training_place import make_training_thread, warm_up
from dgm_explorer.ui.training_thread import TrainingThread

RATE_WINDOW_S = 3.0

WARM_UP_DELAY_MS = 250
"""Behind the first picture of the tab."""


class RunController(QObject):
    """Drives a `TrainingThread` or follows a run folder, and tells both in the same signals.

    Lives in the GUI thread and never waits, except in `finish`. One run at a time: what is started while
    another one trains begins when that one has saved itself.

    Parameters
    ----------
    make_run : sets up a run; called in the training thread.
    make_request : what Play, Step and Reset start, from the tab's present settings.
    """

    run_changed = Signal(object)
    """`RunOnScreen`: forget the metrics and pictures of the run before."""

    snapshot_ready = Signal(object)
    """The newest picture."""

    metrics_ready = Signal(object)
    """A tuple of `MetricsTable`, in the order of their steps; none comes twice."""

    noted = Signal(object)
    """A tuple of `RunNote`, what else has happened; none comes twice, and they come before their picture."""

    state_changed = Signal()
    """`state` answers differently now."""

    progressed = Signal(object)
    """`RunReadings`, for the run controls."""

    failed = Signal(str)
    """The run ended by a failure, or cannot be read: one sentence."""

    went_on = Signal(str)
    """Training goes on; what `failed` said in this sentence is over."""

    refused = Signal(str)
    """A command made no sense: one sentence; the run goes on."""

    noticed = Signal(str)
    """A sentence that asks for nothing."""

    def __init__(
        self, make_run: MakeRun, make_request: Callable[[], RunRequest], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._make_run = make_run
        self._make_request = make_request
        self._thread: TrainingThread | None = None
        self._leaving: list[TrainingThread] = []
        self._next: tuple[RunRequest, bool, bool] | None = None
        self._is_finished = False
        self._failure = ""
        self._screen: RunOnScreen | None = None
        self._left: tuple[RunOnScreen, RunReadings] | None = None
        self._readings = RunReadings()
        self._rates = RateMeter(RATE_WINDOW_S)
        self._drawing_since_s = 0.0
        self._stopping = Stopping(self)
        self._stopping.said.connect(self.noticed)
        self._feed = MetricsFeed(self)
        self._feed.metrics_ready.connect(self.metrics_ready)
        self._feed.noted.connect(self.noted)
        self._follower = RunFollower(self)
        self._follower.found.connect(self._take_news)
        QTimer.singleShot(WARM_UP_DELAY_MS, self, self._warm_up)

    @property
    def state(self) -> ControllerState:
        return self._readings.state

    @property
    def readings(self) -> RunReadings:
        return self._readings

    @property
    def on_screen(self) -> RunOnScreen | None:
        """The run that the window shows; None before the first."""
        return self._screen

    @property
    def is_playing(self) -> bool:
        """Whether it trains here; what another process does is not in this window's hands."""
        return self._readings.is_playing

    @property
    def is_training_here(self) -> bool:
        """Whether closing the window would end a run that is not finished."""
        return self._thread is not None

    def start(self, request: RunRequest, is_paused: bool = False, is_single_step: bool = False) -> None:
        """Begin a run; one that still trains is stopped and saved first. Behind `finish`, nothing begins."""
        if self._is_finished:
            return
        self._follower.release()
        if self._thread is None:
            self._begin(request, is_paused, is_single_step)
        else:
            self._next = (request, is_paused, is_single_step)
            self._stopping.ask(self._thread)

    @Slot()
    def play_pause(self) -> None:
        """Pause or go on; begin or resume where nothing trains."""
        if self._thread is not None:
            if self._thread.is_paused:
                self._thread.resume()
            else:
                self._thread.pause()
            self._show(without_pace(self._readings, self._rates))
        elif self._is_following_living():
            self.noticed.emit("Another process trains this run; the window follows it. Stop asks it to stop.")
        else:
            self.start(self._request_to_play())

    @Slot()
    def step(self) -> None:
        """Exactly one optimiser step, then rest; of a run that is followed, a picture as soon as can be."""
        if self._thread is not None:
            self._thread.step_once()
            self._show(without_pace(self._readings, self._rates))
        elif self._is_following_living():
            self._follower.ask("snapshot")
            self.noticed.emit("The process that trains this run was asked for a picture.")
        else:
            self.start(self._request_to_play(), is_paused=True, is_single_step=True)

    @Slot()
    def stop(self) -> None:
        """End the run behind the present step and save it, or ask the process that trains it to do so.

        One that has not stopped long after it was asked is killed when asked again.
        """
        if self._thread is not None:
            self._next = None
            self._stopping.ask(self._thread)
        elif self._is_following_living():
            self._follower.ask("stop")
            self.noticed.emit("The process that trains this run was asked to stop.")

    @Slot()
    def reset(self) -> None:
        """From the beginning with the present settings and their seed, in a new folder; nothing is lost."""
        if self.state == "idle":
            return
        self.start(self._make_request(), is_paused=not self.is_playing)

    def branch(self, step: int) -> None:
        """Begin a new run from the checkpoint nearest to ``step`` of the run on the screen."""
        if self._screen is None:
            return
        progress = self._readings.progress
        if self.state == "finished" and progress is not None and step >= progress.n_steps:
            self.noticed.emit(
                "This is the end of the run's plan: raise the epochs, and Play goes on from here."
            )
            return
        request = dataclasses.replace(
            self._screen.request,
            folder=None,
            resume=False,
            branch_from=self._screen.folder,
            branch_step=step,
        )
        self.start(request)

    def apply(self, command: Command) -> None:
        """Change something between two steps; `refused` says if it makes no sense."""
        if self._thread is not None:
            self._thread.post(command)
        else:
            self.noticed.emit("No run trains here at present; start one to change it.")

    def switch(self, command: Command, config: Any) -> None:
        """Change what ``config`` says now; a run stopped with it goes on with it, see `play_pause`."""
        self.apply(command)
        if self._thread is not None and self._screen is not None:
            request = dataclasses.replace(self._screen.request, config=config)
            self._screen = dataclasses.replace(self._screen, request=request)

    def follow(self, folder: Path) -> None:
        """Show the run in a folder: finished, or trained by another process."""
        if self._is_finished:
            return
        self._clear_screen()
        self._show(RunReadings("preparing", words=f"opening {folder.name}", is_followed=True))
        self._follower.follow(folder)

    def put_away(self) -> None:
        """Have no run on the screen, as before the first; one that trains is stopped and saved."""
        self._clear_screen()
        self._follower.release()
        self._show(RunReadings())

    def _clear_screen(self) -> None:
        if self._thread is not None:
            self._next = None
            self._thread.request_stop()
            self._let_go()
        self._screen = None
        self._feed.forget()

    def finish(self, timeout_ms: int = JOIN_MS) -> None:
        """Stop whatever trains or reads here and wait for it; the owner is about to go."""
        self._is_finished = True
        self._next = None
        self._follower.close()
        self._feed.close()
        for thread in self._leaving:
            thread.stop(timeout_ms)
        if self._thread is not None:
            self._thread.stop(timeout_ms)
            self._read_thread()
        if self._thread is not None:  # it ends by itself, or with the program
            self._let_go()
        self._leaving.clear()  # Qt may delete them before this is called again at the exit of the program

    @Slot()
    def _warm_up(self) -> None:
        if not self._is_finished:
            warm_up(self._make_run)

    def _begin(self, request: RunRequest, is_paused: bool, is_single_step: bool) -> None:
        self._thread = make_training_thread(self._make_run, request, is_paused)
        self._thread.mailbox.filled.connect(self._read_thread)
        self.destroyed.connect(self._thread.request_stop)
        self._feed.forget()
        self._left = None if self._screen is None else (self._screen, self._readings)
        self._screen = None
        self._rates.clear()
        self._show(RunReadings("preparing", words="starting"))
        if is_single_step:
            self._thread.step_once()
        self._thread.begin()

    def _let_go(self) -> None:
        """Listen no more to a thread that has ended, or is told to: it lives on its own until then."""
        assert self._thread is not None
        self._stopping.forget()
        self._thread.mailbox.filled.disconnect(self._read_thread)
        self.destroyed.disconnect(self._thread.request_stop)
        self._leaving = [thread for thread in self._leaving if thread.isRunning()]
        self._leaving.append(self._thread)
        self._thread = None

    @Slot()
    def _read_thread(self) -> None:
        """The training thread has laid news into its slot."""
        update = self._thread.mailbox.take() if self._thread is not None else None
        if not isinstance(update, RunUpdate):
            return
        assert self._thread is not None
        if self._screen is None and update.facts is not None:
            self._open(update.facts, update)
        is_over = update.state in ("finished", "stopped", "failed")
        if is_over:
            self._let_go()  # before anybody is told, who may ask whether it trains here
        if update.state == "failed" and self._screen is None and self._left is not None:
            self._put_back(*self._left)
        else:
            self._show(after_update(self._readings, update, self._rates))
        if update.state in ("running", "paused") and self._failure:
            sentence, self._failure = self._failure, ""
            self.went_on.emit(sentence)
        self._feed.add(update.tables)
        self._pass_notes(update.notes)
        if update.snapshot is not None:
            self._pass_snapshot(update.snapshot)
        for sentence in update.refusals:
            self.refused.emit(sentence)
        if is_over:
            self._end(update)

    def _open(self, facts: RunFacts, update: RunUpdate) -> None:
        assert self._thread is not None
        request = self._thread.request
        if facts.config is not None:
            request = dataclasses.replace(request, config=facts.config)
        if request.branch_from is not None:
            request = dataclasses.replace(request, branch_step=update.first_step)
        self._screen = RunOnScreen(facts.folder, request, False)
        self.run_changed.emit(self._screen)
        for note in facts.notes:
            self.noticed.emit(note)
        if update.first_step > 0:
            self._feed.begin_behind(facts.folder, update.first_step)

    def _put_back(self, screen: RunOnScreen, readings: RunReadings) -> None:
        """What should have begun has failed before it was on the screen: the run before is still there."""
        if readings.is_followed:
            self.follow(screen.folder)
        else:
            self._screen = screen
            self._show(readings)

    def _end(self, update: RunUpdate) -> None:
        if update.state == "failed":
            self._failure = update.words
            self.failed.emit(update.words)
        if self._next is not None:
            following, self._next = self._next, None
            self._begin(*following)

    def _pass_notes(self, notes: tuple[RunNote, ...]) -> None:
        if notes:
            self.noted.emit(notes)

    def _pass_snapshot(self, snapshot: Any) -> None:
        """Have it drawn, and tell the thread what that cost: painting comes behind this event."""
        self._drawing_since_s = time.thread_time()
        self.snapshot_ready.emit(snapshot)
        QTimer.singleShot(0, self, self._note_screen_cost)

    @Slot()
    def _note_screen_cost(self) -> None:
        if self._thread is not None:
            self._thread.note_screen_cost(time.thread_time() - self._drawing_since_s)

    def _take_news(self, news: FolderNews) -> None:
        """A look into a followed folder has brought something."""
        folder = self._follower.folder
        if news.error or news.info is None or folder is None:
            self._show(dataclasses.replace(self._readings, state="failed", words=news.error))
            self.failed.emit(news.error)
            return
        if self._screen is None or news.is_restarted:
            info = news.info
            request = RunRequest(info.model, info.source, info.config, info.device, parent=folder.parent)
            self._screen = RunOnScreen(folder, request, True)
            self.run_changed.emit(self._screen)
        self._show(after_news(self._readings, news, time.monotonic()))
        self._feed.add(news.tables)
        self._pass_notes(news.notes)
        if news.snapshot is not None:
            self.snapshot_ready.emit(news.snapshot)
        if news.refusal:
            self.refused.emit(news.refusal)

    def _is_following_living(self) -> bool:
        return self._readings.is_followed and self._readings.is_active

    @property
    def _is_pausing(self) -> bool:
        return self._thread is not None and self._thread.is_paused

    def _request_to_play(self) -> RunRequest:
        """Go on with the run on the screen if the settings ask for more of it; else begin a new one."""
        wanted, screen = self._make_request(), self._screen
        if screen is None or not goes_on(self.state, screen.request, wanted):
            return wanted
        return dataclasses.replace(
            wanted, folder=screen.folder, resume=True, branch_from=None, branch_step=None
        )

    def _show(self, readings: RunReadings) -> None:
        """Say what is new; a pause that was asked for shows at once, before the step under way has ended."""
        if readings.state in ("running", "paused") and self._thread is not None:
            readings = dataclasses.replace(readings, state="paused" if self._is_pausing else "running")
        is_held = readings.state == "preparing" and self._is_pausing
        old, self._readings = self._readings, dataclasses.replace(readings, is_held=is_held)
        self.progressed.emit(self._readings)
        if (readings.state, is_held) != (old.state, old.is_held):
            self.state_changed.emit()
