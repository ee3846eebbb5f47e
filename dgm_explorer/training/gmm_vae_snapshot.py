"""Copies of a GMM-VAE for the window, and what is measured on a fixed probe."""

import math

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import MAX_COMPONENTS, has_mixture
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot, Layer
from dgm_explorer.models.gmm_vae import ElboTerms, GmmVae
from dgm_explorer.models.mlp import linears_of
from dgm_explorer.numerics.clustering import ClusteringQuality, count_occupied, measure_clustering
from dgm_explorer.training.host_copies import copy_to_host

PROBE_SEED = 20_260_722
N_SHOWN = 20
N_MEASURED = 500
N_SAMPLES = 8
MAX_CHUNK_NUMBERS = 4_000_000
LAYER_PARTS = ("weight", "bias")


class Probe:
    """Fixed examples and fixed noise that every snapshot of a run is made with.

    Attributes
    ----------
    rows : (n,) rows of the data set whose codes are shown, in order.
    shown : (m,) rows shown beside their reconstructions, held out where there are such.
    """

    def __init__(self, dataset: Dataset, inputs: Tensor, latent_dim: int, n_points: int) -> None:
        """``inputs``: (n, D), the data set's on the device."""
        rng = np.random.default_rng(PROBE_SEED)
        self._inputs = inputs
        self.rows: IntArray = _some(rng, np.arange(len(dataset)), n_points)
        held_out, trained = np.flatnonzero(dataset.is_held_out), np.flatnonzero(~dataset.is_held_out)
        self.shown: IntArray = _some(rng, held_out if len(held_out) else trained, N_SHOWN)
        self._trained = self._on_device(_some(rng, trained, N_MEASURED))
        self._held_out = self._on_device(_some(rng, held_out, N_MEASURED))
        generator = torch.Generator().manual_seed(PROBE_SEED)
        self._noise = torch.randn(1, N_MEASURED, latent_dim, generator=generator).to(inputs.device)
        sample_noise = torch.randn(MAX_COMPONENTS, N_SAMPLES, latent_dim, generator=generator)
        self._sample_noise = sample_noise.to(inputs.device)
        self._labels = None if dataset.labels is None else dataset.labels[self.rows]
        self._n_classes = len(dataset.class_names)
        self._rows_on_device = self._on_device(self.rows)
        self._shown_on_device = self._on_device(self.shown)

    def _on_device(self, rows: IntArray) -> Tensor:
        return torch.from_numpy(rows).to(self._inputs.device)

    @torch.no_grad()
    def encode(self, model: GmmVae) -> tuple[Tensor, Tensor, Tensor]:
        """Means (n, J), log variances (n, J) and γ at the mean (n, K) of the probe."""
        parts = []
        for rows in torch.split(self._rows_on_device, examples_at_a_time(model, self._inputs.shape[1])):
            posterior = model.encode(self._inputs[rows])
            parts.append((*posterior, model.log_responsibilities(posterior.mean).exp()))
        mean, log_var, gamma = (torch.cat(part) for part in zip(*parts, strict=True))
        return mean, log_var, gamma

    @torch.no_grad()
    def held_out_terms(self, model: GmmVae, phase: str) -> Tensor:
        """Mean terms over up to `N_MEASURED` held-out examples with fixed noise, (5,); NaN without any.

        As in training, what comes before the mixture is measured under its own prior, N(0, I).
        """
        return self._mean_terms(model, self._held_out, phase)

    @torch.no_grad()
    def train_terms(self, model: GmmVae, phase: str) -> Tensor:
        """The same over training examples."""
        return self._mean_terms(model, self._trained, phase)

    def _mean_terms(self, model: GmmVae, rows: Tensor, phase: str) -> Tensor:
        terms = model.terms if has_mixture(phase) else model.standard_terms
        return mean_of(terms(self._inputs[rows], self._noise[:, : len(rows)]))

    def quality(self, clusters: IntArray, n_components: int, phase: str) -> ClusteringQuality:
        """Of argmax γ over the labelled probe; NaN and an empty table without labels or a mixture."""
        if self._labels is None or not has_mixture(phase):
            return ClusteringQuality(math.nan, math.nan, math.nan, np.zeros((0, 0), dtype=np.int64))
        return measure_clustering(clusters, self._labels, n_components, self._n_classes)

    def sample_noise(self, n_components: int) -> Tensor:
        """Fixed ε of the samples, (K, s, J)."""
        return self._sample_noise[:n_components]

    @torch.no_grad()
    def reconstruct_shown(self, model: GmmVae) -> Tensor:
        """Decoded means of the shown examples, (m, D)."""
        return model.decoded_mean(model.encode(self._inputs[self._shown_on_device]).mean)


