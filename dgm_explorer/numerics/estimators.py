"""Monte Carlo estimators of the gradient of KL(p‖q) and KL(q‖p) with respect to θ = (μ, log σ) of q.

All of them read the *same* random numbers (`Draws`), so that what differs between two estimators is the
estimator and not its luck. s(x) = ∇_θ log q(x) = (z/σ, z² − 1) with z = (x − μ)/σ is the score function.
p̃ = Z p is the density as far as it is known; ``log_z`` = log Z is 0 when p itself is known.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Direction, Estimator
from dgm_explorer.numerics.mixture import Mixture1D

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Draws:
    """Random numbers of R repeats of N samples.

    Attributes
    ----------
    epsilon : (R, N) standard normals, the ε of x = μ + σ ε for q and for the chosen component of p.
    uniform : (R, N) in [0, 1), which choose the component of p.
    """

    epsilon: FloatArray
    uniform: FloatArray

    @classmethod
    def make(cls, repeats: int, n_samples: int, rng: "np.random.Generator") -> "Draws":
        """Fresh random numbers."""
        shape = (repeats, n_samples)
        return cls(rng.standard_normal(shape), rng.random(shape))


@dataclass(frozen=True)
class Experiment:
    """p, q and random numbers, with everything that estimators share computed once, when first asked for.

    Attributes
    ----------
    p : the target.
    q : where the gradient is taken.
    draws : (R, N) random numbers.
    log_z : log Z of the unnormalised p̃ = Z p.
    """

    p: Mixture1D
    q: Gaussian1D
    draws: Draws
    log_z: float = 0.0

    @property
    def n_samples(self) -> int:
        """N."""
        return int(self.draws.epsilon.shape[1])

    @cached_property
    def x_p(self) -> FloatArray:
        """(R, N) samples of p."""
        last = np.cumsum(self.p.weights)[:-1]
        chosen = np.searchsorted(last, self.draws.uniform, side="right")
        samples: FloatArray = self.p.means[chosen] + self.p.sigmas[chosen] * self.draws.epsilon
        return samples

    @cached_property
    def x_q(self) -> FloatArray:
        """(R, N) samples of q, x = μ + σ ε."""
        return self.q.mu + self.q.sigma * self.draws.epsilon

    @cached_property
    def _log_p_and_score(self) -> tuple[FloatArray, FloatArray]:
        return self.p.log_pdf_and_score(self.x_q)

    @property
    def score_p(self) -> FloatArray:
        """(R, N) d log p/dx at the samples of q; Z does not enter."""
        return self._log_p_and_score[1]

    @cached_property
    def log_ratio(self) -> FloatArray:
        """(R, N) log q(x) − log p̃(x) at the samples of q."""
        log_q = -0.5 * self.draws.epsilon**2 - (math.log(self.q.sigma) + HALF_LOG_2PI)
        return log_q - self._log_p_and_score[0] - self.log_z

    @cached_property
    def score_q(self) -> FloatArray:
        """(2, R, N) s(x) at the samples of q."""
        return self._score_function(self.draws.epsilon)

    @cached_property
    def score_q_at_p(self) -> FloatArray:
        """(2, R, N) s(x) at the samples of p."""
        return self._score_function((self.x_p - self.q.mu) / self.q.sigma)

    @cached_property
    def importance_weights(self) -> FloatArray:
        """(R, N) self-normalised weights w ∝ p̃/q at the samples of q, Σ w = 1; Z cancels."""
        log_weights = -self.log_ratio
        weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
        normalised: FloatArray = weights / weights.sum(axis=1, keepdims=True)
        return normalised

    def _score_function(self, z: FloatArray) -> FloatArray:
        return np.stack([z / self.q.sigma, z * z - 1])


def maximum_likelihood(experiment: Experiment) -> FloatArray:
    """(2, R, N) terms −s(x), x ~ p: the gradient of −E_p log q, hence of KL(p‖q); needs samples of p only."""
    return -experiment.score_q_at_p


def snis(experiment: Experiment) -> FloatArray:
    """(2, R, N) terms −N w s(x), x ~ q, w ∝ p̃/q: self-normalised importance sampling with proposal q.

    Biased by O(1/N), and blind to whatever of p the proposal does not reach (Owen 2013, section 9.2).
    """
    terms: FloatArray = -experiment.n_samples * experiment.importance_weights * experiment.score_q
    return terms


def reinforce(experiment: Experiment) -> FloatArray:
    """(2, R, N) terms (log q − log p̃) s(x), x ~ q (Williams 1992); log Z changes its variance only."""
    terms: FloatArray = experiment.log_ratio * experiment.score_q
    return terms


def reinforce_loo(experiment: Experiment) -> FloatArray:
    """(2, R, N) terms (a_i − mean_{j≠i} a_j) s(x_i), a = log q − log p̃: leave-one-out baseline.

    Kool, van Hoof & Welling 2019. Unbiased, and Z cancels. One sample leaves no others: its baseline is 0.
    """
    n_samples, a = experiment.n_samples, experiment.log_ratio
    if n_samples == 1:
        return reinforce(experiment)
    centred = (a - a.mean(axis=1, keepdims=True)) * (n_samples / (n_samples - 1))
    terms: FloatArray = centred * experiment.score_q
    return terms


def reparametrised(experiment: Experiment) -> FloatArray:
    """(2, R, N) terms (−f′, −1 − f′ σ ε), f = log p at x = μ + σ ε, entropy of q in closed form.

    The pathwise gradient (Kingma & Welling 2014); needs d log p/dx, which does not know Z.
    """
    f1 = experiment.score_p
    return np.stack([-f1, -1 - f1 * experiment.q.sigma * experiment.draws.epsilon])


def sticking_the_landing(experiment: Experiment) -> FloatArray:
    """(2, R, N) terms d/dx (log q − log p) · (1, σ ε): pathwise without q's own score s(x), whose mean is 0.

    Roeder, Wu & Duvenaud 2017. Its variance vanishes where q = p.
    """
    epsilon, sigma = experiment.draws.epsilon, experiment.q.sigma
    slope = -epsilon / sigma - experiment.score_p
    return np.stack([slope, slope * sigma * epsilon])


TERMS: Mapping[Estimator, Callable[[Experiment], FloatArray]] = {
    "maximum_likelihood": maximum_likelihood,
    "snis": snis,
    "reinforce": reinforce,
    "reinforce_loo": reinforce_loo,
    "reparametrised": reparametrised,
    "sticking_the_landing": sticking_the_landing,
}
"""Per-sample terms of every Monte Carlo estimator; the estimate is their mean over the samples."""

DIRECTIONS: Mapping[Estimator, Direction] = {
    "maximum_likelihood": "forward",
    "snis": "forward",
    "reinforce": "reverse",
    "reinforce_loo": "reverse",
    "reparametrised": "reverse",
    "sticking_the_landing": "reverse",
}
"""Which divergence each Monte Carlo estimator is the gradient of: forward KL(p‖q) or reverse KL(q‖p)."""


def estimates(estimator: Estimator, experiment: Experiment) -> FloatArray:
    """(R, 2) one gradient estimate from N samples for every repeat."""
    means: FloatArray = TERMS[estimator](experiment).mean(axis=2).T
    return means


def sample_fraction(estimator: Estimator, experiment: Experiment) -> FloatArray:
    """(R,) effective sample size over N: 1/(N Σ w²) (Kong 1992) for SNIS, 1 for plain averages."""
    if estimator != "snis":
        return np.ones(experiment.draws.epsilon.shape[0])
    fraction: FloatArray = 1 / (experiment.n_samples * (experiment.importance_weights**2).sum(axis=1))
    return fraction


def gradient_estimate(
    estimator: Estimator,
    p: Mixture1D,
    q: Gaussian1D,
    n_samples: int,
    rng: "np.random.Generator",
    log_z: float = 0.0,
) -> FloatArray:
    """(2,) one noisy gradient in (μ, log σ), as stochastic descent uses it."""
    experiment = Experiment(p, q, Draws.make(1, n_samples, rng), log_z)
    gradient: FloatArray = estimates(estimator, experiment)[0]
    return gradient
