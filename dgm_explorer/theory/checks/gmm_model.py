"""Problem 3, A and B: the model is a density, and the bound falls short of log p(x) by a divergence."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from scipy import special
from torch.distributions import Categorical, MixtureSameFamily, Normal

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.gmm_elbo import bound_terms, log_joint, log_sum_exp
from dgm_explorer.theory.checks.measure import averaged
from dgm_explorer.theory.checks.tiny_vae import GAMMA, TINY, TinyVae
from dgm_explorer.theory.result import CheckResult, agrees, refutes

_N = 200_000


def joint_density(model: TinyVae, x: FloatArray, z: FloatArray) -> FloatArray:
    """p(x, c, z) = p(c) p(z|c) p(x|z), (n, K)."""
    return np.asarray(model.pi * np.exp(model.log_component(z)) * np.exp(model.log_likelihood(x, z))[:, None])


def check_joint(
    density: Callable[[TinyVae, FloatArray, FloatArray], FloatArray] = joint_density,
) -> CheckResult:
    """3A: the product has total mass one, and its marginals are those of sampling c, then z, then x."""
    z, weights = TINY.rule()
    tables = np.array([weights @ density(TINY, x, z) for x in TINY.all_images()])
    c, x = _sample_ancestors()
    images = TINY.all_images()
    findings = [
        agrees("sum over x and c, integral over z", 1.0, tables.sum(), 1e-9),
        averaged("p(x₁ = 1)", tables[images[:, 0] == 1].sum(), x[:, 0]),
        averaged("p(x₁ = 1, x₃ = 1, c = 2)", _share(tables, images), x[:, 0] * x[:, 2] * (c == 1)),
        agrees("log p(x)", TINY.log_evidence(), np.log(tables[(images == TINY.x).all(axis=1)].sum()), 1e-9),
        agrees("log p(z) by torch − the program's", 0.0, _gap_of_the_program(), 1e-12),
    ]
    return CheckResult(f"every x and c, quadrature over z; {_N} ancestral samples", tuple(findings))


def _share(tables: FloatArray, images: FloatArray) -> float:
    return float(tables[(images[:, 0] == 1) & (images[:, 2] == 1), 1].sum())


def _sample_ancestors() -> tuple[FloatArray, FloatArray]:
    """c (n,) and x (n, D), drawn as the story of the model goes."""
    rng = np.random.default_rng(10)
    c = rng.choice(3, size=_N, p=TINY.pi)
    z = TINY.means[c] + TINY.sigmas[c] * rng.standard_normal(_N)
    shares = special.expit(np.outer(z, TINY.slopes) + TINY.offsets)
    return c.astype(np.float64), (rng.random(shares.shape) < shares).astype(np.float64)


def _gap_of_the_program() -> float:
    z = np.linspace(-6.0, 6.0, 50)
    means, sigmas, pi = (torch.tensor(part) for part in (TINY.means, TINY.sigmas, TINY.pi))
    mixture = MixtureSameFamily(Categorical(pi), Normal(means, sigmas))
    exact = mixture.log_prob(torch.tensor(z)).numpy()  # type: ignore[no-untyped-call]
    return float(np.abs(log_sum_exp(log_joint(TINY.prior(), z[:, None])) - exact).max())


def five_terms(model: TinyVae, gamma: FloatArray) -> FloatArray:
    """(a) … (e) for q(z|x) q(c|x); (a) by quadrature, the others in closed form, (5,)."""
    spread = model.s**2 + (model.m - model.means) ** 2
    components = -0.5 * np.log(2 * np.pi * model.sigmas**2) - spread / (2 * model.sigmas**2)
    return np.array(
        [
            float(model.expect(model.log_likelihood(model.x, model.rule()[0]))),
            gamma @ components,
            gamma @ np.log(model.pi),
            0.5 * (1 + np.log(2 * np.pi * model.s**2)),
            -(gamma @ np.log(gamma)),
        ]
    )


def check_bound(terms: Callable[[TinyVae, FloatArray], FloatArray] = five_terms) -> CheckResult:
    """3B: the five terms add up to log p(x) − KL(q(z, c|x) ‖ p(z, c|x)); (a) is the reconstruction."""
    stated = terms(TINY, GAMMA)
    gap = _divergence_to_posterior(TINY, GAMMA)
    other_prior = terms(replace(TINY, pi=TINY.pi[::-1], means=TINY.means + 1.0), GAMMA)
    other_decoder = terms(replace(TINY, slopes=-TINY.slopes), GAMMA)
    findings = (
        agrees("ELBO = log p(x) − KL(q ‖ p(z, c|x))", stated.sum(), TINY.log_evidence() - gap, 1e-9),
        averaged("ELBO, mean over samples of z and c", stated.sum(), _sampled_bound(TINY, GAMMA)),
        refutes("log p(x), which it stays below", TINY.log_evidence(), stated.sum(), 0.1),
        agrees("(a) under another prior: no word on the latent space", stated[0], other_prior[0], 1e-12),
        refutes("(a) under another decoder", stated[0], other_decoder[0], 0.1),
        refutes("(b) under another prior", stated[1], other_prior[1], 0.1),
        *(
            agrees(f"({name}) of the program, E over z", expected, measured, 1e-9)
            for name, expected, measured in zip("abcde", *_terms_with_posterior_gamma(), strict=True)
        ),
    )
    method = "quadrature over z and all c of a tiny model with scipy's densities"
    return CheckResult(method, findings)


def _log_ratio(model: TinyVae, gamma: FloatArray, z: FloatArray) -> FloatArray:
    """log p(x, c, z) − log q(z|x) q(c|x), (n, K)."""
    log_p = np.log(model.pi) + model.log_component(z) + model.log_likelihood(model.x, z)[:, None]
    return np.asarray(log_p - model.log_q(z)[:, None] - np.log(gamma))


def _divergence_to_posterior(model: TinyVae, gamma: FloatArray) -> float:
    """KL(q(z, c|x) ‖ p(z, c|x)) with p(z, c|x) = p(x, c, z)/p(x) made by the integral itself."""
    z, _ = model.rule()
    log_posterior_ratio = _log_ratio(model, gamma, z) - model.log_evidence()
    return -float(model.expect(log_posterior_ratio) @ gamma)


def _sampled_bound(model: TinyVae, gamma: FloatArray) -> FloatArray:
    """One value of the log ratio per sample of (z, c) ~ q, (n,)."""
    rng = np.random.default_rng(11)
    z = model.m + model.s * rng.standard_normal(_N)
    c = rng.choice(len(gamma), size=_N, p=gamma)
    return np.asarray(_log_ratio(model, gamma, z)[np.arange(_N), c])


def _terms_with_posterior_gamma() -> tuple[FloatArray, FloatArray]:
    """The five terms for γ = p(c|z) at each z, averaged over q: by quadrature, and the program's, (5,)."""
    z, _ = TINY.rule()
    joint = TINY.pi * np.exp(TINY.log_component(z))
    gamma = joint / joint.sum(axis=1, keepdims=True)
    expected_log_component = TINY.expect(TINY.log_component(z))
    expected = np.array(
        [
            float(TINY.expect(TINY.log_likelihood(TINY.x, z))),
            float(TINY.expect(gamma @ expected_log_component)),
            float(TINY.expect(gamma @ np.log(TINY.pi))),
            -float(TINY.expect(TINY.log_q(z))),
            float(TINY.expect(special.entr(gamma).sum(axis=1))),
        ]
    )
    nodes = ((z - TINY.m) / TINY.s)[:, None]
    program = bound_terms(TINY.prior(), TINY.decoder(), TINY.posterior(), TINY.x[None], nodes)
    return expected, TINY.expect(program.stacked()[:, :, 0].T)
