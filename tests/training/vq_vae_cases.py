"""A small VQ-VAE run: data and recipe."""

from functools import cache

import numpy as np
from sklearn.datasets import load_digits

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.training.vq_vae_run import VqVaeModelRun

SMALL = VqVaeConfig(codebook_size=16, code_dim=3, width=4, epochs=3, batch_size=40, seed=3)
PER_EPOCH, BATCH = 12, 22  # of 270 training examples, where batches of 40 would leave too few steps


@cache
def some_digits() -> Dataset:
    """300 digits, every tenth held out."""
    digits = load_digits()
    inputs = (digits.data[:300] / 16).astype(np.float32)
    inputs.setflags(write=False)
    labels, held_out = digits.target[:300].astype(np.int64), np.arange(300) % 10 == 0
    return Dataset("digits", inputs, labels, tuple("0123456789"), (8, 8, 1), held_out, "none")


@cache
def some_colours() -> Dataset:
    """Noise in colour whose sides are no multiples of the stride; nothing held out."""
    inputs = np.random.default_rng(0).random((30, 7 * 9 * 3), dtype=np.float32)
    return Dataset("noise", inputs, None, (), (7, 9, 3), np.zeros(30, dtype=bool), "none")


def finished(run: VqVaeModelRun) -> VqVaeModelRun:
    for _ in run.steps():
        pass
    return run
