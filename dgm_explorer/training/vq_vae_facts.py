"""What is known of a VQ-VAE before it is made; no torch."""

from itertools import pairwise

import numpy as np

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_vae_config import VqVaeConfig

LEAST_VARIANCE = 1e-6
"""Of the pixels, as far as the loss is divided by it: constant images have none."""

MOST_PICTURED = 110_000_000
"""K × numbers per image: a snapshot holds two such pictures of all codes, and is at most 1 GiB large."""


def image_shape_of(dataset: Dataset) -> tuple[int, int, int]:
    """(height, width, channels) of its examples.

    Raises
    ------
    InputError
        If they are points in the plane.
    """
    if dataset.image_shape is None:
        raise InputError(
            f"data {dataset.name}: points in the plane have no patches to make codes of; choose images."
        )
    return dataset.image_shape


def require_images(config: VqVaeConfig, dataset: Dataset) -> None:
    """Refuse data that are no images, and images that a picture of every code would be too large of.

    Raises
    ------
    InputError
        If they are such.
    """
    image_shape_of(dataset)
    if config.n_codes * dataset.dimension > MOST_PICTURED:
        raise InputError(
            f"data {dataset.name}: pictures of {config.n_codes} codes with {dataset.dimension} numbers each "
            f"are too large to keep; choose codebook_size = {MOST_PICTURED // dataset.dimension} or less (of "
            "fsq, fewer levels), or smaller images."
        )


def count_multiplications(config: VqVaeConfig, dataset: Dataset) -> int:
    """Of one step forwards, about: batch size × what the convolutions cost an image, both ways alike."""
    height, width, n_channels = image_shape_of(dataset)
    stride, channels = config.stride_for(height, width), config.network_width
    n_cells = height * width / stride**2
    if config.network == "local":
        per_cell = channels * (stride**2 * n_channels + channels + config.n_code_dims)
        return round(2 * config.batch_size * n_cells * per_cell)
    n_halvings = max(1, stride.bit_length() - 1)
    if config.network == "light":
        widths = [n_channels, *(channels * (i + 1) for i in range(n_halvings))]
        per_cell = widths[-1] * 10 * config.n_code_dims
    else:
        widths = [n_channels, *[channels // 2] * (n_halvings - 1), channels]
        per_cell = channels * (9 * channels + 2 * 32 * 10 + config.n_code_dims)
    per_image = n_cells * per_cell
    for i, (n_in, n_out) in enumerate(pairwise(widths)):
        per_image += height * width / 4 ** (i + 1) * 16 * n_in * n_out
    return round(2 * config.batch_size * per_image)


def pixel_variance(dataset: Dataset) -> float:
    """Of the numbers of all training images that are finite together, at least `LEAST_VARIANCE`."""
    trained = dataset.inputs[~dataset.is_held_out]
    means = trained.mean(1, dtype=np.float64)
    is_finite = np.isfinite(means)
    if not is_finite.all():
        trained, means = trained[is_finite], means[is_finite]
    if not len(means):
        return LEAST_VARIANCE
    within = np.einsum("nd,nd->n", trained, trained, dtype=np.float64) / trained.shape[1] - means**2
    return max(LEAST_VARIANCE, float(within.mean() + means.var()))
