"""VaDE: a variational autoencoder whose prior is a mixture of Gaussians (Jiang et al. 2017).

Shapes in this file: B examples of D numbers, L samples of z for each, J latent dimensions, K components.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.models.mlp import make_linear, make_mlp

LOG_2PI = math.log(2 * math.pi)
LOG_NOTHING = -40.0
LATENT_LOG_VAR = (-10.0, 6.0)
"""Rails of log σ̃²: wide, because a clamp has no gradient beyond them."""
COMPONENT_LOG_VAR = (-7.0, 7.0)
DECODER_LOG_VAR = (-10.0, 10.0)


class LatentPosterior(NamedTuple):
    """q(z|x): means and log variances, both (B, J)."""

    mean: Tensor
    log_var: Tensor


class ElboTerms(NamedTuple):
    """The five terms of the bound, (B,) nats each; see `core.gmm_vae_config.TERM_MEANINGS`."""

    a: Tensor
    b: Tensor
    c: Tensor
    d: Tensor
    e: Tensor


class GmmVae(nn.Module):
    """p(x, c, z) = Cat(c|π) N(z|μ_c, diag σ_c²) p(x|z) and q(z, c|x) = N(z|μ̃, diag σ̃²) q(c|x).

    Parameters
    ----------
    config : sizes and likelihood.
    n_inputs : D.
    generator : on the CPU; draws the initial weights, and the means of the components from N(0, I).
    autocast : context around the networks, for mixed precision; the rest keeps the parameters' type, the
        heads of q(z|x) too: they cost little, and codes rounded to bfloat16 are seen as a lattice.
    """

    def __init__(
        self,
        config: GmmVaeConfig,
        n_inputs: int,
        generator: torch.Generator,
        autocast: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        super().__init__()
        hidden, n_latent, n_components = config.hidden, config.latent_dim, config.n_components
        self.likelihood = config.likelihood
        self._autocast = autocast
        self.encoder = make_mlp((n_inputs, *hidden), generator)
        self.encoder.append(nn.ReLU())
        self.mean_head = make_linear(hidden[-1], n_latent, generator)
        self.log_var_head = make_linear(hidden[-1], n_latent, generator)
        self.decoder = make_mlp((n_latent, *reversed(hidden), n_inputs), generator)
        self.decoder_log_var = nn.Parameter(torch.zeros(()), requires_grad=self.likelihood == "gaussian")
        self.pi_logits = nn.Parameter(torch.zeros(n_components))
        self.component_means = nn.Parameter(torch.randn(n_components, n_latent, generator=generator))
        self.component_log_vars = nn.Parameter(torch.zeros(n_components, n_latent))

    @property
    def n_components(self) -> int:
        return len(self.pi_logits)

    def encode(self, x: Tensor) -> LatentPosterior:
        """q(z|x) for x (B, D)."""
        with self._autocast():
            features: Tensor = self.encoder(x)
        features = features.to(self.component_means.dtype)
        return LatentPosterior(self.mean_head(features), self.log_var_head(features).clamp(*LATENT_LOG_VAR))

    def decode(self, z: Tensor) -> Tensor:
        """Logits (Bernoulli) or means (Gaussian) of x for z (…, J); (…, D)."""
        with self._autocast():
            output: Tensor = self.decoder(z)
        return output.to(self.component_means.dtype)

    def decoded_mean(self, z: Tensor) -> Tensor:
        """E[x|z], (…, D)."""
        output = self.decode(z)
        return output.sigmoid() if self.likelihood == "bernoulli" else output

    def log_pi(self) -> Tensor:
        """log π, (K,), normalised."""
        return functional.log_softmax(self.pi_logits, dim=0)

    def clamped_component_log_vars(self) -> Tensor:
        """log σ_c², (K, J)."""
        return self.component_log_vars.clamp(*COMPONENT_LOG_VAR)

    def clamped_decoder_log_var(self) -> Tensor:
        """Log variance of the Gaussian likelihood, ()."""
        return self.decoder_log_var.clamp(*DECODER_LOG_VAR)

    def log_joint(self, z: Tensor) -> Tensor:
        """log π_c + log N(z|μ_c, diag σ_c²) for z (…, J); (…, K)."""
        log_vars = self.clamped_component_log_vars()
        squared = (z.unsqueeze(-2) - self.component_means).square() * (-log_vars).exp()
        return self.log_pi() - 0.5 * (squared + log_vars + LOG_2PI).sum(-1)

    def log_responsibilities(self, z: Tensor) -> Tensor:
        """log γ_c = log p(c|z) for z (…, J); (…, K).

        Normalised among logarithms: a constant added to the densities "for stability" outweighs them as
        soon as J is around ten, and γ turns uniform.
        """
        return functional.log_softmax(self.log_joint(z), dim=-1)

    def log_likelihood(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x|z) for x (B, D) and z (…, B, J); (…, B) nats, summed over the D numbers."""
        output = self.decode(z)
        if self.likelihood == "bernoulli":
            target = x.expand_as(output)
            return -functional.binary_cross_entropy_with_logits(output, target, reduction="none").sum(-1)
        log_var = self.clamped_decoder_log_var()
        return -0.5 * ((x - output).square() * (-log_var).exp() + log_var + LOG_2PI).sum(-1)

    def terms(self, x: Tensor, noise: Tensor, assignment: Tensor | None = None) -> ElboTerms:
        """The complete bound per example (Jiang et al. 2017, eq. 12, with no constant dropped).

        z = μ̃ + σ̃ ε serves both the decoder and q(c|x) = (1/L) Σ_l p(c|z_l) (eq. 16). (b) and (d) are
        exact given q(c|x); (a) and q(c|x) carry the noise of the L samples.

        Parameters
        ----------
        x : (B, D).
        noise : ε, (L, B, J).
        assignment : (B,) the component that all of q(c|x) is put on, in place of eq. 16 (any q(c|x) gives
            a bound); -1 for eq. 16.
        """
        posterior = self.encode(x)
        z = posterior.mean + (0.5 * posterior.log_var).exp() * noise
        log_gamma = self.log_responsibilities(z).logsumexp(0) - math.log(len(noise))
        if assignment is not None:
            log_gamma = pin(log_gamma, assignment)
        gamma = log_gamma.exp()
        return ElboTerms(
            a=self.log_likelihood(x, z).mean(0),
            b=(gamma * self.expected_log_component(posterior)).sum(-1),
            c=(gamma * self.log_pi()).sum(-1),
            d=0.5 * (1 + LOG_2PI + posterior.log_var).sum(-1),
            e=-(gamma * log_gamma).sum(-1),
        )

    def expected_log_component(self, posterior: LatentPosterior) -> Tensor:
        """E_q(z|x) log N(z|μ_c, diag σ_c²) for every component, (B, K); closed form."""
        mean, log_var = (part.unsqueeze(-2) for part in posterior)
        log_vars = self.clamped_component_log_vars()
        squared = (log_var.exp() + (mean - self.component_means).square()) * (-log_vars).exp()
        return -0.5 * (squared + log_vars + LOG_2PI).sum(-1)

    def standard_terms(self, x: Tensor, noise: Tensor) -> ElboTerms:
        """The bound of the same networks under the prior N(0, I) in place of the mixture: a plain VAE."""
        posterior = self.encode(x)
        z = posterior.mean + (0.5 * posterior.log_var).exp() * noise
        squared = posterior.mean.square() + posterior.log_var.exp()
        none = torch.zeros_like(posterior.mean[:, 0])
        return ElboTerms(
            a=self.log_likelihood(x, z).mean(0),
            b=-0.5 * (squared + LOG_2PI).sum(-1),
            c=none,
            d=0.5 * (1 + LOG_2PI + posterior.log_var).sum(-1),
            e=none,
        )


def pin(log_gamma: Tensor, assignment: Tensor) -> Tensor:
    """log q(c|x), (B, K), with all its weight on the assigned component where there is one.

    `LOG_NOTHING` stands for log 0: finite, so that 0 · log 0 is 0 in value and in gradient.
    """
    components = torch.arange(log_gamma.shape[-1], device=log_gamma.device)
    pinned = torch.where(assignment[:, None] == components, 0.0, LOG_NOTHING)
    return torch.where(assignment[:, None] < 0, log_gamma, pinned)
