"""A Gaussian mixture fitted to points on the line, with as many components as BIC wants."""

import warnings

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import MAX_COMPONENTS, Component1D

MAX_FIT_POINTS = 5_000
MAX_MAGNITUDE = 1e5
SEED = 0
POINTS_PER_COMPONENT = 4
LONE_SIGMA = 0.1
LEAST_SIGMA = 2e-6
"""Twice what a component may have, so that no rounding falls below it."""
RESOLUTION = 1e-8
"""Points that differ by less, relative to 1 or to where they lie, are equal."""
PATIENCE = 3  # components tried beyond the best before giving up


def fit_mixture(points: FloatArray) -> tuple[Component1D, ...]:
    """Maximum-likelihood mixture of 1 to `MAX_COMPONENTS` Gaussians, chosen by BIC (Schwarz 1978).

    The same points always give the same mixture. Above `MAX_FIT_POINTS` a random subset is fitted. sigma is
    kept off 0 by a floor that falls with the number of points and is no finer than their resolution, nor than
    `LEAST_SIGMA`; points that are all equal give one component of sigma `LONE_SIGMA` · max(1, abs(x)).

    Parameters
    ----------
    points : (n,) finite numbers.

    Returns
    -------
    tuple of Component1D
        Sorted by mu; the weights sum to 1.

    Raises
    ------
    InputError
        If there are no points, or points are not finite or beyond ±`MAX_MAGNITUDE`.
    """
    x = _checked(points)
    center, scale = float(x.mean()), float(x.std())
    if scale <= RESOLUTION * max(1.0, abs(center)):
        return (Component1D(1.0, center, LONE_SIGMA * max(1.0, abs(center))),)
    if x.size > MAX_FIT_POINTS:
        x = np.random.default_rng(SEED).choice(x, MAX_FIT_POINTS, replace=False)
    weights, means, sigmas = _best_by_bic((x - center) / scale, LEAST_SIGMA / scale)
    return tuple(
        Component1D(float(weights[k]), float(center + scale * means[k]), float(scale * sigmas[k]))
        for k in np.argsort(means)
    )


def _checked(points: FloatArray) -> FloatArray:
    x = np.asarray(points, dtype=np.float64).ravel()
    if x.size == 0:
        raise InputError("points: there are none; paint or load at least one.")
    if not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x))[0]) + 1
        raise InputError(f"points: number {row} is {x[row - 1]}; remove it.")
    if np.abs(x).max() > MAX_MAGNITUDE:
        raise InputError(
            f"points: they reach {np.abs(x).max():g}; rescale them to lie within ±{MAX_MAGNITUDE:g}."
        )
    return x


def _sigma_floor(z: FloatArray) -> float:
    """Smallest sigma worth fitting to standardised points: 1/n, 1e-3, half the step of rounded numbers."""
    distinct = np.unique(z)
    half_step = 0.5 * float(np.median(np.diff(distinct))) if 2 * distinct.size < z.size else 0.0
    return max(1e-3, 1 / z.size, half_step)


def _best_by_bic(z: FloatArray, least_sigma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights, means and sigmas of the best mixture of standardised points (n,)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    most = max(1, min(MAX_COMPONENTS, np.unique(z).size // POINTS_PER_COMPONENT))
    floor = max(_sigma_floor(z), least_sigma)
    column = z[:, None]
    models, scores = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a fit short of convergence only ranks lower
        for n_components in range(1, most + 1):
            model = GaussianMixture(
                n_components, n_init=5, init_params="k-means++", reg_covar=floor**2, random_state=SEED
            )
            models.append(model.fit(column))
            scores.append(model.bic(column))
            if n_components - int(np.argmin(scores)) > PATIENCE:
                break
    best = models[int(np.argmin(scores))]
    return best.weights_, best.means_[:, 0], np.sqrt(best.covariances_[:, 0, 0])
