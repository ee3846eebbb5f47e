"""Between the parameters that a `ReparamState` keeps and the map z = μ + Lε that they stand for.

Everything that changes a state returns a new one and keeps to the limits of `ReparamState`, so that a
drag never leaves them.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.core.reparam_state import (
    LARGEST_FACTOR,
    LARGEST_MEAN,
    RAW_LIMITS,
    DiagonalActivation,
    FactorForm,
    ReparamState,
)
from dgm_explorer.numerics.activations import ACTIVATIONS, Activation
from dgm_explorer.numerics.factor import cholesky_factor, factor_of_axes, turned_factor
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.map_gradients import MapGradient

_SUBSCRIPTS = "₁₂"


@dataclass(frozen=True)
class Parametrisation:
    """How a vector θ of p numbers stands for a map: μ first, then the factor row by row.

    A lower triangle has act(raw) on its diagonal, a full matrix is θ itself. p is 2 on the line and 5
    (lower triangle) or 6 (full matrix) in the plane.
    """

    dimension: int
    form: FactorForm
    activation: DiagonalActivation

    @property
    def _is_free(self) -> bool:
        return self.form == "full" and self.dimension > 1

    @cached_property
    def entries(self) -> tuple[IntArray, IntArray]:
        """Rows and columns of the entries of the factor, in the order of θ."""
        d = self.dimension
        rows, columns = np.indices((d, d)).reshape(2, -1) if self._is_free else np.tril_indices(d)
        return rows.astype(np.int64), columns.astype(np.int64)

    @cached_property
    def is_raw(self) -> BoolArray:
        """(p − d,) whether an entry goes through the activation."""
        rows, columns = self.entries
        return np.asarray((rows == columns) & (not self._is_free), dtype=np.bool_)

    @property
    def _act(self) -> Activation:
        return ACTIVATIONS[self.activation]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the entries of θ, such as ``μ₁`` or ``raw₁₁``; without subscripts on the line."""
        if self.dimension == 1:
            return ("μ", "raw")
        letter = "A" if self._is_free else "L"
        means = [f"μ{_SUBSCRIPTS[i]}" for i in range(self.dimension)]
        factors = [
            f"{'raw' if is_raw else letter}{_SUBSCRIPTS[i]}{_SUBSCRIPTS[j]}"
            for i, j, is_raw in zip(*self.entries, self.is_raw, strict=True)
        ]
        return (*means, *factors)

    @cached_property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Least and greatest θ, (p,) each."""
        lo, hi = RAW_LIMITS[self.activation]
        means = np.full(self.dimension, LARGEST_MEAN)
        return (
            np.concatenate([-means, np.where(self.is_raw, lo, -LARGEST_FACTOR)]),
            np.concatenate([means, np.where(self.is_raw, hi, LARGEST_FACTOR)]),
        )

    def make_map(self, theta: FloatArray) -> GaussianMap:
        """Return the map of θ (p,)."""
        d = self.dimension
        factor = np.zeros((d, d))
        factor[self.entries] = np.where(self.is_raw, self._act.value(theta[d:]), theta[d:])
        return GaussianMap(np.array(theta[:d]), factor)

    def pull_back(self, theta: FloatArray, gradient: MapGradient) -> FloatArray:
        """Turn a gradient in (μ, L) into one in θ by the chain rule, (..., p)."""
        slopes = np.where(self.is_raw, self._act.slope(theta[self.dimension :]), 1.0)
        rows, columns = self.entries
        return np.concatenate([gradient.mean, gradient.factor[..., rows, columns] * slopes], axis=-1)


def parametrisation_of(state: ReparamState) -> Parametrisation:
    """Return how the state's parameters stand for its map."""
    return _parametrisation(state.dimension, state.form, state.activation)


@cache
def _parametrisation(dimension: int, form: FactorForm, activation: DiagonalActivation) -> Parametrisation:
    """One for each, so that what follows from it is worked out once and not in every frame of a drag."""
    return Parametrisation(dimension, form, activation)


def parameters_of(state: ReparamState) -> FloatArray:
    """θ of the state, (p,)."""
    if state.dimension == 1:
        return np.array([state.mean[0], state.raw_diagonal[0]])
    if state.form == "full":
        return np.array([*state.mean, *state.full])
    return np.array([*state.mean, state.raw_diagonal[0], state.off_diagonal, state.raw_diagonal[1]])


