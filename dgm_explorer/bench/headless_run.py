"""A headless run that trains for as long as it is told, so that it can take turns with another one."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from dgm_explorer.bench.train_subjects import SUBJECTS, Subject
from dgm_explorer.driver.niceness import NICENESS


class HeadlessRun:
    """``dgm-explorer train`` in this process, recording and progress lines included."""

    def __init__(self, subject: Subject, parent: Path) -> None:
        from dgm_explorer.training.display import Display
        from dgm_explorer.training.make_run import make_run

        self._run = make_run(subject.request_in(parent), lambda _words, _share: True)
        self._display = Display(io.StringIO())
        self._steps = iter(self._run.steps())

    def images_per_s(self, seconds: float) -> float:
        """Train for so long and say how fast."""
        began_s = time.perf_counter()
        before = after = self._run.progress.n_images
        while time.perf_counter() - began_s < seconds:
            progress = next(self._steps)
            after = progress.n_images
            if self._display.is_due(progress):
                self._display.show(progress, self._run.take_metrics())
        return (after - before) / (time.perf_counter() - began_s)

    def images_per_cpu_s(self, seconds: float) -> float:
        """Train for so long and say how many images one second of processor time brings."""
        before_s, before = time.process_time(), self._run.progress.n_images
        self.images_per_s(seconds)
        return (self._run.progress.n_images - before) / (time.process_time() - before_s)

    def close(self) -> None:
        self._run.close("stopped")


class HeadlessChild:
    """A `HeadlessRun` in a process of its own that waits while nobody asks."""

    def __init__(self, subject: Subject, parent: Path) -> None:
        program = "from dgm_explorer.bench.headless_run import answer; answer()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, subject.model, str(parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.images_per_s(0.0)  # now it is set up

    def images_per_s(self, seconds: float) -> float:
        """Have it train for so long."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(seconds, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def answer() -> None:
    """The child: for each line of seconds it trains so long and prints images per second.

    It is as nice to other programs as the window's training thread, so that these meet both alike.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    run = HeadlessRun(SUBJECTS[sys.argv[1]], Path(sys.argv[2]))
    for line in sys.stdin:
        print(run.images_per_s(float(line)), flush=True)
    run.close()
