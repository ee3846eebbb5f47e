"""Problem 1B: how many minima each divergence has, and where; p is the pair ½ N(−d, 1) + ½ N(d, 1)."""

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy import optimize
from torch import Tensor

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.critical import maxwell_point, pitchfork, saddle_node
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import find_reverse_stationary, find_reverse_stationary_fixed_sigma
from dgm_explorer.theory.checks import line
from dgm_explorer.theory.checks.measure import even_rule, log_normal
from dgm_explorer.theory.result import CheckResult, Finding, agrees, refutes

Divergence = Callable[[Tensor, Tensor], Tensor]
PITCHFORK = 1.46083396037316511
SADDLE_NODE = 2.41222971801281898
MAXWELL = 2.80008221758323925
_TIE = 1e-9
"""Two values closer than this are the same number up to rounding."""


def _pair(d: float) -> Mixture1D:
    return Mixture1D([Component1D(0.5, -d, 1.0), Component1D(0.5, d, 1.0)])


def _value(divergence: Divergence, d: float, mu: float, log_sigma: float = 0.0) -> float:
    return float(divergence(line.vector(mu, log_sigma), line.vector(d)[0]))


def _minima_over_mean(divergence: Divergence, d: float) -> list[tuple[float, float]]:
    """(μ, value) of every local minimum at σ = 1: a fine scan, then Brent in each bracket."""
    mu = np.linspace(-d - 2, d + 2, 401)
    values = np.array([_value(divergence, d, m) for m in mu])
    lowest = np.flatnonzero((values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:])) + 1
    found = []
    for i in lowest:
        best = optimize.minimize_scalar(
            lambda m: _value(divergence, d, float(m)), bracket=(mu[i - 1], mu[i], mu[i + 1]), tol=1e-10
        )
        found.append((float(best.x), float(best.fun)))
    return found


def _n_global(values: list[float]) -> int:
    return sum(value - min(values) <= _TIE for value in values)


def middle_curvature(d: float) -> float:
    """1 − d² E sech²(d z) = ∂² KL(q‖p)/∂μ² at μ = 0, σ = 1."""
    z, weights = even_rule(-9.0, 9.0, 1801)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    return float(1 - d * d * (weights * density / np.cosh(d * z) ** 2).sum())


def _measured_pitchfork(divergence: Divergence) -> float:
    """Where the second derivative at the middle, by autograd, changes sign."""

    def curvature(d: float) -> float:
        at = line.vector(0.0, 0.0).requires_grad_()
        return float(line.hessian(divergence(at, line.vector(d)[0]), at)[0, 0])

    return float(optimize.brentq(curvature, 1.2, 1.8, xtol=1e-13))


def check_two_tied_minima(
    divergence: Divergence = line.reverse_kl, stability: Callable[[float], float] = middle_curvature
) -> CheckResult:
    """1B-a: beyond the pitchfork both minima of reverse KL are global; below it there is one."""
    apart = _minima_over_mean(divergence, 2.0)
    right_mu, right_value = max(apart)
    program = find_reverse_stationary_fixed_sigma(_pair(2.0), 1.0)
    n_tied = sum(point.kind == "tied" for point in program)
    n_global = _n_global([value for _, value in apart])
    findings = (
        agrees("global minima at d = 2", 2, n_global, 0),
        refutes("the same, says the exercise", 0, n_global, 0.5),
        agrees("local minima at d = 2", 2, len(apart), 0),
        agrees("their |μ|", 1.7969670504, right_mu, 1e-7),
        agrees("their KL(q‖p)", 0.6191481486, right_value, 1e-9),
        agrees("KL at the maximum between them", 0.9433404338, _value(divergence, 2.0, 0.0), 1e-9),
        agrees("local minima at d = 1.4", 1, len(_minima_over_mean(divergence, 1.4)), 0),
        agrees("d where the middle turns, by autograd", PITCHFORK, _measured_pitchfork(divergence), 1e-9),
        agrees("d where 1 = d² E sech²(dz)", PITCHFORK, optimize.brentq(stability, 1.2, 1.8), 1e-9),
        agrees("the program's d", PITCHFORK, pitchfork(1.0), 1e-12),
        agrees("the program's tied minima", 2, n_tied, 0),
    )
    return CheckResult("scan of μ with Brent's method on a quadrature; numbers of mpmath", findings)


def check_one_forward_minimum(divergence: Divergence = line.forward_kl) -> CheckResult:
    """1B-b: forward KL is a parabola in μ about the mean of p."""
    minima = _minima_over_mean(divergence, 2.0)
    mu, value = minima[0] if minima else (math.nan, math.nan)
    lopsided = _lopsided_forward_minimum()
    rise = _value(divergence, 2.0, 3.0) - _value(divergence, 2.0, 0.0)
    findings = (
        agrees("local minima at d = 2", 1, len(minima), 0),
        agrees("its μ: the mean of p", 0.0, mu, 1e-6),
        refutes("its μ, if it stuck to a mode", 2.0, abs(mu), 1e-3),
        agrees("its KL(p‖q)", 1.3672798062631330, value, 1e-9),
        agrees("rise from μ = 0 to μ = 3: μ²/2σ²", 4.5, rise, 1e-9),
        agrees("minimum for 0.3 N(−2, ½²) + 0.7 N(3, 1)", 1.5, lopsided, 1e-6),
    )
    return CheckResult("scan of μ with Brent's method on a quadrature; numbers of mpmath", findings)


