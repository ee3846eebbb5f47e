"""What the window and the process that trains for it say to each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

from dgm_explorer.core.training import MakeRun, RunRequest
from dgm_explorer.driver.imported import ImportedMakeRun
from dgm_explorer.driver.orders import Order

if TYPE_CHECKING:
    from dgm_explorer.driver.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Start:
    """Train this; the fields are those of `RunDriver`."""

    make_run: MakeRun
    request: RunRequest
    is_paused: bool


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Load what runs of this kind need."""

    make_run: ImportedMakeRun


@dataclass(frozen=True, slots=True)
class Copied:
    """The block of the last parcel may be written to again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The window has taken the news.

    Attributes
    ----------
    count : parcels of this run that had arrived by then.
    """

    count: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The process listens."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The process was told to stop, and will behind the step under way."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something for the program's log.

    Attributes
    ----------
    level : of `logging`.
    text : whole, tracebacks included.
    """

    level: int
    text: str


ToChild: TypeAlias = Start | WarmUp | Copied | Taken | Order
FromChild: TypeAlias = Union[Ready, Heard, "Parcel", LogLine]
