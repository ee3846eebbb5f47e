"""How codes of any dimension become places in the picture, and places codes."""

from typing import Protocol

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray
from dgm_explorer.numerics.pca import PrincipalPlane, principal_plane

_GOLDEN_STEP = 0.6180339887498949
_STRIP_HALF_HEIGHT = 0.8
_STRIP_SIGMA = 0.4
_MAX_TURN_DEG = 10.0


class LatentPlane(Protocol):
    """A picture of a J-dimensional latent space.

    Attributes
    ----------
    axis_names : what the axes measure.
    has_equal_aspect : whether both measure the same.
    remark : what to know of a code that belongs to a place in the picture; empty if nothing.
    """

    @property
    def axis_names(self) -> tuple[str, str]: ...

    @property
    def has_equal_aspect(self) -> bool: ...

    @property
    def remark(self) -> str: ...

    def place_codes(self, codes: Float32Array) -> Float32Array:
        """Codes of the probe (n, J), in its order, as dots (n, 2)."""

    def place_means(self, means: FloatArray) -> FloatArray:
        """Means of components (K, J) as (K, 2)."""

    def place_variances(self, variances: FloatArray) -> FloatArray:
        """Variances of components (K, J) as covariances (K, 2, 2)."""

    def to_latent(self, x: float, y: float) -> FloatArray:
        """The code at a place, (J,)."""

    def moved(self, mean: FloatArray, x: float, y: float) -> FloatArray:
        """``mean`` (J,) moved so that it lies at x, y in the picture."""


class WholePlane:
    """J = 2: the picture is the latent space."""

    axis_names = ("z₁", "z₂")
    has_equal_aspect = True
    remark = ""

    def place_codes(self, codes: Float32Array) -> Float32Array:
        return codes

    def place_means(self, means: FloatArray) -> FloatArray:
        return means

    def place_variances(self, variances: FloatArray) -> FloatArray:
        return np.asarray(variances[:, :, None] * np.eye(2))

    def to_latent(self, x: float, y: float) -> FloatArray:
        return np.array([x, y])

    def moved(self, mean: FloatArray, x: float, y: float) -> FloatArray:
        del mean
        return np.array([x, y])


class Strip:
    """J = 1: dots are spread over the height of a strip by their number, so that they can be told apart."""

    axis_names = ("z", "spread by number, no meaning")
    has_equal_aspect = False
    remark = ""

    def place_codes(self, codes: Float32Array) -> Float32Array:
        spread = (np.arange(len(codes)) * _GOLDEN_STEP % 1.0 - 0.5) * 2 * _STRIP_HALF_HEIGHT
        return np.stack([codes[:, 0], spread.astype(np.float32)], axis=1)

    def place_means(self, means: FloatArray) -> FloatArray:
        return np.stack([means[:, 0], np.zeros(len(means))], axis=1)

    def place_variances(self, variances: FloatArray) -> FloatArray:
        """Upright they end where the strip does."""
        upright = np.full(len(variances), _STRIP_SIGMA**2)
        return np.asarray(np.stack([variances[:, 0], upright], axis=1)[:, :, None] * np.eye(2))

    def to_latent(self, x: float, y: float) -> FloatArray:
        del y
        return np.array([x])

    def moved(self, mean: FloatArray, x: float, y: float) -> FloatArray:
        del mean
        return self.to_latent(x, y)


class Projection:
    """J > 2: the two principal components of the codes."""

    has_equal_aspect = True
    remark = "on the plane of the two PCs"

    def __init__(self, plane: PrincipalPlane) -> None:
        self.plane = plane

    @property
    def axis_names(self) -> tuple[str, str]:
        return self._name(0), self._name(1)

    def _name(self, axis: int) -> str:
        share = f"{100 * self.plane.shares[axis]:.0f} % of the variance"
        if self.plane.turned_by_deg(axis) > _MAX_TURN_DEG:
            return f"plane of PC 1, 2 · {share}"
        return f"PC {self.plane.component_of(axis) + 1} · {share}"

    def place_codes(self, codes: Float32Array) -> Float32Array:
        return codes @ self.plane.axes.T.astype(np.float32)

    def place_means(self, means: FloatArray) -> FloatArray:
        return self.plane.project(means)

    def place_variances(self, variances: FloatArray) -> FloatArray:
        return self.plane.project_variances(variances)

    def to_latent(self, x: float, y: float) -> FloatArray:
        return self.plane.lift(np.array([x, y]))

    def moved(self, mean: FloatArray, x: float, y: float) -> FloatArray:
        return self.plane.moved(mean, np.array([x, y]))


def plane_of(
    codes: Float32Array, previous: LatentPlane | None = None, settle_deg: float = 0.0
) -> LatentPlane:
    """The picture for codes (n, J); a projection keeps close to the axes of the one before.

    ``settle_deg`` : see `principal_plane`.
    """
    dimension = codes.shape[1]
    if dimension == 1:
        return Strip()
    if dimension == 2:
        return WholePlane()
    older = previous.plane if isinstance(previous, Projection) else None
    return Projection(principal_plane(codes, older, settle_deg))
