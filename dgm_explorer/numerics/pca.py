"""The plane in which codes of many dimensions vary most, for a picture of them."""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import Float32Array, FloatArray

_MAX_CODES = 10_000
_DISTINCT = 0.9
"""Two variances closer than this share have no axes of their own: these would spin for ever."""


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalPlane:
    """A plane through the mean of the codes, spanned by their first two principal components.

    Coordinates are z·axes, not centred: a dot moves only because its code or the axes did.

    Attributes
    ----------
    mean : (J,) of the codes.
    axes : (2, J) orthonormal rows.
    shares : (2,) of the total variance along each axis.
    turn : (2, 2) rows of ``axes`` in terms of the principal components; a signed permutation where
        both axes are components, anything orthogonal where they have been turned towards older axes.
    """

    mean: FloatArray
    axes: FloatArray
    shares: FloatArray
    turn: FloatArray

    def project(self, codes: FloatArray) -> FloatArray:
        """(..., J) as coordinates in the plane, (..., 2)."""
        return np.asarray(codes @ self.axes.T)

    def project_variances(self, variances: FloatArray) -> FloatArray:
        """Diagonal covariances (K, J) as those in the plane, P diag(σ²) Pᵀ, (K, 2, 2)."""
        return np.asarray(np.einsum("aj,kj,bj->kab", self.axes, variances, self.axes))

    def lift(self, point: FloatArray) -> FloatArray:
        """Coordinates (..., 2) as the code there on the plane through the mean, (..., J)."""
        return np.asarray(self.mean + (point - self.project(self.mean)) @ self.axes)

    def moved(self, code: FloatArray, point: FloatArray) -> FloatArray:
        """``code`` (J,) moved along the plane so that it projects to ``point`` (2,)."""
        return np.asarray(code + (point - self.project(code)) @ self.axes)

    def turned_by_deg(self, axis: int) -> float:
        """Angle between an axis of the picture and the principal component nearest to it, degrees."""
        return math.degrees(math.acos(min(1.0, float(np.abs(self.turn[axis]).max()))))

    def component_of(self, axis: int) -> int:
        """Which principal component (0 or 1) an axis of the picture is nearest to."""
        return int(np.abs(self.turn[axis]).argmax())


def principal_plane(
    codes: FloatArray | Float32Array, previous: PrincipalPlane | None = None, settle_deg: float = 0.0
) -> PrincipalPlane:
    """The plane of the two leading eigenvectors of the covariance.

    Eigenvectors have no sign, and two of nearly equal variance no direction either. Without ``previous``
    the largest entry of each is made positive; with it, the axes are turned within their plane until they
    lie as close as they can to the older ones (orthogonal Procrustes, Schönemann 1966), so that a picture
    neither flips nor spins while training goes on.

    Parameters
    ----------
    codes : (n, J), J ≥ 2; rows that are not finite are left out, more than 10,000 are thinned evenly.
    previous : plane of the picture before; ignored if its codes had another dimension.
    settle_deg : by so much at most the axes turn from the older ones towards the components themselves, where
        these have variances of their own: in the end an axis of the picture is a component again.
    """
    dimension = codes.shape[1]
    kept = np.asarray(codes[:: max(1, len(codes) // _MAX_CODES)], dtype=np.float64)
    kept = kept[np.isfinite(kept).all(axis=1)]
    mean = kept.mean(axis=0) if len(kept) else np.zeros(dimension)
    centred = kept - mean
    covariance = centred.T @ centred / max(1, len(kept))
    variances, vectors = np.linalg.eigh(covariance)
    components = vectors[:, [-1, -2]].T
    leading = np.maximum(variances[[-1, -2]], 0.0)
    turn = _turn_towards(components, previous)
    if settle_deg > 0 and leading[1] < _DISTINCT * leading[0]:
        turn = _settled(turn, math.radians(settle_deg))
    total = float(np.maximum(variances, 0.0).sum())
    shares = turn**2 @ leading / total if total > 0 else np.zeros(2)
    return PrincipalPlane(mean, turn @ components, shares, turn)


def _turn_towards(components: FloatArray, previous: PrincipalPlane | None) -> FloatArray:
    """Orthogonal (2, 2) that brings the components as close as possible to the older axes."""
    if previous is None or previous.axes.shape != components.shape:
        largest = np.abs(components).argmax(axis=1)
        return np.diag(np.where(components[[0, 1], largest] < 0, -1.0, 1.0))
    left, _, right = np.linalg.svd(components @ previous.axes.T)
    return np.asarray((left @ right).T)


def _settled(turn: FloatArray, most_rad: float) -> FloatArray:
    """``turn`` rotated by at most so much towards the signed permutation that is nearest to it."""
    along, across = np.diag(np.sign(np.diag(turn))), np.fliplr(np.diag(np.sign(np.diag(np.fliplr(turn)))))
    goal = along if np.abs(np.diag(turn)).sum() >= np.abs(np.diag(np.fliplr(turn))).sum() else across
    missing = goal @ turn.T
    angle = math.atan2(missing[1, 0], missing[0, 0])
    if abs(angle) <= most_rad:
        return np.asarray(goal)
    step = math.copysign(most_rad, angle)
    rotation = np.array([[math.cos(step), -math.sin(step)], [math.sin(step), math.cos(step)]])
    return np.asarray(rotation @ turn)
