"""Where a run is, as text: one line drawn over and over on a terminal, plain lines elsewhere."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TextIO

import numpy as np

from dgm_explorer.core.training import MetricsTable, Progress

BAR_EVERY_S = 0.1
LINE_EVERY_S = 10.0
RATE_OVER_S = 10.0
BAR_WIDTH = 24
SHOWN = {("train", "elbo"): "ELBO", ("held_out", "elbo"): "held out", ("quality", "accuracy"): "accuracy"}


class Display:
    """Draws progress; where that fails it falls silent, as a run is worth more than its display.

    Parameters
    ----------
    out : a terminal or anything else.
    clock : seconds that only grow.

    Attributes
    ----------
    has_reader : False once whoever read it has gone, as behind ``| head``.
    """

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.has_reader = True
        self._is_silent = False
        self._out = out
        self._is_terminal = out.isatty()
        self._clock = clock
        self._shown_s = -float("inf")
        self._phase = ""
        self._past: deque[tuple[float, Progress]] = deque()
        self._values: dict[tuple[str, str], float] = {}
        self._width = 0

    def is_due(self, progress: Progress) -> bool:
        """Whether it is time to `show` again; cheap."""
        every_s = BAR_EVERY_S if self._is_terminal else LINE_EVERY_S
        return progress.phase != self._phase or self._clock() - self._shown_s >= every_s

    def show(self, progress: Progress, tables: Sequence[MetricsTable]) -> None:
        """Draw the line of this step, with the newest numbers of ``tables`` or of before."""
        now_s = self._clock()
        if progress.phase != self._phase:
            self._past.clear()
        self._past.append((now_s, progress))
        while now_s - self._past[0][0] > RATE_OVER_S and len(self._past) > 2:
            self._past.popleft()
        self._shown_s, self._phase = now_s, progress.phase
        self._note(tables)
        self._write(self._line(progress))

    def say(self, text: str) -> None:
        """A line of its own that stays."""
        self.end()
        self._print(text)

    def end(self) -> None:
        """Leave the line that is drawn over."""
        if self._width:
            self._print()
            self._width = 0

    def _note(self, tables: Sequence[MetricsTable]) -> None:
        for table in tables:
            for column, name in enumerate(table.names):
                if (table.split, name) in SHOWN and len(table.values):
                    rows = table.values[:, column]
                    self._values[table.split, name] = float(
                        np.mean(rows if table.split == "train" else rows[-1])
                    )

    def _line(self, progress: Progress) -> str:
        share = progress.step / max(progress.n_steps, 1)
        n_full = round(BAR_WIDTH * min(share, 1.0))
        bar = f"[{'#' * n_full}{'.' * (BAR_WIDTH - n_full)}] " if self._is_terminal else ""
        parts = [
            f"{bar}{share:4.0%}",
            f"{progress.phase.replace('_', ' ')}, epoch {progress.epoch:.1f}",
            f"step {progress.step} of {progress.n_steps}",
            *(f"{SHOWN[key]} {value:.4g}" for key, value in self._values.items() if np.isfinite(value)),
            *self._pace(progress),
        ]
        return " | ".join(parts)

    def _pace(self, progress: Progress) -> list[str]:
        then_s, then = self._past[0]
        seconds, steps = self._past[-1][0] - then_s, progress.step - then.step
        if seconds <= 0 or steps <= 0:
            return []
        images_per_s = (progress.n_images - then.n_images) / seconds
        left_s = (progress.n_steps - progress.step) * seconds / steps
        return [f"{images_per_s:.0f} images/s", f"{in_words(left_s)} left"]

    def _write(self, line: str) -> None:
        if not self._is_terminal:
            self._print(line)
            return
        self._print(f"\r{line.ljust(self._width)}", end="")
        self._width = len(line)

    def _print(self, text: str = "", end: str = "\n") -> None:
        if self._is_silent:
            return
        try:
            print(text, end=end, file=self._out, flush=True)
        except BrokenPipeError:
            self._is_silent, self.has_reader = True, False
        except OSError:  # the disk with the log is full, or the terminal was closed
            self._is_silent = True


def in_words(seconds: float) -> str:
    """Such as ``42 s``, ``3:07`` or ``2:05:09``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
