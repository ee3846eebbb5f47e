"""How the noise of each gradient estimator grows with dimension and falls with N.

The setting, in any dimension d: f(z) = ½ ‖z − t‖², z_j = μ_j + σ_j ε_j, with μ_j − t_j = δ and σ_j = σ
for all j. The gradient in (μ, σ_1 … σ_d) is (δ, …, δ, σ, …, σ). With D = dδ² and b a constant baseline,
c = D/2 − b, total variances of one sample, by the moments 1, 3, 15, 105 of ε², ε⁴, ε⁶, ε⁸:

    pathwise   μ: dσ²                σ: D + 2dσ²
    score      μ: (c²d + σ²D(d+2) + σ⁴d(d+2)(d+4)/4 + cσ²d(d+2))/σ² − D
               σ: (2c²d + σ²D(2d+8) + σ⁴d(78 + 20(d−1) + 2(d²−1))/4 + cσ²d(2d+8))/σ² − dσ²

The score function's grows as d³, the pathwise as d. Leave-one-out: b = E f, which leaves d², and the
baseline's own noise on top, see `expected_gradient.estimator_variance`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import MapEstimator, ReparamState
from dgm_explorer.numerics.reparam import gaussian_map

ESTIMATORS: tuple[MapEstimator, ...] = ("pathwise", "score", "score_baseline")
SAMPLE_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""N of the sweep over N."""
_PIECE = 131_072
"""Random numbers in one piece of the sweep: some 5 ms of work."""


class Blocks(NamedTuple):
    """A number for the gradient in μ and one for that in σ."""

    mean: float
    scale: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """The setting of a sweep.

    Attributes
    ----------
    offset : δ, how far μ lies from the target in each coordinate.
    sigma : σ > 0.
    places : (d, N) of each point of the sweep.
    repeats : R estimates at each.
    seed : of the ε.
    """

    offset: float
    sigma: float
    places: tuple[tuple[int, int], ...]
    repeats: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """One estimator at one place, from R estimates.

    Attributes
    ----------
    estimator, dimension, n_samples, n_estimates : what, where, and R so far.
    measured, error : total variance of an estimate about the exact gradient, with standard error (NaN
        from a single one).
    exact : the same in closed form.
    signal_to_noise : ‖∇‖ / √exact.
    """

    estimator: MapEstimator
    dimension: int
    n_samples: int
    n_estimates: int
    measured: Blocks
    error: Blocks
    exact: Blocks
    signal_to_noise: Blocks


def sweep_of(state: ReparamState) -> Sweep:
    """Sweep the state's quadratic: δ the root mean square of μ − t, σ that of the axes of L (at least 0.001).

    Over the dimensions with the state's N, or over N in the last of the dimensions.
    """
    d = state.dimension
    gaussian = gaussian_map(state)
    offset = math.sqrt(float(np.mean((gaussian.mean - np.array(state.target[:d])) ** 2)))
    sigma = max(math.sqrt(float(np.mean(np.diagonal(gaussian.covariance)))), 1e-3)
    if state.growth == "dimension":
        places = tuple((dimension, state.n_samples) for dimension in state.sweep_dimensions)
    else:
        places = tuple((state.sweep_dimensions[-1], n) for n in SAMPLE_COUNTS)
    return Sweep(offset, sigma, places, seed=state.seed)


def total_variance(
    estimator: MapEstimator, dimension: int, n_samples: int, offset: float, sigma: float
) -> Blocks:
    """Total variance of an estimate from N samples, in closed form (see the module)."""
    d, distance2, s2 = dimension, dimension * offset**2, sigma**2
    if estimator == "exact":
        return Blocks(0.0, 0.0)
    if estimator == "pathwise":
        return Blocks(d * s2 / n_samples, (distance2 + 2 * d * s2) / n_samples)
    if estimator == "score" or n_samples == 1:
        mean, scale = _score_variance(d, distance2, s2, 0.5 * distance2)
        return Blocks(mean / n_samples, scale / n_samples)
    mean, scale = _score_variance(d, distance2, s2, -0.5 * d * s2)
    var_f, pairs = s2 * distance2 + 0.5 * s2 * s2 * d, n_samples * (n_samples - 1)
    return Blocks(
        mean / n_samples + (var_f * d / s2 + distance2) / pairs,
        scale / n_samples + (var_f * 2 * d / s2 + d * s2) / pairs,
    )


def _score_variance(d: int, distance2: float, s2: float, c: float) -> Blocks:
    """Total variance of (f − b) ∇ log q from one sample; c = D/2 − b, D = ‖μ − t‖²."""
    mean = c * c * d + s2 * distance2 * (d + 2) + s2 * s2 * d * (d + 2) * (d + 4) / 4 + c * s2 * d * (d + 2)
    eighth = 78 + 20 * (d - 1) + 2 * (d * d - 1)
    scale = 2 * c * c * d + s2 * distance2 * (2 * d + 8) + s2 * s2 * d * eighth / 4 + c * s2 * d * (2 * d + 8)
    return Blocks(mean / s2 - distance2, scale / s2 - d * s2)


