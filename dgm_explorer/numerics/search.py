"""Where stationary points of KL(q‖p) may be: the whole plane of (μ, log σ), looked at octave by octave.

At scale σ the landscape is log p blurred by σ, so a grid with steps of 0.4 σ misses nothing. Only the
surroundings of components no wider than q need a look: at a stationary point −E_q[f″] = 1/σ², and
−f″ never exceeds the largest 1/σ_k² among the components that q feels.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.numerics.blur import BLUR_STEPS, KAPPA, TAIL, blurred_samples
from dgm_explorer.numerics.mixture import Mixture1D

REACH_OF_Q = 5.0
"""How far from a component, in σ of q, a stationary point owed to it may lie."""
COARSE_ROWS, FINE_ROWS = 6, 24
"""Rows per octave of σ: the usual look, and the one after the count of saddles did not come out."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Points (μ_i, σ_i) to start Newton's method from, each (n,)."""

    mu: FloatArray
    sigma: FloatArray

    def __len__(self) -> int:
        return len(self.mu)

    @staticmethod
    def joined(parts: "list[Seeds]") -> "Seeds":
        return Seeds(
            np.concatenate([np.empty(0), *(part.mu for part in parts)]),
            np.concatenate([np.empty(0), *(part.sigma for part in parts)]),
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where a grid sees minima of the landscape, and where it sees its gradient vanish."""

    minima: Seeds
    roots: Seeds


def find_candidates(p: Mixture1D, rows_per_octave: int = COARSE_ROWS) -> Candidates:
    """Scan every octave of σ in which KL(q‖p) can be stationary."""
    minima: list[Seeds] = []
    roots: list[Seeds] = []
    narrowest = 0.9 * float(p.sigmas.min())
    widest = 1.5 * float(np.ptp(p.means) + p.sigmas.max())
    for octave in range(int(np.ceil(np.log2(widest / narrowest)))):
        sigma_lo = narrowest * 2.0**octave
        for lo, hi in _intervals(p, sigma_lo):
            patch = _scan(p, sigma_lo, lo, hi, rows_per_octave)
            minima.append(patch.minima())
            roots.append(patch.roots())
    return Candidates(Seeds.joined(minima), Seeds.joined(roots))


def grid_minima(value: FloatArray) -> tuple[IntArray, IntArray]:
    """Row and column indices of interior points no higher than their eight neighbours."""
    lowest = np.minimum(np.minimum(value[:-2], value[1:-1]), value[2:])
    neighbourhood = np.minimum(np.minimum(lowest[:, :-2], lowest[:, 1:-1]), lowest[:, 2:])
    rows, columns = np.nonzero(value[1:-1, 1:-1] <= neighbourhood)
    return rows + 1, columns + 1


def _intervals(p: Mixture1D, sigma_lo: float) -> list[tuple[float, float]]:
    """Stretches of μ to look at for σ in [sigma_lo, 2 sigma_lo], disjoint and ascending."""
    reach = REACH_OF_Q * 2.0 * sigma_lo
    means = np.sort(p.means[p.sigmas < 2.2 * sigma_lo])
    groups = np.split(means, np.nonzero(np.diff(means) > 2 * reach)[0] + 1)
    return [(float(group[0]) - reach, float(group[-1]) + reach) for group in groups if len(group)]


@dataclass(frozen=True, slots=True)
class _Patch:
    """One octave on one stretch; a row more at either end. Fields have shape (rows, n)."""

    mu: FloatArray
    sigma: FloatArray
    value: FloatArray
    slope_mu: FloatArray
    slope_log_sigma: FloatArray

    def minima(self) -> Seeds:
        rows, columns = grid_minima(self.value)
        return Seeds(self.mu[columns], self.sigma[rows])

    def roots(self) -> Seeds:
        """Cells in which both slopes change sign, and minima of the length of the gradient."""
        is_crossed = _changes_sign(self.slope_mu) & _changes_sign(self.slope_log_sigma)
        rows, columns = np.nonzero(is_crossed[1:])
        step = self.mu[1] - self.mu[0]
        middle = np.sqrt(self.sigma[1:-1] * self.sigma[2:])
        crossed = Seeds(self.mu[columns] + 0.5 * step, middle[rows])
        rows, columns = grid_minima(self.slope_mu**2 + self.slope_log_sigma**2)
        return Seeds.joined([crossed, Seeds(self.mu[columns], self.sigma[rows])])


def _changes_sign(field: FloatArray) -> BoolArray:
    """Tell for each cell of a grid whether its corners differ in sign."""
    is_positive = field > 0
    count = is_positive[:-1].astype(np.int8) + is_positive[1:]
    count = count[:, :-1] + count[:, 1:]
    return np.asarray((count > 0) & (count < 4))


@cache
def _kernels(rows_per_octave: int) -> tuple[FloatArray, FloatArray]:
    """σ in grid steps (rows,), and kernels (taps, 3 · rows) for E[f], σ E[f]′ and σ² E[f]″."""
    sigma = KAPPA * 2.0 ** (np.arange(-1, rows_per_octave + 1) / rows_per_octave)
    rest = np.sqrt(sigma**2 - BLUR_STEPS**2)[:, None]
    half = int(np.ceil(TAIL * float(rest.max())))
    z = np.arange(-half, half + 1) / rest
    kernel = np.exp(-0.5 * z * z)
    kernel /= kernel.sum(axis=1, keepdims=True)
    scale = sigma[:, None] / rest
    stacked = np.concatenate([kernel, kernel * z * scale, kernel * (z * z - 1) * scale**2])
    return sigma, np.ascontiguousarray(stacked.T)


def _scan(p: Mixture1D, sigma_lo: float, lo: float, hi: float, rows_per_octave: int) -> _Patch:
    in_steps, kernels = _kernels(rows_per_octave)
    step = sigma_lo / KAPPA
    mu: FloatArray = lo + step * np.arange(int(np.ceil((hi - lo) / step)) + 1, dtype=np.float64)
    half = len(kernels) // 2
    samples = blurred_samples(p.log_pdf, p.complex_zeros(), lo - half * step, step, len(mu) + 2 * half)
    windows = np.ascontiguousarray(sliding_window_view(samples, len(kernels)))
    mean, slope, curvature = (windows @ kernels).T.reshape(3, len(in_steps), len(mu))
    sigma: FloatArray = in_steps * step
    value = -np.log(sigma)[:, None] - mean
    return _Patch(mu, sigma, value, -slope, -1.0 - curvature)
