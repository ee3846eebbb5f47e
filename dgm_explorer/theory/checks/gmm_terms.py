"""Problem 3, D and E: E_q log p under Gaussians, and the slips in the full bound one by one."""

import math
from collections.abc import Callable

import numpy as np
from scipy import special, stats

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.gmm_elbo import MixturePrior, Posterior, expected_log_components, posterior_entropy
from dgm_explorer.theory.checks.measure import averaged, integral, refuted_on_average
from dgm_explorer.theory.checks.tiny_vae import GAMMA, TINY
from dgm_explorer.theory.result import CheckResult, Finding, agrees

_N = 200_000
_MU, _SIGMA = np.array([0.5, -1.0, 2.0]), np.array([0.7, 1.3, 2.0])
_MU_Q, _SIGMA_Q = np.array([0.1, 0.4, 1.5]), np.array([0.9, 0.5, 0.3])


def expected_log_gaussian(mu: FloatArray, sigma: FloatArray, mu_q: FloatArray, sigma_q: FloatArray) -> float:
    """Σ_j −½ log 2πσ_j² − (σ̃_j² + (μ_j − μ̃_j)²)/(2σ_j²)."""
    terms = -0.5 * np.log(2 * np.pi * sigma**2) - (sigma_q**2 + (mu - mu_q) ** 2) / (2 * sigma**2)
    return float(terms.sum())


def check_expected_log(
    formula: Callable[[FloatArray, FloatArray, FloatArray, FloatArray], float] = expected_log_gaussian,
) -> CheckResult:
    """3D: the closed form against quadrature, samples and the program."""
    stated = formula(_MU, _SIGMA, _MU_Q, _SIGMA_Q)
    z = _MU_Q + _SIGMA_Q * np.random.default_rng(13).standard_normal((_N, 3))
    prior = MixturePrior(np.zeros(1), _MU[None], 2 * np.log(_SIGMA)[None])
    program = expected_log_components(prior, Posterior(_MU_Q[None], 2 * np.log(_SIGMA_Q)[None]))[0, 0]
    findings = (
        agrees("E_q log p(z), by quadrature", stated, sum(map(_expected_log, range(3))), 1e-9),
        averaged("the same, mean over samples", stated, np.sum(stats.norm.logpdf(z, _MU, _SIGMA), axis=1)),
        agrees("the same, the program's", stated, program, 1e-12),
    )
    return CheckResult(f"adaptive quadrature of scipy's densities; {_N} samples, J = 3", findings)


def _expected_log(j: int) -> float:
    q, p = stats.norm(_MU_Q[j], _SIGMA_Q[j]), stats.norm(_MU[j], _SIGMA[j])
    lo, hi = _MU_Q[j] - 9 * _SIGMA_Q[j], _MU_Q[j] + 9 * _SIGMA_Q[j]
    return integral(lambda z: float(q.pdf(z) * p.logpdf(z)), float(lo), float(hi))


def log_bernoulli(x: FloatArray, shares: FloatArray) -> float:
    """log p(x|z) = Σ_j x_j log f_j + (1 − x_j) log(1 − f_j)."""
    return float((x * np.log(shares) + (1 - x) * np.log1p(-shares)).sum())


def entropy_of_posterior(sigma: FloatArray) -> float:
    """½ Σ_j (1 + log 2πσ̃_j²)."""
    return float(0.5 * (1 + np.log(2 * np.pi * sigma**2)).sum())


def mixture_ratio(gamma: FloatArray, pi: FloatArray) -> float:
    """Σ_c γ_c log π_c/γ_c, once."""
    return float((gamma * np.log(pi / gamma)).sum())


def full_bound(reconstruction: float, components: float, ratio: float, entropy: float) -> float:
    """E log p(x|z) + E log p(z|c) + Σ γ log π/γ + H(q(z|x)): the entropy with a plus."""
    return reconstruction + components + ratio + entropy


def check_full_bound(
    bernoulli: Callable[[FloatArray, FloatArray], float] = log_bernoulli,
    entropy: Callable[[FloatArray], float] = entropy_of_posterior,
    ratio: Callable[[FloatArray, FloatArray], float] = mixture_ratio,
    total: Callable[[float, float, float, float], float] = full_bound,
) -> CheckResult:
    """3E: the complete bound against brute force, and what each slip of the notes does to it."""
    parts = (_reconstruction(bernoulli), _components(), ratio(GAMMA, TINY.pi), entropy(np.array([TINY.s])))
    bound = total(*parts)
    samples = _sampled_bound()
    findings = (
        averaged("the full bound, mean over samples", bound, samples),
        agrees("the full bound, by quadrature", bound, _bound_by_quadrature(), 1e-9),
        *_slips(parts, samples),
        *_pieces(bernoulli, entropy, ratio),
    )
    return CheckResult(f"quadrature over z and all c, and {_N} samples of a tiny model", findings)


