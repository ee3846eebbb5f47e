"""Problem 2, what the trick is for: gradients that reach μ and L, and activations that keep L invertible."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal
from torch.nn import functional

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import DiagonalActivation, MapEstimator
from dgm_explorer.numerics.activations import ACTIVATIONS
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.map_gradients import MapGradient, gradient_terms
from dgm_explorer.numerics.objectives import Banana, Objective
from dgm_explorer.theory.checks.measure import averaged, normal_rule
from dgm_explorer.theory.result import CheckResult, Finding, agrees, refutes

GradientTerms = Callable[[MapEstimator, GaussianMap, Objective, FloatArray], MapGradient]
_N = 200_000
_MEAN = np.array([0.6, 0.3])
_FACTOR = np.array([[0.9, 0.0], [0.5, 0.7]])
_ENTRIES = ((0, 0), (1, 0), (1, 1))


def _banana(z: Tensor) -> Tensor:
    """½ (1 − z₁)² + (z₂ − z₁²)², (...,) for z (..., 2)."""
    first, second = z[..., 0], z[..., 1]
    return 0.5 * (1 - first).square() + (second - first.square()).square()


def _exact_gradient() -> tuple[FloatArray, FloatArray]:
    """Of E f(μ + Lε) in μ (2,) and L (2, 2): autograd through Gauss–Hermite, exact for a quartic."""
    nodes, weights = (torch.tensor(part) for part in normal_rule(6))
    epsilon = torch.cartesian_prod(nodes, nodes)
    mean = torch.tensor(_MEAN, requires_grad=True)
    factor = torch.tensor(_FACTOR, requires_grad=True)
    expected = (torch.outer(weights, weights).ravel() * _banana(mean + epsilon @ factor.T)).sum()
    by_mean, by_factor = torch.autograd.grad(expected, (mean, factor))
    return by_mean.numpy(), by_factor.numpy()


def check_path(terms: GradientTerms = gradient_terms) -> CheckResult:
    """2-c: both gradients are unbiased; only the reparametrised sample carries one by itself."""
    by_mean, by_factor = _exact_gradient()
    epsilon = np.random.default_rng(8).standard_normal((_N, 2))
    findings: list[Finding] = []
    noise: dict[str, float] = {}
    estimators: tuple[tuple[str, MapEstimator], ...] = (("pathwise", "pathwise"), ("score function", "score"))
    for name, estimator in estimators:
        drawn = terms(estimator, GaussianMap(_MEAN, _FACTOR), Banana(), epsilon)
        findings += [averaged(f"∂/∂μ_{i + 1}, {name}", by_mean[i], drawn.mean[:, i]) for i in range(2)]
        findings += [
            averaged(f"∂/∂L_{i + 1}{j + 1}, {name}", by_factor[i, j], drawn.factor[:, i, j])
            for i, j in _ENTRIES
        ]
        noise[name] = float(drawn.mean.var(axis=0).sum())
    findings += [
        agrees("|gradient at μ|, z sampled directly", 0.0, _gradient_through(is_reparametrised=False), 0),
        refutes("|gradient at μ|, z reparametrised", 0.0, _gradient_through(is_reparametrised=True), 1e-3),
        refutes("variance in μ, score ÷ pathwise", 1.0, noise["score function"] / noise["pathwise"], 0.1),
    ]
    method = f"autograd through Gauss–Hermite, exact for a quartic f; {_N} samples"
    return CheckResult(method, tuple(findings))


def _gradient_through(is_reparametrised: bool) -> float:
    """Length of what backward() leaves at μ, by torch's own distribution."""
    mean = torch.tensor(_MEAN, requires_grad=True)
    law = MultivariateNormal(mean, scale_tril=torch.tensor(_FACTOR))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        z = law.rsample() if is_reparametrised else law.sample()
    f = _banana(z)
    if not f.requires_grad:
        return 0.0
    return float(torch.autograd.grad(f, mean)[0].norm())


