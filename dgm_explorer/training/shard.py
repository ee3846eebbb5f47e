"""A process's share of every global batch, so that several processes train one model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


class Shard:
    """All of every batch: the one process that trains. `distributed.GroupShard` is one of several.

    Every process draws the same permutations and the same noise for the whole global batch and takes
    its `rows` of both. Each divides its sums by the size of the *global* batch and adds gradients and
    metrics up over the processes by `add_up`, so that all of them hold the same model after every step.
    """

    rank: int = 0
    world: int = 1

    def rows(self, n: int) -> slice:
        """This process's share of ``n`` rows: consecutive, of nearly equal lengths, maybe empty."""
        return slice(n * self.rank // self.world, n * (self.rank + 1) // self.world)

    def add_up(self, tensors: "Sequence[Tensor]") -> None:
        """Replace each tensor by its sum over the processes, in place; one exchange for all of them."""

    def share(self, tensors: "Sequence[Tensor]") -> None:
        """Replace each tensor by that of rank 0, in place: after the initial weights and a mixture fit."""
