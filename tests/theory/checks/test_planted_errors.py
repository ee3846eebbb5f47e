"""A wrong formula in the place of the right one is found out, a missing constant by far."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from scipy import special

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.models.rotation_trick import rotate
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.numerics.estimators import TERMS
from dgm_explorer.numerics.map_gradients import MapGradient, gradient_terms
from dgm_explorer.theory.checks import (
    gmm_assignment,
    gmm_model,
    gmm_terms,
    gradients,
    kl_knowledge,
    kl_minima,
    line,
    linear_map,
    running_mean,
    vq_codes,
)
from dgm_explorer.theory.checks.measure import log_normal, normal_rule
from dgm_explorer.theory.checks.tiny_vae import TinyVae
from dgm_explorer.theory.result import CheckResult

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Planted:
    """A check, and the formulas to put into it."""

    name: str
    check: Callable[..., CheckResult]
    formulas: dict[str, Any]


def plant(name: str, check: Callable[..., CheckResult], **formulas: Callable[..., Any]) -> Planted:
    return Planted(name, check, formulas)


def log_q_without_constant(x: FloatArray, mu: float, sigma: float) -> FloatArray:
    return log_normal(x, mu, sigma) + HALF_LOG_2PI


def log_q_without_half(x: FloatArray, mu: float, sigma: float) -> FloatArray:
    return log_normal(x, mu, sigma) - 0.5 * ((x - mu) / sigma) ** 2


def without_term(index: int) -> Callable[[TinyVae, FloatArray], FloatArray]:
    """The five terms, one of them zero."""

    def terms(model: TinyVae, gamma: FloatArray) -> FloatArray:
        return gmm_model.five_terms(model, gamma) * (np.arange(5) != index)

    return terms


def shifted_term(index: int, shift: float) -> Callable[[TinyVae, FloatArray], FloatArray]:
    """The five terms, one of them with a constant too much."""

    def terms(model: TinyVae, gamma: FloatArray) -> FloatArray:
        return gmm_model.five_terms(model, gamma) + shift * (np.arange(5) == index)

    return terms


def scaled_gradient(scale: float) -> gradients.GradientTerms:
    def terms(*arguments: Any) -> MapGradient:
        right = gradient_terms(*arguments)
        return MapGradient(scale * right.mean, scale * right.factor)

    return terms


def transposed_gradient(*arguments: Any) -> MapGradient:
    right = gradient_terms(*arguments)
    return MapGradient(right.mean, np.swapaxes(right.factor, -1, -2))


def posterior_at_mean(model: TinyVae) -> FloatArray:
    """The notes' p(c|z), at the middle of q(z|x)."""
    log_joint = np.log(model.pi) + model.log_component(np.array([model.m]))[0]
    return np.asarray(special.softmax(log_joint))


def average_posterior(model: TinyVae) -> FloatArray:
    log_joint = np.log(model.pi) + model.log_component(model.rule()[0])
    return model.expect(np.asarray(special.softmax(log_joint, axis=1)))


def expected_log(constant: float, factor: float, spread: float) -> Callable[..., float]:
    """3D with another constant inside the log, another ½, or the width of q weighed otherwise."""

    def formula(mu: FloatArray, sigma: FloatArray, mu_q: FloatArray, sigma_q: FloatArray) -> float:
        squares = (spread * sigma_q**2 + (mu - mu_q) ** 2) / sigma**2
        return float((-0.5 * np.log(constant * sigma**2) - factor * squares).sum())

    return formula


def drawn_codes(model: VqVae, x: torch.Tensor) -> IntArray:
    """An encoder that is stochastic after all."""
    codes = vq_codes.nearest(model, x)
    return np.asarray((codes + np.random.default_rng().integers(0, 2, codes.shape)) % 16)


def by_batch_mean(batches: running_mean.Batches, decay: float) -> FloatArray:
    code = np.array([0.5, -0.5])
    for batch in batches:
        if len(batch):
            code = decay * code + (1 - decay) * batch.mean(axis=0)
    return code


def by_batch_sum(batches: running_mean.Batches, decay: float) -> FloatArray:
    code = np.array([0.5, -0.5])
    for batch in batches:
        code = decay * code + (1 - decay) * batch.sum(axis=0)
    return code


def flipped_sign(experiment: Any) -> FloatArray:
    return -TERMS["maximum_likelihood"](experiment)


def without_entropy(experiment: Any) -> FloatArray:
    return TERMS["reparametrised"](experiment) + np.array([0.0, 1.0])[:, None, None]


def curvature_without_square(d: float) -> float:
    z, weights = normal_rule(80)
    return float(1 - d * d * (weights / np.cosh(d * z)).sum())


def scores_by_product(z: torch.Tensor, codes: torch.Tensor, half: float) -> torch.Tensor:
    return (z @ codes.T - half * codes.square().sum(1)).argmax(1)


