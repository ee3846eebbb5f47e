"""A small VQ-VAE run: data and recipe."""

from functools import cache

import numpy as np

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from tests.training.cases import first_digits

SMALL = VqVaeConfig(codebook_size=16, code_dim=3, width=4, epochs=3, batch_size=40, seed=3)
PER_EPOCH, BATCH = 12, 22  # of 270 training examples, where batches of 40 would leave too few steps


def some_digits() -> Dataset:
    """300 digits, every tenth held out."""
    return first_digits(300)


@cache
def some_colours() -> Dataset:
    """Noise in colour whose sides are no multiples of the stride; nothing held out."""
    inputs = np.random.default_rng(0).random((30, 7 * 9 * 3), dtype=np.float32)
    return Dataset("noise", inputs, None, (), (7, 9, 3), np.zeros(30, dtype=bool), "none")
