"""The three numbers of the plane as what is known about p lets one read them; no Qt."""

import math

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Gaussian2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.knowledge import can_evaluate
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix
from dgm_explorer.ui.tabs.kl.plane_frame import PlaneFrame
from dgm_explorer.ui.tabs.kl.readings import ENTROPY_FORMULA, FORMULAS, MAX_VALUE_SAMPLES, Reading, estimated
from dgm_explorer.ui.tabs.kl.wording import divergence_text, in_units

GRID_WARNING = "from samples on a grid while the state moves, good to about 1e-3 at sharp kinks of log p"


def plane_readings(state: KLState, frame: PlaneFrame) -> tuple[Reading, ...]:
    """H(p), KL(p‖q), KL(q‖p), and what can be estimated where one of them is out of reach."""
    if state.knowledge == "densities":
        return _evaluated(state, frame)
    if state.knowledge == "samples":
        entropy_reason = "H(p) = −E_p[log p] needs log p; samples alone do not give it."
        surrogate = _cross_entropy(state, frame.p)
    else:
        entropy_reason = "H(p) needs samples of p and log Z, and neither is known."
        surrogate = _negative_elbo(state, frame.p)
    return (
        _unknown("H(p)", entropy_reason),
        _unknown("KL(p‖q)", can_evaluate(state.knowledge, "forward").reason),
        _unknown("KL(q‖p)", can_evaluate(state.knowledge, "reverse").reason),
        surrogate,
    )


def _evaluated(state: KLState, frame: PlaneFrame) -> tuple[Reading, ...]:
    numbers, lines = frame.numbers, []
    for name, nats, formula in (
        ("H(p)", numbers.entropy, ENTROPY_FORMULA),
        ("KL(p‖q)", numbers.kl_forward, FORMULAS["forward"]),
        ("KL(q‖p)", numbers.kl_reverse, FORMULAS["reverse"]),
    ):
        value = f"{in_units(nats, state.units):.12g} {state.units}"
        explanation = f"{formula} = {value}" if numbers.is_exact else f"{formula}, {GRID_WARNING}"
        lines.append(Reading(name, divergence_text(nats, state.units), numbers.tag, True, explanation))
    return tuple(lines)


def _unknown(name: str, reason: str) -> Reading:
    return Reading(name, "—", "unknown", False, reason)


def _cross_entropy(state: KLState, p: Mixture2D) -> Reading:
    x = p.sample(_n_samples(state), np.random.default_rng(state.seed))
    formula = "KL(p‖q) + H(p) = −E_p[log q], averaged over samples of p"
    return estimated("−E_p[log q]", -_log_q(state.q2, x), formula, state.units)


def _negative_elbo(state: KLState, p: Mixture2D) -> Reading:
    noise = np.random.default_rng(state.seed).standard_normal((_n_samples(state), 2))
    x = np.array(state.q2.mean) + noise @ np.linalg.cholesky(covariance_matrix(state.q2.cov)).T
    terms = _log_q(state.q2, x) - p.log_pdf(x) - state.log_z
    formula = "KL(q‖p) − log Z = E_q[log q − log p̃], averaged over samples of q"
    return estimated("−ELBO", terms, formula, state.units)


def _n_samples(state: KLState) -> int:
    return min(state.n_samples, MAX_VALUE_SAMPLES)


def _log_q(q: Gaussian2D, x: FloatArray) -> FloatArray:
    cov = covariance_matrix(q.cov)
    offset = x - np.array(q.mean)
    squared: FloatArray = np.einsum("ni,ij,nj->n", offset, np.linalg.inv(cov), offset)
    return -0.5 * squared - math.log(2 * math.pi) - 0.5 * float(np.linalg.slogdet(cov)[1])
