"""What is known of a GMM-VAE before it is made; no torch."""

from itertools import pairwise

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig


def require_decoder(config: GmmVaeConfig, dataset: Dataset) -> None:
    """Refuse data that the decoder cannot have made.

    A Bernoulli likelihood of numbers outside [0, 1] has no upper bound: training would run away.

    Raises
    ------
    InputError
        If they are such.
    """
    if config.likelihood == "bernoulli" and not (dataset.inputs.min() >= 0 and dataset.inputs.max() <= 1):
        raise InputError(
            f"data {dataset.name}: there are values outside 0 to 1, which a Bernoulli decoder cannot have; "
            "choose likelihood = gaussian."
        )


def count_multiplications(config: GmmVaeConfig, dataset: Dataset) -> int:
    """Of one step forwards, about: batch size × weights of encoder and decoder."""
    widths = (dataset.dimension, *config.hidden, config.latent_dim)
    return 2 * config.batch_size * sum(a * b for a, b in pairwise(widths))
