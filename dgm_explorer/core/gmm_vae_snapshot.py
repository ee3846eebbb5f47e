"""The GMM-VAE at one instant, as read-only arrays: what the window draws and the timeline keeps."""

from dataclasses import dataclass, field

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.gmm_vae_config import Likelihood, has_mixture


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """y = W x + b.

    Attributes
    ----------
    weight : (out, in).
    bias : (out,).
    """

    weight: Float32Array
    bias: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class GmmVaeSnapshot:
    """Parameters and codes of one instant. K components, J latent dimensions, D numbers per example.

    The probe is a fixed set of examples with fixed noise, so that a dot moves only because the model did.

    Attributes
    ----------
    step, epoch, phase : when it was taken; ``phase`` is one of `PHASES`.
    likelihood : of the decoder.
    probe : (n,) rows of the data set that the codes belong to.
    latent_means, latent_log_vars : (n, J) of q(z|x) for the probe.
    responsibilities : (n, K), γ at z = mean.
    log_pi : (K,) log weights, normalised.
    component_means, component_log_vars : (K, J).
    decoder : layers; ReLU between them, logits (Bernoulli) or means (Gaussian) at the end.
    decoder_log_var : log variance of the Gaussian likelihood, one for all D; unused by Bernoulli.
    shown : (m,) rows of the data set that are shown beside their reconstructions.
    reconstructions : (m, D) decoded means of the shown.
    sample_noise : (K, s, J) fixed ε of the samples.
    samples : (K, s, D) decoded μ_c + σ_c ε.
    component_images : (K, D) decoded μ_c.
    train_terms, held_out_terms : (5,) nats per example, the terms (a) … (e); NaN where not measured.
    kl_per_dim : (J,) mean over the probe of KL(q(z_j|x) ‖ N_j), nats, where N_j has the mean and variance of
        the average of q(z_j|x). At least the mutual information of x and z_j; 0 just where q(z_j|x) does
        not depend on x. (The divergence from the mixture would be 0 for used dimensions too.)
    occupancy : (K,) mean responsibility over the probe.
    accuracy, nmi, ari : clustering quality over the labelled probe; NaN without labels and before joint
        training.
    confusion : (K, classes) counts of the probe by argmax γ; (0, 0) where those are NaN.
    """

    step: int
    epoch: float
    phase: str
    likelihood: Likelihood
    probe: IntArray
    latent_means: Float32Array
    latent_log_vars: Float32Array
    responsibilities: Float32Array
    log_pi: Float32Array
    component_means: Float32Array
    component_log_vars: Float32Array
    decoder: tuple[Layer, ...]
    decoder_log_var: float
    shown: IntArray
    reconstructions: Float32Array
    sample_noise: Float32Array
    samples: Float32Array
    component_images: Float32Array
    train_terms: Float32Array
    held_out_terms: Float32Array
    kl_per_dim: Float32Array
    occupancy: Float32Array
    accuracy: float = float("nan")
    nmi: float = float("nan")
    ari: float = float("nan")
    confusion: IntArray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))

    @property
    def has_mixture(self) -> bool:
        """See `gmm_vae_config.has_mixture`."""
        return has_mixture(self.phase)

    @property
    def n_components(self) -> int:
        return len(self.log_pi)

    @property
    def latent_dim(self) -> int:
        return int(self.component_means.shape[1])
