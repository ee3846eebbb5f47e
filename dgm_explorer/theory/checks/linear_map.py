"""Problem 2, the map z = μ + Lε: its moments, and which L there are for a covariance."""

from collections.abc import Callable

import numpy as np
from scipy import optimize, stats

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.factor import cholesky_factor
from dgm_explorer.numerics.gaussian_map import GaussianMap, sample_moments
from dgm_explorer.theory.checks.measure import LOG_2PI, averaged
from dgm_explorer.theory.result import CheckResult, agrees, refutes

_N = 200_000
_MEAN = np.array([1.0, -0.5, 2.0])
_FACTOR = np.array([[1.5, 0.4, 0.0], [0.7, 0.8, -0.3], [-0.2, 0.5, 1.1]])
_SIGMA = np.array([[2.25, 1.05], [1.05, 1.13]])
_LOWER = np.array([[1.5, 0.0], [0.7, 0.8]])
"""Cholesky's factor of `_SIGMA`, by hand: 1.5² = 2.25, 1.5 · 0.7 = 1.05, 0.7² + 0.8² = 1.13."""


def covariance(factor: FloatArray) -> FloatArray:
    """Σ = LLᵀ."""
    return np.asarray(factor @ factor.T)


def check_moments(formula: Callable[[FloatArray], FloatArray] = covariance) -> CheckResult:
    """2-a: every mean and every covariance of mapped noise, in three dimensions."""
    epsilon = np.random.default_rng(2).standard_normal((_N, 3))
    gaussian = GaussianMap(_MEAN, _FACTOR)
    z, stated = gaussian(epsilon), formula(_FACTOR)
    offsets = z - z.mean(axis=0)
    findings = [
        averaged(f"cov(z_{i + 1}, z_{j + 1})", stated[i, j], offsets[:, i] * offsets[:, j])
        for i in range(3)
        for j in range(i + 1)
    ]
    findings += [averaged(f"E z_{i + 1}", _MEAN[i], z[:, i]) for i in range(3)]
    shown = sample_moments(z, gaussian.covariance).covariance
    findings += [
        agrees("log q(z), scipy − change of variables", 0.0, _density_gap(gaussian, stated), 1e-10),
        agrees("covariance shown, numpy − the program", 0.0, np.abs(np.cov(z.T) - shown).max(), 1e-9),
    ]
    return CheckResult(f"{_N} samples in three dimensions, L full", tuple(findings))


def _density_gap(gaussian: GaussianMap, stated: FloatArray) -> float:
    """Largest |log N(z; μ, Σ) − (log N(ε; 0, I) − log |det L|)| over twenty points."""
    epsilon = np.random.default_rng(3).standard_normal((20, 3))
    by_hand = -0.5 * (epsilon**2).sum(axis=1) - 1.5 * LOG_2PI - np.linalg.slogdet(_FACTOR)[1]
    log_q = stats.multivariate_normal(_MEAN, stated, allow_singular=True).logpdf(gaussian(epsilon))
    return float(np.abs(log_q - by_hand).max())


def lower_factor(sigma: FloatArray) -> FloatArray:
    """L by LAPACK's Cholesky."""
    return np.asarray(np.linalg.cholesky(sigma))


