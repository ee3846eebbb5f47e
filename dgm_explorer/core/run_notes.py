"""What a run tells of its training besides metrics: events that the user should hear of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

REFUSED_BATCH: Final = "refused batch"
"""A batch that changed nothing, because its loss or its gradient was not finite."""

NOTE_NAMES = frozenset({REFUSED_BATCH})
"""Events of a run that are such notes."""


@dataclass(frozen=True, slots=True)
class RunNote:
    """Something that happened in a step.

    Attributes
    ----------
    name : of the event, one of `NOTE_NAMES`.
    step : the step that it happened in.
    reason : for the user.
    """

    name: str
    step: int
    reason: str

    @property
    def sentence(self) -> str:
        return f"Step {self.step:,}: {self.name}, {self.reason}."


@runtime_checkable
class NotingRun(Protocol):
    """An ability of a run: to tell of what happened besides its metrics."""

    def take_notes(self) -> Sequence[RunNote]:
        """All since the last call; asked after `take_metrics`."""
        ...
