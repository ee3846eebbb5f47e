"""What a VQ-VAE run measures while it trains, kept on the device until someone asks."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.training.device_rows import DeviceRows

MEASURED = ("reconstruction", "codebook", "commitment", "loss", "perplexity", "dead", "revived")
TRAIN_COLUMNS = ("step", "epoch", *MEASURED, "learning_rate")
HELD_OUT_COLUMNS = ("step", "epoch", "mse", "nmse", "perplexity", "used")


class TrainStep(NamedTuple):
    """What the host knows of one optimiser step."""

    step: int
    epoch: float
    learning_rate: float


class HeldOut(NamedTuple):
    """Of held-out examples, each () on the device; see `core.vq_vae_snapshot.VqVaeSnapshot`.

    Attributes
    ----------
    mse, nmse : per pixel, and divided by the pixels' variance.
    perplexity : of the codes of all of them together.
    used : codes that any of them has.
    """

    mse: Tensor
    nmse: Tensor
    perplexity: Tensor
    used: Tensor


class VqVaeLog:
    """Rows of the two tables; what is measured stays on the device.

    Steps whose batch was refused have no row: `take` tells which they were.
    """

    def __init__(self, device: torch.device) -> None:
        self._rows = DeviceRows(len(MEASURED) + 1, device)
        self._train: list[TrainStep] = []
        self._train_rows: list[int] = []
        self._held_out: list[tuple[int, float]] = []
        self._held_out_rows: list[int] = []
        self._held_out_step = -1

    def add_train(self, at: TrainStep, measured: Tensor, is_accepted: Tensor) -> None:
        """One batch: the numbers of `MEASURED` (7,), and whether it changed the model, ()."""
        self._train.append(at)
        self._train_rows.append(self._rows.put(torch.cat([measured, is_accepted.float().reshape(1)])))

    def add_held_out(self, step: int, epoch: float, measured: HeldOut) -> None:
        """A new row for a new step; a second one for the same step is dropped."""
        if step != self._held_out_step:
            self._held_out_step = step
            self._held_out.append((step, epoch))
            self._held_out_rows.append(self._rows.put(torch.stack(measured)))

    def take(self) -> tuple[Sequence[MetricsTable], Sequence[tuple[int, bool]]]:
        """Rows since the last call, tables without any left out; and (step, whether accepted) of each step.

        By one copy from the device.
        """
        values = self._rows.read()
        at = np.array(self._train, dtype=np.float64).reshape(-1, len(TrainStep._fields))
        train = values[self._train_rows]
        is_accepted = train[:, len(MEASURED)] > 0
        rows = np.hstack([at[:, :2], train[:, : len(MEASURED)], at[:, 2:]])[is_accepted]
        tables = (
            MetricsTable("train", TRAIN_COLUMNS, rows),
            MetricsTable("held_out", HELD_OUT_COLUMNS, self._held_out_values(values[self._held_out_rows])),
        )
        steps = [(row.step, bool(accepted)) for row, accepted in zip(self._train, is_accepted, strict=True)]
        self.clear()
        return tuple(table for table in tables if len(table.values)), steps

    def clear(self) -> None:
        """Forget every row."""
        for rows in (self._train, self._train_rows, self._held_out, self._held_out_rows):
            rows.clear()
        self._rows.clear()

    def _held_out_values(self, measured: FloatArray) -> FloatArray:
        at = np.array(self._held_out, dtype=np.float64).reshape(-1, 2)
        return np.hstack([at, measured[:, : len(HeldOut._fields)]])
