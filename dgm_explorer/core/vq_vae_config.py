"""What defines a training run of the VQ-VAE."""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from dgm_explorer.core.checks import require_float, require_int
from dgm_explorer.core.errors import InputError

MODEL: Final = "vq-vae"
"""Its name in run folders and on the command line."""

Network: TypeAlias = Literal["light", "residual", "local"]
QuantizerKind: TypeAlias = Literal["vq", "fsq"]
CodebookUpdateKind: TypeAlias = Literal["ema", "codebook_loss"]
CodebookStart: TypeAlias = Literal["normal", "uniform", "kmeans"]
Estimator: TypeAlias = Literal["straight_through", "rotation"]

NETWORK_WIDTHS: dict[Network, int] = {"light": 16, "residual": 128, "local": 64}
STRIDES = (1, 2, 4, 8, 16)
SMALL_IMAGE_PX = 16
LOSS_TERMS = ("reconstruction", "codebook", "commitment")
"""The terms of the loss, in the order of `models.vq_vae.VqVaeLosses`: see `LOSS_TERM_MEANINGS`."""

LOSS_TERM_MEANINGS = {
    "reconstruction": "mean of (x − x̂)² ÷ variance of the pixels",
    "codebook": "mean of (sg[z_e] − e)², which moves the codes; 0 where they follow by moving averages",
    "commitment": "β × mean of (z_e − sg[e])², which keeps the encoder near its codes",
}


@dataclass(frozen=True, slots=True)
class VqVaeConfig:
    """Model and recipe of the VQ-VAE (van den Oord et al. 2017, arXiv 1711.00937).

    Attributes
    ----------
    codebook_size : K, codes; without effect for ``fsq``, where the levels say it.
    code_dim : D, numbers per code; without effect for ``fsq``, where it is the number of levels.
    network : ``light``: two strided convolutions and a 1×1; ``residual``: the paper's (section 4.1);
        ``local``: patches that do not overlap, so that each code is one patch.
    width : channels of the network; 0 for the network's own, see `NETWORK_WIDTHS`.
    stride : pixels from one code to the next, a power of two; 0 for 2 where the shorter side of the images
        is below `SMALL_IMAGE_PX`, else 4.
    quantizer : ``vq``: nearest code of a learnt codebook; ``fsq``: finite scalar quantisation (Mentzer et
        al. 2023, arXiv 2309.15505), every number of z_e rounded to one of a few fixed levels.
    fsq_levels : how many levels each number has, for ``fsq``; their product is K.
    codebook_update : ``ema``: exponential moving averages (the paper's appendix A.1); ``codebook_loss``: the
        middle term of its eq. 3, by gradient.
    decay : γ of the moving averages, which also measure the use of each code.
    epsilon : ε of the Laplace smoothing of the counts; above 0, or a code out of use becomes 0 / 0.
    commitment : β, weight of ‖z_e − sg[e]‖².
    codebook_start : ``normal``: N(0, 1), fits normalised z_e; ``uniform``: ±1/K, as published; ``kmeans``:
        k-means of the first batch's z_e.
    revival_fraction : a code used less than so often, as a fraction of the mean use, is put on a random z_e
        of the batch; 0 for never.
    is_batch_normalized : whether z_e is scaled to mean 0 and variance 1 before it is quantised.
    estimator : how the gradient passes the quantiser: ``straight_through`` hands it from z_q to z_e as it
        is; ``rotation`` turns and scales it as z_e is turned and scaled into z_q (Fifty et al. 2024,
        arXiv 2410.06424).
    epochs : of training.
    batch_size : images per step.
    learning_rate : Adam's step size at the start; it falls with the root of the steps done.
    seed : of initial weights, codes, batches and revivals.
    """

    codebook_size: int = 64
    code_dim: int = 16
    network: Network = "light"
    width: int = 0
    stride: int = 0
    quantizer: QuantizerKind = "vq"
    fsq_levels: tuple[int, ...] = (8, 8)
    codebook_update: CodebookUpdateKind = "ema"
    decay: float = 0.9
    epsilon: float = 1e-5
    commitment: float = 0.25
    codebook_start: CodebookStart = "normal"
    revival_fraction: float = 0.1
    is_batch_normalized: bool = True
    estimator: Estimator = "straight_through"
    epochs: int = 40
    batch_size: int = 64
    learning_rate: float = 5e-3
    seed: int = 0

    def __post_init__(self) -> None:
        require_int("codebook_size", self.codebook_size, 2, 8192)
        require_int("code_dim", self.code_dim, 1, 512)
        require_int("width", self.width, 0, 1024)
        if self.stride not in (0, *STRIDES):
            raise InputError(f"stride = {self.stride} must be one of 0 (chosen by size), {STRIDES}.")
        if not 1 <= len(self.fsq_levels) <= 16:
            raise InputError(f"fsq_levels: {len(self.fsq_levels)} numbers; give 1 to 16.")
        for level in self.fsq_levels:
            require_int("fsq_levels", level, 2, 64)
        require_int("fsq_levels: their product", math.prod(self.fsq_levels), 2, 8192)
        require_int("epochs", self.epochs, 0, 100_000)
        require_int("batch_size", self.batch_size, 1, 65_536)
        require_int("seed", self.seed, 0, 2**32 - 1)
        require_float("decay", self.decay, 0.0, 0.99999)
        require_float("epsilon", self.epsilon, 1e-10, 1.0)
        require_float("commitment", self.commitment, 0.0, 100.0)
        require_float("revival_fraction", self.revival_fraction, 0.0, 1.0)
        require_float("learning_rate", self.learning_rate, 1e-8, 1.0)

    @property
    def n_codes(self) -> int:
        """K of the quantiser in use."""
        return math.prod(self.fsq_levels) if self.quantizer == "fsq" else self.codebook_size

    @property
    def n_code_dims(self) -> int:
        """D of the quantiser in use."""
        return len(self.fsq_levels) if self.quantizer == "fsq" else self.code_dim

    @property
    def network_width(self) -> int:
        """Channels, the network's own where none are given."""
        return self.width or NETWORK_WIDTHS[self.network]

    def stride_for(self, height_px: int, width_px: int) -> int:
        """Pixels from one code to the next for images of this size."""
        return self.stride or (2 if min(height_px, width_px) < SMALL_IMAGE_PX else 4)
