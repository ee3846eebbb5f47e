"""What the controls of a run show, as one value, and how fast it goes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from dgm_explorer.core.training import Progress, RunRequest, RunState

ControllerState: TypeAlias = Literal["idle"] | RunState
ACTIVE: tuple[ControllerState, ...] = ("preparing", "running", "paused")


@dataclass(frozen=True, slots=True)
class RunOnScreen:
    """Which run the window shows.

    Attributes
    ----------
    folder : its run folder.
    request : what started it, or would: model, data and configuration; of a branch, its step is that of the
        checkpoint which it began from.
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
    is_held : while it is prepared, a hand has asked it to wait before the first step.
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
    is_held: bool = False
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

    @property
    def is_playing(self) -> bool:
        """Whether it trains here, or will as soon as it is prepared."""
        is_on = self.state in ("preparing", "running")
        return is_on and not (self.is_held or self.is_followed)
