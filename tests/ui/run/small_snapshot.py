"""The smallest GMM-VAE snapshot."""

import numpy as np

from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot, Layer


def make_snapshot(step: int, phase: str = "pretrain") -> GmmVaeSnapshot:
    """Three codes in the plane, two components, one decoded number."""

    def zeros(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.float32)

    return GmmVaeSnapshot(
        step=step,
        epoch=step / 10,
        phase=phase,
        likelihood="gaussian",
        probe=np.arange(3),
        latent_means=zeros(3, 2),
        latent_log_vars=zeros(3, 2),
        responsibilities=np.full((3, 2), 0.5, dtype=np.float32),
        log_pi=np.log(np.full(2, 0.5, dtype=np.float32)),
        component_means=zeros(2, 2),
        component_log_vars=zeros(2, 2),
        decoder=(Layer(zeros(1, 2), zeros(1)),),
        decoder_log_var=0.0,
        shown=np.arange(1),
        reconstructions=zeros(1, 1),
        sample_noise=zeros(2, 1, 2),
        samples=zeros(2, 1, 1),
        component_images=zeros(2, 1),
        train_terms=zeros(5),
        held_out_terms=zeros(5),
        kl_per_dim=zeros(2),
        occupancy=np.full(2, 0.5, dtype=np.float32),
    )
