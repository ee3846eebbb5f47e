"""A planar mixture seen along parallel lines, and the panels on which each line is integrated exactly.

In the frame x = mean + A (t, s) the mixture on a line t = const is a one-dimensional mixture in s with
constant widths. Its logarithm is analytic in the strip left by the complex zeros of the density, near the
roots of ``a_i(s) - a_j(s) = iπ``: a quadratic, two roots per pair of components.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import FloatArray, IntArray

REACH = 9.0  # standard deviations; beyond it N(0, 1) holds 2e-19
_ELLIPSE = 3.6  # ρ + 1/ρ of the ellipse around a panel that must hold no zero: error ρ⁻²⁴ = 4e-13
_LONGEST_PANEL = 3.0
_WIDEST_ZERO = 3.0  # zeros farther from the real axis than this leave the longest panels exact
_ENVELOPE_NATS = 36.0  # a pair of components this far below the others leaves no trace in float64

ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True)
class LineMixtures:
    """A planar mixture seen along the lines t = const of a whitened frame.

    Component k is ``exp(log_norms - ½ (l11 (t - m1))² - ½ (l22 (s - M))²)`` with ``M = m2 - slope (t - m1)``.
    All arrays have shape (K,).
    """

    log_norms: FloatArray
    m1: FloatArray
    m2: FloatArray
    l11: FloatArray
    l22: FloatArray
    slope: FloatArray

    @classmethod
    def of(
        cls,
        log_norms: FloatArray,
        means: FloatArray,
        whiteners: FloatArray,
        mean: FloatArray,
        frame: FloatArray,
    ) -> "LineMixtures":
        """Transform components (K,), (K, 2), (K, 2, 2) into the frame ``x = mean + frame @ (t, s)``.

        ``whiteners`` are matrices U with Uᵀ U = Σ⁻¹.
        """
        g = whiteners @ frame
        shifted = np.linalg.solve(frame, (means - mean).T)
        l22 = np.hypot(g[:, 0, 1], g[:, 1, 1])
        l21 = (g[:, 0, 0] * g[:, 0, 1] + g[:, 1, 0] * g[:, 1, 1]) / l22
        l11 = np.abs(g[:, 0, 0] * g[:, 1, 1] - g[:, 0, 1] * g[:, 1, 0]) / l22
        return cls(log_norms, shifted[0], shifted[1], l11, l22, l21 / l22)

    def line_log_weights(self, t: FloatArray) -> FloatArray:
        """Return log weights along the lines, (K, N) for t (N,)."""
        return self.log_norms[:, None] - 0.5 * (self.l11[:, None] * (t - self.m1[:, None])) ** 2

    def line_means(self, t: FloatArray) -> FloatArray:
        """Return the centres M of the components along the lines, (K, N)."""
        return self.m2[:, None] - self.slope[:, None] * (t - self.m1[:, None])

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray]:
        """Index arrays (F,) of all pairs of components."""
        i, j = np.triu_indices(len(self.m1), 1)
        return i.astype(np.int64), j.astype(np.int64)

    def log_component(self, t: FloatArray | ComplexArray, s: ComplexArray) -> ComplexArray:
        """Return log components (K, ...) at complex or real points."""
        shape = (-1,) + (1,) * np.ndim(s)
        log_norms, m1, m2, l11, l22, slope = (
            a.reshape(shape) for a in (self.log_norms, self.m1, self.m2, self.l11, self.l22, self.slope)
        )
        d1 = t - m1
        result: ComplexArray = log_norms - 0.5 * (l11 * d1) ** 2 - 0.5 * (l22 * (s - m2 + slope * d1)) ** 2
        return result

    def zeros_on_lines(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Real parts and distances from the axis of the zeros of p(t, ·) that matter, each (N, 2F).

        Zeros that do not matter have distance ``inf``.
        """
        i, j = self.pairs
        weights, means = self.line_log_weights(t).T, self.line_means(t).T
        precision = self.l22**2
        a = 0.5 * (precision[j] - precision[i])[None, :]
        b = means[:, i] * precision[i] - means[:, j] * precision[j]
        c: ComplexArray = np.asarray(
            0.5 * (means[:, j] ** 2 * precision[j] - means[:, i] ** 2 * precision[i])
            + weights[:, i]
            - weights[:, j]
            - 1j * math.pi,
            dtype=np.complex128,
        )
        roots = np.concatenate(_quadratic_roots(a, b, c), axis=1)
        with np.errstate(all="ignore"):
            return _visible_zeros(roots, self.log_component(t[:, None], roots), np.concatenate([i, i]))

    def pinched_lines(self) -> tuple[FloatArray, FloatArray]:
        """Zeros t (2F,) of the discriminant: there two zeros of a pair meet, as on a tangent of a kink curve.

        They are the singularities nearest to the real axis of the integral over s as a function of t. Given
        as real parts and distances, as in `zeros_on_lines`.
        """
        i, j = self.pairs
        precision = self.l22**2
        a = 0.5 * (precision[j] - precision[i])
        # on a line, b = b0 + b1 t and c = c0 + c1 t + c2 t²; the zeros meet where b² = 4 a c
        origin = self.m2 + self.slope * self.m1
        b0 = origin[i] * precision[i] - origin[j] * precision[j]
        b1 = self.slope[j] * precision[j] - self.slope[i] * precision[i]

        def coefficients(k: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
            own, slope, start, across = precision[k], self.slope[k], origin[k], self.l11[k] ** 2
            constant = self.log_norms[k] - 0.5 * across * self.m1[k] ** 2 - 0.5 * own * start**2
            return constant, across * self.m1[k] + own * start * slope, -0.5 * (across + own * slope**2)

        (ci0, ci1, ci2), (cj0, cj1, cj2) = coefficients(i), coefficients(j)
        c0, c1, c2 = ci0 - cj0 - 1j * math.pi, ci1 - cj1, ci2 - cj2
        constant: ComplexArray = np.asarray(b0**2 - 4 * a * c0, dtype=np.complex128)
        t = np.concatenate(_quadratic_roots(b1**2 - 4 * a * c2, 2 * b0 * b1 - 4 * a * c1, constant))
        a, b0, b1 = np.tile(a, 2), np.tile(b0, 2), np.tile(b1, 2)
        with np.errstate(all="ignore"):
            s = -(b0 + b1 * t) / (2 * a)
            return _visible_zeros(t, self.log_component(t, s), np.concatenate([i, i]))


def _quadratic_roots(
    a: FloatArray | ComplexArray, b: FloatArray | ComplexArray, c: ComplexArray
) -> tuple[ComplexArray, ComplexArray]:
    """Both roots of a z² + b z + c = 0 without cancellation; infinite or NaN where a vanishes."""
    with np.errstate(all="ignore"):
        root = np.sqrt(b * b - 4 * a * c + 0j)
        aligned = np.where((np.conj(b) * root).real >= 0, root, -root)
        half = -0.5 * (b + aligned)
        return np.asarray(half / a, dtype=np.complex128), np.asarray(c / half, dtype=np.complex128)


def _visible_zeros(
    roots: ComplexArray, log_components: ComplexArray, pair: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Keep zeros near the real axis whose pair is not buried under the other components."""
    own = np.take_along_axis(log_components.real, np.broadcast_to(pair, roots.shape)[None], axis=0)[0]
    is_visible = own > log_components.real.max(axis=0) - _ENVELOPE_NATS
    distance = np.abs(roots.imag)
    keep = np.isfinite(roots) & is_visible & (distance < _WIDEST_ZERO) & (np.abs(roots.real) < 3 * REACH)
    real = np.where(keep, roots.real, REACH)
    return real, np.where(keep, np.maximum(distance, 1e-9), np.inf)


def graded_panels(real: FloatArray, distance: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cover [-REACH, REACH] with the longest panels that all zeros of a line allow.

    A 12-node rule on [a, b] errs by ρ⁻²⁴ for a zero z on the ellipse |z - a| + |z - b| = (ρ + 1/ρ)(b - a)/2.
    Solved for the length, from the left: b - a = (M |z - a| - 2 (Re z - a)) / (M²/4 - 1), M = ρ + 1/ρ.

    Parameters
    ----------
    real, distance : (N, F), zeros of N lines; those at distance ``inf`` do not count.

    Returns
    -------
    line (P,), left ends (P,), lengths (P,), ordered by line.
    """
    is_used = np.isfinite(distance).any(axis=0)
    real, distance = real[:, is_used], distance[:, is_used]
    line, left = np.arange(len(real)), np.full(len(real), -REACH)
    found: list[tuple[IntArray, FloatArray, FloatArray]] = []
    while len(line):
        ahead = real - left[:, None]
        allowed = (_ELLIPSE * np.hypot(ahead, distance) - 2 * ahead) / (_ELLIPSE**2 / 4 - 1)
        length = np.minimum(allowed.min(axis=1, initial=_LONGEST_PANEL), REACH - left)
        found.append((line, left, length))
        left = left + length
        is_open = left < REACH - 1e-12
        line, left, real, distance = line[is_open], left[is_open], real[is_open], distance[is_open]
    lines, lefts, lengths = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(lines, kind="stable")
    return lines[order].astype(np.int64), lefts[order], lengths[order]


def outer_panels(lines: LineMixtures) -> FloatArray:
    """Break points in t: graded to pinched zeros and to the shadows of narrow components."""
    shadow = 2.0 / lines.l11  # two standard deviations along t
    is_near = (np.abs(lines.m1) < 3 * REACH) & (shadow < _WIDEST_ZERO)
    pinch_real, pinch_distance = lines.pinched_lines()
    real = np.concatenate([lines.m1, pinch_real])
    distance = np.concatenate([np.where(is_near, shadow, np.inf), pinch_distance])
    _, left, _ = graded_panels(real[None], distance[None])
    return np.append(left, REACH)
