"""Samples of a function blurred by a Gaussian of a few grid steps, exact even where it has kinks.

The trapezoid rule is spectrally exact for a blurred analytic function. Where a singularity of the
function comes closer to the line than some grid steps it is not, so there a smooth window hands the
function over to Gauss–Legendre panels graded to the singularity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.mixture import ComplexZeros
from dgm_explorer.numerics.normal_cdf import normal_cdf
from dgm_explorer.numerics.quadrature import distinct, gauss_legendre_panels, graded_breaks

LineFunction: TypeAlias = Callable[[FloatArray], FloatArray]

KAPPA = 2.5
"""Least σ of a row in steps of the grid it is read from: aliasing exp(−π² κ²/2) = 4e-14."""
BLUR_STEPS = KAPPA / 2.0**0.5
"""Standard deviation of the first blur in grid steps: half the variance of the narrowest row."""
TAIL = 8.3
"""Kernels end here, in standard deviations: what is cut off weighs 1e-16."""
SHARP_STEPS = 5.5
"""A singularity closer to the line than this many grid steps gets a quadrature patch."""
WINDOW_SOFTNESS = 1.5
WINDOW_HALF = 10.5
WINDOW_END = 21.0
PATCH_PANEL = 3.0
PATCH_ORDER = 12


def gaussian_kernel(deviation: float) -> FloatArray:
    """Samples of a centred Gaussian at integers, out to `TAIL`, that sum to 1."""
    half = int(np.ceil(TAIL * deviation))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / deviation) ** 2)
    return np.asarray(kernel / kernel.sum())


_FIRST_KERNEL = gaussian_kernel(BLUR_STEPS)
MARGIN = len(_FIRST_KERNEL) // 2
"""Grid steps beyond each end of the result in which the function is sampled."""


def blurred_samples(
    function: LineFunction, singularities: ComplexZeros, start: float, spacing: float, count: int
) -> FloatArray:
    """(f ∗ N(0, s²)) at ``start + spacing·i`` for i < count, with s = `BLUR_STEPS` · spacing.

    Parameters
    ----------
    function : analytic on the line, vectorised.
    singularities : where its analytic continuation ends.
    """
    x: FloatArray = start + spacing * np.arange(-MARGIN, count + MARGIN, dtype=np.float64)
    values = function(x)
    patched = np.zeros(count)
    for window in _sharp_windows(singularities, spacing, float(x[0]), float(x[-1])):
        lo, hi = np.searchsorted(x, [window.lo - WINDOW_END * spacing, window.hi + WINDOW_END * spacing])
        values[lo:hi] *= 1.0 - window.at(x[lo:hi])
        patched += _patch(function, window, start, count)
    return np.convolve(values, _FIRST_KERNEL, "valid") + patched


@dataclass(frozen=True, slots=True)
class _Window:
    """Neighbourhood of singularities that a grid does not resolve; 1 around [lo, hi], smoothly 0 outside."""

    lo: float
    hi: float
    spacing: float
    singularities: ComplexZeros

    def at(self, x: FloatArray) -> FloatArray:
        softness = WINDOW_SOFTNESS * self.spacing
        half = WINDOW_HALF * self.spacing
        rising: FloatArray = normal_cdf((x - (self.lo - half)) / softness)
        return rising * normal_cdf((self.hi + half - x) / softness)


def _sharp_windows(zeros: ComplexZeros, spacing: float, lo: float, hi: float) -> list[_Window]:
    is_sharp = (zeros.abs_imag < SHARP_STEPS * spacing) & (zeros.real > lo) & (zeros.real < hi)
    order = np.argsort(zeros.real[is_sharp])
    real, imag = zeros.real[is_sharp][order], zeros.abs_imag[is_sharp][order]
    if not len(real):
        return []
    cuts = np.nonzero(np.diff(real) > 2 * WINDOW_END * spacing)[0] + 1
    groups = zip(np.split(real, cuts), np.split(imag, cuts), strict=True)
    return [_Window(float(r[0]), float(r[-1]), spacing, ComplexZeros(r, i)) for r, i in groups]


def _patch(function: LineFunction, window: _Window, start: float, count: int) -> FloatArray:
    """Blur the windowed function by quadrature: each node spreads its weight over the nearby samples."""
    h = window.spacing
    lo, hi = window.lo - WINDOW_END * h, window.hi + WINDOW_END * h
    even = np.linspace(lo, hi, int(np.ceil((hi - lo) / (PATCH_PANEL * h))) + 1)
    graded = graded_breaks(window.singularities.real, window.singularities.abs_imag, PATCH_PANEL * h)
    x, weight = gauss_legendre_panels(distinct(np.clip(np.concatenate([even, graded]), lo, hi)), PATCH_ORDER)
    position = (x - start) / h
    is_near = (position > -MARGIN - 1) & (position < count + MARGIN)
    x, weight, position = x[is_near], weight[is_near], position[is_near]
    amount = weight * function(x) * window.at(x) / (BLUR_STEPS * h * np.sqrt(2 * np.pi))
    nearest = np.rint(position).astype(np.int64)
    steps = np.arange(-MARGIN, MARGIN + 1)
    spread = np.exp(-0.5 * (((position - nearest)[:, None] - steps) / BLUR_STEPS) ** 2)
    spread *= amount[:, None]
    index = nearest[:, None] + (steps + 2 * MARGIN + 1)
    total = np.bincount(index.ravel(), spread.ravel(), minlength=count + 4 * MARGIN + 3)
    return np.asarray(total[2 * MARGIN + 1 : 2 * MARGIN + 1 + count])
