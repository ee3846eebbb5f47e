"""How codes are used by the batches of a run, on the device; the same for every quantiser."""

import torch
from torch import Tensor

from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE
from dgm_explorer.models.quantizer import Learnt


class CodeUse:
    """Of K codes, each (K,).

    Attributes
    ----------
    counts : uses in the last batch.
    averages : their moving average.
    ages : steps since the last use.
    revived_at : step of the last revival; -1 for never.
    """

    NAMES = ("counts", "averages", "ages", "revived_at")

    def __init__(self, n_codes: int, device: torch.device) -> None:
        self.counts = torch.zeros(n_codes, device=device)
        self.averages = torch.zeros(n_codes, device=device)
        self.ages = torch.zeros(n_codes, dtype=torch.int64, device=device)
        self.revived_at = torch.full((n_codes,), -1, device=device)

    def add(self, learnt: Learnt, step: int, decay: float) -> None:
        """Take in a batch, unless it was refused; ``step``: steps done with this one."""
        is_accepted = learnt.is_accepted
        self.counts = torch.where(is_accepted, learnt.counts, self.counts)
        averages = self.averages.lerp(learnt.counts, 1 - decay)
        self.averages = torch.where(is_accepted, averages, self.averages)
        older = torch.where(learnt.counts > 0, 0, self.ages + 1)
        self.ages = torch.where(is_accepted, older, self.ages)
        self.revived_at = torch.where(learnt.is_revived, step, self.revived_at)

    @property
    def n_dead(self) -> Tensor:
        """Codes that no batch of late has used, ()."""
        return (self.ages >= DEAD_AGE).sum()

    def tensors(self) -> dict[str, Tensor]:
        """All of it by name."""
        return {name: getattr(self, name) for name in self.NAMES}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` gave."""
        for name in self.NAMES:
            setattr(self, name, tensors[name])
