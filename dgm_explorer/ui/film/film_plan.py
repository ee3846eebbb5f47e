"""What a film is to show."""

from dataclasses import dataclass, replace
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import PictureSize

LEAST_RATE, LARGEST_RATE = 1.0, 50.0
USUAL_RATE = 10.0


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """A panel over the recorded snapshots of a run.

    Attributes
    ----------
    panel : its export name.
    folder : of the run.
    steps : of the snapshots, one frame each, rising.
    frames_per_second : of the film.
    size : of a frame.
    path : where to; its ending says what kind of film.
    """

    panel: str
    folder: Path
    steps: tuple[int, ...]
    frames_per_second: float
    size: PictureSize
    path: Path

    def __post_init__(self) -> None:
        if not self.steps:
            raise InputError("There is no recorded snapshot in that span; take a longer one.")
        if not LEAST_RATE <= self.frames_per_second <= LARGEST_RATE:
            raise InputError(
                f"{self.frames_per_second:g} frames per second must lie between {LEAST_RATE:g} and "
                f"{LARGEST_RATE:g}."
            )


def even(size: PictureSize) -> PictureSize:
    """The size in pixels with even sides, as films have them."""
    width, height = size.pixels
    return replace(size, width=max(16, width - width % 2), height=max(16, height - height % 2), unit="px")


def steps_between(steps: tuple[int, ...], first: int | None, last: int | None) -> tuple[int, ...]:
    """Those from ``first`` to ``last``, both included; None for no bound."""
    return tuple(s for s in steps if (first is None or s >= first) and (last is None or s <= last))
