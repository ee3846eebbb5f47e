"""The live landscapes against the obvious ways to compute them: how much faster, and how exact.

Times are those of one thread (the entry point sets OMP_NUM_THREADS and its kin to 1 before NumPy is
imported): its processor time where the system counts that finely, so that other programs do not add to
it, else wall time. They are medians over rounds in which the rivals alternate.
Whatever depends on the grid only (kernels here, transfer functions there) is prepared beforehand.
"""

import itertools
import math
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import fft, integrate

from dgm_explorer.bench.report import Figure
from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import KLState, View1D
from dgm_explorer.numerics.divergence import HALF_LOG_2PI
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.plots.heat_map import HeatMapItem
from dgm_explorer.ui.tabs.kl.frame import FrameEngine

CASES = {
    "homework": ((0.5, -2.0, 1.0), (0.5, 2.0, 1.0)),
    "two narrow": ((0.5, -4.0, 0.05), (0.5, 4.0, 0.05)),
    "100 : 1": ((0.5, 0.0, 0.02), (0.5, 1.0, 2.0)),
    "needle": ((0.01, -6.0, 0.005), (0.99, 6.0, 2.0)),
    "four": ((0.2, -5.0, 0.3), (0.3, -1.0, 0.8), (0.1, 0.5, 0.03), (0.4, 4.0, 1.5)),
    "rare": ((1.0, 0.0, 2.0), (1e-6, 0.3, 0.008), (1e-3, 12.0, 0.5)),
}
ROUNDS = 15
TURN_MS = 25.0
QUAD_POINTS = 48
ERROR_POINTS = 40
FRAMES = 60
QUAD_REACH = 9.0
FFT_REACH = 8.0
FFT_STEPS_PER_COLUMN = 4
"""The FFT needs a step below the least σ: 4 per column gives 1.6e-2 against 0.05 in the first view."""

_HAS_FINE_THREAD_TIME = time.get_clock_info("thread_time").resolution < 1e-6
_seconds = time.thread_time if _HAS_FINE_THREAD_TIME else time.perf_counter


def measure() -> list[Figure]:
    """Measure everything in one run, about half a minute."""
    grid = Grid1D.of(View1D())
    landscape = ReverseLandscape(grid)
    fourier = FourierLandscape(grid)
    ours, theirs, by_quad, errors = [], [], [], []
    for components in CASES.values():
        p = [Component1D(*component) for component in components]
        mixture = Mixture1D(p)
        fast, slow = _medians_ms(partial(_evaluate_afresh, landscape, p), partial(fourier.evaluate, mixture))
        ours.append(fast)
        theirs.append(slow)
        by_quad.append(_quad_ms(mixture, grid))
        errors.append(_max_relative_error(mixture, grid, landscape.evaluate(mixture)))
    versus_quad = min(quad / fast for quad, fast in zip(by_quad, ours, strict=True))
    versus_fft = min(slow / fast for slow, fast in zip(theirs, ours, strict=True))
    return [
        Figure.at_least("reverse_vs_quad", versus_quad, "ratio", 1e4),
        Figure.at_least("reverse_vs_fft", versus_fft, "ratio", 8),
        Figure.at_most("reverse_max_rel_error", max(errors), "relative", 1e-10),
        Figure.at_most("frame_compute_ms", _frame_ms(), "ms", 8),
        Figure("reverse_ms", statistics.median(ours), "ms"),
        Figure("fft_ms", statistics.median(theirs), "ms"),
        Figure("quad_ms", statistics.median(by_quad), "ms"),
    ]


def _evaluate_afresh(landscape: ReverseLandscape, p: list[Component1D]) -> FloatArray:
    """What a drag pays: nothing is known yet of this p."""
    return landscape.evaluate(Mixture1D(p))


class FourierLandscape:
    """KL(q‖p) with one inverse FFT per row of σ: exact for smooth log p, fails silently at kinks.

    log p is sampled out to 8 of the largest σ beyond the view on either side, because it grows like x²
    and must not wrap around; one forward FFT serves all rows.
    """

    def __init__(self, grid: Grid1D) -> None:
        step = (grid.mu[1] - grid.mu[0]) / FFT_STEPS_PER_COLUMN
        margin = int(np.ceil(FFT_REACH * grid.sigma[-1] / step))
        inner = FFT_STEPS_PER_COLUMN * (len(grid.mu) - 1) + 1
        self._length = fft.next_fast_len(inner + 2 * margin, real=True)
        self._x = grid.mu[0] + step * np.arange(-margin, self._length - margin)
        frequency = 2 * np.pi * fft.rfftfreq(self._length, step)
        self._transfer = np.exp(-0.5 * (grid.sigma[:, None] * frequency) ** 2)
        self._columns = slice(margin, margin + inner, FFT_STEPS_PER_COLUMN)
        self._constant = -(0.5 + 0.5 * np.log(2 * np.pi) + np.log(grid.sigma))[:, None]

    def evaluate(self, p: Mixture1D) -> FloatArray:
        """KL(q‖p) in nats, (m, n)."""
        spectrum = fft.rfft(p.log_pdf(self._x))
        rows = [fft.irfft(spectrum * transfer, self._length)[self._columns] for transfer in self._transfer]
        return np.asarray(self._constant - np.array(rows))


