"""E_{N(μ, σ²)}[f] on a whole (σ, μ) grid by a Gaussian pyramid.

As a function of μ the expectation is f blurred by σ, and blurring is the heat flow: wide rows start
from samples that were already blurred and thinned out for the narrower ones. Each octave of σ is one
level with twice the spacing of the one before; its rows come from one small matrix product. Between two
samples of a level the result is smooth, and a polynomial through a few places gives it everywhere. Kernels
are local, so neither padding nor subtraction of tails is needed, and relative accuracy survives the
10⁶-fold growth of log p at the edges.
"""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.numerics.blur import (
    BLUR_STEPS,
    KAPPA,
    TAIL,
    LineFunction,
    blurred_samples,
    gaussian_kernel,
)
from dgm_explorer.numerics.mixture import ComplexZeros
from dgm_explorer.numerics.quadrature import gaussian_panels

OCTAVES_PER_CASCADE = 5
"""After so many levels a fresh start from f is cheaper than fine samples as far out as wide rows reach."""
FINEST_EXPONENT = -4
"""Rows narrower than κ·Δμ/16 share no samples between neighbouring μ: they get a rule of their own."""
_BLUR_BETWEEN_LEVELS = gaussian_kernel(3.0**0.5 * BLUR_STEPS)
_HALF_BETWEEN = len(_BLUR_BETWEEN_LEVELS) // 2
N_NODES = 14
"""Places between two samples of a level, at most 0.57 standard deviations of its narrowest kernel apart:
Chebyshev's error bound for a Gaussian and its first two derivatives is then below 1e-16 of their height."""
PLACES_AT_ONCE = 512
"""With graded panels: some 10 MB of nodes."""
TRAPEZOID_STEP = 0.75
"""In standard deviations: error exp(−2π²/0.75²) = 6e-16 for functions that are smooth on that scale."""


class GaussianPyramid:
    """Blur any function on the line to every point of a fixed (σ, μ) grid.

    Parameters
    ----------
    mu : (n,) equally spaced, ascending, n ≥ 2.
    sigma : (m,) positive, any order.
    has_derivatives : also return the first two derivatives with respect to μ.

    Kernels are computed here once (some milliseconds); `expectation` is then fast. Not thread-safe
    to construct lazily, but instances are immutable and may be shared.
    """

    def __init__(self, mu: FloatArray, sigma: FloatArray, *, has_derivatives: bool = False) -> None:
        self.mu = np.array(mu, dtype=np.float64)
        self.sigma = np.array(sigma, dtype=np.float64)
        self.n_fields = 3 if has_derivatives else 1
        step = (self.mu[-1] - self.mu[0]) / (len(self.mu) - 1)
        exponent = np.floor(np.log2(self.sigma / (KAPPA * step)) + 1e-9).astype(np.int64)
        self._own_rows = np.nonzero(exponent < FINEST_EXPONENT)[0]
        self._cascades: list[_Cascade] = []
        first, last = max(int(exponent.min()), FINEST_EXPONENT), int(exponent.max())
        for finest in range(first, last + 1, OCTAVES_PER_CASCADE):
            coarsest = min(finest + OCTAVES_PER_CASCADE - 1, last)
            rows = [np.nonzero(exponent == e)[0] for e in range(finest, coarsest + 1)]
            while rows and not len(rows[-1]):
                rows.pop()
            if rows:
                levels = [
                    _Level.of(self.mu, float(step), finest + i, row, self.sigma[row], self.n_fields)
                    for i, row in enumerate(rows)
                ]
                self._cascades.append(_Cascade(levels, float(self.mu[0])))

    def expectation(self, function: LineFunction, singularities: ComplexZeros) -> FloatArray:
        """E[f] and, if asked for, its first and second derivative in μ: (1 or 3, m, n).

        Parameters
        ----------
        function : vectorised, analytic on the line.
        singularities : where its continuation to the complex plane ends, as far as that matters.
        """
        out = np.empty((self.n_fields, len(self.sigma), len(self.mu)))
        for cascade in self._cascades:
            cascade.fill(out, function, singularities)
        if len(self._own_rows):
            self._fill_own_rows(out, function, singularities)
        return out

    def _fill_own_rows(self, out: FloatArray, function: LineFunction, singularities: ComplexZeros) -> None:
        """A trapezoidal rule for each; near singularities graded panels, for many places at once."""
        z = np.arange(-TAIL, TAIL, TRAPEZOID_STEP)
        z -= z.mean()
        weight = np.exp(-0.5 * z * z)
        weight /= weight.sum()
        is_sharp = np.zeros((len(self._own_rows), len(self.mu)), dtype=bool)
        for place, row in enumerate(self._own_rows):
            sigma = self.sigma[row]
            values = function(self.mu[:, None] + sigma * z)
            out[:, row] = (weight * self._hermite(z, sigma)) @ values.T
            near = singularities.real[singularities.abs_imag < 4 * sigma]
            is_sharp[place] = (np.abs(self.mu[:, None] - near) < (TAIL + 1) * sigma).any(axis=1)
        places, columns = np.nonzero(is_sharp)
        rows = self._own_rows[places]
        for first in range(0, len(rows), PLACES_AT_ONCE):
            some = slice(first, first + PLACES_AT_ONCE)
            mu, sigmas = self.mu[columns[some]], self.sigma[rows[some]]
            out[:, rows[some], columns[some]] = self._exact(mu, sigmas, function, singularities)

    def _exact(
        self, mu: FloatArray, sigma: FloatArray, function: LineFunction, singularities: ComplexZeros
    ) -> FloatArray:
        panels = gaussian_panels(singularities, mu, sigma)
        scale = sigma[panels.owner]
        values = function(mu[panels.owner] + scale * panels.z)
        return panels.expectation(self._hermite(panels.z, scale) * values)

    def _hermite(self, z: FloatArray, sigma: FloatArray) -> FloatArray:
        """Factors of f under E at μ + σz for the expectation and its derivatives in μ; (1 or 3, len(z))."""
        return np.stack([np.ones_like(z), z / sigma, (z * z - 1) / sigma**2][: self.n_fields])


