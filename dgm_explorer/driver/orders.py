"""What the window can ask of a run that is under way."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dgm_explorer.core.training import Command


@dataclass(frozen=True, slots=True)
class ScreenCost:
    """What drawing the last picture cost.

    Attributes
    ----------
    cpu_s : CPU seconds of the window.
    """

    cpu_s: float


Word: TypeAlias = Literal["pause", "resume", "step_once", "stop"]
Order: TypeAlias = Word | Command | ScreenCost
