"""What a GMM-VAE run measures while it trains, kept on the device until someone asks."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.training.device_rows import DeviceRows

TRAIN_COLUMNS = ("step", "epoch", "phase", *TERMS, "elbo", "loss", "learning_rate", "beta")
HELD_OUT_COLUMNS = ("step", "epoch", *TERMS, "elbo")
QUALITY_COLUMNS = ("step", "epoch", "accuracy", "nmi", "ari", "occupied")


class TrainStep(NamedTuple):
    """What the host knows of one optimiser step."""

    step: int
    epoch: float
    phase: int
    learning_rate: float
    beta: float


class QualityRow(NamedTuple):
    """Agreement of argmax γ with the labels; NaN where there are none, or no mixture yet."""

    step: int
    epoch: float
    accuracy: float
    nmi: float
    ari: float
    occupied: int


class MetricsLog:
    """Rows of the three tables; terms and losses stay on the device."""

    def __init__(self, device: torch.device) -> None:
        self._rows = DeviceRows(len(TERMS) + 1, device)
        self._train: list[TrainStep] = []
        self._train_rows: list[int] = []
        self._held_out: list[tuple[int, float]] = []
        self._held_out_rows: list[int] = []
        self._quality: list[QualityRow] = []
        self._quality_step = -1

    def add_train(self, at: TrainStep, terms_and_loss: Tensor) -> None:
        """Terms (a) … (e) and the loss of one batch, (6,), means over the batch."""
        self._train.append(at)
        self._train_rows.append(self._rows.put(terms_and_loss))

    def add_held_out(self, step: int, epoch: float, terms: Tensor) -> None:
        """Mean terms (a) … (e) over the held-out examples, (5,)."""
        self._held_out.append((step, epoch))
        self._held_out_rows.append(self._rows.put(terms))

    def add_quality(self, row: QualityRow) -> None:
        """A new row for a new step; a second one for the same step is dropped."""
        if row.step != self._quality_step:
            self._quality_step = row.step
            self._quality.append(row)

    def take(self) -> Sequence[MetricsTable]:
        """All rows since the last call, by one copy from the device; tables without rows are left out."""
        values = self._rows.read()
        tables = (
            MetricsTable("train", TRAIN_COLUMNS, self._train_values(values[self._train_rows])),
            MetricsTable("held_out", HELD_OUT_COLUMNS, self._held_out_values(values[self._held_out_rows])),
            MetricsTable("quality", QUALITY_COLUMNS, np.array(self._quality, dtype=np.float64)),
        )
        self.clear()
        return tuple(table for table in tables if len(table.values))

    def clear(self) -> None:
        """Forget every row."""
        for rows in (self._train, self._train_rows, self._held_out, self._held_out_rows, self._quality):
            rows.clear()
        self._rows.clear()

    def _train_values(self, measured: FloatArray) -> FloatArray:
        at = np.array(self._train, dtype=np.float64).reshape(-1, len(TrainStep._fields))
        terms, loss = measured[:, : len(TERMS)], measured[:, len(TERMS) :]
        return np.hstack([at[:, :3], terms, terms.sum(1, keepdims=True), loss, at[:, 3:]])

    def _held_out_values(self, measured: FloatArray) -> FloatArray:
        at = np.array(self._held_out, dtype=np.float64).reshape(-1, 2)
        terms = measured[:, : len(TERMS)]
        return np.hstack([at, terms, terms.sum(1, keepdims=True)])
