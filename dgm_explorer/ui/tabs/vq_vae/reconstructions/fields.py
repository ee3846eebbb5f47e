"""Which pixels a cell of the code grid stands for and which it sees, and cutting the latter out of images."""

from typing import NamedTuple

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot


class Fields(NamedTuple):
    """Along either axis, in pixels; the field of a cell lies around its middle, as the paddings are even.

    Attributes
    ----------
    size : of the receptive field.
    stride : from one cell to the next.
    """

    size: int
    stride: int

    @property
    def offset(self) -> int:
        """Where the field of the first cell begins; below 0 in the padding."""
        return (self.stride - self.size) // 2

    def start(self, cell: int) -> int:
        """First pixel of the receptive field of a cell; below 0 in the padding."""
        return cell * self.stride + self.offset


def fields_of(snapshot: VqVaeSnapshot, config: VqVaeConfig, shape: tuple[int, int, int]) -> Fields:
    """Of the networks of ``snapshot`` for images of ``shape``."""
    return Fields(int(snapshot.patches.shape[1]), config.stride_for(shape[0], shape[1]))


def cut_fields(images: Float32Array, cells: IntArray, fields: Fields) -> Float32Array:
    """Receptive fields (m, p, p, c) of cells; what lies outside the image is 0, as the encoder has it.

    Parameters
    ----------
    images : (n, height, width, c).
    cells : (m, 3) image, row and column.
    """
    _, height, width, _ = images.shape
    within = fields.offset + np.arange(fields.size)
    y = cells[:, 1, None] * fields.stride + within
    x = cells[:, 2, None] * fields.stride + within
    patches = images[
        cells[:, 0, None, None],
        np.clip(y, 0, height - 1)[:, :, None],
        np.clip(x, 0, width - 1)[:, None, :],
    ]
    is_inside = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None, :]
    cut: Float32Array = patches * is_inside[..., None]
    return cut
