"""What a training run needs to go on exactly where it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class CheckpointState:
    """Model, optimiser, random generators and position of a run at a step boundary.

    Attributes
    ----------
    arrays : by name, such as ``model.encoder.0.weight``; numbers or booleans of any shape.
    meta : what is no array, as JSON: numbers, texts, lists and mappings of such.
    """

    arrays: Mapping[str, NDArray[Any]]
    meta: Mapping[str, Any] = field(default_factory=dict)
