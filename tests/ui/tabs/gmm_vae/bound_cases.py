"""A small model, its data and its metrics, for tests of whatever shows the bound."""

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot, Layer
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.history import MetricsHistory

TRAIN = ("step", "epoch", "phase", "a", "b", "c", "d", "e", "elbo")
HELD_OUT = ("step", "epoch", "a", "b", "c", "d", "e", "elbo")
QUALITY = ("step", "epoch", "accuracy", "nmi", "ari", "occupied")
JOINT_FROM = 401
K, J, D = 3, 2, 6


def terms_at(step: FloatArray) -> FloatArray:
    """(n, 5): constant in a phase, so that means over blocks are known; (d) changes its sign."""
    before, after = np.array([-30.0, -6.0, 0.0, -4.0, 0.0]), np.array([-20.0, -3.0, -1.0, 2.0, 0.5])
    return np.where(step[:, None] < JOINT_FROM, before, after)


def make_history(n_steps: int = 1200, shift: float = 0.0, held_out_shift: float = -1.0) -> MetricsHistory:
    """Steps 1 … ``n_steps``; to (a) ``shift`` is added, of held-out examples ``held_out_shift`` as well."""
    history = MetricsHistory()
    if not n_steps:
        return history
    history.append(
        (_table("train", n_steps, 1, shift), _table("held_out", n_steps, 10, shift + held_out_shift))
    )
    steps = np.arange(10.0, n_steps + 1, 10)
    quality = np.stack(
        [steps, steps / 10, steps / n_steps, 0.5 + 0 * steps, 0.25 + 0 * steps, 3 + 0 * steps], 1
    )
    history.append((MetricsTable("quality", QUALITY, quality),))
    return history


def _table(split: str, n_steps: int, every: int, shift: float) -> MetricsTable:
    steps = np.arange(float(every), n_steps + 1, every)
    terms = terms_at(steps) + np.array([shift, 0.0, 0.0, 0.0, 0.0])
    total = terms.sum(axis=1, keepdims=True)
    if split == "held_out":
        return MetricsTable("held_out", HELD_OUT, np.column_stack([steps, steps / 10, terms, total]))
    phase = np.where(steps < JOINT_FROM, 0.0, 2.0)
    return MetricsTable("train", TRAIN, np.column_stack([steps, steps / 10, phase, terms, total]))


def make_dataset(n: int = 60, has_labels: bool = True) -> Dataset:
    rng = np.random.default_rng(1)
    labels = (np.arange(n) % 3).astype(np.int64) if has_labels else None
    names = ("ant", "bee", "cat") if has_labels else ()
    return Dataset(
        "toy", rng.uniform(size=(n, D)).astype(np.float32), labels, names, None, np.arange(n) % 10 == 0, "0"
    )


def make_snapshot(phase: str = "joint", n: int = 60) -> GmmVaeSnapshot:
    """Three well separated components, twenty examples in each."""
    rng = np.random.default_rng(2)
    means = np.array([[-4.0, 0.0], [4.0, 0.0], [0.0, 5.0]])
    latent = means[np.arange(n) % 3] + 0.3 * rng.normal(size=(n, J))
    distances = ((latent[:, None] - means) ** 2).sum(axis=2)
    gamma = np.exp(-0.5 * distances)
    gamma /= gamma.sum(axis=1, keepdims=True)
    layers = (
        Layer(rng.normal(size=(8, J)).astype(np.float32), rng.normal(size=8).astype(np.float32)),
        Layer(rng.normal(size=(D, 8)).astype(np.float32), rng.normal(size=D).astype(np.float32)),
    )
    none = np.zeros((0, D), np.float32)
    return GmmVaeSnapshot(
        step=1200,
        epoch=120.0,
        phase=phase,
        likelihood="bernoulli",
        probe=np.arange(n)[::-1].copy(),
        latent_means=latent.astype(np.float32),
        latent_log_vars=np.full((n, J), -2.0, np.float32),
        responsibilities=gamma.astype(np.float32),
        log_pi=np.log(np.full(K, 1 / K)).astype(np.float32),
        component_means=means.astype(np.float32),
        component_log_vars=np.zeros((K, J), np.float32),
        decoder=layers,
        decoder_log_var=0.0,
        shown=np.zeros(0, np.int64),
        reconstructions=none,
        sample_noise=np.zeros((K, 0, J), np.float32),
        samples=np.zeros((K, 0, D), np.float32),
        component_images=np.zeros((K, D), np.float32),
        train_terms=np.array([-20.0, -3.0, -1.0, 2.0, 0.5], np.float32),
        held_out_terms=np.array([-21.0, -3.0, -1.0, 2.0, 0.5], np.float32),
        kl_per_dim=np.full(J, 1.5, np.float32),
        occupancy=gamma.mean(axis=0).astype(np.float32),
        confusion=np.array([[0, 18, 2], [20, 0, 0], [0, 2, 18]]),
    )