class _Integrand:
    """q log q/p at one x in scalar arithmetic, the fastest that scipy.integrate.quad can be given."""

    def __init__(self, p: Mixture1D, mu: float, sigma: float) -> None:
        self._mu, self._sigma = mu, sigma
        self._log_peak = -math.log(sigma) - HALF_LOG_2PI
        log_peaks = np.log(p.weights) - np.log(p.sigmas) - HALF_LOG_2PI
        self._components: list[tuple[float, float, float]] = list(
            zip(log_peaks.tolist(), p.means.tolist(), p.sigmas.tolist(), strict=True)
        )

    def __call__(self, x: float) -> float:
        log_q = self._log_peak - 0.5 * ((x - self._mu) / self._sigma) ** 2
        terms = [peak - 0.5 * ((x - m) / s) ** 2 for peak, m, s in self._components]
        highest = max(terms)
        log_p = highest + math.log(sum([math.exp(term - highest) for term in terms]))
        return math.exp(log_q) * (log_q - log_p)


def _quad_ms(p: Mixture1D, grid: Grid1D) -> float:
    """Time of scipy.integrate.quad for the whole grid, asked for the same accuracy, from random points."""
    elapsed = 0.0
    for mu, sigma in _random_points(grid, QUAD_POINTS):
        integrand = _Integrand(p, mu, sigma)
        lo, hi = mu - QUAD_REACH * sigma, mu + QUAD_REACH * sigma
        start = _seconds()
        # full_output: quad reports its troubles there instead of by a warning
        integrate.quad(integrand, lo, hi, epsabs=0, epsrel=1e-10, limit=200, full_output=1)
        elapsed += _seconds() - start
    n_points = len(grid.mu) * len(grid.sigma)
    return 1e3 * elapsed / QUAD_POINTS * n_points


def _max_relative_error(p: Mixture1D, grid: Grid1D, value: FloatArray) -> float:
    """Compare with adaptive Gauss–Kronrod rules on short pieces, at random grid points."""
    rng = np.random.default_rng(1)
    errors: list[float] = []
    for _ in range(ERROR_POINTS):
        row, column = int(rng.integers(len(grid.sigma))), int(rng.integers(len(grid.mu)))
        expected = _by_pieces(p, float(grid.mu[column]), float(grid.sigma[row]))
        errors.append(float(abs(value[row, column] / expected - 1)))
    return max(errors)


def _by_pieces(p: Mixture1D, mu: float, sigma: float) -> float:
    """KL(q‖p) by scipy.integrate.quad between all places where the integrand changes its character."""
    lo, hi = mu - QUAD_REACH * sigma, mu + QUAD_REACH * sigma
    rings = 3.0 ** np.arange(-14, 4)
    cuts = [np.linspace(lo, hi, 19), (p.means[:, None] + p.sigmas[:, None] * np.arange(-8, 9, 4)).ravel()]
    for i, j in itertools.combinations(range(len(p)), 2):
        crossings = _crossings(p, i, j)
        cuts += [crossings, *(crossings + sign * ring for ring in rings for sign in (-1, 1))]
    edges = np.unique(np.clip(np.concatenate(cuts), lo, hi))
    integrand = _Integrand(p, mu, sigma)
    pieces = [
        integrate.quad(integrand, a, b, epsabs=1e-15, epsrel=1e-12, full_output=1)[0]
        for a, b in itertools.pairwise(edges)
    ]
    return math.fsum(pieces)


def _crossings(p: Mixture1D, i: int, j: int) -> FloatArray:
    """Where components i and j are equally likely, or nearest to it."""
    quadratic = [
        np.array([-0.5, m, -0.5 * m * m]) / s**2 + [0, 0, math.log(w / s)]
        for w, m, s in ((p.weights[k], p.means[k], p.sigmas[k]) for k in (i, j))
    ]
    return np.asarray(np.real(np.roots(quadratic[0] - quadratic[1])))


def _random_points(grid: Grid1D, n: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(0)
    return list(zip(rng.choice(grid.mu, n).tolist(), rng.choice(grid.sigma, n).tolist(), strict=True))


def _medians_ms(*rivals: Callable[[], object]) -> list[float]:
    """Median time of a call of each function; in turn, each gets about `TURN_MS` of calls in a row."""
    calls = [max(1, round(TURN_MS / _call_ms(rival, 3))) for rival in rivals]
    rounds = [[_call_ms(rival, n) for rival, n in zip(rivals, calls, strict=True)] for _ in range(ROUNDS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def _call_ms(function: Callable[[], object], n: int) -> float:
    start = _seconds()
    for _ in range(n):
        function()
    return 1e3 * (_seconds() - start) / n


def _frame_ms() -> float:
    """Median time of a frame of a drag, K = 2: entropy, landscapes, tracked points, both colour images."""
    engine = FrameEngine()
    images = [HeatMapItem("viridis"), HeatMapItem("viridis")]
    left = Component1D(0.5, -3.0, 1.0)
    times = []
    for frame_number in range(FRAMES):
        state = KLState(p=(left, Component1D(0.5, 3.0 + 0.01 * frame_number, 1.0)))
        start = _seconds()
        frame = engine.resolve(state)
        for image, values in zip(images, (frame.forward, frame.reverse), strict=True):
            image.set_values(values)
        times.append(1e3 * (_seconds() - start))
    return statistics.median(times)
