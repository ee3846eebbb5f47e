"""The soak itself: one random action after the other, and what came of them."""

import math
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.soak.actions import Action, Screen, choose
from tests.soak.complaints import Complaints
from tests.soak.hand import Hand
from tests.soak.program import GoneError, HangError, Program
from tests.soak.records import Record, read_record

SAMPLE_EVERY_S = 2.0
CHILD_KILL_EVERY_S = 300.0
REST_EVERY_S = 300.0
RESUME_S = 180.0
LAST_WORDS_S = 70.0
"""A process that trains gives itself 60 s to save what its window has left."""
EXPECTED_S = 15.0
KILLED = "was killed (SIGKILL)"
"""Said in the log, and rightly, for so long after a child was killed by this hand."""
START = ("--size", "1280x800")
Note = Callable[[Record], None]


class Driver:
    """Does actions, records them and what the program says to them.

    Parameters
    ----------
    program, hand : the window and who plays on it.
    note : hears every record.
    """

    def __init__(self, program: Program, hand: Hand, note: Note) -> None:
        self.program = program
        self.hand = hand
        self.note = note
        self._complaints = Complaints(program)
        self._sampled_s = 0.0
        self._action = ""
        self._killed_s = -EXPECTED_S
        self._data_mb = 0.0

    def start(self, arguments: Sequence[str]) -> None:
        self.note(Record("start", {"arguments": list(arguments)}))
        self.program.start(arguments)
        self.focus(self.program.look())

    def look(self) -> Screen:
        """The screen, with the keyboard at the window in front."""
        screen = self.program.look()
        self._data_mb = sum(run["data_mb"] for run in screen["runs"])
        if not screen["is_active"] and not screen["popup"]:
            self.focus(screen)
        return screen

    def focus(self, screen: Screen) -> None:
        self.hand.do([["focus", screen["top"]]])

    def do(self, action: Action) -> None:
        """One action, written down before it is done."""
        self._action = f"{action.kind}: {action.name}"
        self.note(Record("action", {"name": action.kind, "on": action.name, "events": action.events}))
        self.hand.do(action.events)
        self.watch()

    def watch(self) -> None:
        """Listen, and measure from time to time."""
        said = self._complaints.take()
        if said and not (KILLED in said and time.monotonic() < self._killed_s + EXPECTED_S):
            self.note(Record("complaint", {"after": self._action, "text": said}))
        if time.monotonic() - self._sampled_s >= SAMPLE_EVERY_S:
            self._sampled_s = time.monotonic()
            self.measure("sample")

    def measure(self, kind: str) -> None:
        """Note what the processes hold."""
        life = {"life": self.program.lives, "data_mb": round(self._data_mb, 1)}
        self.note(Record(kind, {**life, **asdict(self.program.sample())}))

    def kill_and_reopen(self) -> None:
        """``kill -9``, a new start, and the run that was cut off goes on; what does not is a complaint."""
        runs = [run for run in self.program.look()["runs"] if run["is_here"] and run["folder"]]
        children = self.program.children()
        self.note(Record("window killed", {"runs": runs}))
        self.program.kill()
        self.watch()
        self._require_gone(children)
        if not runs:
            self.start(START)
            return
        cut = runs[0]
        self.start((*START, "--run", cut["folder"]))
        self._require_resumed(cut)

    def kill_child(self) -> None:
        """``kill -9`` of a process that trains: the window lives on and says so."""
        children = self.program.trainers()
        busy = [run for run in self.program.look()["runs"] if run["is_here"]]
        if not children or not busy:
            return
        self.note(Record("child killed", {"runs": busy}))
        self._killed_s = time.monotonic()
        for child in children:
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        tabs = {run["tab"] for run in busy if run["state"] != "preparing"}  # that one may get another process
        if not self._wait_for(lambda screen: all(_run(screen, t)["state"] == "failed" for t in tabs), 10):
            states = [(run["tab"], run["state"]) for run in self.program.look()["runs"]]
            self.note(Record("complaint", {"after": "kill -9 of the child", "text": f"not failed: {states}"}))

    def _require_gone(self, children: Sequence[int]) -> None:
        """A process whose window is gone saves its run and ends."""
        end_s = time.monotonic() + LAST_WORDS_S
        while time.monotonic() < end_s and any(map(_is_alive, children)):
            time.sleep(0.1)
        left = [pid for pid in children if _is_alive(pid)]
        if left:
            self.note(Record("complaint", {"after": "kill -9", "text": f"{len(left)} children live on"}))
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def _require_resumed(self, cut: dict[str, Any]) -> None:
        tab, folder = cut["tab"], cut["folder"]
        if not self._wait_for(lambda screen: _run(screen, tab).get("folder") == folder, RESUME_S):
            self._complain_of_resume(cut, "the run is not on the screen")
            return
        self._wait_for(lambda screen: _run(screen, tab)["state"] != "preparing", RESUME_S)
        step = _run(self.look(), tab)["step"]
        self.do(Action("resume", tab, [["key", "space"], ["sleep", 0.1]]))

        def goes_on(screen: Screen) -> bool:
            run = _run(screen, tab)
            return run.get("folder") == folder and run["is_here"] and run["step"] > max(0, step - 1)

        if not self._wait_for(goes_on, RESUME_S):
            self._complain_of_resume(cut, str(_run(self.program.look(), tab)))
            return
        self.note(Record("resumed", {"folder": Path(folder).name, "at": step, "killed at": cut["step"]}))

    def _complain_of_resume(self, cut: dict[str, Any], what: str) -> None:
        self.note(Record("complaint", {"after": "reopen", "text": f"not resumed: {cut} → {what}"}))

    def _wait_for(self, is_so: Callable[[Screen], bool], seconds: float) -> bool:
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            if is_so(self.look()):
                return True
            self.watch()
            time.sleep(0.1)
        return False