def _slips(parts: tuple[float, float, float, float], samples: FloatArray) -> tuple[Finding, ...]:
    """The bound with each slip on its own."""
    reconstruction, components, ratio, entropy = parts
    rest = reconstruction + components + ratio
    theirs = 0.5 * math.log(1 + TINY.s**2)
    product = _reconstruction(_product_of_logs)
    posterior = _expected_log_posterior()
    return (
        refuted_on_average("with log π_c/γ_c twice", rest + ratio + entropy, samples),
        refuted_on_average("with the entropy ½ log(1 + σ̃²)", rest + theirs, samples),
        refuted_on_average("with minus the entropy", rest - entropy, samples),
        refuted_on_average("with a product of logs", components + ratio + entropy + product, samples),
        refuted_on_average("with −E log p(z|x) for −E log q(z|x)", rest - posterior, samples),
    )


def _pieces(
    bernoulli: Callable[[FloatArray, FloatArray], float],
    entropy: Callable[[FloatArray], float],
    ratio: Callable[[FloatArray, FloatArray], float],
) -> tuple[Finding, ...]:
    """Each part of the bound beside scipy."""
    shares = np.array([0.9, 0.2, 0.6, 0.7])
    by_scipy = float(np.sum(stats.bernoulli.logpmf(TINY.x, shares)))
    program = posterior_entropy(Posterior(_MU_Q[None], 2 * np.log(_SIGMA_Q)[None]))[0]
    exact = float(np.sum(stats.norm.entropy(0.0, _SIGMA_Q)))
    divergence = float(stats.entropy(GAMMA, TINY.pi))
    return (
        agrees("log p(x|z) of one z", by_scipy, bernoulli(TINY.x, shares), 1e-12),
        agrees("H(q(z|x)) in three dimensions", exact, entropy(_SIGMA_Q), 1e-12),
        agrees("the same, the program's", exact, program, 1e-12),
        agrees("Σ γ log π/γ = −KL(γ ‖ π)", -divergence, ratio(GAMMA, TINY.pi), 1e-12),
    )


def _product_of_logs(x: FloatArray, shares: FloatArray) -> float:
    return float(np.prod(x * np.log(shares) + (1 - x) * np.log1p(-shares)))


def _reconstruction(bernoulli: Callable[[FloatArray, FloatArray], float]) -> float:
    """E_q of the stated log p(x|z)."""
    z, _ = TINY.rule()
    shares = np.clip(special.expit(np.outer(z, TINY.slopes) + TINY.offsets), 1e-15, 1 - 1e-15)
    return float(TINY.expect(np.array([bernoulli(TINY.x, one) for one in shares])))


def _components() -> float:
    """Σ_c γ_c E_q log p(z|c), by quadrature."""
    return float(TINY.expect(TINY.log_component(TINY.rule()[0])) @ GAMMA)


def _bound_by_quadrature() -> float:
    z, _ = TINY.rule()
    log_p = np.log(TINY.pi) + TINY.log_component(z) + TINY.log_likelihood(TINY.x, z)[:, None]
    return float(TINY.expect(log_p - TINY.log_q(z)[:, None] - np.log(GAMMA)) @ GAMMA)


def _sampled_bound() -> FloatArray:
    """log p(x, c, z) − log q(z, c|x) for samples of q, (n,)."""
    rng = np.random.default_rng(14)
    z, c = TINY.m + TINY.s * rng.standard_normal(_N), rng.choice(len(GAMMA), size=_N, p=GAMMA)
    log_prior = np.log(TINY.pi[c]) + stats.norm.logpdf(z, TINY.means[c], TINY.sigmas[c])
    return np.asarray(log_prior + TINY.log_likelihood(TINY.x, z) - TINY.log_q(z) - np.log(GAMMA[c]))


def _expected_log_posterior() -> float:
    """E_q log p(z|x) with the true posterior."""
    z, _ = TINY.rule()
    log_joint = special.logsumexp(np.log(TINY.pi) + TINY.log_component(z), axis=1)
    return float(TINY.expect(log_joint + TINY.log_likelihood(TINY.x, z)) - TINY.log_evidence())