def examples_at_a_time(model: GmmVae, n_inputs: int) -> int:
    """How many examples may pass together: γ takes K × J numbers for each."""
    return max(1, MAX_CHUNK_NUMBERS // (n_inputs + model.component_means.numel()))


def _some(rng: np.random.Generator, rows: IntArray, n: int) -> IntArray:
    """At most ``n`` of the rows, in order."""
    return rows if len(rows) <= n else np.sort(rng.choice(rows, n, replace=False))


def mean_of(terms: ElboTerms) -> Tensor:
    """Mean of each term over the examples, (5,)."""
    return torch.stack(terms).mean(1)


def count_in_use(gamma: Float32Array) -> int:
    """Components that are argmax γ of more than 1 % of the examples; γ (n, K)."""
    return count_occupied(gamma.argmax(1), gamma.shape[1])


def information_per_dim(mean: Float32Array, log_var: Float32Array) -> Float32Array:
    """Mean over x of KL(q(z_j|x) ‖ N_j), nats (J,), N_j with mean and variance of the average of q(z_j|x).

    Closed form ½ log(Var[μ̃_j] + E[σ̃_j²]) - ½ E[log σ̃_j²]. It is at least the mutual information of x
    and z_j under q, and 0 just where q(z_j|x) is the same for every x.
    """
    log_var = log_var.astype(np.float64)
    total = mean.var(0, dtype=np.float64) + np.exp(log_var).mean(0)
    information: Float32Array = (0.5 * (np.log(total) - log_var.mean(0))).astype(np.float32)
    return information


@torch.no_grad()
def take_snapshot(model: GmmVae, probe: Probe, step: int, epoch: float, phase: str) -> GmmVaeSnapshot:
    """Copy what the window draws; draws no random numbers."""
    mean, log_var, gamma = probe.encode(model)
    noise = probe.sample_noise(model.n_components)
    log_vars = model.clamped_component_log_vars()
    z = model.component_means[:, None] + (0.5 * log_vars).exp()[:, None] * noise
    linears = linears_of(model.decoder)
    weights = {f"{name}.{i}": getattr(one, name) for i, one in enumerate(linears) for name in LAYER_PARTS}
    copied = copy_to_host(
        weights
        | {
            "latent_means": mean,
            "latent_log_vars": log_var,
            "responsibilities": gamma,
            "log_pi": model.log_pi(),
            "component_means": model.component_means,
            "component_log_vars": log_vars,
            "decoder_log_var": model.clamped_decoder_log_var(),
            "reconstructions": probe.reconstruct_shown(model),
            "sample_noise": noise,
            "samples": model.decoded_mean(z),
            "component_images": model.decoded_mean(model.component_means),
            "train_terms": probe.train_terms(model, phase),
            "held_out_terms": probe.held_out_terms(model, phase),
        }
    )
    decoder = tuple(Layer(*(copied.pop(f"{name}.{i}") for name in LAYER_PARTS)) for i in range(len(linears)))
    gamma_array = copied["responsibilities"]
    quality = probe.quality(gamma_array.argmax(1), model.n_components, phase)
    return GmmVaeSnapshot(
        step=step,
        epoch=epoch,
        phase=phase,
        likelihood=model.likelihood,
        probe=probe.rows,
        decoder=decoder,
        decoder_log_var=float(copied.pop("decoder_log_var")),
        shown=probe.shown,
        kl_per_dim=information_per_dim(copied["latent_means"], copied["latent_log_vars"]),
        occupancy=gamma_array.mean(0),
        accuracy=quality.accuracy,
        nmi=quality.nmi,
        ari=quality.ari,
        confusion=quality.confusion,
        **copied,
    )
