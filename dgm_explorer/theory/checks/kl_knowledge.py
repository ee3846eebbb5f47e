"""Problem 1A: which divergence can be minimised from what is known about p.

p is the pair of unit modes at ±d; q = N(μ, σ²); s(x) = ∂ log q / ∂(μ, log σ).
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import TERMS, Draws, Experiment, estimates, sample_fraction
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.theory.checks import line
from dgm_explorer.theory.checks.measure import averaged, integral, log_normal, refuted_on_average
from dgm_explorer.theory.result import CheckResult, Finding, agrees

LogDensity = Callable[[FloatArray, float, float], FloatArray]
_N = 200_000
_Q = Gaussian1D(1.0, 0.5)
KL_FORWARD, KL_REVERSE, ENTROPY_P = 10.17413263, 1.425348666, 2.051658727
"""For d = 2 and `_Q`, by mpmath to 20 digits, rounded."""
_LOG_Z = 2.0


def _log_p(x: FloatArray, d: float = 2.0) -> FloatArray:
    return np.asarray(np.logaddexp(log_normal(x, -d, 1.0), log_normal(x, d, 1.0)) - math.log(2))


def _mixture(d: float) -> Mixture1D:
    return Mixture1D([Component1D(0.5, -d, 1.0), Component1D(0.5, d, 1.0)])


def _experiment(d: float, q: Gaussian1D, shape: tuple[int, int], log_z: float = 0.0) -> Experiment:
    return Experiment(_mixture(d), q, Draws.make(*shape, np.random.default_rng(1)), log_z)


def _exact_gradients(d: float, q: Gaussian1D) -> tuple[FloatArray, FloatArray]:
    """Of KL(p‖q) and KL(q‖p) in (μ, log σ), (2,) each, by automatic differentiation of quadratures."""
    unknown = line.vector(q.mu, math.log(q.sigma)).requires_grad_()
    separation = line.vector(d)[0]
    forward = line.gradient(line.forward_kl(unknown, separation), unknown)
    reverse = line.gradient(line.reverse_kl(unknown, separation), unknown)
    return forward.detach().numpy(), reverse.detach().numpy()


def check_both_densities(
    estimators: Mapping[Estimator, Callable[[Experiment], FloatArray]] = TERMS,
    log_q: LogDensity = log_normal,
) -> CheckResult:
    """1A-a: values and gradients of both divergences as averages over samples."""
    drawn = _experiment(2.0, _Q, (1, _N))
    x_p, x_q = drawn.x_p[0], drawn.x_q[0]
    findings = [
        averaged("KL(q‖p)", KL_REVERSE, log_q(x_q, _Q.mu, _Q.sigma) - _log_p(x_q)),
        averaged("KL(p‖q)", KL_FORWARD, _log_p(x_p) - log_q(x_p, _Q.mu, _Q.sigma)),
    ]
    forward, reverse = _exact_gradients(2.0, _Q)
    parts: tuple[tuple[str, Estimator, FloatArray], ...] = (
        ("KL(p‖q) by the score of q", "maximum_likelihood", forward),
        ("KL(q‖p), pathwise", "reparametrised", reverse),
        ("KL(q‖p), score function", "reinforce", reverse),
    )
    for name, estimator, exact in parts:
        terms = estimators[estimator](drawn)[:, 0]
        for i, parameter in enumerate(("μ", "log σ")):
            findings.append(averaged(f"∂/∂{parameter} of {name}", exact[i], terms[i]))
    method = (
        f"values against mpmath, gradients against autograd through a quadrature; {_N} samples, d = 2, "
        "q = N(1, ½²)"
    )
    return CheckResult(method, tuple(findings))


def entropy_of_gaussian(sigma: float) -> float:
    """H(q) = ½ log 2πe σ²."""
    return 0.5 * math.log(2 * math.pi * math.e * sigma**2)


def check_samples_of_p(log_q: LogDensity = log_normal) -> CheckResult:
    """1A-b: what maximum likelihood leaves out is −H(p), the same for every q."""
    drawn = _experiment(2.0, _Q, (1, _N))
    x = drawn.x_p[0]
    entropy = -integral(lambda t: math.exp(_log_p(np.array(t))) * float(_log_p(np.array(t))), -12, 12)
    rest = KL_FORWARD + log_q(x, _Q.mu, _Q.sigma)
    broad = _forward_kl(0.0, 3.0)
    squares = (x - x.mean()) ** 2
    findings = (
        averaged("KL(p‖q) + E_p log q, q = N(0, 3²)", -ENTROPY_P, broad + log_q(x, 0.0, 3.0)),
        averaged("the same for q = N(1, ½²)", -ENTROPY_P, rest),
        refuted_on_average("+H(q) in its place", entropy_of_gaussian(_Q.sigma), rest),
        agrees("H(p) by quadrature", ENTROPY_P, entropy, 1e-9),
        averaged("μ of maximum likelihood: E_p x", 0.0, x),
        averaged("σ² of maximum likelihood: 1 + d²", 5.0, squares),
    )
    return CheckResult(f"{_N} samples of p, KL(p‖q) by mpmath and by quadrature", findings)


def _forward_kl(mu: float, sigma: float) -> float:
    return float(line.forward_kl(line.vector(mu, math.log(sigma)), line.vector(2.0)[0]))


def unnormalised_objective(entropy: float, log_p_tilde: FloatArray) -> FloatArray:
    """−H(q) − log p̃: what the reverse direction minimises, per sample of q."""
    return np.asarray(-entropy - log_p_tilde)


def check_unnormalised(
    objective: Callable[[float, FloatArray], FloatArray] = unnormalised_objective,
) -> CheckResult:
    """1A-c: the reverse direction does not see Z; importance weights do not see a missed mode."""
    log_p_tilde = _log_p(_experiment(2.0, _Q, (1, _N)).x_q[0]) + _LOG_Z
    entropy = entropy_of_gaussian(_Q.sigma)
    samples = objective(entropy, log_p_tilde)
    findings = [
        averaged("−H(q) − E_q log p̃ = KL(q‖p) − log Z", KL_REVERSE - _LOG_Z, samples),
        refuted_on_average("the same with +H(q)", float((entropy - log_p_tilde).mean()), samples),
        *_gradient_without_z(),
        *_importance_weights(),
    ]
    method = f"{_N} samples and log Z = {_LOG_Z:g}; self-normalised importance sampling, 400 times N = 1000"
    return CheckResult(method, tuple(findings))


def _gradient_without_z() -> list[Finding]:
    """The score-function gradient made with p̃ beside that of KL(q‖p), which knows Z = 1."""
    _, exact = _exact_gradients(2.0, _Q)
    terms = TERMS["reinforce"](_experiment(2.0, _Q, (1, _N), _LOG_Z))[:, 0]
    return [averaged(f"∂/∂{name} from p̃", exact[i], terms[i]) for i, name in enumerate(("μ", "log σ"))]


def _importance_weights() -> list[Finding]:
    """Right where the proposal covers p; at one mode almost blind, with a healthy sample size."""
    broad, narrow = Gaussian1D(0.5, 3.0), Gaussian1D(2.984305988, 1.02336856)
    drawn_broad, drawn_narrow = _experiment(3.0, broad, (400, 1000)), _experiment(3.0, narrow, (400, 1000))
    at_mode = estimates("snis", drawn_narrow)[:, 1]
    exact = _exact_gradients(3.0, narrow)[0][1]
    size = float(np.mean(sample_fraction("snis", drawn_narrow)))
    return [
        averaged(
            "forward ∂/∂log σ, q broad",
            _exact_gradients(3.0, broad)[0][1],
            estimates("snis", drawn_broad)[:, 1],
        ),
        refuted_on_average("forward ∂/∂log σ, q at a mode: exact, estimated", exact, at_mode),
        agrees("that gradient, exact", -17.052, exact, 1e-3),
        agrees("effective sample size ÷ N at the mode", 0.80, size, 0.05),
    ]
