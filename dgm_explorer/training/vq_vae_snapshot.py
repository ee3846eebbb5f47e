"""Copies of a VQ-VAE for the window, and what is measured on a fixed probe.

Shapes in this file: K codes of D numbers, grids of h × w cells, images of d numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.training import Progress
from dgm_explorer.core.vq_vae_snapshot import IS_NORMALIZED, MOST_PAIRED, NamedArray, VqVaeSnapshot
from dgm_explorer.models.fsq import FiniteScalarQuantizer
from dgm_explorer.models.nearest_code import perplexity
from dgm_explorer.models.quantizer import VectorQuantizer, as_grid, as_rows
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.training.code_patches import PatchCutter, nearest_cells
from dgm_explorer.training.code_use import CodeUse
from dgm_explorer.training.host_copies import copy_to_host
from dgm_explorer.training.vq_vae_log import HeldOut

PROBE_SEED = 20_260_722
MOST_ANALYSED = 2000
MOST_CELLS = 40_000
"""Analysed in all: 800 images of 7 × 7 cells take about as long as two steps of training."""
MOST_PATCH_NUMBERS = 20_000_000
"""In all patches that are averaged: wide receptive fields are looked at in fewer images."""
N_SHOWN = 20
N_MEASURED = 250
N_EXEMPLARS = 4
MOST_EXEMPLAR_NUMBERS = 2_000_000
N_POINTS = 3000
N_ARROWS = 100
ARROWS_PER_CODE, MOST_ARROWS = 3, 1500
AT_A_TIME = 250
"""Images that pass the networks together: more of them leave the cache."""
WEIGHT = "weight "


class Probe:
    """Fixed examples that every snapshot of a run is made with.

    Attributes
    ----------
    rows : (n,) rows of the data set that are analysed, in order.
    shown : (r,) rows shown beside their reconstructions, held out where there are such.
    """

    def __init__(self, dataset: Dataset, inputs: Tensor, model: VqVae, n_points: int) -> None:
        """``inputs``: (number of examples, d), the data set's on the device."""
        rng = np.random.default_rng(PROBE_SEED)
        n_cells = model.grid_shape[0] * model.grid_shape[1]
        n = max(1, min(n_points, MOST_ANALYSED, MOST_CELLS // n_cells))
        self.rows: IntArray = _some(rng, np.arange(len(dataset)), n)
        held_out, trained = np.flatnonzero(dataset.is_held_out), np.flatnonzero(~dataset.is_held_out)
        self.shown: IntArray = _some(rng, held_out if len(held_out) else trained, N_SHOWN)
        self._inputs = inputs
        self._analysed = self._on_device(self.rows)
        self._held_out = self._on_device(_some(rng, held_out, N_MEASURED))
        self._shown = self._on_device(self.shown)
        self._dotted = self._analysed[:: max(1, len(self.rows) * n_cells // N_POINTS)]
        self._codebook_before: Tensor | None = None

    def _on_device(self, rows: IntArray) -> Tensor:
        return torch.from_numpy(rows).to(self._inputs.device)

    def analysed_images(self, model: VqVae) -> Tensor:
        """Images (n, C, H, W)."""
        return model.to_images(self._inputs[self._analysed])

    def dotted_images(self, model: VqVae) -> Tensor:
        """Those of them whose every cell is a point of the embedding view."""
        return model.to_images(self._inputs[self._dotted])

    def reconstruct_shown(self, model: VqVae) -> Tensor:
        """(r, d)."""
        with evaluating(model):
            return model.to_rows(model(model.to_images(self._inputs[self._shown])).images)

    def held_out(self, model: VqVae) -> HeldOut:
        """Of up to `N_MEASURED` held-out examples; NaN without any."""
        return measure(model, self._inputs, self._held_out)

    def drift(self, codebook: Tensor) -> Tensor:
        """Mean |e - e before| ÷ mean |e| since the last call, (); 0 at the first."""
        before, self._codebook_before = self._codebook_before, codebook.clone()
        if before is None:
            return codebook.new_zeros(())
        moved, size = (codebook - before).norm(dim=1).mean(), codebook.norm(dim=1).mean()
        return torch.div(moved, size.clamp_min(1e-12))


def _some(rng: np.random.Generator, rows: IntArray, n: int) -> IntArray:
    """At most ``n`` of the rows, in order."""
    return rows if len(rows) <= n else np.sort(rng.choice(rows, n, replace=False))


@contextmanager
def evaluating(model: VqVae) -> Iterator[None]:
    """Running averages in use and at rest, no gradients."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def measure(model: VqVae, inputs: Tensor, rows: Tensor) -> HeldOut:
    """Reconstruct some rows of ``inputs`` and count their codes."""
    n_codes = model.quantizer.n_codes
    errors, counts = inputs.new_zeros(()), inputs.new_zeros(n_codes)
    with evaluating(model):
        for part in torch.split(rows, AT_A_TIME):
            x = model.to_images(inputs[part])
            reconstructed = model(x)
            errors += (x - reconstructed.images).square().mean() * len(part)
            counts += torch.bincount(reconstructed.quantized.codes.reshape(-1), minlength=n_codes)
    mse = errors / len(rows) if len(rows) else errors + torch.nan
    return HeldOut(mse, mse / model.pixel_variance, perplexity(counts), (counts > 0).sum().float())


class _Cells(NamedTuple):
    """Codes (n, h, w) of some images and their squared distances to them, (n, h, w)."""

    codes: Tensor
    distances: Tensor


class _Points(NamedTuple):
    """Encoder outputs (m, D), their codes (m,), and the gradient of the error at their z_q, (m, D)."""

    z_e: Tensor
    codes: Tensor
    gradients: Tensor


def take_snapshot(
    model: VqVae, probe: Probe, use: CodeUse, progress: Progress
) -> tuple[VqVaeSnapshot, HeldOut]:
    """Copy what the window draws, and the held-out numbers on the device; draws no random numbers."""
    n_codes = model.quantizer.n_codes
    images = probe.analysed_images(model)
    with evaluating(model):
        codebook = code_vectors(model)
        cells = _encode(model, images)
        patches, exemplars = _cut_patches(model, images, cells)
        position_counts = _count_positions(cells.codes, n_codes)
        changes = _change_background(model, position_counts.argmax(0))
        constant = _decode_constant(model)
    points = _find_points(model, probe.dotted_images(model))
    arrows = choose_arrows(points.codes, n_codes)
    held_out = probe.held_out(model)
    epoch_counts = position_counts.sum((1, 2))
    named = {f"{WEIGHT}{name}": tensor for name, tensor in weights_of(model).items()}
    copied = copy_to_host(
        named
        | {
            "codebook": codebook,
            "ema_counts": _averages(model, use),
            "batch_counts": use.counts,
            "epoch_counts": epoch_counts,
            "ages": use.ages,
            "revived_at": use.revived_at,
            "patches": patches,
            "exemplars": exemplars,
            "constant_images": constant,
            "background_changes": changes,
            "position_counts": position_counts,
            "pair_counts": _count_pairs(cells.codes, n_codes),
            "codes": cells.codes,
            "points": points.z_e,
            "point_codes": points.codes,
            "arrow_starts": points.z_e[arrows],
            "arrow_codes": points.codes[arrows],
            "arrow_gradients": points.gradients[arrows],
            "reconstructions": probe.reconstruct_shown(model),
            "mse": held_out.mse,
            "nmse": held_out.nmse,
            "batch_perplexity": perplexity(use.counts),
            "epoch_perplexity": perplexity(epoch_counts),
            "drift": probe.drift(codebook),
        }
    )
    weights = [NamedArray(name.removeprefix(WEIGHT), copied.pop(name)) for name in named]
    is_normalized = np.array([model.is_normalized], dtype=np.float32)
    snapshot = VqVaeSnapshot(
        step=progress.step,
        epoch=progress.epoch,
        phase=progress.phase,
        probe=probe.rows,
        shown=probe.shown,
        weights=(*weights, NamedArray(IS_NORMALIZED, is_normalized)),
        mse=float(copied.pop("mse")),
        nmse=float(copied.pop("nmse")),
        batch_perplexity=float(copied.pop("batch_perplexity")),
        epoch_perplexity=float(copied.pop("epoch_perplexity")),
        drift=float(copied.pop("drift")),
        **copied,
    )
    return snapshot, held_out


def code_vectors(model: VqVae) -> Tensor:
    """The vectors of all codes, (K, D)."""
    every = torch.arange(model.quantizer.n_codes, device=model.norm.mean.device)
    return model.quantizer.lookup(every[:, None, None]).detach()[:, :, 0, 0].clone()


def weights_of(model: VqVae) -> dict[str, Tensor]:
    """Tensors of networks and normalisation by name; the codes stand apart."""
    return {name: one for name, one in model.state_dict().items() if not name.startswith("quantizer.")}


def in_code_space(model: VqVae, z_e: Tensor) -> Tensor:
    """z_e (B, D, h, w) where its codes lie: finite scalar quantisation squashes it before it rounds."""
    if isinstance(model.quantizer, FiniteScalarQuantizer):
        squashed = model.quantizer.bound(as_rows(z_e)) / (model.quantizer.levels // 2)
        return as_grid(squashed, z_e)
    return z_e


def _averages(model: VqVae, use: CodeUse) -> Tensor:
    is_vq = isinstance(model.quantizer, VectorQuantizer)
    return model.quantizer.codebook.counts if is_vq else use.averages  # type: ignore[attr-defined]


def _encode(model: VqVae, images: Tensor) -> _Cells:
    parts = []
    for x in torch.split(images, AT_A_TIME):
        z_e = model.encode(x)
        codes = model.quantizer(z_e).codes
        off = in_code_space(model, z_e) - model.quantizer.lookup(codes)
        parts.append((codes, off.square().sum(1)))
    codes, distances = (torch.cat(part) for part in zip(*parts, strict=True))
    return _Cells(codes, distances)


def _cut_patches(model: VqVae, images: Tensor, cells: _Cells) -> tuple[Tensor, Tensor]:
    """Mean patches (K, p, p, C) and exemplars (K, s, p, p, C)."""
    n_codes, cutter = model.quantizer.n_codes, PatchCutter(model.receptive_field, model.grid_shape)
    numbers_each = model.receptive_field.size**2 * images.shape[1]
    n = max(1, min(len(images), MOST_PATCH_NUMBERS // (cells.codes[0].numel() * numbers_each)))
    codes, distances = cells.codes[:n], cells.distances[:n]
    n_exemplars = max(1, min(N_EXEMPLARS, MOST_EXEMPLAR_NUMBERS // (n_codes * numbers_each)))
    nearest = nearest_cells(codes.reshape(-1), distances.reshape(-1), n_codes, n_exemplars)
    return cutter.means(images[:n], codes, n_codes), cutter.of_cells(images, nearest)


def _count_positions(codes: Tensor, n_codes: int) -> Tensor:
    """Uses of each code at each place, (K, h, w)."""
    places = torch.arange(codes[0].numel(), device=codes.device).view(codes[0].shape)
    keys = codes * places.numel() + places
    counts = torch.bincount(keys.reshape(-1), minlength=n_codes * places.numel())
    return counts.view(n_codes, *codes.shape[1:]).float()


def _count_pairs(codes: Tensor, n_codes: int) -> Tensor:
    """How often the second code lies to the right of or below the first, (K, K); none for very many."""
    if n_codes > MOST_PAIRED:
        return torch.zeros(0, 0, device=codes.device)
    right = codes[:, :, :-1] * n_codes + codes[:, :, 1:]
    below = codes[:, :-1] * n_codes + codes[:, 1:]
    keys = torch.cat([right.reshape(-1), below.reshape(-1)])
    return torch.bincount(keys, minlength=n_codes**2).view(n_codes, n_codes).float()


def _decode(model: VqVae, codes: Tensor) -> Tensor:
    return torch.cat([model.to_rows(model.decode_codes(part)) for part in torch.split(codes, AT_A_TIME)])


def _decode_constant(model: VqVae) -> Tensor:
    """Grids of nothing else than one code, decoded, (K, d)."""
    every = torch.arange(model.quantizer.n_codes, device=model.norm.mean.device)
    return _decode(model, every[:, None, None].expand(-1, *model.grid_shape))


def _change_background(model: VqVae, modal: Tensor) -> Tensor:
    """Decode of the grid ``modal`` (h, w) with each code in its middle, minus without it, (K, d)."""
    n_codes, (height, width) = model.quantizer.n_codes, model.grid_shape
    grids = modal.expand(n_codes, height, width).clone()
    grids[:, height // 2, width // 2] = torch.arange(n_codes, device=modal.device)
    return _decode(model, grids) - _decode(model, modal[None])


def choose_arrows(codes: Tensor, n_codes: int) -> Tensor:
    """Rising rows of the points (m,) that have arrows: some of all, and a few of every code."""
    per_code = max(1, min(ARROWS_PER_CODE, MOST_ARROWS // n_codes))
    is_chosen = torch.zeros(len(codes), dtype=torch.bool, device=codes.device)
    is_chosen[:: max(1, len(codes) // N_ARROWS)] = True
    by_code = codes.argsort(stable=True)
    counts = codes.bincount(minlength=n_codes)
    firsts = (counts.cumsum(0) - counts)[codes[by_code]]
    is_chosen[by_code[torch.arange(len(codes), device=codes.device) - firsts < per_code]] = True
    return is_chosen.nonzero().flatten()


def _find_points(model: VqVae, images: Tensor) -> _Points:
    """Every cell of some images, with the gradient at z_q of each image's own error, as the loss has it."""
    with evaluating(model):
        z_e = model.encode(images)
        codes = model.quantizer(z_e).codes
        z_q = model.quantizer.lookup(codes)
        with torch.enable_grad():
            z_q = z_q.detach().requires_grad_()
            errors = (images - model.decode(z_q)).square().mean((1, 2, 3)).sum() / model.pixel_variance
            (gradient,) = torch.autograd.grad(errors, z_q)
        z_e = in_code_space(model, z_e)
    return _Points(as_rows(z_e), codes.reshape(-1), as_rows(gradient))
