"""The mixture fit: where the prior's components start, found from images and codes, never from labels."""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray

MAX_FIT_CODES = 20_000
LEAST_VARIANCE = 1e-3
LEAST_WEIGHT = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class FittedMixture:
    """K Gaussians with diagonal covariances in J dimensions.

    Attributes
    ----------
    weights : (K,), positive, sum 1.
    means, variances : (K, J).
    """

    weights: FloatArray
    means: FloatArray
    variances: FloatArray

    def widened(self, variance: FloatArray) -> "FittedMixture":
        """For z drawn around the codes with this variance, (J,), in place of the codes themselves."""
        return replace(self, variances=self.variances + variance)


def fit_gmm(codes: FloatArray, n_components: int, seed: int) -> FittedMixture:
    """Maximum likelihood by EM on at most `MAX_FIT_CODES` of the codes (n, J), from k-means.

    Where there are fewer codes than components, codes repeat.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    if len(codes) > MAX_FIT_CODES:
        codes = np.random.default_rng(seed).choice(codes, MAX_FIT_CODES, replace=False, shuffle=False)
    if len(codes) < 2 * n_components:
        codes = np.repeat(codes, -(-2 * n_components // len(codes)), axis=0)
    mixture = GaussianMixture(n_components, covariance_type="diag", max_iter=200, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # repeated codes, or not quite settled: fine
        mixture.fit(codes)
    return _kept_off_zero(mixture.weights_, mixture.means_, mixture.covariances_)


def mixture_of_clusters(codes: FloatArray, clusters: IntArray, n_components: int, seed: int) -> FittedMixture:
    """Share, mean and variance of the codes (n, J) of each cluster; an empty one starts anywhere."""
    rng = np.random.default_rng(seed)
    counts = np.bincount(clusters, minlength=n_components).astype(np.float64)
    means = codes[rng.integers(len(codes), size=n_components)]
    variances = np.tile(codes.var(0), (n_components, 1))
    for k in np.flatnonzero(counts > 0):
        own = codes[clusters == k]
        means[k] = own.mean(0)
        variances[k] = own.var(0) if len(own) > 1 else variances[k] / n_components
    return _kept_off_zero(counts / counts.sum(), means, variances)


def _kept_off_zero(weights: FloatArray, means: FloatArray, variances: FloatArray) -> FittedMixture:
    weights = np.maximum(weights, LEAST_WEIGHT)
    return FittedMixture(weights / weights.sum(), means, np.maximum(variances, LEAST_VARIANCE))
