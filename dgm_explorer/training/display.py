"""Where a run is, as text: one line drawn over and over on a terminal, plain lines elsewhere."""

import shutil
import time
from collections.abc import Callable, Sequence
from typing import TextIO

import numpy as np

from dgm_explorer.core.rate_meter import RateMeter
from dgm_explorer.core.run_words import describe_duration, describe_phase
from dgm_explorer.core.training import MetricsTable, Progress

BAR_EVERY_S = 0.1
LINE_EVERY_S = 10.0
RATE_OVER_S = 10.0
BAR_WIDTH = 24
SHOWN = {
    ("train", "elbo"): "ELBO",
    ("held_out", "elbo"): "held out",
    ("quality", "accuracy"): "accuracy",
    ("train", "perplexity"): "perplexity",
    ("held_out", "nmse"): "held-out MSE ÷ variance",
}


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
        self._rates = RateMeter(RATE_OVER_S)
        self._values: dict[tuple[str, str], float] = {}
        self._width = 0

    def is_due(self, progress: Progress) -> bool:
        """Whether it is time to `show` again; cheap."""
        every_s = BAR_EVERY_S if self._is_terminal else LINE_EVERY_S
        return progress.phase != self._phase or self._clock() - self._shown_s >= every_s

    def show(self, progress: Progress, tables: Sequence[MetricsTable]) -> None:
        """Draw the line of this step, with the newest numbers of ``tables`` or of before."""
        now_s = self._clock()
        self._rates.add(now_s, progress)
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
        left_s = self._rates.seconds_left
        parts = [
            f"{share:4.0%}",
            *([] if left_s is None else [f"{describe_duration(left_s)} left"]),
            f"{describe_phase(progress.phase)}, epoch {progress.epoch:.1f}",
            f"step {progress.step} of {progress.n_steps}",
            *(f"{SHOWN[key]} {value:.4g}" for key, value in self._values.items() if np.isfinite(value)),
            *([] if left_s is None else [f"{self._rates.images_per_s:.0f} images/s"]),
        ]
        return _fitted(share, parts) if self._is_terminal else " | ".join(parts)

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


def _fitted(share: float, parts: Sequence[str]) -> str:
    """A bar and what else there is room for on the terminal: the bar goes first, then what stands last.

    A line that goes on in the next one cannot be drawn over.
    """
    n_full = round(BAR_WIDTH * min(share, 1.0))
    bar = f"[{'#' * n_full}{'.' * (BAR_WIDTH - n_full)}]"
    shorter = (" | ".join(parts[:n]) for n in range(len(parts), 1, -1))
    columns = shutil.get_terminal_size().columns
    lines = (f"{bar} {' | '.join(parts)}", *shorter)
    return next((line for line in lines if len(line) < columns), parts[0])
