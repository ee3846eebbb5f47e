"""The VQ-VAE as published in a notebook, for comparison.

As in zalandoresearch/pytorch-vq-vae: the network of the paper's section 4.1, a quantiser by one-hot
matrices, Adam, and an error that is fetched at every step. The images lie ready; a ``DataLoader`` would
take its time besides.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from dgm_explorer.bench.onehot_quantizer import OneHotQuantizer

WIDTH, RESIDUAL_WIDTH, N_RESIDUAL = 128, 32, 2
CODE_DIM, N_CODES = 64, 512
LEARNING_RATE = 1e-3


class _Residual(nn.Module):
    """x + branch(x); its first ReLU works in place, as published."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.ReLU(inplace=True),
            nn.Conv2d(WIDTH, RESIDUAL_WIDTH, 3, padding=1, bias=False),
            nn.ReLU(inplace=True),
            nn.Conv2d(RESIDUAL_WIDTH, WIDTH, 1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = self.branch(x)
        return x + added


def _residuals() -> list[nn.Module]:
    return [*(_Residual() for _ in range(N_RESIDUAL)), nn.ReLU()]


def make_encoder() -> nn.Sequential:
    """Images (B, 1, H, W) to z_e (B, 64, H / 4, W / 4)."""
    return nn.Sequential(
        nn.Conv2d(1, WIDTH // 2, 4, 2, padding=1),
        nn.ReLU(),
        nn.Conv2d(WIDTH // 2, WIDTH, 4, 2, padding=1),
        nn.ReLU(),
        nn.Conv2d(WIDTH, WIDTH, 3, padding=1),
        *_residuals(),
        nn.Conv2d(WIDTH, CODE_DIM, 1),
    )


def make_decoder() -> nn.Sequential:
    """z_q to images."""
    return nn.Sequential(
        nn.Conv2d(CODE_DIM, WIDTH, 3, padding=1),
        *_residuals(),
        nn.ConvTranspose2d(WIDTH, WIDTH // 2, 4, 2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(WIDTH // 2, 1, 4, 2, padding=1),
    )


class NotebookTraining:
    """Trains on one batch of images again and again.

    Parameters
    ----------
    images : (B, 1, H, W).
    """

    def __init__(self, images: Tensor) -> None:
        self._images = images
        self._variance = images.var()
        self._encoder, self._decoder = make_encoder(), make_decoder()
        self._quantizer = OneHotQuantizer(torch.randn(N_CODES, CODE_DIM))
        weights = [*self._encoder.parameters(), *self._decoder.parameters()]
        self._optimizer = torch.optim.Adam(weights, lr=LEARNING_RATE)
        self.errors: list[float] = []
        """Reconstruction error of each step."""

    def step(self) -> int:
        """One step of Adam; how many images it saw."""
        self._optimizer.zero_grad()
        z_q, commitment = self._quantizer(self._encoder(self._images))
        error = functional.mse_loss(self._decoder(z_q), self._images) / self._variance
        (error + commitment).backward()
        self._optimizer.step()
        self.errors.append(error.item())
        return len(self._images)
