"""The networks of a snapshot, evaluated beside the window without torch."""

from collections.abc import Sequence

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import Likelihood
from dgm_explorer.core.gmm_vae_snapshot import Layer


def forward(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """``x`` (..., in) through the layers with ReLU between them: (..., out), in the precision of ``x``.

    float32 serves pictures that follow the mouse, float64 numbers that are read.
    """
    y = np.asarray(x)
    for i, layer in enumerate(layers):
        if i:
            y = np.maximum(y, 0)
        y = y @ layer.weight.T.astype(y.dtype, copy=False) + layer.bias.astype(y.dtype, copy=False)
    return y


def decode(layers: Sequence[Layer], z: np.ndarray, likelihood: Likelihood) -> np.ndarray:
    """Mean of p(x|z), (..., D): what a decoded code looks like."""
    y = forward(layers, z)
    return sigmoid(y) if likelihood == "bernoulli" else y


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + e^−a) without overflow, in the precision of ``logits``."""
    small = np.exp(-np.abs(logits))
    values: np.ndarray = np.where(logits >= 0, 1 / (1 + small), small / (1 + small))
    return values.astype(logits.dtype, copy=False)


def softplus(logits: FloatArray) -> FloatArray:
    """log(1 + e^a) without overflow."""
    return np.logaddexp(0.0, logits)
