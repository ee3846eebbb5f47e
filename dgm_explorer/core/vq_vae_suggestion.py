"""Model and recipe of the VQ-VAE that suit a data set, for whoever has just chosen it."""

from dataclasses import replace

from dgm_explorer.core.dataset import EMBEDDED, DataSource
from dgm_explorer.core.vq_vae_config import VqVaeConfig

FIELD_WORDS = {
    "codebook_size": "K",
    "code_dim": "D",
    "network": "network",
    "width": "channels",
    "stride": "stride",
    "quantizer": "quantiser",
    "fsq_levels": "levels",
    "codebook_update": "codebook follows by",
    "decay": "decay γ",
    "epsilon": "smoothing ε",
    "commitment": "commitment β",
    "codebook_start": "first codes",
    "revival_fraction": "revival",
    "is_batch_normalized": "batch norm",
    "estimator": "gradient",
    "epochs": "epochs",
    "batch_size": "batch",
    "learning_rate": "learning rate",
    "seed": "seed",
}
"""What the user reads for each field of the configuration."""

SMALL_SET_EPOCHS = 200


def suggest_config(source: DataSource, config: VqVaeConfig) -> VqVaeConfig:
    """``config`` with the epochs adapted to the data: a small set needs more of them for as many steps."""
    epochs = SMALL_SET_EPOCHS if source.name in EMBEDDED else VqVaeConfig().epochs
    return replace(config, epochs=epochs)
