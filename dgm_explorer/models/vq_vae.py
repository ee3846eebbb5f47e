"""The VQ-VAE: images as grids of codes (van den Oord et al. 2017, arXiv 1711.00937).

Shapes in this file: B images (B, C, H, W); z (B, D, h, w), codes (B, h, w); K codes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.batch_norm import BatchNorm
from dgm_explorer.models.codebook import mean_square
from dgm_explorer.models.fsq import FiniteScalarQuantizer
from dgm_explorer.models.quantizer import BatchPart, Learnt, Quantized, Quantizer, VectorQuantizer
from dgm_explorer.models.vq_networks import make_networks, receptive_field


class VqVaeLosses(NamedTuple):
    """Terms that add up to the loss, (); see `core.vq_vae_config.LOSS_TERM_MEANINGS`."""

    reconstruction: Tensor
    codebook: Tensor
    commitment: Tensor

    @property
    def total(self) -> Tensor:
        return self.reconstruction + self.codebook + self.commitment


class Reconstructed(NamedTuple):
    """One pass through the model.

    Attributes
    ----------
    z_e : (B, D, h, w), what was quantised.
    quantized : codes, their vectors and their terms.
    images : (B, C, H, W).
    """

    z_e: Tensor
    quantized: Quantized
    images: Tensor


class Passes(NamedTuple):
    """How tensors pass the two networks, such as compiled; otherwise as `VqVae.pass_encoder` and its like."""

    encoder: Callable[[Tensor], Tensor]
    decoder: Callable[[Tensor], Tensor]


class VqVae(nn.Module):
    """x → z_e → codes → x̂. The encoder is deterministic: q(k|x) is one for the nearest code, else nought.

    Parameters
    ----------
    config : networks and quantiser.
    image_shape : (H, W, C); any size, images are padded to multiples of the stride and cropped back.
    pixel_variance : of the training images, above 0; the squared error is divided by it, so that β has one
        scale for all data.
    generator : on the CPU; draws the initial weights and codes.
    autocast : context around the networks, for mixed precision; the quantiser keeps the parameters' type.

    Attributes
    ----------
    quantizer : its parts may be changed between two steps.
    is_normalized : whether z_e passes `norm`; may be changed between two steps.
    stride : pixels from one code to the next.
    """

    def __init__(
        self,
        config: VqVaeConfig,
        image_shape: tuple[int, int, int],
        pixel_variance: float,
        generator: torch.Generator,
        autocast: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        super().__init__()
        height, width, n_channels = image_shape
        self.image_shape = image_shape
        self.pixel_variance = pixel_variance
        self.stride = config.stride_for(height, width)
        self.is_normalized = config.is_batch_normalized
        self._autocast = autocast
        self.encoder, self.decoder = make_networks(config, n_channels, self.stride, generator)
        self.norm = BatchNorm(config.n_code_dims)
        self.quantizer: Quantizer = _make_quantizer(config, generator)
        self.receptive_field = receptive_field(self.encoder)

    @property
    def grid_shape(self) -> tuple[int, int]:
        """(h, w)."""
        height, width, _ = self.image_shape
        return -(-height // self.stride), -(-width // self.stride)

    def pass_encoder(self, x: Tensor) -> Tensor:
        """Images (B, C, H, W) through the network, (B, D, h, w) of any type."""
        with self._autocast():
            z: Tensor = self.encoder(self._pad(x))
        return z

    def pass_decoder(self, z_q: Tensor) -> Tensor:
        """Vectors (B, D, h, w) through the network, (B, C, padded H, padded W) of any type."""
        with self._autocast():
            logits: Tensor = self.decoder(z_q)
        return logits

    def encode(self, x: Tensor, passes: Passes | None = None) -> Tensor:
        """z_e of images (B, C, H, W); (B, D, h, w), vector after vector in memory as quantisers need it."""
        z = passes.encoder(x) if passes else self.pass_encoder(x)
        z = z.to(self.norm.mean.dtype, memory_format=torch.channels_last)
        return self.norm(z) if self.is_normalized else z

    def decode(self, z_q: Tensor, passes: Passes | None = None) -> Tensor:
        """Images (B, C, H, W) of vectors (B, D, h, w), values within 0 … 1.

        By a sigmoid, which the published networks lack: a background of zeros shared by most patches then
        no longer swings with every step (Fashion-MNIST after 350 steps, worst error of the last 70 ÷ pixel
        variance: 0.095 against 0.137).
        """
        height, width, _ = self.image_shape
        logits = passes.decoder(z_q) if passes else self.pass_decoder(z_q)
        return logits[..., :height, :width].to(self.norm.mean.dtype).sigmoid()

    def forward(self, x: Tensor, passes: Passes | None = None) -> Reconstructed:
        """Images (B, C, H, W), quantised by the codes as they are.

        ``passes`` stand in for `pass_encoder` and `pass_decoder`.
        """
        z_e = self.encode(x, passes)
        quantized = self.quantizer(z_e)
        return Reconstructed(z_e, quantized, self.decode(quantized.z_q, passes))

    def losses(self, x: Tensor, reconstructed: Reconstructed) -> VqVaeLosses:
        """Terms of the paper's eq. 3 as means over all numbers of this process's images (B, C, H, W).

        With several processes each takes its share of the images times this. Means, because a sum over the
        batch would make β grow with its size.
        """
        _, quantized, images = reconstructed
        return VqVaeLosses(
            reconstruction=mean_square(x, images) / self.pixel_variance,
            codebook=quantized.codebook_loss,
            commitment=quantized.commitment_loss,
        )

    def start(self, x: Tensor) -> None:
        """Begin the codes from a first batch of images (B, C, H, W), for the start by k-means."""
        with torch.no_grad():
            self.quantizer.start(self.encode(x))

    def learn(self, reconstructed: Reconstructed, part: BatchPart | None = None) -> Learnt:
        """Let the codes take in a batch, after the optimiser's step; see `VectorQuantizer.learn`."""
        return self.quantizer.learn(reconstructed.z_e, reconstructed.quantized.codes, part)

    @torch.no_grad()
    def encode_codes(self, x: Tensor) -> Tensor:
        """Codes (B, h, w) of images (B, C, H, W)."""
        return self.quantizer(self.encode(x)).codes

    @torch.no_grad()
    def decode_codes(self, codes: Tensor) -> Tensor:
        """Images (B, C, H, W) of a grid of codes (B, h, w), such as one that was painted."""
        return self.decode(self.quantizer.lookup(codes))

    def to_images(self, rows: Tensor) -> Tensor:
        """Rows of a data set (B, H W C) as images (B, C, H, W), without a copy."""
        return rows.view(-1, *self.image_shape).movedim(-1, 1)

    def to_rows(self, images: Tensor) -> Tensor:
        """Images (B, C, H, W) as rows of a data set, (B, H W C)."""
        return images.movedim(1, -1).reshape(len(images), -1)

    def _pad(self, x: Tensor) -> Tensor:
        """Repeat the last column to the right and the last row below, up to multiples of the stride."""
        height, width, _ = self.image_shape
        more = (0, -width % self.stride, 0, -height % self.stride)
        return functional.pad(x, more, mode="replicate") if any(more) else x


def _make_quantizer(config: VqVaeConfig, generator: torch.Generator) -> Quantizer:
    if config.quantizer == "fsq":
        return FiniteScalarQuantizer(config.fsq_levels)
    return VectorQuantizer(config, generator)
