"""Problem 3C: the best q(c|x) beside a given q(z|x), found by brute force."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import optimize, special

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.gmm_elbo import bound_order
from dgm_explorer.theory.checks.tiny_vae import TINY, TinyVae
from dgm_explorer.theory.result import CheckResult, agrees, refutes


def best_assignment(model: TinyVae) -> FloatArray:
    """q(c|x) ∝ exp E_q(z|x) log p(c|z), (K,): the normalised geometric mean."""
    return np.asarray(special.softmax(model.expect(_log_posterior(model, model.rule()[0]))))


def _log_posterior(model: TinyVae, z: FloatArray) -> FloatArray:
    """log p(c|z) by Bayes, (n, K)."""
    return np.asarray(special.log_softmax(np.log(model.pi) + model.log_component(z), axis=1))


def check_assignment(best: Callable[[TinyVae], FloatArray] = best_assignment) -> CheckResult:
    """3C: E KL(q(c|x) ‖ p(c|z)) is what the bound loses; the notes' direction has another minimum."""
    stated, found, theirs = best(TINY), _lowest(_loss), _lowest(_loss_of_notes)
    at_mean = np.exp(_log_posterior(TINY, np.array([TINY.m])))[0]
    average = TINY.expect(np.exp(_log_posterior(TINY, TINY.rule()[0])))
    findings = (
        agrees("largest q(c|x)", stated.max(), found.max(), 1e-6),
        agrees("the others: largest difference", 0.0, np.abs(stated - found).max(), 1e-6),
        refutes("p(c|z) at the mean of q(z|x)", at_mean[found.argmax()], found.max(), 1e-3),
        refutes("q(c|x) that minimises E KL(p(c|z) ‖ q(c|x))", theirs[found.argmax()], found.max(), 1e-3),
        agrees("that one is the average E p(c|z)", 0.0, np.abs(theirs - average).max(), 1e-6),
        agrees("bound lost, as terms of the ELBO", _loss(found), _lost_in_bound(found), 1e-9),
        agrees("the same for the average", _loss(average), _lost_in_bound(average), 1e-9),
        agrees("bounds out of order, of 200 models", 0, _n_out_of_order(), 0),
        *(
            agrees(f"bound of the program: {name}", expected, measured, 2e-3)
            for name, expected, measured in _bounds_of_the_program(found, average)
        ),
    )
    method = "minimised over the simplex by BFGS, expectations by quadrature over z"
    return CheckResult(method, findings)


def _loss(gamma: FloatArray) -> float:
    """E_q(z|x) KL(γ ‖ p(c|z))."""
    log_posterior = _log_posterior(TINY, TINY.rule()[0])
    return float(TINY.expect((gamma * (np.log(gamma) - log_posterior)).sum(axis=1)))


def _loss_of_notes(gamma: FloatArray) -> float:
    """E_q(z|x) KL(p(c|z) ‖ γ)."""
    log_posterior = _log_posterior(TINY, TINY.rule()[0])
    return float(TINY.expect((np.exp(log_posterior) * (log_posterior - np.log(gamma))).sum(axis=1)))


def _lowest(loss: Callable[[FloatArray], float]) -> FloatArray:
    """The γ of least loss, searched among softmax(u)."""

    def height(raw: FloatArray) -> float:
        return loss(np.asarray(special.softmax(raw)))

    best = optimize.minimize(height, np.zeros(3), method="BFGS", tol=1e-10)
    return np.asarray(special.softmax(best.x))


def _lost_in_bound(gamma: FloatArray) -> float:
    """Bound with c summed out, minus (b) + (c) + (e) + (d) + (a) with γ; (a) and (d) are in both."""
    z, _ = TINY.rule()
    summed_out = float(TINY.expect(special.logsumexp(np.log(TINY.pi) + TINY.log_component(z), axis=1)))
    with_gamma = gamma @ (np.log(TINY.pi) + TINY.expect(TINY.log_component(z)) - np.log(gamma))
    return summed_out - float(with_gamma)


def _n_out_of_order() -> int:
    """Random models in which one sample ≤ average ≤ best ≤ c summed out fails (up to rounding)."""
    rng = np.random.default_rng(12)
    n = 0
    for _ in range(200):
        pi, means, sigmas = rng.dirichlet(np.ones(3)), 2 * rng.standard_normal(3), rng.uniform(0.3, 1.5, 3)
        model = replace(TINY, pi=pi, means=means, sigmas=sigmas, m=1.0, s=float(rng.uniform(0.2, 1.2)))
        n += int(np.any(np.diff(_ladder(model)) < -1e-9))
    return n


def _ladder(model: TinyVae) -> list[float]:
    """(b) + (c) + (e) for γ = p(c|z), its average and the best one, then with c summed out."""
    log_posterior = _log_posterior(model, model.rule()[0])
    log_joint = np.log(model.pi) + model.log_component(model.rule()[0])
    expected = model.expect(log_joint)
    gamma = np.exp(log_posterior)
    average = model.expect(gamma)
    return [
        float(model.expect((gamma * (expected - log_posterior)).sum(axis=1))),
        float(average @ (expected - np.log(average))),
        float(special.logsumexp(expected)),
        float(model.expect(special.logsumexp(log_joint, axis=1))),
    ]


def _bounds_of_the_program(best: FloatArray, average: FloatArray) -> list[tuple[str, float, float]]:
    """Name, bound by quadrature, the program's from 20 000 noises laid out evenly in probability."""
    noise = special.ndtri((np.arange(20_000) + 0.5) / 20_000)[:, None]
    program = bound_order(TINY.prior(), TINY.decoder(), TINY.posterior(), TINY.x[None], noise)
    z, _ = TINY.rule()
    outside = float(TINY.expect(TINY.log_likelihood(TINY.x, z)) - TINY.expect(TINY.log_q(z)))
    summed_out = float(TINY.expect(special.logsumexp(np.log(TINY.pi) + TINY.log_component(z), axis=1)))
    return [
        ("average", outside + summed_out - _loss(average), float(program.averaged[0])),
        ("best", outside + summed_out - _loss(best), float(program.mean_field[0])),
        ("c summed out", outside + summed_out, float(program.collapsed[0])),
    ]
