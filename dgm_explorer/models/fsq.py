"""Finite scalar quantisation: no codebook, just rounding (Mentzer et al. 2023, arXiv 2309.15505).

Shapes in this file: z (B, D, h, w), where D is the number of levels; K codes, the product of the levels.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dgm_explorer.models.quantizer import (
    BatchPart,
    Learnt,
    Quantized,
    as_grid,
    as_rows,
    straight_through,
)

MARGIN = 1e-3
"""The outermost levels are bounded by so much more than they need, so that they can be reached."""


class FiniteScalarQuantizer(nn.Module):
    """Every number of z is squashed into its range and rounded to one of its levels.

    There is nothing to learn, no term in the loss and no code that dies for good.

    Parameters
    ----------
    levels : L_j of each of the D numbers.

    Attributes
    ----------
    levels : (D,).
    half_widths : ⌊L_j / 2⌋, (D,), by which whole numbers are divided.
    """

    levels: Tensor
    half_widths: Tensor
    place_values: Tensor

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        self.n_codes = math.prod(levels)
        half_widths = [float(level // 2) for level in levels]
        place_values = [math.prod(levels[:j]) for j in range(len(levels))]
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        self.register_buffer("half_widths", torch.tensor(half_widths), persistent=False)
        self.register_buffer("place_values", torch.tensor(place_values), persistent=False)

    def bound(self, z: Tensor) -> Tensor:
        """z (N, D) squashed so that rounding gives L_j whole numbers from −⌊L_j / 2⌋ up (appendix A.1)."""
        half_range = (self.levels - 1) * (1 + MARGIN) / 2
        offset = torch.where(self.levels % 2 == 0, 0.5, 0.0)
        return (z + (offset / half_range).atanh()).tanh() * half_range - offset

    def forward(self, z_e: Tensor) -> Quantized:
        """Quantise z_e (B, D, h, w); values of z_q lie in [−1, 1]."""
        bounded = self.bound(as_rows(z_e))
        whole = straight_through(bounded, bounded.detach().round())
        digits = whole.detach().nan_to_num(0).to(torch.int64) + self.levels // 2
        codes = (digits * self.place_values).sum(1)
        nothing = z_e.new_zeros(())
        return Quantized(
            z_q=as_grid(whole / self.half_widths, z_e),
            codes=codes.view(len(z_e), *z_e.shape[2:]),
            codebook_loss=nothing,
            commitment_loss=nothing,
        )

    def lookup(self, codes: Tensor) -> Tensor:
        """Vectors of codes (B, h, w); (B, D, h, w)."""
        digits = codes[..., None] // self.place_values % self.levels
        return ((digits - self.half_widths) / self.half_widths).movedim(-1, 1)

    def start(self, z_e: Tensor) -> None:
        """There is no codebook to begin."""

    @torch.no_grad()
    def learn(self, z_e: Tensor, codes: Tensor, part: BatchPart | None = None) -> Learnt:
        """Count the codes (B, h, w); nothing changes."""
        counts = torch.bincount(codes.reshape(-1), minlength=self.n_codes).to(z_e.dtype)
        is_finite = z_e.isfinite().all()
        if part is not None:
            n_refused = (~is_finite).to(z_e.dtype)
            part.add_up([counts, n_refused])
            is_finite = n_refused == 0
        return Learnt(counts, torch.zeros_like(counts, dtype=torch.bool), is_finite)
