"""Encoders and decoders of the VQ-VAE: convolutions from images to grids of vectors and back.

Shapes in this file: images (B, C, H, W) with H and W multiples of the stride s; z (B, D, H / s, W / s).
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dgm_explorer.core.vq_vae_config import Network, VqVaeConfig

RESIDUAL_WIDTH = 32
N_RESIDUAL = 2


class Networks(NamedTuple):
    """One for each way; the encoder ends in D channels, the decoder in C, both without activation."""

    encoder: nn.Sequential
    decoder: nn.Sequential


class Sizes(NamedTuple):
    """What an architecture is made to measure for.

    Attributes
    ----------
    n_channels : C.
    n_dims : D.
    width : channels in between.
    n_halvings : log₂ s.
    """

    n_channels: int
    n_dims: int
    width: int
    n_halvings: int


def make_networks(config: VqVaeConfig, n_channels: int, stride: int, generator: torch.Generator) -> Networks:
    """Networks of ``config`` with weights drawn from ``generator`` (on the CPU) alone.

    Weights and biases are uniform within ±1/√fan_in, torch's own default.
    """
    sizes = Sizes(n_channels, config.n_code_dims, config.network_width, stride.bit_length() - 1)
    with torch.device("meta"):  # so that torch's own initialisation draws nothing from its generator
        networks = BUILDERS[config.network](sizes)
    for network in networks:
        network.to_empty(device="cpu")
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                _draw(module, generator)
    return networks


@torch.no_grad()
def _draw(convolution: nn.Conv2d | nn.ConvTranspose2d, generator: torch.Generator) -> None:
    bound = float(convolution.weight[0].numel()) ** -0.5
    for parameter in convolution.parameters():
        parameter.uniform_(-bound, bound, generator=generator)


def make_light(sizes: Sizes) -> Networks:
    """One halving convolution per factor 2 with w, 2 w, … channels, and a 1×1; fast on one core."""
    widths = [sizes.width * (i + 1) for i in range(max(1, sizes.n_halvings))]
    down = _halvings([sizes.n_channels, *widths], sizes.n_halvings)
    if sizes.n_halvings < 2:  # else a vector would see hardly more than its own pixels
        down += [nn.Conv2d(widths[-1], widths[-1], 3, padding=1), nn.ReLU()]
    up = [nn.Conv2d(sizes.n_dims, widths[-1], 3, padding=1), nn.ReLU()]
    up += _doublings([*reversed(widths), sizes.n_channels], sizes.n_halvings)
    return Networks(nn.Sequential(*down, nn.Conv2d(widths[-1], sizes.n_dims, 1)), nn.Sequential(*up))


def make_residual(sizes: Sizes) -> Networks:
    """The paper's (section 4.1, sizes as in its authors' Sonnet): halvings, a 3×3, two residual blocks."""
    width, n = sizes.width, sizes.n_halvings
    widths = [max(1, width // 2)] * max(0, n - 1) + [width]
    down = _halvings([sizes.n_channels, *widths], n)
    down += [nn.Conv2d(widths[-1], width, 3, padding=1), *_residual_blocks(width), nn.ReLU()]
    up = [nn.Conv2d(sizes.n_dims, width, 3, padding=1), *_residual_blocks(width), nn.ReLU()]
    up += _doublings([*reversed(widths), sizes.n_channels], n)
    return Networks(nn.Sequential(*down, nn.Conv2d(width, sizes.n_dims, 1)), nn.Sequential(*up))


def make_local(sizes: Sizes) -> Networks:
    """Patches of s×s pixels that never meet: a code decodes to the same patch wherever it stands."""
    width, stride = sizes.width, 2**sizes.n_halvings
    encoder = nn.Sequential(
        nn.Conv2d(sizes.n_channels, width, stride, stride),
        nn.ReLU(),
        nn.Conv2d(width, width, 1),
        nn.ReLU(),
        nn.Conv2d(width, sizes.n_dims, 1),
    )
    decoder = nn.Sequential(
        nn.Conv2d(sizes.n_dims, width, 1),
        nn.ReLU(),
        nn.Conv2d(width, width, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(width, sizes.n_channels, stride, stride),
    )
    return Networks(encoder, decoder)


BUILDERS: dict[Network, Callable[[Sizes], Networks]] = {
    "light": make_light,
    "residual": make_residual,
    "local": make_local,
}


class ResidualBlock(nn.Module):
    """x + W₂ ReLU(W₁ ReLU(x)), W₁ 3×3 and W₂ 1×1: pre-activation, and x itself stays as it is.

    The widespread ``nn.ReLU(inplace=True)`` at the head of the branch overwrites x, so that ReLU(x) is
    what is added to.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(width, RESIDUAL_WIDTH, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(RESIDUAL_WIDTH, width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x (B, width, h, w) and of that shape."""
        added: Tensor = self.branch(x)
        return x + added


def _residual_blocks(width: int) -> list[nn.Module]:
    return [ResidualBlock(width) for _ in range(N_RESIDUAL)]


def _halvings(widths: list[int], n: int) -> list[nn.Module]:
    """From ``widths[0]`` channels on, a ReLU after each; without any halving one 3×3 in their place."""
    if n == 0:
        return [nn.Conv2d(widths[0], widths[1], 3, padding=1), nn.ReLU()]
    return [part for a, b in pairwise(widths) for part in (nn.Conv2d(a, b, 4, 2, padding=1), nn.ReLU())]


def _doublings(widths: list[int], n: int) -> list[nn.Module]:
    """Down to ``widths[-1]`` channels, a ReLU between; without any doubling one 3×3 in their place."""
    if n == 0:
        return [nn.Conv2d(widths[-2], widths[-1], 3, padding=1)]
    parts: list[nn.Module] = []
    for a, b in pairwise(widths):
        parts += [nn.ConvTranspose2d(a, b, 4, 2, padding=1), nn.ReLU()]
    return parts[:-1]


class ReceptiveField(NamedTuple):
    """Which pixels a vector sees, along either axis.

    Attributes
    ----------
    size : in pixels.
    stride : from one vector's field to the next.
    offset : where the field of the first vector begins; below 0 in the padding.
    """

    size: int
    stride: int
    offset: int


def receptive_field(network: nn.Module) -> ReceptiveField:
    """Of each output of a chain of square convolutions, residual branches included.

    With r the size so far and j the stride so far, a convolution of size k, stride s and padding p gives
    r + (k − 1) j, j s, and begins p j earlier.
    """
    size, stride, offset = 1, 1, 0
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            size += (module.kernel_size[0] - 1) * stride
            offset -= int(module.padding[0]) * stride
            stride *= module.stride[0]
    return ReceptiveField(size, stride, offset)
