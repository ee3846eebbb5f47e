"""The mixture fit: where the prior's components start, found from codes alone, never from labels."""

from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray

MAX_FIT_CODES = 20_000
LEAST_VARIANCE = 1e-3


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


def fit_gmm(codes: FloatArray, n_components: int, seed: int, n_starts: int = 1) -> FittedMixture:
    """Maximum likelihood by EM on at most `MAX_FIT_CODES` of the codes (n, J), the best of ``n_starts``.

    With fewer codes than components, codes repeat.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(seed)
    if len(codes) > MAX_FIT_CODES:
        codes = rng.choice(codes, MAX_FIT_CODES, replace=False, shuffle=False)
    if len(codes) < 2 * n_components:
        codes = np.repeat(codes, -(-2 * n_components // len(codes)), axis=0)
    mixture = GaussianMixture(
        n_components, covariance_type="diag", n_init=n_starts, max_iter=200, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # codes that repeat, or not quite settled: fine
        mixture.fit(codes)
    weights = np.maximum(mixture.weights_, 1e-6)
    return FittedMixture(
        weights / weights.sum(), mixture.means_, np.maximum(mixture.covariances_, LEAST_VARIANCE)
    )
