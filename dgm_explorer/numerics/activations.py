"""Activations that turn a raw parameter into a diagonal entry of L, with their derivatives and inverses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import DiagonalActivation


@dataclass(frozen=True, slots=True)
class Activation:
    """y = act(x), elementwise.

    Attributes
    ----------
    formula : TeX of act(x).
    is_positive : whether act(x) > 0 for every x, so that Σ ≻ 0 whatever the raw parameters.
    value, slope : act(x) and act′(x), any shape.
    inverse : an x with act(x) = y; −inf for a zero that act only approaches, NaN where there is none.
    """

    formula: str
    is_positive: bool
    value: Callable[[ArrayLike], FloatArray]
    slope: Callable[[ArrayLike], FloatArray]
    inverse: Callable[[ArrayLike], FloatArray]


def _array(x: ArrayLike) -> FloatArray:
    return np.asarray(x, dtype=np.float64)


def _exp(x: ArrayLike) -> FloatArray:
    with np.errstate(over="ignore"):  # raw parameters that a hand drags far out: ∞ is right
        return np.asarray(np.exp(_array(x)))


def _log(y: ArrayLike) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(_array(y)))


def _softplus(x: ArrayLike) -> FloatArray:
    """log(1 + eˣ) without overflow, and without losing e^x ≪ 1 against the 1."""
    x = _array(x)
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


def _sigmoid(x: ArrayLike) -> FloatArray:
    """1/(1 + e^−x), relative accuracy on both sides."""
    return np.asarray(np.exp(-_softplus(-_array(x))))


def _softplus_inverse(y: ArrayLike) -> FloatArray:
    """log(e^y − 1) = y + log(1 − e^−y)."""
    y = _array(y)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(y + np.log(-np.expm1(-y)))


def _relu(x: ArrayLike) -> FloatArray:
    return np.asarray(np.maximum(_array(x), 0.0))


def _step(x: ArrayLike) -> FloatArray:
    """Derivative of ReLU; 0 at its corner, as in automatic differentiation."""
    return (_array(x) > 0).astype(np.float64)


def _relu_inverse(y: ArrayLike) -> FloatArray:
    y = _array(y)
    return np.where(y >= 0, y, np.nan)


def _one(x: ArrayLike) -> FloatArray:
    return np.ones_like(_array(x))


ACTIVATIONS: Mapping[DiagonalActivation, Activation] = {
    "exp": Activation(r"e^x", True, _exp, _exp, _log),
    "softplus": Activation(r"\log(1 + e^x)", True, _softplus, _sigmoid, _softplus_inverse),
    "relu": Activation(r"\max(x, 0)", False, _relu, _step, _relu_inverse),
    "identity": Activation("x", False, _array, _one, _array),
}
"""By name. ReLU reaches 0, where Σ is singular and no gradient passes; identity leaves the sign open."""
