"""The VQ-VAE in training."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.run_notes import REFUSED_BATCH, RunNote
from dgm_explorer.core.training import Command, MetricsTable, Progress, RunFailed
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.models.nearest_code import perplexity
from dgm_explorer.models.quantizer import BatchPart
from dgm_explorer.models.vq_vae import Passes, Reconstructed, VqVae
from dgm_explorer.training.allowance import Allowance
from dgm_explorer.training.code_use import CodeUse
from dgm_explorer.training.devices import Place
from dgm_explorer.training.gmm_vae_batches import EpochOrder
from dgm_explorer.training.guarded_adam import GuardedAdam
from dgm_explorer.training.shard import Shard
from dgm_explorer.training.vq_vae_commands import apply_command
from dgm_explorer.training.vq_vae_facts import image_shape_of, pixel_variance
from dgm_explorer.training.vq_vae_log import TrainStep, VqVaeLog
from dgm_explorer.training.vq_vae_snapshot import Probe, take_snapshot
from dgm_explorer.training.vq_vae_state import restore, state_of, switched_config

PHASE = "train"
MEASURING_SHARE = 0.025
"""Of the time of training that measuring held-out examples may take."""
MOST_REFUSED = 100
"""Batches in a row that may be refused before the run has failed."""
RATE_STEPS = 50
"""The learning rate falls as 1/√(1 + step / RATE_STEPS): fast at first, and calm when codes and weights
follow each other closely. At a constant rate the error of a run swings by half of itself."""


class Update(NamedTuple):
    """What a step measured: terms and loss (4,), and whether it may change the model, ()."""

    measured: Tensor
    is_accepted: Tensor


class VqVaeModelRun:
    """One VQ-VAE being trained; the `training.model_run.ModelRun` of ``vq-vae``.

    A batch whose loss or gradient is not finite is refused: it changes neither weights nor codebook, has no
    row in the metrics and is told by `take_notes`.

    Parameters
    ----------
    config : model and recipe.
    dataset : of images.
    place, shard : where it computes, and which share of every batch is this process's.
    n_points : most examples that a snapshot analyses.

    Attributes
    ----------
    first_rate : learning rate of step 0, from which it falls; see `RATE_STEPS`.
    decay : of the next step; the model holds its other ingredients itself.
    step : optimiser steps done.
    """

    def __init__(
        self,
        config: VqVaeConfig,
        dataset: Dataset,
        place: Place | None = None,
        shard: Shard | None = None,
        n_points: int = 10_000,
    ) -> None:
        self.config = config
        self.place = place or Place()
        self._shard = shard or Shard()
        device = self.place.device
        self.inputs = torch.tensor(dataset.inputs, device=device)
        train_rows = torch.from_numpy(np.flatnonzero(~dataset.is_held_out)).to(device)
        self.batches = EpochOrder(train_rows, config.batch_size)
        self.model = VqVae(
            config,
            image_shape_of(dataset),
            pixel_variance(dataset),
            torch.Generator().manual_seed(config.seed),
            self.place.autocast,
        ).to(device)
        if self._shard.world > 1:
            self.model.norm.add_up = self._shard.add_up
        self._shard.share([*self.model.parameters(), *self.model.buffers()])
        self.generator = torch.Generator(device).manual_seed(config.seed)
        self.first_rate, self.decay = config.learning_rate, config.decay
        self.step = 0
        self.adam = GuardedAdam(self.model, self.first_rate)
        self.use = CodeUse(config.n_codes, device)
        self._probe = Probe(dataset, self.inputs, self.model, n_points)
        self._log = VqVaeLog(device)
        self._notes: list[RunNote] = []
        self._n_refused = 0
        self._measuring = Allowance(MEASURING_SHARE)
        self._passes = self._captured_passes(train_rows)

    def _captured_passes(self, train_rows: Tensor) -> Passes:
        """The networks, compiled where the place can; the quantiser between them has no fixed shapes."""
        model = self.model
        x = self._images(train_rows[: self.batches.batch_size][self._shard.rows(self.batches.batch_size)])
        z = torch.zeros(len(x), *model.grid_shape, self.config.n_code_dims, device=x.device).movedim(-1, 1)
        return Passes(
            self.place.captured(model.pass_encoder, model, x),
            self.place.captured(model.pass_decoder, model, z.requires_grad_()),
        )

    @property
    def n_examples(self) -> int:
        return len(self.inputs)

    @property
    def n_steps(self) -> int:
        return self.config.epochs * self.batches.batches_per_epoch

    @property
    def learning_rate(self) -> float:
        """Of the next step; once set it falls from there."""
        return self.first_rate / math.sqrt(1 + self.step / RATE_STEPS)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self.first_rate = rate * math.sqrt(1 + self.step / RATE_STEPS)

    @property
    def epoch(self) -> float:
        return self.step / self.batches.batches_per_epoch

    @property
    def present_config(self) -> VqVaeConfig:
        """As it trains now; see `ModelRun.present_config`."""
        return switched_config(self)

    @property
    def progress(self) -> Progress:
        return Progress(self.step, self.n_steps, self.epoch, PHASE, self.step * self.batches.batch_size)

    def steps(self) -> Iterator[Progress]:
        """Train to the end of the plan; each item is one optimiser step."""
        while self.step < self.n_steps:
            self._update()
            self.step += 1
            if self.batches.is_epoch_over:
                self._measure(is_due=self.step == self.n_steps)
            yield self.progress

    def _update(self) -> None:
        """One optimiser step and one of the codebook; nothing is copied to the host."""
        n = self.batches.batch_size
        rows = self.batches.next_batch(self.generator)
        if self.step == 0 and self.config.codebook_start == "kmeans":
            self.model.start(self._images(rows))  # of the whole batch, so that all processes do the same
        mine = self._shard.rows(n)
        x = self._images(rows[mine])
        averages_before = [buffer.clone() for buffer in self.model.norm.buffers()]
        self.adam.clear_gradients()
        self.place.begin_step()
        reconstructed = self.model(x, self._passes)
        update = self._descend(x, reconstructed, len(x) / n)
        for average, before in zip(self.model.norm.buffers(), averages_before, strict=True):
            average.copy_(torch.where(update.is_accepted, average, before))
        self._learn(reconstructed, mine, update)

    def _images(self, rows: Tensor) -> Tensor:
        return self.model.to_images(self.inputs[rows])

    def _descend(self, x: Tensor, reconstructed: Reconstructed, share: float) -> Update:
        """A step of Adam on the whole batch's loss, of which ``share`` is this process's."""
        losses = self.model.losses(x, reconstructed)
        (losses.total * share).backward()  # type: ignore[no-untyped-call]
        measured = torch.stack([*losses, losses.total]).detach() * share
        self._shard.add_up([*self.adam.gradients(), measured])
        is_accepted = measured.isfinite().all() & self.adam.norm().isfinite()
        self.adam.step(self.learning_rate, is_accepted)
        return Update(measured, is_accepted)

    def _learn(self, reconstructed: Reconstructed, mine: slice, update: Update) -> None:
        """Let the codes take in the batch, unless it was refused: then what is not finite stays out."""
        z_e = torch.where(update.is_accepted, reconstructed.z_e.detach(), torch.nan)
        part = None
        if self._shard.world > 1:
            n_cells = z_e.shape[2] * z_e.shape[3]
            n_vectors = self.batches.batch_size * n_cells
            part = BatchPart(mine.start * n_cells, n_vectors, self._shard.add_up)
        learnt = self.model.learn(reconstructed._replace(z_e=z_e), part)
        self.use.add(learnt, self.step + 1, self.decay)
        n_revived = learnt.is_revived.sum()
        numbers = torch.stack([perplexity(self.use.counts), self.use.n_dead.float(), n_revived.float()])
        at = TrainStep(self.step + 1, (self.step + 1) / self.batches.batches_per_epoch, self.learning_rate)
        self._log.add_train(at, torch.cat([update.measured, numbers]), update.is_accepted)

    def _measure(self, is_due: bool) -> None:
        """Held-out numbers, unless they have taken more than their share of the time."""
        if self._shard.rank != 0 or not (is_due or self._measuring.is_free()):
            return
        with self._measuring.spending():
            self._log.add_held_out(self.step, self.epoch, self._probe.held_out(self.model))

    def take_metrics(self) -> Sequence[MetricsTable]:
        """All metrics since the last call.

        Raises
        ------
        RunFailed
            If so many batches were refused that training has come to nothing.
        """
        tables, steps = self._log.take()
        for step, is_accepted in steps:
            if not is_accepted:
                self._notes.append(RunNote(REFUSED_BATCH, step, REFUSED_WORDS))
            self._n_refused = 0 if is_accepted else self._n_refused + 1
            if self._n_refused >= MOST_REFUSED:
                raise RunFailed(
                    f"Step {step}: the last {MOST_REFUSED} batches gave no finite loss or gradient; branch "
                    "from the last good checkpoint with a lower learning_rate, or check the data."
                )
        return tables

    def take_notes(self) -> Sequence[RunNote]:
        """Refused batches among the steps that `take_metrics` has told of; each once."""
        notes, self._notes = self._notes, []
        return notes

    def snapshot(self) -> VqVaeSnapshot:
        snapshot, held_out = take_snapshot(self.model, self._probe, self.use, self.progress)
        if self._shard.rank == 0:
            self._log.add_held_out(self.step, self.epoch, held_out)  # costs nothing more
        return snapshot

    def state(self) -> CheckpointState:
        return state_of(self)

    def load_state(self, state: CheckpointState) -> None:
        restore(self, state)
        self._log.clear()
        self._n_refused = 0

    def apply(self, command: Command) -> None:
        apply_command(self, command)

    def is_finite(self) -> bool:
        tensors = [*self.model.parameters(), *self.model.buffers()]
        sums = torch.stack([tensor.detach().float().sum() for tensor in tensors])
        return bool(sums.isfinite().all())


REFUSED_WORDS = "its loss or gradient is not finite: weights and codebook stay as they were"
