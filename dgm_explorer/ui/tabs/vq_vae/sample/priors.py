"""What the counted priors make of a snapshot's code grids: their cost and their samples; pure functions.

Shapes in this file: n grids of h × w codes below K, images of d numbers.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_inference import VqInference
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.numerics.code_priors import CodePrior, CountTable, Uniform, Unigram

Prior: TypeAlias = Literal["uniform", "unigram", "count_table", "pixel_cnn"]

COUNTED: tuple[Prior, ...] = ("uniform", "unigram", "count_table")
N_SAMPLES = 8


@dataclass(frozen=True, slots=True, eq=False)
class CodeGrids:
    """The code grids of a snapshot as a prior sees them.

    Attributes
    ----------
    trained : (n, h, w) that it learns from.
    held_out : (m, h, w) that it is measured on: of the examples held out of the training of the VQ-VAE too.
    n_codes : K.
    """

    trained: IntArray
    held_out: IntArray
    n_codes: int


@dataclass(frozen=True, slots=True, eq=False)
class DrawRequest:
    """Have the counted priors of some grids draw; ``seed`` makes the same draws of the same chances."""

    snapshot: VqVaeSnapshot
    grids: CodeGrids
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What one prior has drawn.

    Attributes
    ----------
    codes : (n, h, w).
    images : (n, d) their decodes.
    bits_per_code : of the held-out grids; NaN without any.
    """

    codes: IntArray
    images: Float32Array
    bits_per_code: float


def split_grids(snapshot: VqVaeSnapshot, dataset: Dataset) -> CodeGrids:
    """The analysed grids, parted as the examples are; where all are held out, all are learnt from."""
    is_held_out = dataset.is_held_out[snapshot.probe]
    if is_held_out.all():
        return CodeGrids(snapshot.codes, snapshot.codes[:0], snapshot.n_codes)
    return CodeGrids(snapshot.codes[~is_held_out], snapshot.codes[is_held_out], snapshot.n_codes)


def draw_counted(inference: VqInference, request: DrawRequest) -> tuple[Drawn, ...]:
    """Fit, measure and draw, in the order of `COUNTED`; for a worker."""
    grids = request.grids
    height, width = grids.trained.shape[1:]
    priors: tuple[CodePrior, ...] = (
        Uniform(grids.n_codes),
        Unigram(grids.trained, grids.n_codes),
        CountTable(grids.trained, grids.n_codes),
    )
    codes = [prior.sample(N_SAMPLES, height, width, np.random.default_rng(request.seed)) for prior in priors]
    images = inference.decode(np.concatenate(codes))
    bits = [prior.bits_per_code(grids.held_out) if len(grids.held_out) else np.nan for prior in priors]
    return tuple(map(Drawn, codes, np.split(images, len(priors)), bits))


def decode_grids(inference: VqInference, codes: IntArray) -> Float32Array:
    """Grids (n, h, w) as images (n, d); for a worker."""
    return inference.decode(codes)