def run_sweep(sweep: Sweep) -> Iterator[tuple[GrowthPoint, ...]]:
    """Measure place after place, in pieces of some 3 ms (10 at d = 512, N = 1024); drive it in any thread.

    Every item tells where one place stands, all estimators from the same ε, and replaces what was told
    of it before; the last of a place has ``n_estimates == sweep.repeats``.
    """
    for index, (dimension, n_samples) in enumerate(sweep.places):
        rng = np.random.default_rng((sweep.seed, index))
        tallies = {estimator: _Tally() for estimator in ESTIMATORS}
        batch = max(1, _PIECE // (dimension * n_samples))
        done = 0
        while done < sweep.repeats:
            count = min(batch, sweep.repeats - done)
            sums = _draw(rng, sweep, (count, n_samples, dimension))
            for estimator, tally in tallies.items():
                tally.add(sums.squared_errors(estimator))
            done += count
            yield tuple(
                tally.point(estimator, dimension, n_samples, sweep) for estimator, tally in tallies.items()
            )


def _draw(rng: np.random.Generator, sweep: Sweep, shape: tuple[int, int, int]) -> "_Sums":
    """R estimates from N samples in d dimensions, by arrays that stay in the processor's cache."""
    n_estimates, n_samples, dimension = shape
    sums = _Sums(n_estimates, sweep, dimension)
    step = max(1, _PIECE // (n_estimates * dimension))
    for start in range(0, n_samples, step):
        n = min(step, n_samples - start)
        sums.add(rng.standard_normal((n_estimates, n, dimension)))
    return sums


class _Sums:
    """Sums over the samples of R estimates, which all estimators can be made of; they grow piece by piece.

    With s_n the score function of the family in μ or σ, the leave-one-out baseline needs no second pass:
    f_n − mean_{m≠n} f_m = (N f_n − F)/(N − 1), F = Σ f_n, so that Σ f_n s_n, Σ s_n and F are enough.
    """

    def __init__(self, n_estimates: int, sweep: Sweep, dimension: int) -> None:
        shape = (n_estimates, dimension)
        self._sweep = sweep
        self._n = 0
        self._f = np.zeros((n_estimates, 1))
        self._slope, self._slope_noise = np.zeros(shape), np.zeros(shape)
        self._score = [np.zeros(shape), np.zeros(shape)]
        self._f_score = [np.zeros(shape), np.zeros(shape)]

    def add(self, epsilon: FloatArray) -> None:
        """More samples, (R, n, d)."""
        slope = self._sweep.offset + self._sweep.sigma * epsilon
        f = np.asarray(0.5 * np.einsum("rnd,rnd->rn", slope, slope))
        self._n += epsilon.shape[1]
        self._f += f.sum(axis=1, keepdims=True)
        self._slope += slope.sum(axis=1)
        self._slope_noise += np.einsum("rnd,rnd->rd", slope, epsilon)
        for index, score in enumerate((epsilon, epsilon**2 - 1)):
            self._score[index] += score.sum(axis=1)
            self._f_score[index] += (f[:, None, :] @ score)[:, 0]

    def squared_errors(self, estimator: MapEstimator) -> FloatArray:
        """‖ĝ − ∇‖² of each estimate for μ and for σ, (2, R)."""
        n, sigma = self._n, self._sweep.sigma
        if estimator == "pathwise":
            mean, scale = self._slope / n, self._slope_noise / n
        else:
            mean, scale = (total / (sigma * n) for total in self._weighted_scores(estimator))
        errors = (mean - self._sweep.offset) ** 2, (scale - sigma) ** 2
        return np.stack([error.sum(axis=1) for error in errors])

    def _weighted_scores(self, estimator: MapEstimator) -> Iterator[FloatArray]:
        """Σ (f − b) s for μ and for σ, times σ, (R, d)."""
        for score, f_score in zip(self._score, self._f_score, strict=True):
            if estimator == "score" or self._n == 1:
                yield f_score
            else:
                yield (self._n * f_score - self._f * score) / (self._n - 1)


class _Tally:
    """Running mean and spread of squared errors for both blocks."""

    def __init__(self) -> None:
        self._errors: list[FloatArray] = []

    def add(self, errors: FloatArray) -> None:
        self._errors.append(errors)

    def point(self, estimator: MapEstimator, dimension: int, n_samples: int, sweep: Sweep) -> GrowthPoint:
        errors = np.concatenate(self._errors, axis=1)
        n = errors.shape[1]
        measured = errors.mean(axis=1)
        spread = errors.std(axis=1, ddof=1) / math.sqrt(n) if n > 1 else np.full(2, math.nan)
        exact = total_variance(estimator, dimension, n_samples, sweep.offset, sweep.sigma)
        root = math.sqrt(dimension)
        return GrowthPoint(
            estimator,
            dimension,
            n_samples,
            n,
            Blocks(*measured.tolist()),
            Blocks(*spread.tolist()),
            exact,
            Blocks(
                abs(sweep.offset) * root / math.sqrt(exact.mean),
                sweep.sigma * root / math.sqrt(exact.scale),
            ),
        )
