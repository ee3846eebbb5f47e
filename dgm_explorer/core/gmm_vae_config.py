"""What defines a training run of the GMM-VAE."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from dgm_explorer.core.checks import require_float, require_int
from dgm_explorer.core.errors import InputError

MODEL: Final = "gmm-vae"
"""Its name in run folders and on the command line."""

MAX_COMPONENTS: Final = 100

Likelihood: TypeAlias = Literal["bernoulli", "gaussian"]
Phase: TypeAlias = Literal["pretrain", "mixture_fit", "joint"]
MixtureInit: TypeAlias = Literal["graph", "gmm"]
PHASES: tuple[Phase, ...] = ("pretrain", "mixture_fit", "joint")
TERMS = ("a", "b", "c", "d", "e")
"""The five terms of the bound, in the order of the course notes: see `TERM_MEANINGS`."""

TERM_MEANINGS = {
    "a": "E log p(x|z), reconstruction",
    "b": "E log p(z|c), prior of the component",
    "c": "E log p(c), prior of the mixture",
    "d": "−E log q(z|x), entropy of the latent posterior",
    "e": "−E log q(c|x), entropy of the responsibilities",
}


def has_mixture(phase: str) -> bool:
    """Whether the mixture is fitted: before that, the networks are trained under N(0, I)."""
    return phase == "joint"


@dataclass(frozen=True, slots=True)
class GmmVaeConfig:
    """Model and recipe of VaDE (Jiang et al. 2017, arXiv 1611.05148).

    Attributes
    ----------
    latent_dim : J, numbers per latent code.
    n_components : K, Gaussians in the prior.
    hidden : widths of the encoder's hidden layers; the decoder has them in reverse.
    likelihood : Bernoulli for images in [0, 1], Gaussian with a learnt variance for anything else.
    n_z_samples : samples of z per example and step.
    pretrain_epochs : epochs of a VAE with a weak KL term; 0 skips the phase.
    pretrain_beta : weight of that KL term.
    is_mixture_fitted : whether the prior starts from a mixture fitted to the codes; else from N(0, I).
    mixture_init : what the fit takes its clusters from. ``gmm``: a Gaussian mixture of the codes by EM.
        ``graph``: groups of images that are each other's neighbours, found without labels as the partition
        of the neighbourhood graph of greatest modularity; q(c|x) then stays at these groups for the first
        ``guided_epochs`` of joint training (any q(c|x) gives a bound), after which it follows from z.
    guided_epochs : see ``mixture_init``; without effect for ``gmm``.
    guided_emphasis : β is multiplied by it in the guided epochs: above 1 the encoder follows the groups more
        closely, at the expense of the pictures; the free epochs then train the bound itself.
    epochs : epochs of joint training, guided ones included.
    batch_size : examples per step; on small sets a twelfth of them, so that an epoch is a dozen steps.
    learning_rate, decay, decay_epochs, learning_rate_floor : Adam's step size, multiplied by ``decay``
        every ``decay_epochs`` epochs of joint training down to the floor.
    beta : weight of the terms (b) … (e) in the loss; 1 is the bound itself.
    seed : of initial weights, batches and samples.
    """

    latent_dim: int = 2
    n_components: int = 10
    hidden: tuple[int, ...] = (256, 256)
    likelihood: Likelihood = "bernoulli"
    n_z_samples: int = 1
    pretrain_epochs: int = 30
    pretrain_beta: float = 0.1
    is_mixture_fitted: bool = True
    mixture_init: MixtureInit = "graph"
    guided_epochs: int = 100
    guided_emphasis: float = 1.0
    epochs: int = 150
    batch_size: int = 128
    learning_rate: float = 2e-3
    decay: float = 0.9
    decay_epochs: int = 10
    learning_rate_floor: float = 2e-4
    beta: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        require_int("latent_dim", self.latent_dim, 1, 512)
        require_int("n_components", self.n_components, 1, MAX_COMPONENTS)
        if not 1 <= len(self.hidden) <= 6:
            raise InputError(f"hidden: {len(self.hidden)} layers; give 1 to 6 widths.")
        for width in self.hidden:
            require_int("hidden", width, 1, 8192)
        require_int("n_z_samples", self.n_z_samples, 1, 64)
        require_int("pretrain_epochs", self.pretrain_epochs, 0, 100_000)
        require_int("guided_epochs", self.guided_epochs, 0, 100_000)
        require_int("epochs", self.epochs, 0, 100_000)
        require_int("batch_size", self.batch_size, 1, 65_536)
        require_int("decay_epochs", self.decay_epochs, 1, 100_000)
        require_int("seed", self.seed, 0, 2**32 - 1)
        require_float("pretrain_beta", self.pretrain_beta, 0.0, 100.0)
        require_float("guided_emphasis", self.guided_emphasis, 0.01, 100.0)
        require_float("beta", self.beta, 0.0, 100.0)
        require_float("learning_rate", self.learning_rate, 1e-8, 1.0)
        require_float("learning_rate_floor", self.learning_rate_floor, 0.0, 1.0)
        require_float("decay", self.decay, 1e-3, 1.0)
