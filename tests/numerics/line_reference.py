"""Integrals on the line by another method: tanh–sinh panels in extended precision, nothing shared.

Panels end at every place where two components cross, and the nodes of the rule crowd at the ends, so
kinks of any sharpness are resolved. Checked against mpmath in `test_divergence.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.numerics.mixture import Mixture1D

Real = np.longdouble
LOG_2PI = np.log(2 * np.arctan2(Real(0), Real(-1)))
HARD_KINDS = ("needles", "scales", "weights", "lattice", "tied", "outside", "nearly gaussian")


@dataclass(frozen=True)
class Hard:
    """A random mixture and q that fixed rules get silently wrong."""

    kind: str
    components: tuple[Component1D, ...]
    q: Gaussian1D

    @property
    def p(self) -> Mixture1D:
        return Mixture1D(self.components)


def hard_case(seed: int) -> Hard:
    """Draw one case in a window of 16: needles of 5e-4 of it, weights of 1e-6, scale ratios of 1000."""
    rng = np.random.default_rng(seed)
    kind = HARD_KINDS[seed % len(HARD_KINDS)]
    k = int(rng.integers(1, 9))
    weights, means = rng.dirichlet(np.ones(k)), rng.uniform(-7, 7, k)
    sigmas = 10 ** rng.uniform(-1.5, 0.5, k)
    if kind == "needles":
        sigmas = np.full(k, 16 * 5e-4)
    elif kind == "scales":
        sigmas = 3 * 10 ** rng.uniform(-3, 0, k)
    elif kind == "weights":
        weights = 10 ** rng.uniform(-6, 0, k)
    elif kind == "lattice":
        means, sigmas = np.round(means / 3.5) * 3.5, rng.choice([0.05, 0.5, 1.0], k)
    elif kind == "tied":
        means, sigmas, weights = np.linspace(-6, 6, k), np.full(k, 12 / k * rng.uniform(0.1, 0.6)), np.ones(k)
    elif kind == "outside":
        means = means * 4
    else:
        means, sigmas = 1e-3 * means, 1 + 1e-3 * rng.standard_normal(k)
    numbers = zip(weights.tolist(), means.tolist(), sigmas.tolist(), strict=True)
    components = tuple(Component1D(*number) for number in numbers)
    chosen = int(rng.integers(k))
    q = (
        Gaussian1D(float(rng.uniform(-8, 8)), float(10 ** rng.uniform(-1.3, 1))),
        Gaussian1D(float(means[chosen]), float(sigmas[chosen])),
        Gaussian1D(8.0, 0.05),
        Gaussian1D(float(rng.uniform(-8, 8)), 1e-5),
    )[int(rng.integers(4))]
    return Hard(kind, components, q)


def reverse_kl(components: tuple[Component1D, ...], q: Gaussian1D) -> float:
    """KL(q‖p) as it is written."""
    mu, sigma = Real(q.mu), Real(q.sigma)
    p = _Density(components)
    grid = mu + sigma * np.arange(-14, 15, dtype=Real)
    edges = p.edges(grid[0], grid[-1], grid)

    def integrand(x: np.ndarray) -> np.ndarray:
        log_q = _log_normal(x, mu, sigma)
        return np.exp(log_q) * (log_q - p.log(x))

    return float(integrate(integrand, edges))


def forward_kl(components: tuple[Component1D, ...], q: Gaussian1D) -> float:
    """KL(p‖q) as it is written."""
    mu, sigma = Real(q.mu), Real(q.sigma)
    p = _Density(components)
    return float(integrate(lambda x: np.exp(p.log(x)) * (p.log(x) - _log_normal(x, mu, sigma)), p.support()))


def entropy(components: tuple[Component1D, ...]) -> float:
    """−∫ p log p."""
    p = _Density(components)
    return float(-integrate(lambda x: np.exp(p.log(x)) * p.log(x), p.support()))


def integrate(function: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> np.longdouble:
    """Sum of tanh–sinh rules between sorted edges."""
    t = np.arange(-34, 35, dtype=Real) / 10
    half_pi = np.arctan2(Real(0), Real(-1)) / 2
    # distance of a node from the nearer end, formed without cancellation
    lower = 1 / (1 + np.exp(2 * half_pi * np.sinh(-t)))
    weight = half_pi * np.cosh(t) / np.cosh(half_pi * np.sinh(t)) ** 2 / 20
    length = np.diff(edges)[:, None]
    x = edges[:-1, None] + length * lower
    return (function(x) * (weight * length)).sum()


def _log_normal(x: np.ndarray, mu: np.longdouble, sigma: np.longdouble) -> np.ndarray:
    return -((x - mu) ** 2) / (2 * sigma**2) - np.log(sigma) - LOG_2PI / 2


class _Density:
    def __init__(self, components: tuple[Component1D, ...]) -> None:
        kept = [c for c in components if c.weight > 0]
        self.w = np.array([c.weight for c in kept], dtype=Real)
        self.w /= self.w.sum()
        self.m = np.array([c.mu for c in kept], dtype=Real)
        self.s = np.array([c.sigma for c in kept], dtype=Real)

    def log(self, x: np.ndarray) -> np.ndarray:
        terms = np.stack(
            [np.log(w) + _log_normal(x, m, s) for w, m, s in zip(self.w, self.m, self.s, strict=True)]
        )
        peak = terms.max(axis=0)
        return peak + np.log(np.exp(terms - peak).sum(axis=0))

    def support(self) -> np.ndarray:
        grid = (self.m[:, None] + self.s[:, None] * np.arange(-13, 14, dtype=Real)).ravel()
        return self.edges(grid.min(), grid.max(), grid)

    def edges(self, lo: np.longdouble, hi: np.longdouble, grid: np.ndarray) -> np.ndarray:
        """Ends of panels: a grid, the components, and rings around each crossing of two of them."""
        steps = np.array([0, 0.5, 1, 2, 4, 8], dtype=Real)
        own = (self.m[:, None] + self.s[:, None] * np.concatenate([-steps, steps])).ravel()
        cuts = [np.array([lo, hi]), grid, own]
        for i, j in combinations(range(len(self.w)), 2):
            for root in self._crossings(i, j):
                rings = max(float(abs(root.imag)), 1e-12) * 4.0 ** np.arange(0, 12)
                cuts.append(float(root.real) + np.concatenate([[0], rings, -rings]).astype(Real))
        return np.unique(np.clip(np.concatenate(cuts), lo, hi))

    def _crossings(self, i: int, j: int) -> np.ndarray:
        """Solve log of component i = log of component j + iπ."""
        a, b, c = (np.array([-1 / (2 * self.s[k] ** 2), self.m[k] / self.s[k] ** 2, 0]) for k in (i, j, i))
        c = [np.log(self.w[k] / self.s[k]) - self.m[k] ** 2 / (2 * self.s[k] ** 2) for k in (i, j)]
        polynomial = np.array([a[0] - b[0], a[1] - b[1], complex(c[0] - c[1], -np.pi)], dtype=complex)
        if not polynomial[:2].any():
            return np.empty(0, dtype=complex)
        return np.roots(np.trim_zeros(polynomial, "f"))
