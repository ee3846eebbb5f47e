"""The five terms of the bound for one example or one component alone, from a snapshot, without torch."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.numerics.gmm_elbo import (
    Decoder,
    MixturePrior,
    Posterior,
    balanced_noise,
    bound_terms,
    parts_of,
)

POINT_SAMPLES = 128
_MAX_OPERATIONS = 1e8
"""Multiplications and additions for a component: 8 ms, since it is shown with each picture."""
_LEAST_SHARE = 1e-3
_SEED = 20_240


@dataclass(frozen=True, slots=True, eq=False)
class SingleTerms:
    """What the bars show.

    Attributes
    ----------
    title : what the terms are of, such as ``Example 12, class 3``.
    method : how they were computed, one sentence.
    values : (5,) nats per example.
    standard_errors : (5,) of the samples that the values are means of; 0 where in closed form.
    average : (5,) of the whole at the same instant; NaN where not measured.
    average_name : what the average is over.
    """

    title: str
    method: str
    values: FloatArray
    standard_errors: FloatArray
    average: FloatArray
    average_name: str


def point_terms(snapshot: GmmVaeSnapshot, dataset: Dataset, probe_index: int) -> SingleTerms:
    """The terms of the example in row ``probe_index`` of the snapshot's probe.

    z is drawn `POINT_SAMPLES` times from q(z|x) with fixed ε, the same for every example and instant, so
    that the bars move only because the model did. Chosen at random, one ε would be off for all examples
    alike: it is balanced, and what is told as its standard error is that of as many independent ones.
    """
    noise = balanced_noise(POINT_SAMPLES // 2, snapshot.latent_dim, _SEED)
    prior, decoder = _parts(snapshot)
    terms = bound_terms(prior, decoder, *_examples(snapshot, dataset, np.array([probe_index])), noise)
    samples = terms.stacked()[:, :, 0]
    row = int(snapshot.probe[probe_index])
    return SingleTerms(
        _point_title(snapshot, dataset, probe_index),
        f"mean over {POINT_SAMPLES} samples of z from q(z|x), fixed balanced ε, ± at most its standard error",
        samples.mean(axis=1),
        (samples - samples[:, :1]).std(axis=1, ddof=1) / np.sqrt(POINT_SAMPLES),  # 0 where all are alike
        *_average(snapshot, bool(dataset.is_held_out[row])),
    )


def component_terms(snapshot: GmmVaeSnapshot, dataset: Dataset, k: int) -> SingleTerms:
    """The terms averaged over the probe, each example weighted by its responsibility γ_k.

    One z is drawn per example, with an ε that stays the same. Examples with γ_k under 0.001 are left out,
    and where many remain an even selection of them stands for all, so that it can follow the training.
    The standard error is that of the weighted mean over the examples.
    """
    rows = _selection(snapshot, k)
    weights = snapshot.responsibilities[rows, k].astype(np.float64)
    total = float(weights.sum())
    average = _average(snapshot, is_held_out=False)
    title = f"Component {k + 1}, π = {np.exp(float(snapshot.log_pi[k])):.3f}"
    if total <= 0.0:
        nothing = np.full(5, np.nan)
        return SingleTerms(title, "no example belongs to it", nothing, nothing, *average)
    weights /= total
    prior, decoder = _parts(snapshot)
    noise = _noise(len(snapshot.probe), snapshot.latent_dim)[None, rows]
    examples = bound_terms(prior, decoder, *_examples(snapshot, dataset, rows), noise).stacked()[:, 0]
    values = examples @ weights
    errors = np.sqrt(((examples - values[:, None]) ** 2) @ weights**2)
    method = f"mean over {len(rows)} examples weighted by γ, one z with fixed ε each, ± its standard error"
    return SingleTerms(title, method, values, errors, *average)


def _parts(snapshot: GmmVaeSnapshot) -> tuple[MixturePrior, Decoder]:
    """While the networks are pre-trained the bound is that of a VAE, whose prior is N(0, I)."""
    prior, decoder = parts_of(snapshot)
    if not snapshot.has_mixture:
        flat = np.zeros((1, snapshot.latent_dim))
        prior = MixturePrior(np.zeros(1), flat, flat)
    return prior, decoder


def _examples(snapshot: GmmVaeSnapshot, dataset: Dataset, rows: IntArray) -> tuple[Posterior, FloatArray]:
    """q(z|x) and inputs of rows of the probe, in float64."""
    mean, log_var = snapshot.latent_means[rows], snapshot.latent_log_vars[rows]
    inputs = dataset.inputs[snapshot.probe[rows]]
    return Posterior(mean.astype(np.float64), log_var.astype(np.float64)), inputs.astype(np.float64)


def _selection(snapshot: GmmVaeSnapshot, k: int) -> IntArray:
    """Rows of the probe that belong to component k, evenly spread, as many as the decoder can take."""
    rows = np.flatnonzero(snapshot.responsibilities[:, k] >= _LEAST_SHARE)
    per_example = 2 * sum(layer.weight.size for layer in snapshot.decoder)
    count = min(len(rows), max(64, int(_MAX_OPERATIONS / max(per_example, 1))))
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)] if count else rows


def _noise(n: int, latent_dim: int) -> FloatArray:
    return np.random.default_rng(_SEED).standard_normal((n, latent_dim))


def _average(snapshot: GmmVaeSnapshot, is_held_out: bool) -> tuple[FloatArray, str]:
    """The mean terms that an example is compared with: those of its own split, where measured."""
    held_out = snapshot.held_out_terms.astype(np.float64)
    if is_held_out and np.isfinite(held_out).all():
        return held_out, "average of the held-out examples"
    return snapshot.train_terms.astype(np.float64), "average of the training examples"


def _point_title(snapshot: GmmVaeSnapshot, dataset: Dataset, probe_index: int) -> str:
    row = int(snapshot.probe[probe_index])
    words = [f"Example {row}"]
    if dataset.labels is not None:
        words.append(f"class {dataset.class_names[int(dataset.labels[row])]}")
    if dataset.is_held_out[row]:
        words.append("held out")
    if snapshot.has_mixture:
        gamma = snapshot.responsibilities[probe_index]
        best = int(np.argmax(gamma))
        words.append(f"γ = {float(gamma[best]):.2f} in component {best + 1}")
    return ", ".join(words)
