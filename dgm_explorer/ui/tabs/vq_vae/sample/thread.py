"""Learning a prior over code grids beside the window, and drawing from it."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.code_sampler import CodeSampler, MakeCodeSampler, SamplerProgress
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.driver.niceness import be_nice
from dgm_explorer.ui.lasting_thread import LastingThread
from dgm_explorer.ui.mailbox import Mailbox
from dgm_explorer.ui.tabs.vq_vae.sample.priors import N_SAMPLES, CodeGrids

SamplerState: TypeAlias = Literal["preparing", "learning", "resting", "failed"]

TELL_EVERY_S = 0.1
DRAW_EVERY_S = 1.0
DRAWING_SHARE = 0.2
"""Of the thread's time at most, while it learns."""

logger = logging.getLogger("dgm_explorer")


@dataclass(frozen=True, slots=True, eq=False)
class SamplerNews:
    """Where the learning is.

    Attributes
    ----------
    state : ``resting`` when it was stopped or is done.
    progress : None before the first step.
    seconds_left : of learning, at the present pace; NaN where nothing can be said.
    codes : (n, h, w) the newest draws; None before the first.
    bits_per_code : of the held-out grids, by what the draws are from; NaN without any.
    words : what went wrong.
    """

    state: SamplerState
    progress: SamplerProgress | None = None
    seconds_left: float = math.nan
    codes: IntArray | None = None
    bits_per_code: float = math.nan
    words: str = ""


class SamplerThread(LastingThread):
    """Makes a `CodeSampler`, trains it to the end of its plan and lives on to draw from it.

    Everything that touches the sampler happens in the thread; everything else returns at once. The window is
    told through `mailbox`, a slot that holds `SamplerNews`.

    Parameters
    ----------
    make_code_sampler : called in the thread.
    grids : to learn from, and to be measured on.
    """

    def __init__(self, make_code_sampler: MakeCodeSampler, grids: CodeGrids) -> None:
        super().__init__()
        self.setObjectName("code sampler")
        self.mailbox = Mailbox()
        self._make_code_sampler = make_code_sampler
        self._grids = grids
        self._changed = threading.Condition()
        self._is_ending = self._wants_rest = self._wants_draw = False
        # What follows belongs to the thread.
        self._news = SamplerNews("preparing")
        self._is_done = False
        self._told_s = self._draw_due_s = 0.0
        self._drawn_progress_bits = math.inf
        self._learning_s = 0.0
        self._n_timed = 0

    # -- from the window ----------------------------------------------------------------------------------

    def request_stop(self) -> None:
        """End behind the step under way."""
        self._ask(is_ending=True)

    def rest(self) -> None:
        """Learn no further, but draw when asked to."""
        self._ask(wants_rest=True)

    def go_on(self) -> None:
        """Learn on to the end of the plan."""
        self._ask(wants_rest=False)

    def draw(self) -> None:
        """Draw anew from what has been learnt so far."""
        self._ask(wants_draw=True)

    def _ask(self, is_ending: bool = False, wants_rest: bool | None = None, wants_draw: bool = False) -> None:
        with self._changed:
            self._is_ending |= is_ending
            self._wants_draw |= wants_draw
            if wants_rest is not None:
                self._wants_rest = wants_rest
            self._changed.notify()

    # -- in the thread ------------------------------------------------------------------------------------

    def run(self) -> None:
        be_nice()
        try:
            self._tell(self._news)
            sampler = self._make_code_sampler(self._grids.trained, self._grids.n_codes)
            self._serve(sampler)
        except Cancelled:
            pass
        except InputError as error:
            self._tell(replace(self._news, state="failed", words=str(error)))
        except BaseException as error:  # nothing that a background does may end the program
            logger.error("learning a prior over codes ended by an exception", exc_info=error)
            reason = " ".join(str(error).split())[:200]
            words = f"The PixelCNN was ended by an error ({reason}); details are in the log."
            self._tell(replace(self._news, state="failed", words=words))

    def _serve(self, sampler: CodeSampler) -> None:
        """Learn, draw and rest as asked, until the end."""
        steps = iter(sampler.steps())
        while not self._is_ending:
            if self._wants_draw:
                self._wants_draw = False
                self._draw(sampler)
            elif self._is_done or self._wants_rest:
                self._settle(sampler)
                self._sleep()
            else:
                self._advance(sampler, steps)

    def _advance(self, sampler: CodeSampler, steps: Iterator[SamplerProgress]) -> None:
        """One step, and new draws where there is something new to show."""
        began_s = time.monotonic()
        progress = next(steps, None)
        if progress is None:
            self._is_done = True
            return
        self._news = replace(self._news, state="learning", progress=progress)
        if progress.bits_per_code < self._drawn_progress_bits and began_s >= self._draw_due_s:
            self._draw(sampler)
        now_s = time.monotonic()
        self._learning_s += now_s - began_s
        self._n_timed += 1
        n_left = progress.n_steps - progress.step
        self._news = replace(self._news, seconds_left=n_left * self._learning_s / self._n_timed)
        if now_s >= self._told_s + TELL_EVERY_S:
            self._tell(self._news)

    def _settle(self, sampler: CodeSampler) -> None:
        """Show the last that was learnt, once, before a rest."""
        progress = self._news.progress
        if progress is not None and progress.bits_per_code < self._drawn_progress_bits:
            self._draw(sampler)
        if self._news.state != "resting":
            self._tell(replace(self._news, state="resting", seconds_left=math.nan))

    def _sleep(self) -> None:
        """Until something is asked."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_ending or self._wants_draw or not (self._is_done or self._wants_rest)
            )

    def _draw(self, sampler: CodeSampler) -> None:
        began_s = time.monotonic()
        codes = sampler.sample(N_SAMPLES, lambda: not self._is_ending)
        held_out = self._grids.held_out
        bits = sampler.bits_per_code(held_out) if len(held_out) else math.nan
        now_s = time.monotonic()
        self._draw_due_s = now_s + max(DRAW_EVERY_S, (now_s - began_s) / DRAWING_SHARE)
        if self._news.progress is not None:
            self._drawn_progress_bits = self._news.progress.bits_per_code
        self._tell(replace(self._news, codes=codes, bits_per_code=bits))

    def _tell(self, news: SamplerNews) -> None:
        self._news = news
        self._told_s = time.monotonic()
        self.mailbox.put(news)
