"""A small GMM-VAE and its data for the tests of the latent view."""

import numpy as np

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot, Layer

N, SIDE, K = 120, 4, 3


def make_dataset(has_labels: bool = True, is_image: bool = True) -> Dataset:
    rng = np.random.default_rng(0)
    d = SIDE * SIDE if is_image else 2
    return Dataset(
        name="small",
        inputs=rng.uniform(size=(2 * N, d)).astype(np.float32),
        labels=np.arange(2 * N, dtype=np.int64) % 4 if has_labels else None,
        class_names=("cat", "dog", "hen", "owl") if has_labels else (),
        image_shape=(SIDE, SIDE, 1) if is_image else None,
        is_held_out=np.arange(2 * N) % 10 == 0,
        fingerprint="0" * 64,
    )


def make_snapshot(latent_dim: int = 2, d: int = SIDE * SIDE, seed: int = 0) -> GmmVaeSnapshot:
    """The probe is every second row of the data; the decoder is one linear layer."""
    rng = np.random.default_rng(seed)
    codes = (rng.normal(size=(N, latent_dim)) * np.linspace(3, 1, latent_dim)).astype(np.float32)
    gamma = rng.dirichlet(np.ones(K), N).astype(np.float32)
    layer = Layer(rng.normal(size=(d, latent_dim)).astype(np.float32), rng.normal(size=d).astype(np.float32))
    empty = np.zeros((0, d), np.float32)
    return GmmVaeSnapshot(
        step=10,
        epoch=1.0,
        phase="joint",
        likelihood="bernoulli",
        probe=np.arange(0, 2 * N, 2),
        latent_means=codes,
        latent_log_vars=np.zeros_like(codes),
        responsibilities=gamma,
        log_pi=np.log(np.array([0.5, 0.3, 0.2], np.float32)),
        component_means=rng.normal(size=(K, latent_dim)).astype(np.float32),
        component_log_vars=rng.normal(size=(K, latent_dim)).astype(np.float32),
        decoder=(layer,),
        decoder_log_var=0.0,
        shown=np.zeros(0, np.int64),
        reconstructions=empty,
        sample_noise=np.zeros((K, 0, latent_dim), np.float32),
        samples=np.zeros((K, 0, d), np.float32),
        component_images=np.zeros((K, d), np.float32),
        train_terms=np.zeros(5, np.float32),
        held_out_terms=np.zeros(5, np.float32),
        kl_per_dim=np.zeros(latent_dim, np.float32),
        occupancy=gamma.mean(axis=0),
    )