def check_factors(factorise: Callable[[FloatArray], FloatArray] = lower_factor) -> CheckResult:
    """2-b: any L gives Σ ⪰ 0; Cholesky's is lower triangular, and the only one with a positive diagonal."""
    factor = factorise(_SIGMA)
    findings = (
        agrees("L₂₁ of Cholesky's factor", _LOWER[1, 0], factor[1, 0], 1e-12),
        refutes("the same, if L were upper triangular", 0.0, factor[1, 0], 1e-3),
        agrees("L₁₂ of Cholesky's factor", 0.0, factor[0, 1], 1e-12),
        agrees("|LLᵀ − Σ|", 0.0, np.abs(factor @ factor.T - _SIGMA).max(), 1e-12),
        agrees("L of 10 000 that give an indefinite Σ", 0, _n_indefinite(), 0),
        agrees("L that Newton finds from 40 starts", 1, _n_lower_roots(), 0),
        refutes("L that it finds if no entry is tied", 1, _n_full_roots(), 1),
        agrees("least eigenvalue for L₂₂ = 0", 0.0, _least_eigenvalue([[1.0, 0.4], [0.0, 0.0]]), 1e-12),
        agrees("of a Σ with diagonal (1, 1) and Σ₁₂ = 2", -1.0, _lowest([[1.0, 2.0], [2.0, 1.0]]), 1e-12),
        agrees("|the program's L − numpy's|", 0.0, _gap_of_the_program(), 1e-12),
    )
    method = "LAPACK's Cholesky, eigenvalues, and the equations LLᵀ = Σ solved from random starts"
    return CheckResult(method, findings)


def _least_eigenvalue(factor: list[list[float]]) -> float:
    return _lowest((np.array(factor) @ np.array(factor).T).tolist())


def _lowest(matrix: list[list[float]]) -> float:
    return float(np.linalg.eigvalsh(np.array(matrix))[0])


def _n_indefinite() -> int:
    """Full, lower, upper and singular factors of 2 to 5 dimensions."""
    rng, n = np.random.default_rng(4), 0
    for _ in range(500):
        for d in (2, 3, 4, 5):
            full = rng.standard_normal((d, d))
            singular = full.copy()
            singular[:, 0] = 0.0
            kinds = np.stack([full, np.tril(full), np.triu(full), singular, -full])
            sigmas = kinds @ np.swapaxes(kinds, 1, 2)
            values = np.linalg.eigvalsh(sigmas)
            n += int((values[:, 0] < -1e-12 * values[:, -1]).sum())
    return n


def _positive(raw: float) -> float:
    """exp, held where a step of the solver that overshoots can still be squared."""
    return float(np.exp(min(raw, 50.0)))


def _n_lower_roots() -> int:
    """Different solutions of LLᵀ = Σ with L lower triangular, its diagonal exp of what is solved for."""

    def residual(raw: FloatArray) -> FloatArray:
        a, c = _positive(raw[0]), _positive(raw[2])
        return np.array([a * a, a * raw[1], raw[1] ** 2 + c * c]) - [2.25, 1.05, 1.13]

    return _n_solutions(residual, 3)


def _n_full_roots() -> int:
    """The same for a full L, with L₁₂ given at random: a family, not one."""
    rng = np.random.default_rng(6)
    found = []
    for upper in rng.uniform(-1.0, 1.0, 10):

        def residual(raw: FloatArray, upper: float = upper) -> FloatArray:
            a, b, c = _positive(raw[0]), raw[1], _positive(raw[2])
            return np.array([a * a + upper**2, a * b + upper * c, b * b + c * c]) - [2.25, 1.05, 1.13]

        found.append(_n_solutions(residual, 3, n_starts=4))
    return sum(found)


def _n_solutions(residual: Callable[[FloatArray], FloatArray], n_unknown: int, n_starts: int = 40) -> int:
    rng = np.random.default_rng(5)
    roots: list[FloatArray] = []
    for _ in range(n_starts):
        solution = optimize.root(residual, rng.standard_normal(n_unknown))
        is_root = solution.success and np.abs(residual(solution.x)).max() < 1e-9
        if is_root and all(np.abs(solution.x - root).max() > 1e-5 for root in roots):
            roots.append(solution.x)
    return len(roots)


def _gap_of_the_program() -> float:
    """Largest entry of the difference over fifty random full matrices."""
    rng = np.random.default_rng(7)
    gaps = []
    for _ in range(50):
        full = rng.standard_normal((3, 3)) + 2 * np.eye(3)
        gaps.append(np.abs(cholesky_factor(full) - np.linalg.cholesky(full @ full.T)).max())
    return max(map(float, gaps))
