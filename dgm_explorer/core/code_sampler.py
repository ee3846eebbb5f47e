"""What the window asks of a prior over grids of codes that is learnt in the background."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from dgm_explorer.core.arrays import IntArray


@dataclass(frozen=True, slots=True)
class SamplerProgress:
    """Where the learning of a prior is.

    Attributes
    ----------
    step, n_steps : done, and planned in all.
    bits_per_code : of grids that are not trained on, the fewest so far; log₂ K before the first measurement.
    """

    step: int
    n_steps: int
    bits_per_code: float


def always() -> bool:
    """Whatever was asked for is still wanted."""
    return True


class CodeSampler(Protocol):
    """A prior over code grids in training; all calls come from one thread."""

    def steps(self) -> Iterator[SamplerProgress]:
        """Train to the end of the plan, one optimiser step per item; called anew it goes on."""
        ...

    def bits_per_code(self, codes: IntArray) -> float:
        """Of grids (n, h, w), by what has been learnt so far."""
        ...

    def sample(self, n: int, is_wanted: Callable[[], bool] = always) -> IntArray:
        """Code grids drawn from what has been learnt so far, (n, h, w).

        Raises
        ------
        Cancelled
            If ``is_wanted``, asked every few milliseconds, says no.
        """
        ...


MakeCodeSampler: TypeAlias = Callable[[IntArray, int], CodeSampler]
"""(code grids (n, h, w), K) → sampler; imports torch where it is called."""
