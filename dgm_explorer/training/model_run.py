"""What a model offers to be trained: it knows nothing of files, threads or windows."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.training import Command, MetricsTable, Progress, Snapshot


class ModelRun(Protocol):
    """One model being trained, as `run.RecordedRun` drives it. All calls come from one thread.

    It may be a `core.run_notes.NotingRun` too.

    An implementation is made by ``SomeModelRun(config, dataset, place=Place(), shard=Shard())``:

    - ``place: devices.Place`` says where: ``place.device``; ``with place.autocast():`` around the networks
      alone (take their results ``.float()`` before logs and sums); ``place.captured(function, model,
      *example)`` returns ``function`` compiled, or as it is where that is impossible; then
      ``place.begin_step()`` before each step. On the CPU all three do nothing.
    - ``shard: shard.Shard`` says which rows of every global batch are this process's. Draw permutation and
      noise for the whole batch of B rows by generators seeded alike everywhere, take ``shard.rows(B)`` of
      both, divide the sums of loss and terms by B, and between ``backward()`` and the optimiser's step
      ``shard.add_up([*gradients, terms_of_the_step])``. The terms are then those of the whole batch on
      every rank. ``shard.share(parameters)`` after initialisation and after a mixture fit. Anything
      measured now and then (held-out terms, quality) is measured by rank 0 alone, of which `snapshot` and
      `state` are asked too: all of these must not exchange anything, nor draw from the generators that
      training uses.
    """

    @property
    def progress(self) -> Progress:
        """Where the run is: before the first step, after a resume, and after each item of `steps`."""
        ...

    @property
    def present_config(self) -> Any:
        """The configuration with what was switched since the first step, but for the learning rate, which
        falls by itself."""
        ...

    def steps(self) -> Iterator[Progress]:
        """Train to the end of the plan; each item is exactly one optimiser step (or the one mixture fit).

        May be called anew after `load_state`, and goes on from there.
        """
        ...

    def take_metrics(self) -> Sequence[MetricsTable]:
        """All metrics since the last call, each step's included, by one copy from the device.

        A row that is not finite is given as it is: the caller stops the run.
        """
        ...

    def snapshot(self) -> Snapshot:
        """The arrays of this instant, copied."""
        ...

    def state(self) -> CheckpointState:
        """Model, optimiser, generators, step, position in the phase and the batch order, copied."""
        ...

    def load_state(self, state: CheckpointState) -> None:
        """Go on from `state`, on the CPU bit for bit.

        Raises
        ------
        InputError
            If an array is missing or has the wrong shape or type; it names the array. Nothing is changed.
        """
        ...

    def apply(self, command: Command) -> None:
        """Change something between two steps.

        Raises
        ------
        InputError
            If the command or its value makes no sense here; nothing is changed.
        """
        ...

    def is_finite(self) -> bool:
        """Whether all parameters are; asked before each checkpoint."""
        ...
