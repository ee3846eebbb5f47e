"""An evaluation copy of a VQ-VAE for the mouse: codes of images, images of codes."""

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_inference import Encoded
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import IS_NORMALIZED, VqVaeSnapshot
from dgm_explorer.models.quantizer import VectorQuantizer, as_rows
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.training.vq_vae_snapshot import AT_A_TIME, code_vectors, in_code_space

MOST_DISTANCES = 50_000_000
"""In one answer: n × h × w × K."""


class SnapshotInference:
    """Implements `core.vq_inference.VqInference` on the CPU, by one thread."""

    def __init__(self, model: VqVae) -> None:
        self._model = model.eval()
        self._codebook = code_vectors(model)

    @torch.no_grad()
    def encode(self, images: Float32Array) -> Encoded:
        """Images (n, d) of the data set's shape.

        Raises
        ------
        InputError
            If they are of another shape, not finite, or too many.
        """
        torch.set_num_threads(1)  # of the thread that calls: a second one costs more than it brings
        height, width, n_channels = self._model.image_shape
        if images.ndim != 2 or images.shape[1] != height * width * n_channels or not len(images):
            raise InputError(
                f"images: {images.shape} does not fit; give rows of {height} × {width} × {n_channels}."
            )
        if not np.isfinite(images).all():
            raise InputError("images: there are numbers that are not finite; take others.")
        n_cells = self._model.grid_shape[0] * self._model.grid_shape[1]
        if len(images) * n_cells * len(self._codebook) > MOST_DISTANCES:
            raise InputError(f"images: {len(images)} at once are too many; encode them in parts.")
        rows = torch.tensor(images, dtype=torch.float32)
        parts = [self._encode(part) for part in torch.split(rows, AT_A_TIME)]
        codes, distances, reconstructions = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
        return Encoded(codes, distances, reconstructions)

    def _encode(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        model = self._model
        reconstructed = model(model.to_images(rows))
        codes = reconstructed.quantized.codes
        z = as_rows(in_code_space(model, reconstructed.z_e))
        distances = torch.cdist(z, self._codebook, compute_mode="donot_use_mm_for_euclid_dist").square()
        return codes, distances.view(*codes.shape, -1), model.to_rows(reconstructed.images)

    @torch.no_grad()
    def decode(self, codes: IntArray) -> Float32Array:
        """Code grids (n, h, w) as images (n, d).

        Raises
        ------
        InputError
            If the grids are of another shape or hold numbers that are no codes.
        """
        torch.set_num_threads(1)
        n_codes, grid_shape = len(self._codebook), self._model.grid_shape
        if codes.ndim != 3 or codes.shape[1:] != grid_shape or not len(codes):
            raise InputError(f"codes: {codes.shape} does not fit; give grids of {grid_shape}.")
        if codes.min() < 0 or codes.max() >= n_codes:
            raise InputError(f"codes: there are numbers outside 0 to {n_codes - 1}; use the codebook's own.")
        grids = torch.tensor(codes, dtype=torch.int64)
        images = [
            self._model.to_rows(self._model.decode_codes(part)) for part in torch.split(grids, AT_A_TIME)
        ]
        decoded: Float32Array = torch.cat(images).numpy()
        return decoded


def make_inference(
    snapshot: VqVaeSnapshot, config: VqVaeConfig, image_shape: tuple[int, int, int]
) -> SnapshotInference:
    """The model of a snapshot; a `core.vq_inference.MakeInference`.

    Raises
    ------
    InputError
        If the snapshot does not fit the configuration; it names the array.
    """
    model = VqVae(config, image_shape, 1.0, torch.Generator().manual_seed(0))
    weights = {named.name: named.values for named in snapshot.weights}
    model.is_normalized = bool(weights.pop(IS_NORMALIZED, np.array([config.is_batch_normalized])).all())
    for name, tensor in model.state_dict().items():
        if not name.startswith("quantizer."):
            _copy(tensor, name, weights.pop(name, None))
    if isinstance(model.quantizer, VectorQuantizer):
        _copy(model.quantizer.codebook.vectors.data, "codebook", snapshot.codebook)
    if weights:
        raise InputError(f"snapshot: {min(weights)[:60]} is not known to this network; choose another step.")
    return SnapshotInference(model)


def _copy(tensor: Tensor, name: str, values: Float32Array | None) -> None:
    if values is None or values.shape != tuple(tensor.shape):
        found = "missing" if values is None else f"of shape {list(values.shape)}"
        raise InputError(f"snapshot: {name} is {found}, {list(tensor.shape)} is needed; choose another step.")
    tensor.copy_(torch.tensor(values))
