"""A GMM-VAE so small that every integral over it can be done: one latent dimension, few binary pixels.

Densities are scipy's, integrals over z a trapezoidal rule, sums over x and c exhaustive.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_snapshot import Layer
from dgm_explorer.numerics.gmm_elbo import Decoder, MixturePrior, Posterior
from dgm_explorer.theory.checks.measure import even_rule


@dataclass(frozen=True, slots=True, eq=False)
class TinyVae:
    """p(c) p(z|c) p(x|z) with logits a z + b, and q(z|x) = N(m, s²) of one image.

    Attributes
    ----------
    pi, means, sigmas : (K,).
    slopes, offsets : (D,) a and b.
    x : (D,) of zeros and ones.
    m, s : of q(z|x).
    """

    pi: FloatArray
    means: FloatArray
    sigmas: FloatArray
    slopes: FloatArray
    offsets: FloatArray
    x: FloatArray
    m: float
    s: float

    def log_component(self, z: FloatArray) -> FloatArray:
        """log p(z|c), (n, K) for z (n,)."""
        return np.asarray(stats.norm.logpdf(z[:, None], self.means, self.sigmas))

    def log_likelihood(self, x: FloatArray, z: FloatArray) -> FloatArray:
        """log p(x|z), (n,): the sum over the pixels of log Bernoulli."""
        shares = special.expit(np.outer(z, self.slopes) + self.offsets)
        return np.asarray(np.sum(stats.bernoulli.logpmf(x, shares), axis=1))

    def log_q(self, z: FloatArray) -> FloatArray:
        """log q(z|x), (n,)."""
        return np.asarray(stats.norm.logpdf(z, self.m, self.s))

    def rule(self) -> tuple[FloatArray, FloatArray]:
        """Nodes z and weights (n,) for everything that decays like one of the Gaussians."""
        return even_rule(-14.0, 14.0, 2801)

    def expect(self, values: FloatArray) -> FloatArray:
        """E_q(z|x) of values (n, ...) at the nodes."""
        z, weights = self.rule()
        return np.asarray((weights * np.exp(self.log_q(z))) @ values)

    def log_evidence(self) -> float:
        """log p(x), by the integral over z of the sum over c."""
        z, weights = self.rule()
        prior = np.exp(self.log_component(z)) @ self.pi
        return float(np.log(weights @ (prior * np.exp(self.log_likelihood(self.x, z)))))

    def all_images(self) -> FloatArray:
        """Every x, (2^D, D)."""
        return np.array(list(itertools.product((0.0, 1.0), repeat=len(self.x))))

    def prior(self) -> MixturePrior:
        """The same for the program's numerics."""
        return MixturePrior(np.log(self.pi), self.means[:, None], 2 * np.log(self.sigmas)[:, None])

    def decoder(self) -> Decoder:
        """The same; slopes and offsets must be exact in float32."""
        layer = Layer(self.slopes[:, None].astype(np.float32), self.offsets.astype(np.float32))
        return Decoder((layer,), "bernoulli")

    def posterior(self) -> Posterior:
        """The same."""
        return Posterior(np.array([[self.m]]), np.array([[2 * np.log(self.s)]]))


TINY = TinyVae(
    pi=np.array([0.5, 0.3, 0.2]),
    means=np.array([-1.5, 0.5, 2.0]),
    sigmas=np.array([0.8, 0.5, 1.1]),
    slopes=np.array([1.5, -0.75, 2.0, 0.5]),
    offsets=np.array([0.25, -0.5, -1.0, 1.0]),
    x=np.array([1.0, 0.0, 1.0, 1.0]),
    m=0.9,
    s=0.6,
)
"""The one that the checks use."""
GAMMA = np.array([0.15, 0.6, 0.25])
"""Some q(c|x), neither the best one nor p(c)."""
