"""What the window asks of a VQ-VAE while another copy of it trains: codes of images, images of codes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Some images in the latent space.

    Attributes
    ----------
    codes : (n, h, w).
    distances : (n, h, w, K) squared distances of the encoder outputs to all codes.
    reconstructions : (n, d).
    """

    codes: IntArray
    distances: Float32Array
    reconstructions: Float32Array


class VqInference(Protocol):
    """An evaluation copy of one instant; called from one thread at a time, never from the training thread."""

    def encode(self, images: Float32Array) -> Encoded:
        """Images (n, d) of the data set's shape."""
        ...

    def decode(self, codes: IntArray) -> Float32Array:
        """Code grids (n, h, w) as images (n, d)."""
        ...


MakeInference: TypeAlias = Callable[[VqVaeSnapshot, Any, tuple[int, int, int]], VqInference]
"""(snapshot, the run's VqVaeConfig, image shape) → inference; imports torch where it is called."""