def soak(
    driver: Driver,
    seconds: float,
    kill_seconds: float,
    seed: int,
    tour: Callable[[Driver], None],
    rest: Callable[[Driver], None],
) -> None:
    """Play for so long, one life; then go on for ``kill_seconds`` with a ``kill -9`` now and then.

    Parameters
    ----------
    tour : shows the first life all that it has to load.
    rest : brings it to the same picture every `REST_EVERY_S` and at its end.
    """
    rng = random.Random(seed)
    begin_s = time.monotonic()
    driver.start(START)
    tour(driver)
    next_kill_s = begin_s + seconds
    next_child_s = begin_s + CHILD_KILL_EVERY_S
    next_rest_s = begin_s + min(REST_EVERY_S, seconds)
    while time.monotonic() < begin_s + seconds + kill_seconds:
        try:
            if time.monotonic() > next_rest_s:
                is_last = next_rest_s >= begin_s + seconds
                rest(driver)
                next_rest_s = math.inf if is_last else min(next_rest_s + REST_EVERY_S, begin_s + seconds)
            elif time.monotonic() > next_kill_s:
                next_kill_s = time.monotonic() + rng.uniform(20, 60)
                driver.kill_and_reopen()
            elif time.monotonic() > next_child_s:
                next_child_s += CHILD_KILL_EVERY_S
                driver.kill_child()
            driver.do(choose(rng, driver.look()))
        except (HangError, GoneError) as trouble:
            recover(driver, trouble)
    driver.hand.let_go_of_all()


def recover(driver: Driver, trouble: Exception) -> None:
    """Tell of a hang or an end, and open the window anew."""
    driver.hand.let_go_of_all()
    said = [_tail(path) for path in (*driver.program.crash_logs(), driver.program.stderr)]
    text = "\n".join((str(trouble), *filter(None, said)))
    driver.note(Record("hang" if isinstance(trouble, HangError) else "ended", {"text": text}))
    driver.watch()
    driver.program.kill()
    driver.start(START)


def replay(driver: Driver, book: Path) -> None:
    """Do again what a book of records says was done, in its pace, without asking what is on the screen."""
    driver.start(START)
    last_s = 0.0
    for record in read_actions(book):
        pause_s = record.at_s - last_s if last_s else 0.0
        last_s = record.at_s
        time.sleep(min(max(0.0, pause_s), 2.0) * 0.2)
        action = Action(record.values["name"], record.values["on"], record.values["events"])
        for event in action.events:
            if event[0] == "resize":
                event[1] = driver.program.look()["window"]
        try:
            driver.look()
            driver.do(action)
        except (HangError, GoneError) as trouble:
            recover(driver, trouble)


def read_actions(book: Path) -> Iterator[Record]:
    """The actions in a book of records, in their order."""
    with book.open(encoding="utf-8") as lines:
        for line in lines:
            record = read_record(line)
            if record.kind == "action":
                yield record


def _run(screen: Screen, tab: str) -> dict[str, Any]:
    empty = {"state": "", "step": -1, "folder": "", "is_here": False}
    return next((run for run in screen["runs"] if run["tab"] == tab), empty)


def _tail(path: Path) -> str:
    try:
        return path.read_text(errors="replace")[-6000:]
    except OSError:
        return ""


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
