"""What a start can offer to take up again. Nothing here knows Qt; `find_offers` is for a worker's thread."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_words import describe_duration
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.listing import RunSummary, list_runs, summarise_run
from dgm_explorer.ui.recovery.crash_logs import describe_crash, keep_crash_log, read_crash_log
from dgm_explorer.ui.recovery.open_work import OpenWork, read_work
from dgm_explorer.ui.recovery.trace import DeadWindow, claim_dead_windows

MAX_RUNS = 4


@dataclass(frozen=True, slots=True)
class LostSession:
    """A session of a window that did not close properly.

    Attributes
    ----------
    window : its trace, claimed.
    work : what the session belongs to.
    """

    window: DeadWindow
    work: OpenWork


@dataclass(frozen=True, slots=True)
class LostRun:
    """A run that was cut off.

    Attributes
    ----------
    run : how it stood.
    goes_on_from : step of its last checkpoint.
    """

    run: RunSummary
    goes_on_from: int


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be taken up.

    Attributes
    ----------
    sessions : newest first.
    runs : interrupted ones, newest first.
    n_more_runs : interrupted ones beyond those.
    crash : first line of what a crash below Python has left; empty for none.
    """

    sessions: tuple[LostSession, ...] = ()
    runs: tuple[LostRun, ...] = ()
    n_more_runs: int = 0
    crash: str = ""

    def __bool__(self) -> bool:
        return bool(self.sessions or self.runs or self.crash)


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """Where to look.

    Attributes
    ----------
    state : the user's state folder.
    traces : folder of the windows' traces.
    runs : folder of run folders.
    """

    state: Path
    traces: Path
    runs: Path


def find_offers(request: OfferRequest) -> Offers:
    """Look for sessions and runs that were cut off; claims the windows and puts their crash logs aside."""
    sessions: list[LostSession] = []
    crash = ""
    for window in claim_dead_windows(request.traces):
        kept = keep_crash_log(window.folder.crash_file, request.state)
        if kept is not None and not crash:
            crash = describe_crash(read_crash_log(kept))
        if window.has_session:
            sessions.append(LostSession(window, read_work(window.folder.work_file)))
        else:
            window.forget()
    trained = (Path(name) for lost in sessions for name in lost.work.training)
    runs = _find_runs(request.runs, trained)
    lost = tuple(LostRun(run, _last_checkpoint(run.path)) for run in runs[:MAX_RUNS])
    return Offers(tuple(sessions), lost, len(runs[MAX_RUNS:]), crash)


def _find_runs(parent: Path, trained: Iterable[Path]) -> tuple[RunSummary, ...]:
    """Those that say that they go on while nobody writes them; and what a lost window trained.

    The latter may have been saved properly, by a process of their own, when the window was gone.
    """
    found = {run.path: run for run in list_runs(parent) if run.is_interrupted}
    for path in trained:
        with suppress(InputError, OSError):
            run = summarise_run(path)
            if run.is_interrupted or (run.state == "stopped" and not run.is_written):
                found.setdefault(path, run)
    return tuple(sorted(found.values(), key=lambda run: run.seen_at, reverse=True))


def _last_checkpoint(path: Path) -> int:
    steps = steps_in(RunFolder(path).checkpoints)
    return steps[-1] if steps else 0


def describe_age(at: float, now: float | None = None) -> str:
    """``5 min ago``."""
    age_s = (time.time() if now is None else now) - at
    return "just now" if age_s < 10 else f"{describe_duration(age_s)} ago"
