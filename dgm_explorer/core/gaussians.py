"""Gaussians and mixture components as plain, checked values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dgm_explorer.core.errors import InputError

MAX_COMPONENTS = 8
LARGEST = 1e6
"""Largest size of a mean or weight."""
FARTHEST = 1e9
"""Largest coordinate that a window on the line or the plane may have."""
LARGEST_GAP = 1e9
"""Widest span of the means in units of the smallest σ: beyond it, differences drown in rounding."""
LARGEST_VARIANCE = 1e8
"""In the plane; also the largest ratio of two variances, so that every pooled covariance is one too."""


def _require_finite(where: str, **values: float) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise InputError(f"{where}: {name} = {value} is not a finite number; give one.")


def _require_moderate(where: str, **values: float) -> None:
    _require_finite(where, **values)
    for name, value in values.items():
        if abs(value) > LARGEST:
            raise InputError(f"{where}: {name} = {value:g} must lie between {-LARGEST:g} and {LARGEST:g}.")


def require_range(where: str, lo: float, hi: float) -> None:
    """Refuse a stretch of the line on which numbers cannot be told apart or overflow.

    Raises
    ------
    InputError
        If an end lies beyond `FARTHEST`, or ``hi`` is not clearly above ``lo``.
    """
    farthest = max(abs(lo), abs(hi))
    if not (farthest <= FARTHEST and hi - lo > max(1e-6, 1e-12 * farthest)):
        raise InputError(
            f"{where} {lo:g} … {hi:g} cannot be shown; give a lower, then a higher end, below {FARTHEST:g}."
        )


def _require_sigma(where: str, sigma: float) -> None:
    _require_finite(where, sigma=sigma)
    if not 1e-6 <= sigma <= 1e6:
        raise InputError(f"{where}: sigma = {sigma:g} must lie between 1e-6 and 1e6.")


def _require_covariance(where: str, cov: tuple[float, float, float]) -> None:
    xx, xy, yy = cov
    _require_finite(where, cov_xx=xx, cov_xy=xy, cov_yy=yy)
    lo, hi = 1 / LARGEST_VARIANCE, LARGEST_VARIANCE
    if not (lo <= xx <= hi and lo <= yy <= hi and xx * yy - xy * xy > 1e-9 * xx * yy):
        raise InputError(
            f"{where}: covariance (xx, xy, yy) = ({xx:g}, {xy:g}, {yy:g}) is not positive definite; "
            "make both variances positive and |xy| smaller than √(xx·yy)."
        )


@dataclass(frozen=True, slots=True)
class Gaussian1D:
    """N(mu, sigma²)."""

    mu: float = 0.0
    sigma: float = 1.0

    def __post_init__(self) -> None:
        _require_moderate("Gaussian", mu=self.mu)
        _require_sigma("Gaussian", self.sigma)


@dataclass(frozen=True, slots=True)
class Component1D:
    """weight · N(mu, sigma²); weights are relative, a mixture normalises them."""

    weight: float
    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _require_moderate("component", weight=self.weight, mu=self.mu)
        if self.weight < 0:
            raise InputError(f"component: weight = {self.weight:g} is negative; weights must be 0 or more.")
        _require_sigma("component", self.sigma)


@dataclass(frozen=True, slots=True)
class Gaussian2D:
    """N(mean, cov) in the plane; ``cov`` is (xx, xy, yy)."""

    mean: tuple[float, float] = (0.0, 0.0)
    cov: tuple[float, float, float] = (1.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        _require_moderate("Gaussian", mean_x=self.mean[0], mean_y=self.mean[1])
        _require_covariance("Gaussian", self.cov)


@dataclass(frozen=True, slots=True)
class Component2D:
    """weight · N(mean, cov) in the plane; ``cov`` is (xx, xy, yy)."""

    weight: float
    mean: tuple[float, float]
    cov: tuple[float, float, float]

    def __post_init__(self) -> None:
        _require_moderate("component", weight=self.weight, mean_x=self.mean[0], mean_y=self.mean[1])
        if self.weight < 0:
            raise InputError(f"component: weight = {self.weight:g} is negative; weights must be 0 or more.")
        _require_covariance("component", self.cov)


def require_mixture(components: Sequence[Component1D] | Sequence[Component2D]) -> None:
    """Refuse a mixture that no density can be made of.

    Raises
    ------
    InputError
        If there are no components, more than `MAX_COMPONENTS`, all weights are 0, or the scales lie
        too far apart for floating point.
    """
    if not 1 <= len(components) <= MAX_COMPONENTS:
        raise InputError(f"mixture: {len(components)} components; use between 1 and {MAX_COMPONENTS}.")
    if sum(component.weight for component in components) <= 0:
        raise InputError("mixture: the weights sum to 0; make at least one of them positive.")
    line = [component for component in components if isinstance(component, Component1D)]
    if line:
        _require_span(line)
    plane = [component for component in components if isinstance(component, Component2D)]
    if plane:
        _require_extent(plane)


def _require_span(components: Sequence[Component1D]) -> None:
    means = [component.mu for component in components]
    gap = (max(means) - min(means)) / min(component.sigma for component in components)
    if gap > LARGEST_GAP:
        raise InputError(
            f"mixture: the means span {gap:.3g} times the smallest sigma; keep it below {LARGEST_GAP:g}."
        )


def _require_extent(components: Sequence[Component2D]) -> None:
    """Keep the covariance of the mixture, and of any part of it, among those that `Gaussian2D` takes."""
    spans = [max(axis) - min(axis) for axis in zip(*(c.mean for c in components), strict=True)]
    axes = [_principal_variances(component.cov) for component in components]
    extent = math.hypot(*spans) ** 2 / 4 + max(widest for _, widest in axes)
    if extent > LARGEST_VARIANCE * min(1.0, *(narrowest for narrowest, _ in axes)):
        raise InputError(
            "mixture: it reaches too far for its narrowest component; keep it within "
            f"{LARGEST_VARIANCE**0.5:g} and within {LARGEST_VARIANCE**0.5:g} times the smallest width."
        )


def _principal_variances(cov: tuple[float, float, float]) -> tuple[float, float]:
    """Eigenvalues of a covariance, the smaller one without cancellation."""
    xx, xy, yy = cov
    widest = 0.5 * (xx + yy) + math.hypot(0.5 * (xx - yy), xy)
    return (xx * yy - xy * xy) / widest, widest
