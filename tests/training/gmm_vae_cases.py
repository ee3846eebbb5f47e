"""A small GMM-VAE run: data and recipe."""

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from tests.training.cases import first_digits

SMALL = GmmVaeConfig(
    hidden=(16,), pretrain_epochs=2, epochs=3, guided_epochs=1, batch_size=100, n_components=4
)
BATCH, PER_EPOCH = 37, 12  # of 450 training examples, where batches of 100 would leave too few steps


def some_digits() -> Dataset:
    """500 digits, every tenth held out."""
    return first_digits(500)
