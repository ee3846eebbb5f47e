"""Several processes that train one model, started by ``torchrun``.

Rank 0 alone writes and decides; the others compute their share of every batch and hold the same model.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import (
    Command,
    MetricsTable,
    Progress,
    RunFacts,
    RunFailed,
    RunState,
    Snapshot,
)
from dgm_explorer.training.devices import Place, find_device
from dgm_explorer.training.failures import explain
from dgm_explorer.training.model_run import ModelRun
from dgm_explorer.training.shard import Shard

if TYPE_CHECKING:
    import torch
    from torch import Tensor

STEPS_BETWEEN_VOTES = 10
STEPS_BETWEEN_EMPTYING = 200


class GroupShard(Shard):
    """This process's share of every batch, in a process group that has been joined."""

    def __init__(self, rank: int, world: int) -> None:
        self.rank = rank
        self.world = world

    def add_up(self, tensors: "Sequence[Tensor]") -> None:
        import torch
        from torch import distributed

        with torch.no_grad():
            flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
            distributed.all_reduce(flat)
            parts = torch.split(flat, [tensor.numel() for tensor in tensors])
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view_as(tensor))

    def share(self, tensors: "Sequence[Tensor]") -> None:
        from torch import distributed

        for tensor in tensors:
            distributed.broadcast(tensor.detach(), src=0)


class Group:
    """The processes that train together.

    Attributes
    ----------
    device : of this process.
    shard : its share of every batch.
    n_here : processes that share this computer.
    """

    def __init__(self, device: "torch.device", rank: int, world: int, n_here: int) -> None:
        self.device = device
        self.shard = GroupShard(rank, world)
        self.n_here = n_here
        self._n_votes = 0

    def wait(self) -> None:
        """Until all are here."""
        from torch import distributed

        distributed.barrier()

    def agree_to_stop(self, wants_to_stop: bool) -> bool:
        """Rank 0's wish, the same answer everywhere; asked after each step, passed on at every tenth."""
        import torch
        from torch import distributed

        self._n_votes += 1
        if self._n_votes % STEPS_BETWEEN_VOTES:
            return False
        wish = torch.tensor([int(wants_to_stop)], device=self.device)
        distributed.broadcast(wish, src=0)
        return bool(wish.item())

    def leave(self) -> None:
        """Together: gloo aborts a process whose partner went while the two were still parting."""
        from torch import distributed

        with suppress(RuntimeError):  # the others may have died
            distributed.barrier()
        distributed.destroy_process_group()


def is_one_of_several() -> bool:
    """Whether ``torchrun`` started this process beside others."""
    return os.environ.get("WORLD_SIZE", "1") not in ("", "1") and "RANK" in os.environ


def join_group(choice: DeviceChoice) -> Group:
    """Meet the other processes: by nccl on cards, by gloo on CPUs.

    Raises
    ------
    InputError
        If the device is not there or the others cannot be met.
    """
    from torch import cuda, distributed

    rank, world, local_rank = (int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"))
    device = find_device("cpu" if choice == "mps" else choice, local_rank)
    if device.type == "mps":
        device = find_device("cpu")
    if device.type == "cuda":
        cuda.set_device(device)
    try:
        distributed.init_process_group(
            "nccl" if device.type == "cuda" else "gloo", rank=rank, world_size=world
        )
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"process {rank} of {world} cannot meet the others ({error}); start it by torchrun."
        ) from error
    return Group(device, rank, world, int(os.environ.get("LOCAL_WORLD_SIZE", world)))


class FollowerRun:
    """`core.training.TrainingRun` of every rank but the first: it trains along and writes nothing."""

    def __init__(self, model: ModelRun, group: Group, place: Place, facts: RunFacts) -> None:
        self._model = model
        self._group = group
        self._place = place
        self._facts = facts

    @property
    def facts(self) -> RunFacts:
        return self._facts

    @property
    def progress(self) -> Progress:
        return self._model.progress

    def request_stop(self) -> None:
        """Rank 0 decides: it got the same signal, or its word comes."""

    def steps(self) -> Iterator[Progress]:
        try:
            for progress in self._model.steps():
                if progress.step % STEPS_BETWEEN_EMPTYING == 0:
                    self._model.take_metrics()
                yield progress
                if self._group.agree_to_stop(False):
                    return
        except Exception as error:  # as a rule: rank 0 failed, said why, and left
            shard = self._group.shard
            words = explain(error, self._model.progress.step)
            raise RunFailed(f"Process {shard.rank + 1} of {shard.world}: {words}") from None

    def apply(self, command: Command) -> None:
        raise InputError(f"{command.name} cannot be changed in a run of several processes.")

    def snapshot(self) -> Snapshot:
        return self._model.snapshot()

    def take_metrics(self) -> Sequence[MetricsTable]:
        return self._model.take_metrics()

    def device_memory_mb(self) -> float | None:
        return self._place.memory_mb()

    def close(self, state: RunState, reason: str = "") -> None:  # noqa: ARG002 - rank 0 tells
        self._place.release()