@dataclass(frozen=True, slots=True)
class _Level:
    """One octave of rows, κh ≤ σ < 2κh, read off samples with spacing h that are blurred by κh/√2.

    Attributes
    ----------
    spacing : h.
    rows : which rows of the grid.
    lo, hi : range of sample indices read; sample 0 lies at the first μ.
    n_phases : values of μ that share a window.
    kernels : (taps, n_fields · rows · places), the places being the phases or, where they are more, nodes.
    windows : (n_windows, taps) which samples each window holds, counted from ``lo``.
    spread : (nodes, phases) of the polynomial from the nodes to the phases; None where there are none.
    """

    spacing: float
    rows: IntArray | slice
    lo: int
    hi: int
    n_phases: int
    kernels: FloatArray
    windows: IntArray
    spread: FloatArray | None = None

    @staticmethod
    def of(
        mu: FloatArray, step: float, exponent: int, rows: IntArray, sigma: FloatArray, n_fields: int
    ) -> "_Level":
        spacing = step * 2.0**exponent
        n_phases = min(2**exponent, len(mu)) if exponent > 0 else 1
        n_windows = -(-len(mu) // n_phases)
        stride = 2**-exponent if exponent < 0 else 1
        if not len(rows):
            return _Level(spacing, rows, 0, 0, n_phases, np.empty((0, 0)), np.empty((0, 0), dtype=np.int64))
        rest = np.sqrt(sigma**2 - (BLUR_STEPS * spacing) ** 2)
        half = int(np.ceil(TAIL * float(rest.max()) / spacing))
        offset = np.arange(-half, half + 2) * spacing
        deviation = rest[:, None, None]
        places = np.arange(n_phases) * step
        spread = None
        if n_phases > N_NODES:
            nodes, spread = _polynomial_through_nodes(n_phases)
            places = nodes * step
        z = (offset - places[:, None]) / deviation
        kernel = np.exp(-0.5 * z * z)
        kernel /= kernel.sum(axis=-1, keepdims=True)
        fields = [kernel, kernel * z / deviation, kernel * (z * z - 1) / deviation**2][:n_fields]
        kernels = np.ascontiguousarray(np.stack(fields).reshape(-1, len(offset)).T)
        windows = stride * np.arange(n_windows)[:, None] + np.arange(len(offset))
        hi = int(windows[-1, -1]) - half
        return _Level(spacing, _as_slice(rows), -half, hi, n_phases, kernels, windows, spread)

    def read(self, samples: FloatArray, first: int, out: FloatArray) -> None:
        """Fill this level's rows of ``out`` (n_fields, m, n); ``samples[0]`` has index ``first``."""
        n_windows, taps = self.windows.shape
        if not taps:
            return
        # BLAS cannot read overlapping windows in place; gathered, they are one product.
        product = samples[self.lo - first :].take(self.windows) @ self.kernels
        if self.spread is not None:
            product = product.reshape(-1, len(self.spread)) @ self.spread
        n_fields, _, n_mu = out.shape
        blocks = product.reshape(n_windows, n_fields, -1, self.n_phases).transpose(1, 2, 0, 3)
        out[:, self.rows] = blocks.reshape(n_fields, blocks.shape[1], -1)[:, :, :n_mu]


def _polynomial_through_nodes(n_phases: int) -> tuple[FloatArray, FloatArray]:
    """Chebyshev nodes between 0 and ``n_phases`` − 1, and what takes values there to 0, 1, 2, …

    Returns
    -------
    nodes : (N_NODES,)
    spread : (N_NODES, n_phases); barycentric formula, Berrut and Trefethen 2004, eq. 4.2 with weights 5.3.
    """
    angle = (np.arange(N_NODES) + 0.5) * np.pi / N_NODES
    weight = (-1.0) ** np.arange(N_NODES) * np.sin(angle)
    nodes = 0.5 * (n_phases - 1) * (1 - np.cos(angle))
    distance = np.arange(n_phases) - nodes[:, None]
    is_hit = distance == 0
    quotient = weight[:, None] / np.where(is_hit, 1.0, distance)
    spread = quotient / quotient.sum(axis=0)
    return nodes, np.where(is_hit.any(axis=0), is_hit, spread)


def _as_slice(rows: IntArray) -> IntArray | slice:
    """Neighbouring rows as a slice, which is faster to write to."""
    is_run = len(rows) == rows[-1] - rows[0] + 1 and (np.diff(rows) == 1).all()
    return slice(int(rows[0]), int(rows[-1]) + 1) if is_run else rows


class _Cascade:
    """Neighbouring levels that share one set of samples of f."""

    def __init__(self, levels: list[_Level], origin: float) -> None:
        self._levels = levels
        self._origin = origin
        ranges = [(levels[-1].lo, levels[-1].hi)]
        for level in reversed(levels[:-1]):
            lo, hi = ranges[0]
            below = (2 * lo - _HALF_BETWEEN, 2 * hi + _HALF_BETWEEN)
            ranges.insert(0, (min(level.lo, below[0]), max(level.hi, below[1])))
        self._ranges = ranges

    def fill(self, out: FloatArray, function: LineFunction, singularities: ComplexZeros) -> None:
        lo, hi = self._ranges[0]
        spacing = self._levels[0].spacing
        start = self._origin + lo * spacing
        samples = blurred_samples(function, singularities, start, spacing, hi - lo + 1)
        self._levels[0].read(samples, lo, out)
        for level, (next_lo, next_hi) in zip(self._levels[1:], self._ranges[1:], strict=True):
            first = 2 * next_lo - _HALF_BETWEEN - lo
            last = 2 * next_hi + _HALF_BETWEEN - lo
            samples = np.convolve(samples[first : last + 1], _BLUR_BETWEEN_LEVELS, "valid")[::2]
            lo = next_lo
            level.read(samples, lo, out)
