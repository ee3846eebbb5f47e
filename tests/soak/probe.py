"""Inside the window: says what a hand could take hold of, and how long the event loop stood still.

A timer of `BEAT_MS` ticks in the GUI thread. Two ticks that lie further apart than `LONG_S` are a long
frame: for so long no event was handled. Of that time the probe tells how long the thread computed, how
long it waited for a core (other work on the machine), and the rest: locks, the interpreter's lock, files.
A second thread looks meanwhile where the GUI thread is. The time of the probe's own answers is left out,
and so is the start up to the first picture.
"""

import faulthandler
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from dgm_explorer.ui.main_window import MainWindow
from tests.soak.memory import describe_memory
from tests.soak.targets import describe_screen

BEAT_MS = 5
LONG_S = 0.05
SAMPLE_S = 0.02
ANSWER_S = 0.002
MOST_STACKS = 12
FRAME = re.compile(r'File "([^"]*)", line (\d+) in (.*)')


class Probe(QObject):
    """Answers the driver's questions, one JSON line each, and writes long frames to a file.

    Parameters
    ----------
    window : looked at; the probe is its child.
    address : Unix socket at which the driver listens.
    frames : file of the long frames; JSON lines.
    """

    def __init__(self, window: MainWindow, address: str, frames: Path) -> None:
        super().__init__(window)
        self._window = window
        self._frames = frames.open("a", encoding="utf-8", buffering=1)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address)
        self._socket.setblocking(False)
        self._received = b""
        self._was_visible = False
        self._clock = ThreadClock()
        self._watcher = Watcher()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._tick)
        self._beat.start(BEAT_MS)
        window.destroyed.connect(self._watcher.stop)

    @Slot()
    def _tick(self) -> None:
        spent = self._clock.lap()
        stacks = self._watcher.take()
        if spent.wall_s > LONG_S and self._was_visible:
            self._note(spent, stacks)
        self._was_visible = self._window.isVisible()
        self._answer()

    def _note(self, spent: "Spent", stacks: Sequence[str]) -> None:
        frame = {
            "at_s": round(time.time() - spent.wall_s, 3),
            "ms": round(1e3 * spent.wall_s, 1),
            "cpu_ms": round(1e3 * spent.cpu_s, 1),
            "no_core_ms": round(1e3 * spent.no_core_s, 1),
            "stacks": stacks,
        }
        self._frames.write(json.dumps(frame) + "\n")
        self._clock.lap()

    def _answer(self) -> None:
        try:
            self._received += self._socket.recv(1 << 16)
        except BlockingIOError:
            return
        while b"\n" in self._received:
            question, _, self._received = self._received.partition(b"\n")
            answer = describe_memory() if question == b"memory" else describe_screen(self._window)
            self._socket.setblocking(True)
            self._socket.sendall(json.dumps(answer).encode() + b"\n")
            self._socket.setblocking(False)
        self._clock.lap()
        self._watcher.take()


class Spent:
    """What a stretch of time was spent on, in seconds."""

    def __init__(self, wall_s: float, cpu_s: float, no_core_s: float) -> None:
        self.wall_s, self.cpu_s, self.no_core_s = wall_s, cpu_s, no_core_s


class ThreadClock:
    """Time of the thread that asks: by the wall, computing, and waiting for a core. Linux only."""

    def __init__(self) -> None:
        path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._schedule: TextIO = path.open()
        self._last = self._read()

    def lap(self) -> Spent:
        """Since the last lap."""
        now, before = self._read(), self._last
        self._last = now
        return Spent(*(a - b for a, b in zip(now, before, strict=True)))

    def _read(self) -> tuple[float, float, float]:
        self._schedule.seek(0)
        _running, waiting, _slices = self._schedule.read().split()
        return time.monotonic(), time.thread_time(), int(waiting) / 1e9


class Watcher:
    """Looks where the GUI thread is while it does not tick.

    It asks by a signal, which faulthandler answers in the GUI thread itself: a dump of all threads reads
    some that are only being made, and a frame that Python looks at lives on behind its return, and with it a
    painter that should be gone.
    """

    def __init__(self) -> None:
        self._main = threading.main_thread().ident or 0
        self._memory = os.memfd_create("stacks")
        faulthandler.register(signal.SIGUSR2, self._memory, all_threads=False)
        self._ticked_s = time.monotonic()
        self._stacks: list[str] = []
        self._stopped = threading.Event()
        threading.Thread(target=self._watch, name="soak watcher", daemon=True).start()

    def take(self) -> list[str]:
        """Where it was since the last tick; begin anew."""
        self._ticked_s = time.monotonic()
        stacks, self._stacks = self._stacks, []
        return stacks

    @Slot()
    def stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(SAMPLE_S):
            is_late = time.monotonic() - self._ticked_s > LONG_S / 2
            if is_late and len(self._stacks) < MOST_STACKS:
                self._stacks.append(self._look())

    def _look(self) -> str:
        os.ftruncate(self._memory, 0)
        os.lseek(self._memory, 0, os.SEEK_SET)
        signal.pthread_kill(self._main, signal.SIGUSR2)
        time.sleep(ANSWER_S)
        os.lseek(self._memory, 0, os.SEEK_SET)
        return describe_stack(os.read(self._memory, 1 << 16).decode(errors="replace"))


def describe_stack(dump: str) -> str:
    """``file:line function`` of the innermost frame and the program's own, from inside out.

    Parameters
    ----------
    dump : of one thread, as faulthandler writes it.
    """
    frames = FRAME.findall(dump)
    kept = [frame for place, frame in enumerate(frames) if place == 0 or "dgm_explorer" in frame[0]]
    return " < ".join(f"{Path(file).name}:{line} {name}" for file, line, name in kept[:10])