TORCH_ACTIVATIONS: dict[DiagonalActivation, Callable[[Tensor], Tensor]] = {
    "exp": torch.exp,
    "softplus": functional.softplus,
    "relu": functional.relu,
}


def singular_share(activation: DiagonalActivation) -> float:
    """How many of the raw parameters ~ N(0, I) of two diagonal entries give a singular Σ: 1 − P(act > 0)²."""
    return 0.75 if activation == "relu" else 0.0


def check_activations(share: Callable[[DiagonalActivation], float] = singular_share) -> CheckResult:
    """2-d: ReLU makes Σ singular and its own gradient zero; exp and softplus do neither."""
    singular = {name: _is_singular(name) for name in TORCH_ACTIVATIONS}
    findings = (
        averaged("share of singular Σ, ReLU", share("relu"), singular["relu"]),
        refutes("the same, if ReLU would do", 0.0, float(singular["relu"].mean()), 0.02),
        agrees("share of singular Σ, exp", share("exp"), float(singular["exp"].mean()), 0),
        agrees("share of singular Σ, softplus", share("softplus"), float(singular["softplus"].mean()), 0),
        agrees("slope of ReLU at −1, by autograd", 0.0, _slope("relu", -1.0), 0),
        agrees("slope of exp at −1, by autograd", math.exp(-1), _slope("exp", -1.0), 1e-12),
        agrees("slope of softplus at −1", 1 / (1 + math.e), _slope("softplus", -1.0), 1e-12),
        agrees("L₁₁ after fitting 1 from raw = −1, exp", 1.0, _fitted("exp"), 1e-3),
        agrees("the same, ReLU: it never moves", 0.0, _fitted("relu"), 0),
        agrees("the program's slopes − autograd's", 0.0, _gap_of_the_program(), 1e-12),
    )
    return CheckResult("20 000 random L in the plane, torch's activations and their autograd", findings)


def _is_singular(activation: DiagonalActivation) -> FloatArray:
    """1 where Σ of a random lower triangle has rank below 2, else 0, (n,)."""
    rng = np.random.default_rng(9)
    raw, off = rng.standard_normal((20_000, 2)), rng.standard_normal(20_000)
    diagonal = TORCH_ACTIVATIONS[activation](torch.tensor(raw)).numpy()
    factor = np.zeros((len(raw), 2, 2))
    factor[:, 0, 0], factor[:, 1, 1], factor[:, 1, 0] = diagonal[:, 0], diagonal[:, 1], off
    return np.asarray(np.linalg.matrix_rank(factor @ np.swapaxes(factor, 1, 2)) < 2, dtype=np.float64)


def _slope(activation: DiagonalActivation, raw: float) -> float:
    at = torch.tensor(raw, dtype=torch.float64, requires_grad=True)
    return float(torch.autograd.grad(TORCH_ACTIVATIONS[activation](at), at)[0])


def _fitted(activation: DiagonalActivation) -> float:
    """The entry of L after 2000 steps of gradient descent on (L₁₁ − 1)² from raw = −1."""
    raw = torch.tensor(-1.0, dtype=torch.float64, requires_grad=True)
    for _ in range(2000):
        (slope,) = torch.autograd.grad((TORCH_ACTIVATIONS[activation](raw) - 1).square(), raw)
        raw = (raw - 0.1 * slope).detach().requires_grad_()
    return float(TORCH_ACTIVATIONS[activation](raw.detach()))


def _gap_of_the_program() -> float:
    """Largest difference of slopes over raw parameters from −20 to 20, the corner of ReLU left out."""
    raw = torch.linspace(-20.0, 20.0, 80, dtype=torch.float64, requires_grad=True)
    gaps = []
    for name, activation in TORCH_ACTIVATIONS.items():
        (slope,) = torch.autograd.grad(activation(raw).sum(), raw)
        scale = 1 + np.abs(slope.numpy())
        gaps.append(np.abs(ACTIVATIONS[name].slope(raw.detach().numpy()) - slope.numpy()) / scale)
    return float(np.max(gaps))