def gaussian_map(state: ReparamState) -> GaussianMap:
    """z = μ + Lε of the state."""
    return parametrisation_of(state).make_map(parameters_of(state))


def with_parameters(state: ReparamState, theta: FloatArray) -> ReparamState:
    """Put θ (p,) in the place of the state's parameters."""
    lo, hi = parametrisation_of(state).limits
    values = np.clip(theta, lo, hi).tolist()
    if state.dimension == 1:
        mean, raw = (values[0], state.mean[1]), (values[1], state.raw_diagonal[1])
        return replace(state, mean=mean, raw_diagonal=raw)
    if state.form == "full":
        return replace(state, mean=tuple(values[:2]), full=tuple(values[2:]))
    mean, raw = (values[0], values[1]), (values[2], values[4])
    return replace(state, mean=mean, raw_diagonal=raw, off_diagonal=values[3])


def with_mean(state: ReparamState, mean: FloatArray) -> ReparamState:
    """Move μ (d,)."""
    theta = parameters_of(state)
    theta[: state.dimension] = mean
    return with_parameters(state, theta)


def with_factor(state: ReparamState, factor: FloatArray) -> ReparamState:
    """Give the map the factor (d, d), or in the form of a triangle the one with the same Σ.

    A triangle with a diagonal that the activation reaches stays as it is, to the last digit: with the
    identity also a negative one.
    """
    d, mean = state.dimension, parameters_of(state)[: state.dimension]
    if state.form == "full" and d == 2:
        return with_parameters(state, np.concatenate([mean, factor.ravel()]))
    is_reached = state.activation == "identity" or bool((np.diagonal(factor) >= 0).all())
    if np.triu(factor, 1).any() or not is_reached:
        factor = cholesky_factor(factor)
    raw = _raw_of(state.activation, np.diagonal(factor), np.array(state.raw_diagonal[:d]))
    entries = raw if d == 1 else np.array([raw[0], factor[1, 0], raw[1]])
    return with_parameters(state, np.concatenate([mean, entries]))


def with_axes(state: ReparamState, lengths: tuple[float, float], angle: float) -> ReparamState:
    """Give the ellipse in the plane its semi-axes, the first at ``angle`` radians; L follows.

    A full matrix keeps the turn of ε that it has.
    """
    wanted = factor_of_axes(lengths, angle)
    if state.form == "full":
        orthogonal, upper = np.linalg.qr(gaussian_map(state).factor.T)
        turn = orthogonal * np.where(np.diagonal(upper) < 0, -1.0, 1.0)
        wanted = wanted @ turn.T
    return with_factor(state, wanted)


def with_turn(state: ReparamState, angle: float) -> ReparamState:
    """Turn ε by ``angle`` radians before a full matrix in the plane maps it: another A, the same Σ."""
    return with_factor(state, turned_factor(gaussian_map(state).factor, angle))


def with_form(state: ReparamState, form: FactorForm) -> ReparamState:
    """Change between the triangle and the full matrix and keep Σ in the plane."""
    plane = replace(state, dimension=2)
    changed = with_factor(replace(plane, form=form), gaussian_map(plane).factor)
    return replace(changed, dimension=state.dimension)


def with_activation(state: ReparamState, activation: DiagonalActivation) -> ReparamState:
    """Change the activation and keep the Σ of the triangle, as far as the new activation reaches it.

    A column whose diagonal entry must not be negative changes its sign.
    """
    old = replace(state, dimension=2, form="lower")
    factor = gaussian_map(old).factor
    if activation != "identity":
        factor = factor * np.where(np.diagonal(factor) < 0, -1.0, 1.0)
    diagonal = np.diagonal(factor)
    lo, hi = RAW_LIMITS[activation]
    first, second = np.clip(_raw_of(activation, diagonal, diagonal), lo, hi).tolist()
    return replace(
        state, activation=activation, raw_diagonal=(first, second), off_diagonal=float(factor[1, 0])
    )


def _raw_of(activation: DiagonalActivation, diagonal: FloatArray, present: FloatArray) -> FloatArray:
    """Raw parameters of a diagonal (d,); where ReLU is dead they stay as they are."""
    raw = ACTIVATIONS[activation].inverse(diagonal)
    if activation == "relu":
        raw = np.where(diagonal == 0, np.minimum(present, 0.0), raw)
    return raw
