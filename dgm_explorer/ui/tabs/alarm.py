"""Something that a training tab should warn of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alarm:
    """What has gone wrong in a run, told by its numbers.

    Attributes
    ----------
    kind : what it is, for programs.
    sentence : what is seen, and what to try.
    is_grave : the run will not come to anything; otherwise it is worth knowing.
    """

    kind: str
    sentence: str
    is_grave: bool = True
