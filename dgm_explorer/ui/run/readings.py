"""What the controls of a run show, as one value, and how fast it goes."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from dgm_explorer.core.training import Progress, RunRequest, RunState

ControllerState: TypeAlias = Literal["idle"] | RunState
ACTIVE: tuple[ControllerState, ...] = ("preparing", "running", "paused")
RATE_WINDOW_S = 3.0
LEAST_SPAN_S = 0.15


@dataclass(frozen=True, slots=True)
class RunOnScreen:
    """Which run the window shows.

    Attributes
    ----------
    folder : its run folder.
    request : what started it, or would: model, data and configuration.
    is_followed : it is read from its folder; another process trains it, or nobody any more.
    """

    folder: Path
    request: RunRequest
    is_followed: bool


@dataclass(frozen=True, slots=True)
class RunReadings:
    """How a run stands.

    Attributes
    ----------
    state : of the run; ``idle`` before the first.
    words, share : what is being prepared and how much of it is done; or why the run ended.
    progress : where it is; None before it is set up.
    steps_per_s, images_per_s : over the last seconds; 0 where unknown.
    seconds_left : of what is planned, at the present pace; None where unknown.
    device, memory_mb : where it trains and what it holds there.
    picture_at_s : `time.monotonic` when the newest picture was taken; None if there is none.
    picture_step : the step it shows.
    is_followed : as in `RunOnScreen`.
    """

    state: ControllerState = "idle"
    words: str = ""
    share: float | None = None
    progress: Progress | None = None
    steps_per_s: float = 0.0
    images_per_s: float = 0.0
    seconds_left: float | None = None
    device: str = ""
    memory_mb: float | None = None
    picture_at_s: float | None = None
    picture_step: int = 0
    is_followed: bool = False

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself or waits for a hand."""
        return self.state in ACTIVE


class RateMeter:
    """Pace over the last seconds of one phase: phases differ, and a pause is no training."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, Progress]] = deque()

    def clear(self) -> None:
        """A pause or another run: what was measured says nothing of what comes."""
        self._marks.clear()

    def add(self, at_s: float, progress: Progress) -> None:
        """Note where the run was at an instant (`time.monotonic`)."""
        if self._marks and (self._marks[-1][1].phase != progress.phase):
            self.clear()
        self._marks.append((at_s, progress))
        while at_s - self._marks[0][0] > RATE_WINDOW_S and len(self._marks) > 2:
            self._marks.popleft()

    @property
    def steps_per_s(self) -> float:
        """0 while nothing can be said."""
        return self._per_s(lambda progress: progress.step)

    @property
    def images_per_s(self) -> float:
        return self._per_s(lambda progress: progress.n_images)

    @property
    def seconds_left(self) -> float | None:
        """Of the steps planned, at this pace."""
        if not self._marks or self.steps_per_s <= 0:
            return None
        progress = self._marks[-1][1]
        return max(0, progress.n_steps - progress.step) / self.steps_per_s

    def _per_s(self, count: Callable[[Progress], int]) -> float:
        if not self._marks:
            return 0.0
        (begin_s, first), (end_s, last) = self._marks[0], self._marks[-1]
        span_s = end_s - begin_s
        return (count(last) - count(first)) / span_s if span_s >= LEAST_SPAN_S else 0.0
