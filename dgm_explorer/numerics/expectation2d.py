"""E_q[log p] in the plane, and its derivatives, by nested quadrature that follows the kinks of log p.

q = N(mean, A Aᵀ) is whitened: x = mean + A z, z = (t, s) ~ N(0, I). The inner rule integrates over s on lines
t = const with Gauss–Legendre panels graded to the complex zeros of p on each line. The outer rule starts from
panels graded to where two zeros pinch and bisects until a panel and its two halves agree.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.line_mixtures import LineMixtures, graded_panels, outer_panels

LOG_2PI = math.log(2 * math.pi)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_LINES_PER_BATCH = 512
_MAX_OPEN_PANELS = 6_000
_MAX_ROUNDS = 40
_TOLERANCE = 1e-13


def hermite(z: FloatArray, order: int) -> list[FloatArray]:
    """Return the probabilists' Hermite polynomials He_0 … He_order at z."""
    values = [np.ones_like(z), z]
    for n in range(1, order):
        values.append(z * values[n] - n * values[n - 1])
    return values[: order + 1]


def n_moments(order: int) -> int:
    """Return how many moments `expect` gives for derivatives up to ``order``: 1, 3, 6, 10, 15."""
    return (order + 1) * (order + 2) // 2


def _line_integrals(lines: LineMixtures, t: FloatArray, order: int) -> FloatArray:
    """Integrate over s on each line; rows are the moments of `expect`, already times φ(t). (Q, N)."""
    line, left, length = graded_panels(*lines.zeros_on_lines(t))
    half = 0.5 * length
    s = (left + half)[:, None] + half[:, None] * _NODES
    weight = half[:, None] * _WEIGHTS * np.exp(-0.5 * s * s) / math.sqrt(2 * math.pi)
    starts = np.searchsorted(line, np.arange(len(t)))

    def integrate(values: FloatArray) -> FloatArray:
        sums: FloatArray = np.add.reduceat(np.einsum("pn,pn->p", weight, values), starts)
        return sums

    offset = s[None] - lines.line_means(t)[:, line, None]
    logs = lines.line_log_weights(t)[:, line, None] - 0.5 * (lines.l22[:, None, None] * offset) ** 2
    top = logs.max(axis=0)
    shares = np.exp(logs - top)
    total = shares.sum(axis=0)
    outer = np.exp(-0.5 * t * t) / math.sqrt(2 * math.pi)
    rows = [integrate(top + np.log(total))]
    if order > 0:
        shares *= (lines.l22**2)[:, None, None]
        pull = np.einsum("kpn,kpn->pn", shares, offset) / total  # -∂f/∂s
        along = np.einsum("kpn,kpn,k->pn", shares, offset, -lines.slope) / total
        drift = ((lines.l11 / lines.l22) ** 2)[:, None] * (lines.m1[:, None] - t)  # undo the l22² in shares
        along += np.einsum("kpn,kp->pn", shares, drift[:, line]) / total
        he_s, he_t = hermite(s, order - 1), hermite(t, order - 1)
        inner = [integrate(-pull * h) for h in he_s]
        flat = integrate(along)
        for n in range(1, order + 1):
            rows.append(flat * he_t[n - 1])
            rows.extend(inner[b - 1] * he_t[n - b] for b in range(1, n + 1))
    return np.stack(rows) * outer


@dataclass(frozen=True)
class Expectation:
    """Moments of f = log p under q in the whitened frame, with the estimated error of each.

    ``moments`` (Q,) are E[f], E[f_t], E[f_s], E[f_tt], E[f_ts], E[f_ss], E[f_ttt], … (derivatives in z).
    """

    moments: FloatArray
    errors: FloatArray

    def tensor(self, order: int) -> FloatArray:
        """Return the symmetric tensor E[∂ⁿ f], shape (2,) * order."""
        first = n_moments(order - 1)
        row: FloatArray = self.moments[first : first + order + 1]
        tensor: FloatArray = row[np.indices((2,) * order).sum(axis=0)]
        return tensor


def integrate_adaptively(integrand: Callable[[FloatArray], FloatArray], breaks: FloatArray) -> Expectation:
    """Integrate a vector-valued function (Q, N) of t (N,) by bisection until halves agree with the whole.

    A panel is accepted when its two halves differ from it by less than `_TOLERANCE` of the sum of the
    absolute panel values, in every row (from the second on: of the largest row). The halves, far more
    accurate, are summed.
    """

    def panels(a: FloatArray, b: FloatArray) -> FloatArray:
        half = 0.5 * (b - a)
        t = (a + half)[:, None] + half[:, None] * _NODES
        values = integrand(t.ravel())
        return (values.reshape(len(values), *t.shape) @ _WEIGHTS) * half

    low, high = breaks[:-1], breaks[1:]
    whole = panels(low, high)
    scale = np.abs(whole).sum(axis=1) + 1e-300
    scale[1:] = scale.max()  # a derivative that vanishes by symmetry has no scale of its own
    total, error = np.zeros(len(whole)), np.zeros(len(whole))
    for _ in range(_MAX_ROUNDS):
        middle = 0.5 * (low + high)
        halves = panels(np.concatenate([low, middle]), np.concatenate([middle, high]))
        left, right = halves[:, : len(low)], halves[:, len(low) :]
        difference = np.abs(left + right - whole)
        is_open = (difference > _TOLERANCE * scale[:, None]).any(axis=0) & (high - low > 1e-9)
        if is_open.sum() > _MAX_OPEN_PANELS:
            is_open[:] = False
        total += (left + right)[:, ~is_open].sum(axis=1)
        error += difference[:, ~is_open].sum(axis=1)
        if not is_open.any():
            break
        low, middle, high = low[is_open], middle[is_open], high[is_open]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        whole = np.concatenate([left[:, is_open], right[:, is_open]], axis=1)
    else:
        total += whole.sum(axis=1)
        error += np.abs(whole).sum(axis=1)
    return Expectation(total, error)


def expect(lines: LineMixtures, order: int = 0) -> Expectation:
    """Return E[∂ᵅ log p] for all derivatives up to ``order`` (0 to 4) under z ~ N(0, I).

    Derivatives are moved to the weight (Stein): E[∂ᵅ∂_s f] = E[f_s He_α(z)], so only first derivatives, which
    stay bounded at the kinks, are ever evaluated.
    """

    def integrand(t: FloatArray) -> FloatArray:
        batches = [t[k : k + _LINES_PER_BATCH] for k in range(0, len(t), _LINES_PER_BATCH)]
        return np.concatenate([_line_integrals(lines, batch, order) for batch in batches], axis=1)

    return integrate_adaptively(integrand, outer_panels(lines))
