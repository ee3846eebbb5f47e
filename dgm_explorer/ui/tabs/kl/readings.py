"""The three numbers of the KL tab as what is known about p lets one read them; no Qt."""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import Direction, KLState, Units
from dgm_explorer.numerics.estimators import HALF_LOG_2PI, Draws, Experiment
from dgm_explorer.numerics.knowledge import can_evaluate
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.wording import divergence_text, in_units
from dgm_explorer.ui.widgets.number_words import plus_minus

MAX_VALUE_SAMPLES = 10_000
"""More samples than this do not fit into a frame of a drag; the tag says how many were used."""

ENTROPY_FORMULA = "H(p) = −∫ p log p dx"
FORMULAS: dict[Direction, str] = {
    "forward": "KL(p‖q) = ∫ p log(p/q) dx",
    "reverse": "KL(q‖p) = ∫ q log(q/p) dx",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of the numbers.

    Attributes
    ----------
    name : symbol of the quantity.
    text : its value in the wished unit, or a dash.
    tag : exact, quadrature, Monte Carlo with its sample size, or unknown.
    is_known : False greys the line.
    explanation : formula and value, or the reason why there is none.
    """

    name: str
    text: str
    tag: str
    is_known: bool
    explanation: str


def gaussian_entropy(sigma: float) -> float:
    """H(N(μ, σ²)), nats."""
    return HALF_LOG_2PI + 0.5 + math.log(sigma)


def gaussian_kl(a: Gaussian1D, b: Gaussian1D) -> float:
    """KL(a‖b) of two Gaussians in closed form, nats."""
    ratio = a.sigma / b.sigma
    return -math.log(ratio) + 0.5 * (ratio * ratio - 1 + ((a.mu - b.mu) / b.sigma) ** 2)


def readings(state: KLState, frame: KLFrame) -> tuple[Reading, ...]:
    """H(p), KL(p‖q), KL(q‖p), and what can be estimated where one of them is out of reach."""
    if state.knowledge == "densities":
        return _evaluated(frame, state.units)
    if state.knowledge == "samples":
        entropy_reason = "H(p) = −E_p[log p] needs log p; samples alone do not give it."
        surrogate = _cross_entropy(state, frame)
    else:
        entropy_reason = "H(p) needs samples of p and log Z, and neither is known."
        surrogate = _negative_elbo(state, frame)
    return (
        _unknown("H(p)", entropy_reason),
        _unknown("KL(p‖q)", can_evaluate(state.knowledge, "forward").reason),
        _unknown("KL(q‖p)", can_evaluate(state.knowledge, "reverse").reason),
        surrogate,
    )


def _evaluated(frame: KLFrame, units: Units) -> tuple[Reading, ...]:
    entropy, forward, reverse = frame.entropy, frame.kl_forward, frame.kl_reverse
    tag = "quadrature"
    if len(frame.p.weights) == 1:
        p = Gaussian1D(float(frame.p.means[0]), float(frame.p.sigmas[0]))
        entropy = gaussian_entropy(p.sigma)
        forward, reverse = gaussian_kl(p, frame.q), gaussian_kl(frame.q, p)
        tag = "exact"
    named = (
        ("H(p)", entropy, ENTROPY_FORMULA),
        ("KL(p‖q)", forward, FORMULAS["forward"]),
        ("KL(q‖p)", reverse, FORMULAS["reverse"]),
    )
    return tuple(
        Reading(name, divergence_text(nats, units), tag, True, f"{formula} = {_all_digits(nats, units)}")
        for name, nats, formula in named
    )


def _all_digits(nats: float, units: Units) -> str:
    return f"{in_units(nats, units):.12g} {units}"


def _unknown(name: str, reason: str) -> Reading:
    return Reading(name, "—", "unknown", False, reason)


def _experiment(p: Mixture1D, state: KLState, log_z: float) -> Experiment:
    """The same random numbers for the same seed, so that the estimate moves only because p or q did."""
    n_samples = min(state.n_samples, MAX_VALUE_SAMPLES)
    return Experiment(p, state.q, Draws.make(1, n_samples, np.random.default_rng(state.seed)), log_z)


def _cross_entropy(state: KLState, frame: KLFrame) -> Reading:
    experiment = _experiment(frame.p, state, 0.0)
    z = (experiment.x_p[0] - state.q.mu) / state.q.sigma
    terms = 0.5 * z * z + (math.log(state.q.sigma) + HALF_LOG_2PI)
    formula = "KL(p‖q) + H(p) = −E_p[log q], averaged over samples of p"
    return estimated("−E_p[log q]", terms, formula, state.units)


def _negative_elbo(state: KLState, frame: KLFrame) -> Reading:
    terms = _experiment(frame.p, state, state.log_z).log_ratio[0]
    formula = "KL(q‖p) − log Z = E_q[log q − log p̃], averaged over samples of q"
    return estimated("−ELBO", terms, formula, state.units)


def estimated(name: str, terms: FloatArray, formula: str, units: Units) -> Reading:
    """The mean of ``terms`` (N,), nats, with its standard error."""
    n_samples = len(terms)
    spread = float(terms.std(ddof=1)) if n_samples > 1 else math.nan
    mean, error = in_units(float(terms.mean()), units), in_units(spread / math.sqrt(n_samples), units)
    text = plus_minus(mean, error)
    return Reading(name, text, f"MC, N = {n_samples}", True, f"{formula}: {text} {units}")
