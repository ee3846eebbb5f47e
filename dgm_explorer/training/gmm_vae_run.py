"""The GMM-VAE in training: pre-training, mixture fit, joint training of the whole bound."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import PHASES, GmmVaeConfig
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.training import Command, MetricsTable, Progress
from dgm_explorer.models.gmm_vae import ElboTerms, GmmVae
from dgm_explorer.training.allowance import Allowance
from dgm_explorer.training.devices import Place
from dgm_explorer.training.gmm_vae_adam import MIXTURE, NamedAdam
from dgm_explorer.training.gmm_vae_batches import EpochOrder
from dgm_explorer.training.gmm_vae_commands import apply_command
from dgm_explorer.training.gmm_vae_log import MetricsLog, QualityRow, TrainStep
from dgm_explorer.training.gmm_vae_mixture import FittedMixture
from dgm_explorer.training.gmm_vae_mixture_fit import MixtureFit
from dgm_explorer.training.gmm_vae_plan import Plan
from dgm_explorer.training.gmm_vae_snapshot import Probe, count_in_use, take_snapshot
from dgm_explorer.training.gmm_vae_state import restore, state_of
from dgm_explorer.training.shard import Shard

MEASURING_SHARE = 0.025
"""Of the time of training that held-out terms and quality may take."""

LossAndTerms: TypeAlias = tuple[Tensor, Tensor]
Loss: TypeAlias = Callable[[Tensor, Tensor, Tensor, Tensor], LossAndTerms]


class Batch(NamedTuple):
    """What a loss is computed from: x (B, D), ε (L, B, J), β, and components to stay at or -1 (B,)."""

    x: Tensor
    noise: Tensor
    beta: Tensor
    assigned: Tensor


class GmmVaeModelRun:
    """One GMM-VAE being trained; the `training.model_run.ModelRun` of ``gmm-vae``.

    Parameters
    ----------
    config : model and recipe.
    dataset : its labels are used for measuring only.
    place, shard : where it computes, and which share of every batch is this process's.
    n_points : most examples whose codes a snapshot holds.
    """

    def __init__(
        self,
        config: GmmVaeConfig,
        dataset: Dataset,
        place: Place | None = None,
        shard: Shard | None = None,
        n_points: int = 10_000,
    ) -> None:
        self.config = config
        self.place = place or Place()
        self._shard = shard or Shard()
        device = self.place.device
        initial = torch.Generator().manual_seed(config.seed)
        self.model = GmmVae(config, dataset.dimension, initial, self.place.autocast).to(device)
        self._shard.share([parameter.data for parameter in self.model.parameters()])
        self.generator = torch.Generator(device).manual_seed(config.seed)
        self._inputs = torch.tensor(dataset.inputs, device=device)
        self._train_rows = torch.from_numpy(np.flatnonzero(~dataset.is_held_out)).to(device)
        self.batches = EpochOrder(self._train_rows, config.batch_size)
        self._fit = MixtureFit(config, self._inputs, self._train_rows)
        self.plan = Plan(config, self.batches.batches_per_epoch, self._fit.n_pieces)
        self.assignment = torch.full((len(self._inputs),), -1, device=device)
        self.adam = self.new_adam()
        self._probe = Probe(dataset, self._inputs, config.latent_dim, n_points)
        self._log = MetricsLog(device)
        self._measuring = Allowance(MEASURING_SHARE)
        self._losses = self._compiled_losses()

    @property
    def n_examples(self) -> int:
        return len(self._inputs)

    @property
    def present_config(self) -> GmmVaeConfig:
        """As it trains now; see `ModelRun.present_config`."""
        return replace(self.config, beta=self.plan.beta, pretrain_beta=self.plan.pretrain_beta)

    @property
    def progress(self) -> Progress:
        plan = self.plan
        n_images = plan.n_updates * self.batches.batch_size
        return Progress(plan.step, plan.n_steps, plan.epoch, plan.phase, n_images)

    def steps(self) -> Iterator[Progress]:
        """Train to the end of the plan; each item is one optimiser step or the mixture fit."""
        while not self.plan.is_over:
            phase = self.plan.phase
            if phase == "mixture_fit":
                self._advance_fit()
            else:
                self._update()
            self.plan.advance()
            is_phase_over = self.plan.phase != phase
            if is_phase_over:
                self._begin_phase()
            if is_phase_over or (self.batches.is_epoch_over and phase != "mixture_fit"):
                self._measure(is_due=is_phase_over or self.plan.is_over)
            yield self.progress

    def skip_phase(self) -> None:
        """Leave out what is left of the phase."""
        self.plan.skip()
        self._begin_phase()

    def _begin_phase(self) -> None:
        self.batches.end_epoch()
        self.adam = self.new_adam()

    def new_adam(self) -> NamedAdam:
        """Adam at rest over what the present phase trains: in pre-training all but the mixture."""
        left_out = MIXTURE if self.plan.phase == "pretrain" else ()
        return NamedAdam(self.model, self.plan.learning_rate, left_out)

    def _update(self) -> None:
        """One optimiser step; nothing is copied to the host."""
        plan, n = self.plan, self.batches.batch_size
        rows = self.batches.next_batch(self.generator)
        noise = self._draw_noise()
        mine = self._shard.rows(n)
        self.adam.learning_rate = plan.learning_rate
        self.adam.clear_gradients()
        self.place.begin_step()
        batch = Batch(self._inputs[rows[mine]], noise[:, mine], self._weight(), self._assigned(rows[mine]))
        loss, terms = self._losses[plan.phase](*batch)
        loss.backward()  # type: ignore[no-untyped-call]
        measured = torch.cat([terms.detach(), loss.detach().reshape(1)])
        self._shard.add_up([*self.adam.gradients(), measured])
        self.adam.step()
        epoch = (plan.n_updates + 1) / plan.batches_per_epoch
        at = TrainStep(plan.step + 1, epoch, PHASES.index(plan.phase), plan.learning_rate, plan.weight)
        self._log.add_train(at, measured)

    def _draw_noise(self) -> Tensor:
        """ε of one whole batch, (L, B, J)."""
        shape = (self.config.n_z_samples, self.batches.batch_size, self.config.latent_dim)
        return torch.randn(shape, generator=self.generator, device=self.place.device)

    def _weight(self) -> Tensor:
        """β as a tensor, so that a change of it compiles nothing anew."""
        return torch.full((), self.plan.weight, device=self.place.device)

    def _assigned(self, rows: Tensor) -> Tensor:
        """Components that q(c|x) stays at, (B,); -1 where it follows from z."""
        return self.assignment[rows] if self.plan.is_guided else torch.full_like(rows, -1)

    def _compiled_losses(self) -> dict[str, Loss]:
        """The two losses, compiled where the place can."""
        mine = self._shard.rows(self.batches.batch_size)
        rows = self._train_rows[: self.batches.batch_size][mine]
        noise = torch.zeros(self.config.n_z_samples, len(rows), self.config.latent_dim, device=rows.device)
        batch = Batch(self._inputs[rows], noise, self._weight(), self._assigned(rows))
        return {
            "pretrain": self.place.captured(self._pretrain_loss, self.model, *batch),
            "joint": self.place.captured(self._joint_loss, self.model, *batch),
        }

    def _pretrain_loss(self, x: Tensor, noise: Tensor, beta: Tensor, _: Tensor) -> LossAndTerms:
        return self._weighted(self.model.standard_terms(x, noise), beta)

    def _joint_loss(self, x: Tensor, noise: Tensor, beta: Tensor, assigned: Tensor) -> LossAndTerms:
        return self._weighted(self.model.terms(x, noise, assigned), beta)

    def _weighted(self, terms: ElboTerms, beta: Tensor) -> LossAndTerms:
        """Minus (a) + β ((b) + … + (e)), and the five terms (5,): this share's part of the batch's means."""
        means = torch.stack(terms).sum(1) / self.batches.batch_size
        return -(means[0] + beta * means[1:].sum()), means

    def _advance_fit(self) -> None:
        """One piece of the mixture fit; after the last one the prior is the fitted mixture."""
        is_working = self._shard.rank == 0
        if not self.plan.is_fit_ending:
            if is_working:
                self._fit.advance(self.model.n_components)
            return
        if is_working:
            self._begin_mixture(*self._fit.finish(self.model))
        self._shard.share([*(getattr(self.model, name) for name in MIXTURE), self.assignment])

    @torch.no_grad()
    def _begin_mixture(self, mixture: FittedMixture, assignment: IntArray) -> None:
        self.model.pi_logits.copy_(torch.from_numpy(np.log(mixture.weights)))
        self.model.component_means.copy_(torch.from_numpy(mixture.means))
        self.model.component_log_vars.copy_(torch.from_numpy(np.log(mixture.variances)))
        self.assignment.copy_(torch.from_numpy(assignment))

    def _measure(self, is_due: bool) -> None:
        """Held-out terms and quality, unless they have taken more than their share of the time."""
        if self._shard.rank != 0 or not (is_due or self._measuring.is_free()):
            return
        with self._measuring.spending():
            plan = self.plan
            terms = self._probe.held_out_terms(self.model, plan.phase)
            self._log.add_held_out(plan.step, plan.epoch, terms)
            gamma = self._probe.encode(self.model)[2].cpu().numpy()
            self._log_quality(gamma)

    def _log_quality(self, gamma: Float32Array) -> None:
        found = self._probe.quality(gamma.argmax(1), self.model.n_components, self.plan.phase)
        row = (found.accuracy, found.nmi, found.ari, count_in_use(gamma))
        self._log.add_quality(QualityRow(self.plan.step, self.plan.epoch, *row))

    def take_metrics(self) -> Sequence[MetricsTable]:
        return self._log.take()

    def snapshot(self) -> GmmVaeSnapshot:
        plan = self.plan
        taken = take_snapshot(self.model, self._probe, plan.step, plan.epoch, plan.phase)
        self._log_quality(taken.responsibilities)  # costs nothing more: the probe is encoded
        return taken

    def state(self) -> CheckpointState:
        return state_of(self)

    def load_state(self, state: CheckpointState) -> None:
        restore(self, state)
        self._fit.restart()
        self._log.clear()

    def apply(self, command: Command) -> None:
        apply_command(self, command)

    def is_finite(self) -> bool:
        sums = torch.stack([parameter.detach().sum() for parameter in self.model.parameters()])
        return bool(sums.isfinite().all())
