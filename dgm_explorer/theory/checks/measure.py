"""Averages with error bars, and integrals by rules that are exact to rounding for what they are used on."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy import integrate

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.theory.result import STANDARD_ERRORS, Finding, refutes

LOG_2PI = math.log(2 * math.pi)


def log_normal(x: FloatArray, mu: float, sigma: float) -> FloatArray:
    """log N(x; μ, σ²), any shape."""
    return np.asarray(-0.5 * ((x - mu) / sigma) ** 2 - math.log(sigma) - 0.5 * LOG_2PI)


def averaged(what: str, expected: float, samples: FloatArray) -> Finding:
    """A number beside the mean of independent samples (n,)."""
    return Finding(what, float(expected), float(samples.mean()), error_bar(samples), is_sampled=True)


def refuted_on_average(what: str, notes: float, samples: FloatArray) -> Finding:
    """A number that the notes imply, beside the mean of independent samples (n,)."""
    return refutes(what, notes, float(samples.mean()), error_bar(samples), is_sampled=True)


def error_bar(samples: FloatArray) -> float:
    """`STANDARD_ERRORS` standard errors of the mean of (n,)."""
    return STANDARD_ERRORS * float(samples.std(ddof=1)) / math.sqrt(len(samples))


def integral(integrand: Callable[[float], float], lo: float, hi: float) -> float:
    """Adaptive Gauss–Kronrod in ten pieces, so that no bump of width 0.1 or more is stepped over."""
    edges = np.linspace(lo, hi, 11)
    return sum(
        float(integrate.quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12, limit=200)[0])
        for a, b in pairwise(edges.tolist())
    )


def even_rule(lo: float, hi: float, n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights (n,) of the trapezoidal rule.

    For an analytic integrand that has died out at both ends its error falls exponentially with n.
    """
    nodes = np.linspace(lo, hi, n)
    return nodes, np.full(n, (hi - lo) / (n - 1))


def normal_rule(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights (n,) of Gauss–Hermite quadrature for ε ~ N(0, 1); exact up to degree 2n − 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return nodes, weights / weights.sum()
