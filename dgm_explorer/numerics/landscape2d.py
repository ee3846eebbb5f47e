"""Both KL landscapes over q's mean in the plane, q's covariance held fixed."""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import View2D
from dgm_explorer.numerics.divergence2d import half_log_det
from dgm_explorer.numerics.expectation2d import LOG_2PI
from dgm_explorer.numerics.mixture2d import Mixture2D

_TAIL = 7.0  # standard deviations of q beyond the window that the blur must see
_SPACINGS_PER_SIGMA = 2.4  # aliasing of the sampled Gaussian: 5e-13
_SPACINGS_PER_STRIP = 4.4  # e^{-2π·4.4} = 1e-12 from the zeros of p nearest to the real plane
_FEWEST_SPACINGS_PER_SIGMA = 1.2  # of a narrow q: aliasing 8e-4 of what log p has beyond the spacing
_MAX_NODES = 512
_MOST_NODES = 768
_PROBE_LINES = 24
_FEW_POINTS, _MANY_POINTS = 4, 16
"""Gauss–Hermite points along an axis of q that is shorter, or longer, than a step of the grid."""
_POINTS_AT_EVERY_NODE = 16


@dataclass(frozen=True)
class Grid2D:
    """Means of q at which the landscapes are evaluated: columns x (n,), rows y (m,), both uniform."""

    x: FloatArray
    y: FloatArray

    @classmethod
    def of(cls, view: View2D, n: int = 256) -> "Grid2D":
        """Cover the square window with n × n points, edges included."""
        offsets = np.linspace(-view.half_width, view.half_width, n)
        return cls(view.center[0] + offsets, view.center[1] + offsets)


def forward_landscape_2d(
    p: Mixture2D, cov: FloatArray, grid: Grid2D, entropy: float | None = None
) -> FloatArray:
    """Return KL(p‖q) (m, n) in nats: a paraboloid in q's mean, exact up to ``entropy``, by default H(p)."""
    entropy = p.entropy() if entropy is None else entropy
    precision = np.linalg.inv(cov)
    dx, dy = p.mean[0] - grid.x, p.mean[1] - grid.y
    floor = -entropy + LOG_2PI + half_log_det(cov) + 0.5 * float(np.trace(precision @ p.cov))
    result: FloatArray = (
        floor
        + 0.5 * (precision[1, 1] * dy * dy)[:, None]
        + 0.5 * (precision[0, 0] * dx * dx)
        + precision[0, 1] * np.outer(dy, dx)
    )
    return result


def strip_half_width(p: Mixture2D, grid: Grid2D) -> float:
    """Return how far from the real plane p's nearest zero lies along lines through the window.

    It sets the sampling that log p needs: its sharpest visible kink is about this wide. ``inf`` for one
    component.
    """
    if len(p) == 1:
        return math.inf
    half_width = 0.5 * max(grid.x[-1] - grid.x[0], grid.y[-1] - grid.y[0])
    center = np.array([grid.x.mean(), grid.y.mean()])
    unit = half_width / 3.0  # the window is ±3 of the frame's units
    t = np.linspace(-3.0, 3.0, _PROBE_LINES)
    nearest = math.inf
    for frame in (np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])):
        real, distance = p.along_lines(center, unit * frame).zeros_on_lines(t)
        nearest = min(nearest, float(distance[np.abs(real) <= 3.5].min(initial=math.inf)))
    return float(nearest * unit)


class _Blur:
    """Convolution with N(0, S) from samples at one spacing onto the grid, as four matrix products.

    S = L Lᵀ: a Gaussian along x of deviation l11 that shifts y by l21/l11 per unit of x, and a Gaussian
    along y of deviation l22. Along y the samples go to the few frequencies that survive, where the shear is
    a phase.
    """

    def __init__(self, grid: Grid2D, cov: FloatArray, spacing: float) -> None:
        (l11, _), (l21, l22) = np.linalg.cholesky(cov)
        self.x = _samples(grid.x, spacing, _TAIL * l11)
        self.y = _samples(grid.y, spacing, _TAIL * math.sqrt(cov[1, 1]))
        along_x = np.exp(-0.5 * ((grid.x[:, None] - self.x) / l11) ** 2)
        self._along_x = along_x / along_x.sum(axis=1, keepdims=True)
        period = spacing * len(self.y)
        highest = min(math.pi / spacing, _TAIL / l22)
        n_frequencies = min(len(self.y) // 2, math.ceil(highest * period / (2 * math.pi)))
        omega = 2 * math.pi * np.arange(n_frequencies + 1) / period
        phase = np.outer(omega, self.y - self.y[0])
        self._forward = np.concatenate([np.cos(phase), -np.sin(phase)])
        gain = np.exp(-0.5 * (l22 * omega) ** 2) * np.where(omega == 0, 1.0, 2.0) / len(self.y)
        phase = np.outer(grid.y - self.y[0], omega)
        self._backward = np.concatenate([np.cos(phase) * gain, -np.sin(phase) * gain], axis=1)
        self._shear_in = np.exp(1j * np.outer(omega, self.x - grid.x[0]) * (l21 / l11))
        self._shear_out = np.exp(-1j * np.outer(omega, grid.x - grid.x[0]) * (l21 / l11))

    def apply(self, samples: FloatArray) -> FloatArray:
        """Blur samples (len(y), len(x)) onto the grid (m, n)."""
        n = len(self._shear_in)
        spectrum = self._forward @ samples
        sheared = (spectrum[:n] + 1j * spectrum[n:]) * self._shear_in
        blurred = np.concatenate([sheared.real, sheared.imag]) @ self._along_x.T
        sheared = (blurred[:n] + 1j * blurred[n:]) * self._shear_out
        result: FloatArray = self._backward @ np.concatenate([sheared.real, sheared.imag])
        return result


def _samples(axis: FloatArray, spacing: float, margin: float) -> FloatArray:
    n = math.ceil((axis[-1] - axis[0] + 2 * margin) / spacing) + 1
    first: float = 0.5 * (axis[0] + axis[-1]) - 0.5 * spacing * (n - 1)
    return first + spacing * np.arange(n)


def _thinned(axis: FloatArray, stride: int) -> FloatArray:
    """A uniform axis with the same ends and steps ``stride`` times as long, or a little shorter."""
    return np.linspace(axis[0], axis[-1], math.ceil((len(axis) - 1) / stride) + 1)


def _interpolation(fine: FloatArray, coarse: FloatArray) -> FloatArray:
    """Matrix (len(fine), len(coarse)) that interpolates linearly between uniform nodes."""
    place = np.linspace(0.0, len(coarse) - 1.0, len(fine))
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(len(coarse))))


