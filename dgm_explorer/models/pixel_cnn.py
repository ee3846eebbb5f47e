"""A small PixelCNN over grids of codes (van den Oord et al. 2016, arXiv 1601.06759).

Shapes in this file: n grids of h × w codes below K; C channels.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from dgm_explorer.core.code_sampler import always
from dgm_explorer.core.errors import Cancelled

CHANNELS = 48
N_BLOCKS = 4
FIRST_SIZE = 5
REACH = FIRST_SIZE // 2 + N_BLOCKS
"""A cell depends on no cell further up, to the left or to the right than so many."""

MaskType: TypeAlias = Literal["A", "B"]


class MaskedConv2d(nn.Conv2d):
    """A convolution that sees what comes before a cell, row by row; type B also the cell (section 3.4)."""

    mask: Tensor

    def __init__(self, kind: MaskType, n_in: int, n_out: int, size: int) -> None:
        super().__init__(n_in, n_out, size, padding=size // 2)
        mask = torch.ones(size, size)
        middle = size // 2
        mask[middle, middle + (kind == "B") :] = 0
        mask[middle + 1 :] = 0
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class _Block(nn.Module):
    """x + what two convolutions make of what came before (fig. 5 of the paper)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            MaskedConv2d("B", channels, channels, 3),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.layers(x)
        return out


class PixelCnn(nn.Module):
    """P(grid) = Π P(code | codes above and to the left), each a softmax.

    A number per channel and cell is added, learnt as well: it says where in the grid a cell lies. Before
    training all codes are alike.
    """

    def __init__(self, n_codes: int, height: int, width: int, channels: int = CHANNELS) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_codes, channels)
        self.first = MaskedConv2d("A", channels, channels, FIRST_SIZE)
        self.position = nn.Parameter(torch.zeros(channels, height, width))
        self.blocks = nn.Sequential(*(_Block(channels) for _ in range(N_BLOCKS)))
        last = nn.Conv2d(channels, n_codes, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.last = nn.Sequential(nn.ReLU(), last)

    def forward(self, codes: Tensor, top: int = 0, left: int = 0) -> Tensor:
        """Logits (n, K, r, s) of r × s cells of grids, (n, r, s), from row ``top``, column ``left`` on."""
        x = self.embedding(codes).movedim(-1, 1)
        x = self.first(x) + self.position[:, top : top + codes.shape[1], left : left + codes.shape[2]]
        logits: Tensor = self.last(self.blocks(x))
        return logits

    def nats(self, codes: Tensor) -> Tensor:
        """Mean of -ln P over the cells of grids (n, h, w), ()."""
        return functional.cross_entropy(self(codes), codes)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, is_wanted: Callable[[], bool] = always) -> Tensor:
        """Grids drawn cell by cell, (n, h, w); each cell costs one pass over those that it depends on.

        Raises
        ------
        Cancelled
            If ``is_wanted``, asked before every cell, says no.
        """
        height, width = self.position.shape[1:]
        codes = torch.zeros(n, height, width, dtype=torch.int64, device=self.position.device)
        for row in range(height):
            top = max(0, row - REACH)
            for column in range(width):
                if not is_wanted():
                    raise Cancelled("sampling")
                left = max(0, column - REACH)
                seen = codes[:, top : row + 1, left : column + REACH + 1]
                shares = self(seen, top, left)[:, :, row - top, column - left].softmax(1)
                codes[:, row, column] = torch.multinomial(shares, 1, generator=generator)[:, 0]
        return codes
