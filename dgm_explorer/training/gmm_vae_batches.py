"""Batches of rows, every row once per epoch in a new order."""

import torch
from torch import Tensor

from dgm_explorer.core.errors import InputError

LEAST_STEPS = 12
"""Per epoch, whatever the batch size asked for: recipes count in epochs, and few steps end half trained."""
LEAST_BATCH = 16


class EpochOrder:
    """Permutes the rows anew for every epoch and hands out batches of one size.

    What does not fill a last batch waits for another epoch's order: every step then has the same shape
    and weight. All on the device; no example is touched by Python.
    """

    def __init__(self, rows: Tensor, batch_size: int) -> None:
        """``rows``: (n,) rows of the data set, n ≥ 1."""
        if len(rows) == 0:
            raise InputError("data: no example is left to train on; use a larger data set.")
        self._rows = rows
        self.batch_size = min(batch_size, len(rows), max(LEAST_BATCH, len(rows) // LEAST_STEPS))
        self.batches_per_epoch = len(rows) // self.batch_size
        self.order = rows.clone()
        self.position = self.batches_per_epoch

    @property
    def is_epoch_over(self) -> bool:
        return self.position == self.batches_per_epoch

    def next_batch(self, generator: torch.Generator) -> Tensor:
        """Rows of the next batch, (batch_size,); draws a new order where the epoch is over."""
        if self.is_epoch_over:
            drawn = torch.randperm(len(self._rows), generator=generator, device=self._rows.device)
            self.order = self._rows[drawn]
            self.position = 0
        start = self.position * self.batch_size
        self.position += 1
        return self.order[start : start + self.batch_size]

    def end_epoch(self) -> None:
        """Leave the rest of this epoch out."""
        self.position = self.batches_per_epoch