class ReverseLandscape2D:
    """KL(q‖p) over q's mean: log p sampled once and blurred with q's covariance; a few ms for 256 × 256.

    The spacing of the samples is the largest that resolves both q and the kinks of log p; values are then
    good to 1e-11. Where the kinks would need more than 512 samples a side, `is_resolved` is False and the
    error falls only with the square of the spacing: 1e-5 of the value for modes of width 0.2, 1e-4 for 0.1,
    six apart. A q that would itself need more than 512 samples a side is resolved half as well, and values
    are good to 1e-5 of their range. Where that would take more than 768 samples, q is narrower than half a
    step of the grid, or a thousand times longer than wide: a few points of Gauss–Hermite at each mean take
    the place of the blur. Stationary points are never decided from these values.
    """

    def __init__(self, grid: Grid2D, cov: FloatArray, max_nodes: int = _MAX_NODES) -> None:
        self.grid = grid
        self.cov = np.array(cov, dtype=np.float64)
        self.is_resolved = True
        narrowest = math.sqrt(np.linalg.eigvalsh(self.cov)[0])
        self._sigma_spacing = narrowest / _SPACINGS_PER_SIGMA
        margin = _TAIL * math.sqrt(max(self.cov[0, 0], self.cov[1, 1]))
        extent = max(grid.x[-1] - grid.x[0], grid.y[-1] - grid.y[0]) + 2 * margin
        self._finest = extent / max_nodes
        coarsest = narrowest / _FEWEST_SPACINGS_PER_SIGMA
        self._can_sample_q = extent / coarsest <= _MOST_NODES
        self._largest_spacing = max(self._sigma_spacing, min(self._finest, coarsest))
        self._blur: _Blur | None = None
        self._spacing = math.nan

    def evaluate(self, p: Mixture2D) -> FloatArray:
        """Return KL(q‖p), shape (m, n), nats."""
        if self._can_sample_q:
            blur = self._blur_for(p)
            expected = blur.apply(p.log_pdf_on_grid(blur.x, blur.y))
        else:
            expected = self._expected_at_points(p)
        np.negative(expected, out=expected)
        expected -= 1 + LOG_2PI + half_log_det(self.cov)
        return expected

    def _expected_at_points(self, p: Mixture2D) -> FloatArray:
        """E_q[log p] (m, n) from a few points of q, the same at every mean.

        More than `_POINTS_AT_EVERY_NODE` are taken at fewer means, between which values are interpolated
        linearly: 256 points at all of 256 × 256 means would take a second.
        """
        self.is_resolved = False
        variances, axes = np.linalg.eigh(self.cov)
        step = self.grid.x[1] - self.grid.x[0]
        rules = [
            np.polynomial.hermite_e.hermegauss(_FEW_POINTS if variance < step**2 else _MANY_POINTS)
            for variance in variances
        ]
        (along, along_weight), (across, across_weight) = rules
        shifts = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2) * np.sqrt(variances) @ axes.T
        weights = np.outer(across_weight, along_weight).ravel() / (2 * math.pi)
        stride = max(1, round(math.sqrt(len(weights) / _POINTS_AT_EVERY_NODE)))
        x, y = _thinned(self.grid.x, stride), _thinned(self.grid.y, stride)
        expected = np.zeros((len(y), len(x)))
        for (dx, dy), weight in zip(shifts, weights, strict=True):
            expected += weight * p.log_pdf_on_grid(x + dx, y + dy)
        if stride == 1:
            return expected
        return _interpolation(self.grid.y, y) @ expected @ _interpolation(self.grid.x, x).T

    def _blur_for(self, p: Mixture2D) -> _Blur:
        wanted = min(self._sigma_spacing, strip_half_width(p, self.grid) / _SPACINGS_PER_STRIP)
        self.is_resolved = wanted >= self._finest
        # steps of √2 keep the matrices while p is dragged about
        steps = math.floor(2 * math.log2(max(wanted, self._finest) / self._finest) + 1e-9)
        spacing = min(self._largest_spacing, self._finest * 2 ** (0.5 * steps))
        if self._blur is None or spacing != self._spacing:
            self._blur, self._spacing = _Blur(self.grid, self.cov, spacing), spacing
        return self._blur
