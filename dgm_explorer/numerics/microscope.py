"""The estimator microscope: clouds of gradient estimates and their statistics against the exact gradient.

`observe` is a generator: whoever drives it decides how long a frame may take. Each turn adds a few repeats,
every estimator reading the same random numbers, and yields the clouds so far.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import Draws, Experiment, estimates, sample_fraction
from dgm_explorer.numerics.mixture import Mixture1D

MAX_REPEATS = 256
MIN_REPEATS = 8
MAX_SAMPLES = 2_000_000
TURN_SAMPLES = 8_192


@dataclass(frozen=True)
class Cloud:
    """Repeated gradient estimates of one estimator.

    Attributes
    ----------
    estimator : which.
    gradients : (R, 2) in (μ, log σ), one per repeat of N samples.
    sample_fraction : (R,) effective sample size over N.
    """

    estimator: Estimator
    gradients: FloatArray
    sample_fraction: FloatArray


@dataclass(frozen=True)
class Summary:
    """What a cloud says, each (2,) in (∂μ, ∂log σ); NaN where one repeat cannot say it.

    Attributes
    ----------
    bias, bias_se : mean of the estimates minus the exact gradient, and its standard error.
    variance_n : variance of an estimate times N.
    snr : signal-to-noise ratio |mean|/standard deviation of one estimate (Rainforth et al. 2018).
    sample_fraction : mean effective sample size over N.
    repeats : R.
    """

    bias: FloatArray
    bias_se: FloatArray
    variance_n: FloatArray
    snr: FloatArray
    sample_fraction: float
    repeats: int


def repeats_for(n_samples: int) -> int:
    """R: as many repeats as the work allows, between `MIN_REPEATS` and `MAX_REPEATS`."""
    return max(MIN_REPEATS, min(MAX_REPEATS, MAX_SAMPLES // n_samples))


def summarise(cloud: Cloud, n_samples: int, exact: FloatArray) -> Summary:
    """Bias, variance, signal-to-noise and effective sample size against ``exact``, (2,)."""
    repeats = len(cloud.gradients)
    mean = cloud.gradients.mean(axis=0)
    variance = cloud.gradients.var(axis=0, ddof=1) if repeats > 1 else np.full(2, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        snr = np.abs(mean) / np.sqrt(variance)
    return Summary(
        bias=mean - exact,
        bias_se=np.sqrt(variance / repeats),
        variance_n=variance * n_samples,
        snr=snr,
        sample_fraction=float(cloud.sample_fraction.mean()),
        repeats=repeats,
    )


def observe(
    p: Mixture1D,
    q: Gaussian1D,
    estimators: Sequence[Estimator],
    n_samples: int,
    seed: int,
    log_z: float = 0.0,
) -> Iterator[tuple[Cloud, ...]]:
    """Yield the clouds of all ``estimators`` as they grow to `repeats_for` repeats.

    A turn draws about `TURN_SAMPLES` numbers, or one repeat if that is more. The same ``seed`` gives the
    same random numbers whatever p and q are, so that a cloud moves only because they moved.
    """
    repeats = repeats_for(n_samples)
    rng = np.random.default_rng(seed)
    gradients = np.empty((len(estimators), repeats, 2))
    fractions = np.empty((len(estimators), repeats))
    done = 0
    while done < repeats:
        turn = slice(done, min(repeats, done + max(1, TURN_SAMPLES // n_samples)))
        experiment = Experiment(p, q, Draws.make(turn.stop - done, n_samples, rng), log_z)
        for row, estimator in enumerate(estimators):
            gradients[row, turn] = estimates(estimator, experiment)
            fractions[row, turn] = sample_fraction(estimator, experiment)
        done = turn.stop
        yield tuple(
            Cloud(estimator, gradients[row, :done], fractions[row, :done])
            for row, estimator in enumerate(estimators)
        )