GROSS = [
    plant("1A-a ½ log 2π missing", kl_knowledge.check_both_densities, log_q=log_q_without_constant),
    plant("1A-a ½ missing", kl_knowledge.check_both_densities, log_q=log_q_without_half),
    plant("1A-b ½ log 2π missing", kl_knowledge.check_samples_of_p, log_q=log_q_without_constant),
    plant("1A-b ½ missing", kl_knowledge.check_samples_of_p, log_q=log_q_without_half),
    plant("1A-c +H(q), as the notes have it", kl_knowledge.check_unnormalised, objective=lambda h, f: h - f),
    plant("1A-c ½ H(q)", kl_knowledge.check_unnormalised, objective=lambda h, f: -0.5 * h - f),
    plant("2-a LᵀL", linear_map.check_moments, formula=lambda factor: factor.T @ factor),
    plant("2-a ½ LLᵀ", linear_map.check_moments, formula=lambda factor: 0.5 * factor @ factor.T),
    plant("2-c ½ missing", gradients.check_path, terms=scaled_gradient(2.0)),
    plant("2-c transposed", gradients.check_path, terms=transposed_gradient),
    plant("2-d ReLU will do, say the notes", gradients.check_activations, share=lambda _: 0.0),
    plant("3B log 2π missing in (d)", gmm_model.check_bound, terms=shifted_term(3, -HALF_LOG_2PI)),
    plant("3B ½ missing in (d)", gmm_model.check_bound, terms=shifted_term(3, -0.5)),
    *(plant(f"3B without ({'abcde'[i]})", gmm_model.check_bound, terms=without_term(i)) for i in range(5)),
    plant("3D log 2π missing", gmm_terms.check_expected_log, formula=expected_log(1.0, 0.5, 1.0)),
    plant("3D ½ missing", gmm_terms.check_expected_log, formula=expected_log(2 * math.pi, 1.0, 1.0)),
    plant("3D σ̃² missing", gmm_terms.check_expected_log, formula=expected_log(2 * math.pi, 0.5, 0.0)),
    plant(
        "3E ½ log(1 + σ̃²), say the notes",
        gmm_terms.check_full_bound,
        entropy=lambda sigma: float(0.5 * np.log(1 + sigma**2).sum()),
    ),
    plant("3E minus the entropy", gmm_terms.check_full_bound, total=lambda a, b, c, d: a + b + c - d),
    plant(
        "3E π/γ twice",
        gmm_terms.check_full_bound,
        ratio=lambda gamma, pi: 2 * gmm_terms.mixture_ratio(gamma, pi),
    ),
    plant(
        "3E product of logs",
        gmm_terms.check_full_bound,
        bernoulli=lambda x, f: float(np.prod(x * np.log(f) + (1 - x) * np.log1p(-f))),
    ),
]
"""Each changes a number that is also measured as an average over samples."""

EXACT = [
    plant(
        "1A-a forward sign",
        kl_knowledge.check_both_densities,
        estimators=lambda: {**TERMS, "maximum_likelihood": flipped_sign},
    ),
    plant(
        "1A-a entropy's slope missing",
        kl_knowledge.check_both_densities,
        estimators=lambda: {**TERMS, "reparametrised": without_entropy},
    ),
    plant(
        "1B-a a tie that is none",
        kl_minima.check_two_tied_minima,
        divergence=lambda u, d: line.reverse_kl(u, d) + 1e-6 * u[0],
    ),
    plant("1B-a sech for sech²", kl_minima.check_two_tied_minima, stability=curvature_without_square),
    plant(
        "1B-b at a mode, say the notes",
        kl_minima.check_one_forward_minimum,
        divergence=lambda u, d: line.forward_kl(u - torch.stack([d, 0 * d]), d),
    ),
    plant(
        "1B-b ½ missing",
        kl_minima.check_one_forward_minimum,
        divergence=lambda u, d: line.forward_kl(u, d) + 0.5 * u[0] ** 2,
    ),
    plant(
        "1B-c entropy weighed 2 % less",
        kl_minima.check_seeking_is_a_tendency,
        divergence=lambda u, d: line.reverse_kl(u, d) + 0.02 * u[1],
    ),
    plant("2-b upper, say the notes", linear_map.check_factors, factorise=lambda s: np.linalg.cholesky(s).T),
    plant(
        "3A without π",
        gmm_model.check_joint,
        density=lambda model, x, z: gmm_model.joint_density(model, x, z) / model.pi,
    ),
    plant("3C p(c|z), say the notes", gmm_assignment.check_assignment, best=posterior_at_mean),
    plant("3C average", gmm_assignment.check_assignment, best=average_posterior),
    plant("4A stochastic, say the notes", vq_codes.check_deterministic, encode=drawn_codes),
    plant("4B product", vq_codes.check_nearest, choose=lambda z, e: scores_by_product(z, e, 0.0)),
    plant("4B ½ missing", vq_codes.check_nearest, choose=lambda z, e: scores_by_product(z, e, 1.0)),
    plant("4C halved", vq_codes.check_straight_through, passed=lambda z, q: q + 0.5 * (z - z.detach())),
    plant("4C cut", vq_codes.check_straight_through, passed=lambda z, q: q + 0 * z),
    plant("4C rotated", vq_codes.check_straight_through, passed=rotate),
    plant("4D on means, say the notes", running_mean.check_running_mean, rule=by_batch_mean),
    plant("4D on sums, say the notes", running_mean.check_running_mean, rule=by_batch_sum),
]


@pytest.mark.parametrize("planted", GROSS, ids=lambda planted: planted.name)
def test_a_wrong_constant_fails_by_more_than_ten_standard_errors(planted: Planted) -> None:
    result = planted.check(**planted.formulas)
    assert not result.holds
    sampled = [f for f in result.findings if f.is_sampled and f.relation == "agrees" and not f.holds]
    assert max(finding.n_standard_errors for finding in sampled) > 10


@pytest.mark.parametrize("planted", EXACT, ids=lambda planted: planted.name)
def test_a_wrong_formula_fails(planted: Planted) -> None:
    formulas = dict(planted.formulas)
    if "estimators" in formulas:
        formulas["estimators"] = formulas["estimators"]()
    assert not planted.check(**formulas).holds