def _lopsided_forward_minimum() -> float:
    """The best μ at σ = 1 for unequal modes, found from the cross-entropy alone."""
    x, weights = even_rule(-12.0, 14.0, 5201)
    density = 0.3 * np.exp(log_normal(x, -2.0, 0.5)) + 0.7 * np.exp(log_normal(x, 3.0, 1.0))

    def cross_entropy(mu: float) -> float:
        return float(-(weights * density * log_normal(x, mu, 1.0)).sum())

    return float(optimize.minimize_scalar(cross_entropy, bracket=(-2.0, 3.0), tol=1e-10).x)


def check_seeking_is_a_tendency(divergence: Divergence = line.reverse_kl) -> CheckResult:
    """1B-c: with σ free the broad minimum in the middle is the best one for d from 2.41 to 2.80."""
    middle_wins, sides_win = _minima_over_both(divergence, 2.6), _minima_over_both(divergence, 3.0)
    best, best_apart = middle_wins[0], sides_win[0]
    findings = (
        agrees("|μ| of the global minimum, d = 2.6", 0.0, abs(best[0]), 1e-6),
        refutes("the same, if it sought a mode", 2.6, abs(best[0]), 1.0),
        agrees("minima at d = 2.6", 3, len(middle_wins), 0),
        agrees("|μ| of the global minima, d = 3", 2.984305988, abs(best_apart[0]), 1e-6),
        agrees("their KL(q‖p)", 0.6887689959, best_apart[2], 1e-9),
        agrees("KL(q‖p) in the middle, d = 3", 0.8406214313, sides_win[-1][2], 1e-9),
        agrees("d where side minima appear", SADDLE_NODE, _measured_saddle_node(divergence), 1e-8),
        agrees("d from which they win", MAXWELL, _measured_maxwell(divergence), 1e-8),
        agrees("|μ| of the global minima, σ = 1, d = 2", 1.7969670504, _best_mean(divergence), 1e-7),
        *_of_the_program(),
    )
    method = "Newton from 45 starts on a quadrature differentiated by torch; numbers of mpmath"
    return CheckResult(method, findings)


def _best_mean(divergence: Divergence) -> float:
    return abs(min(_minima_over_mean(divergence, 2.0), key=lambda found: found[1])[0])


def _of_the_program() -> tuple[Finding, ...]:
    n_minima = len(find_reverse_stationary(_pair(2.6), with_saddles=False))
    return (
        agrees("the program's d of side minima", SADDLE_NODE, saddle_node().d, 1e-10),
        agrees("the program's d from which they win", MAXWELL, maxwell_point().d, 1e-10),
        agrees("the program's minima at d = 2.6", 3, n_minima, 0),
    )


def _slope(divergence: Divergence, unknown: FloatArray, d: float) -> FloatArray:
    at = torch.tensor(unknown, dtype=torch.float64, requires_grad=True)
    return np.asarray(line.gradient(divergence(at, line.vector(d)[0]), at).detach().numpy())


def _second(divergence: Divergence, unknown: FloatArray, d: float) -> FloatArray:
    at = torch.tensor(unknown, dtype=torch.float64, requires_grad=True)
    return np.asarray(line.hessian(divergence(at, line.vector(d)[0]), at).detach().numpy())


def _minima_over_both(divergence: Divergence, d: float) -> list[tuple[float, float, float]]:
    """(μ, log σ, value) of every local minimum, the best first."""
    found: list[tuple[float, float, float]] = []

    def height(unknown: FloatArray) -> float:
        return _value(divergence, d, float(unknown[0]), float(unknown[1]))

    def slope(unknown: FloatArray) -> FloatArray:
        return _slope(divergence, unknown, d)

    for mu in np.linspace(-d - 0.5, d + 0.5, 9):
        for sigma in (0.6, 1.0, 1.5, 2.1, 2.8):
            start = np.array([mu, math.log(sigma)])
            best = optimize.minimize(height, start, jac=slope, method="BFGS", options={"gtol": 1e-9})
            is_new = all(math.hypot(best.x[0] - m, best.x[1] - s) > 1e-4 for m, s, _ in found)
            if is_new and np.linalg.eigvalsh(_second(divergence, best.x, d))[0] > 0:
                found.append((float(best.x[0]), float(best.x[1]), float(best.fun)))
    return sorted(found, key=lambda one: one[2])


def _measured_saddle_node(divergence: Divergence) -> float:
    """∇ = 0 and det Hessian = 0, solved for (μ, log σ, d)."""

    def residual(unknown: FloatArray) -> FloatArray:
        at, d = unknown[:2], float(unknown[2])
        return np.array([*_slope(divergence, at, d), np.linalg.det(_second(divergence, at, d))])

    return float(optimize.root(residual, [2.15, 0.25, 2.41], tol=1e-11).x[2])


def _measured_maxwell(divergence: Divergence) -> float:
    """Side and middle minimum equally deep, solved for (μ, log σ) of the side, log σ of the middle, d."""

    def residual(unknown: FloatArray) -> FloatArray:
        side, middle, d = unknown[:2], np.array([0.0, unknown[2]]), float(unknown[3])
        gap = _value(divergence, d, *map(float, side)) - _value(divergence, d, *map(float, middle))
        return np.array([*_slope(divergence, side, d), _slope(divergence, middle, d)[1], gap])

    return float(optimize.root(residual, [2.77, 0.04, 0.96, 2.8], tol=1e-11).x[3])
