"""What each code stands for in the images: the pixels that its encoder outputs saw.

Shapes in this file: n images (n, C, H, W) with grids of h × w codes below K, N = n h w cells; patches of
p × p pixels.
"""

import torch
from torch import Tensor
from torch.nn import functional

from dgm_explorer.models.vq_networks import ReceptiveField

MOST_NUMBERS = 4_000_000
"""In memory at a time."""


class PatchCutter:
    """Cuts receptive fields out of images; what lies beyond their edge is 0.

    Attributes
    ----------
    field : the pixels that a cell sees.
    grid_shape : (h, w).
    """

    def __init__(self, field: ReceptiveField, grid_shape: tuple[int, int]) -> None:
        self.field = field
        self.grid_shape = grid_shape

    def cut(self, images: Tensor) -> Tensor:
        """Patches of all cells, a view of shape (n, h, w, p, p, C)."""
        size, stride, offset = self.field
        before = -offset
        right, below = (
            (cells - 1) * stride + size - before - pixels
            for cells, pixels in zip(reversed(self.grid_shape), reversed(images.shape[2:]), strict=True)
        )
        padded = functional.pad(images, (before, right, before, below))
        return padded.unfold(2, size, stride).unfold(3, size, stride).permute(0, 2, 3, 4, 5, 1)

    def means(self, images: Tensor, codes: Tensor, n_codes: int) -> Tensor:
        """Mean patch of each code, (K, p, p, C); NaN without use. ``codes`` (n, h, w)."""
        size, n_channels = self.field.size, images.shape[1]
        sums = images.new_zeros(n_codes, size * size * n_channels)
        at_a_time = max(1, MOST_NUMBERS // (codes[0].numel() * sums.shape[1]))
        for part, of_part in zip(torch.split(images, at_a_time), torch.split(codes, at_a_time), strict=True):
            sums.index_add_(0, of_part.reshape(-1), self.cut(part).reshape(-1, sums.shape[1]))
        counts = torch.bincount(codes.reshape(-1), minlength=n_codes)
        return (sums / counts[:, None]).view(n_codes, size, size, n_channels)

    def of_cells(self, images: Tensor, cells: Tensor) -> Tensor:
        """Patches (…, p, p, C) of some of the N cells (…); NaN for the number -1."""
        height, width = self.grid_shape
        flat = cells.reshape(-1).clamp_min(0)
        cut = self.cut(images[flat // (height * width)])
        patches = cut[torch.arange(len(flat)), flat // width % height, flat % width]
        patches = torch.where((cells.reshape(-1) < 0)[:, None, None, None], torch.nan, patches)
        return patches.view(*cells.shape, *patches.shape[1:])


def nearest_cells(codes: Tensor, distances: Tensor, n_codes: int, n_each: int) -> Tensor:
    """The cells nearest to each code among those that have it, nearest first, (K, n_each); -1 where fewer.

    Parameters
    ----------
    codes, distances : (N,).
    """
    by_distance = distances.argsort(stable=True)
    order = by_distance[codes[by_distance].argsort(stable=True)]
    counts = torch.bincount(codes, minlength=n_codes)
    rank = torch.arange(n_each, device=codes.device)
    at = (counts.cumsum(0) - counts)[:, None] + rank
    return torch.where(rank < counts[:, None], order[at.clamp_max(len(codes) - 1)], -1)
