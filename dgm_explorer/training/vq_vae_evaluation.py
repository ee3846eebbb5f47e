"""A VQ-VAE measured on all examples of its data, and what its codes cost under several priors."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import LOSS_TERMS
from dgm_explorer.models.codebook import CodebookLossUpdate
from dgm_explorer.models.nearest_code import perplexity
from dgm_explorer.models.quantizer import VectorQuantizer
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.numerics.code_priors import CountTable, Uniform, Unigram
from dgm_explorer.training.pixel_cnn_run import PixelCnnRun
from dgm_explorer.training.vq_vae_run import VqVaeModelRun
from dgm_explorer.training.vq_vae_snapshot import AT_A_TIME, evaluating

N_PIXEL_CNN_STEPS = 300
MOST_GRIDS = 20_000
"""That the PixelCNN learns from and that are measured: it passes over few more in its steps."""


@dataclass(frozen=True, slots=True, eq=False)
class VqVaeFigures:
    """A VQ-VAE measured on some examples.

    Attributes
    ----------
    n : how many.
    mse, nmse : per pixel, and divided by the variance of the training images' pixels.
    perplexity : of the codes of all of them together.
    codes_used : codes that any of them has.
    loss_terms : in the order of `core.vq_vae_config.LOSS_TERMS`.
    """

    n: int
    mse: float
    nmse: float
    perplexity: float
    codes_used: int
    loss_terms: FloatArray


@dataclass(frozen=True, slots=True)
class PriorBits:
    """Bits per code of held-out grids under priors learnt from the others; NaN without any.

    Attributes
    ----------
    uniform, unigram, count_table : see `numerics.code_priors`.
    pixel_cnn : after a short training, see `N_PIXEL_CNN_STEPS`.
    """

    uniform: float
    unigram: float
    count_table: float
    pixel_cnn: float


@dataclass(frozen=True, slots=True, eq=False)
class VqVaeEvaluation:
    """All examples of a run's data, those of them that training never saw, and the priors.

    Attributes
    ----------
    n_codes : K.
    all, held_out : the numbers; NaN for no examples.
    bits_per_code : of held-out code grids.
    """

    n_codes: int
    all: VqVaeFigures
    held_out: VqVaeFigures
    bits_per_code: PriorBits


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Of every example: codes (n, h, w), squared error per pixel (n,), mean of (z_e − e)² (n,)."""

    codes: IntArray
    errors: FloatArray
    offsets: FloatArray


def evaluate_vq_vae(run: VqVaeModelRun, dataset: Dataset) -> VqVaeEvaluation:
    """Measure a model; the answer repeats itself."""
    measured = _measure(run)
    every, held_out = np.arange(len(dataset)), np.flatnonzero(dataset.is_held_out)
    return VqVaeEvaluation(
        n_codes=run.model.quantizer.n_codes,
        all=_summarise(run.model, measured, every),
        held_out=_summarise(run.model, measured, held_out),
        bits_per_code=measure_priors(measured.codes, dataset.is_held_out, run.model.quantizer.n_codes),
    )


def _measure(run: VqVaeModelRun) -> _Measured:
    model, codes, numbers = run.model, [], []
    with evaluating(model):
        for rows in torch.split(run.inputs, AT_A_TIME):
            x = model.to_images(rows)
            reconstructed = model(x)
            quantized = reconstructed.quantized
            errors = (x - reconstructed.images).square().mean((1, 2, 3))
            off = (reconstructed.z_e - model.quantizer.lookup(quantized.codes)).square().mean((1, 2, 3))
            numbers.append(torch.stack([errors, off], dim=1).double().cpu())
            codes.append(quantized.codes.cpu())
    table = torch.cat(numbers).numpy()
    return _Measured(torch.cat(codes).numpy(), table[:, 0], table[:, 1])


def _summarise(model: VqVae, measured: _Measured, rows: IntArray) -> VqVaeFigures:
    if not len(rows):
        return VqVaeFigures(0, math.nan, math.nan, math.nan, 0, np.full(len(LOSS_TERMS), math.nan))
    counts = np.bincount(measured.codes[rows].ravel(), minlength=model.quantizer.n_codes)
    mse = float(measured.errors[rows].mean())
    nmse = mse / model.pixel_variance
    return VqVaeFigures(
        n=len(rows),
        mse=mse,
        nmse=nmse,
        perplexity=float(perplexity(torch.from_numpy(counts).double())),
        codes_used=int((counts > 0).sum()),
        loss_terms=np.array([nmse, *_weights(model) * measured.offsets[rows].mean()]),
    )


def _weights(model: VqVae) -> FloatArray:
    """Of the mean of (z_e − e)² in codebook and commitment loss, (2,)."""
    quantizer = model.quantizer
    if not isinstance(quantizer, VectorQuantizer):
        return np.zeros(2)
    return np.array(
        [isinstance(quantizer.update, CodebookLossUpdate), quantizer.commitment], dtype=np.float64
    )


def measure_priors(codes: IntArray, is_held_out: BoolArray, n_codes: int) -> PriorBits:
    """Learn each prior from the code grids (n, h, w) that are not held out; bits of those that are."""
    trained, held_out = codes[~is_held_out], codes[is_held_out][:MOST_GRIDS]
    uniform = Uniform(n_codes).bits_per_code(codes)
    if len(held_out) == 0 or len(trained) < 2:
        return PriorBits(uniform, math.nan, math.nan, math.nan)
    some = trained[:: math.ceil(len(trained) / MOST_GRIDS)]
    pixel_cnn = PixelCnnRun(some, n_codes, N_PIXEL_CNN_STEPS)
    for _ in pixel_cnn.steps():
        pass
    return PriorBits(
        uniform=uniform,
        unigram=Unigram(trained, n_codes).bits_per_code(held_out),
        count_table=CountTable(trained, n_codes).bits_per_code(held_out),
        pixel_cnn=pixel_cnn.bits_per_code(held_out),
    )
