"""The vector quantiser as public notebooks have it, for comparison.

As in zalandoresearch/pytorch-vq-vae, ``VectorQuantizerEMA``: all distances as a sum of three terms, a
one-hot matrix, and products with it for codes and statistics.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

DECAY, EPSILON, COMMITMENT = 0.99, 1e-5, 0.25


class OneHotQuantizer(nn.Module):
    """K codes of D numbers; every call in training updates them."""

    counts: Tensor
    sums: Tensor
    codebook: Tensor

    def __init__(self, codebook: Tensor) -> None:
        super().__init__()
        self.register_buffer("codebook", codebook.clone())
        self.register_buffer("sums", codebook.clone())
        self.register_buffer("counts", torch.zeros(len(codebook)))

    @torch.no_grad()
    def codes(self, z_e: Tensor) -> Tensor:
        """Of z_e (B, D, h, w); (B h w,)."""
        return self._distances(z_e.permute(0, 2, 3, 1).reshape(-1, z_e.shape[1])).argmin(1)

    def forward(self, z_e: Tensor) -> tuple[Tensor, Tensor]:
        """z_q as z_e (B, D, h, w), and the commitment loss."""
        inputs = z_e.permute(0, 2, 3, 1).contiguous()
        flat = inputs.view(-1, z_e.shape[1])
        one_hot = torch.zeros(len(flat), len(self.codebook))
        one_hot.scatter_(1, self._distances(flat).argmin(1, keepdim=True), 1)
        z_q = (one_hot @ self.codebook).view(inputs.shape)
        self.counts = self.counts * DECAY + (1 - DECAY) * one_hot.sum(0)
        total = self.counts.sum()
        self.counts = (self.counts + EPSILON) / (total + len(self.codebook) * EPSILON) * total
        self.sums = self.sums * DECAY + (1 - DECAY) * (one_hot.T @ flat)
        self.codebook = self.sums / self.counts[:, None]
        loss = COMMITMENT * functional.mse_loss(z_q.detach(), inputs)
        z_q = inputs + (z_q - inputs).detach()
        shares = one_hot.mean(0)
        (-(shares * (shares + 1e-10).log()).sum()).exp()  # the perplexity that it reports
        return z_q.permute(0, 3, 1, 2).contiguous(), loss

    def _distances(self, flat: Tensor) -> Tensor:
        squares = flat.square().sum(1, keepdim=True) + self.codebook.square().sum(1)
        return squares - 2 * (flat @ self.codebook.T)
