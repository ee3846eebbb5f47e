"""The settings of the GMM-VAE and its recipe: what each is called and what it means."""

from dgm_explorer.core.gmm_vae_config import PHASES, GmmVaeConfig
from dgm_explorer.core.gmm_vae_suggestion import FIELD_WORDS
from dgm_explorer.ui.settings.field_spec import FieldSpec, ModelSettings


def _is_guided(config: GmmVaeConfig) -> bool:
    return config.is_mixture_fitted and config.mixture_init == "graph"


MODEL_FIELDS = (
    FieldSpec(
        "latent_dim",
        "Latent J",
        "Numbers per latent code z. With 2 the picture needs no projection; 10 clusters better.",
        tex=r"z \in \mathbb{R}^J",
    ),
    FieldSpec(
        "n_components",
        "Clusters K",
        "Gaussians in the prior of z, 1 to 100.",
        tex=r"p(z) = \sum_{c=1}^{K} \pi_c\, \mathcal{N}(z; \mu_c, \mathrm{diag}\,\sigma_c^2)",
    ),
    FieldSpec(
        "hidden",
        "Hidden layers",
        "Widths of the encoder's hidden layers, such as 256, 256; the decoder has them in reverse.",
        "widths",
        is_wide=True,
    ),
    FieldSpec(
        "likelihood",
        "Likelihood",
        "p(x|z): Bernoulli for images with values in [0, 1], Gaussian with a learnt variance for\n"
        "anything else, such as points in the plane.",
        "choice",
        is_wide=True,
        choices=(("bernoulli", "Bernoulli"), ("gaussian", "Gaussian, learnt σ²")),
    ),
    FieldSpec(
        "n_z_samples",
        "Samples of z",
        "Samples of z per example and step: more make the gradient quieter and the step dearer.",
        is_wide=True,
        tex=r"z = \tilde\mu + \tilde\sigma\,\varepsilon, \quad \varepsilon \sim \mathcal{N}(0, I)",
    ),
)

RECIPE_FIELDS = (
    FieldSpec(
        "pretrain_epochs",
        "1. Pre-train",
        "Epochs of a plain VAE, before there are clusters.\n"
        "0 skips the phase: the components collapse onto each other, worth seeing once.",
    ),
    FieldSpec(
        "pretrain_beta",
        "β",
        "Weight of the KL term while pre-training: 1 is the plain VAE, less lets the codes spread out,\n"
        "which points in the plane and wide latent spaces need.",
        "float",
        tex=r"\log p(x|z) - \beta\, \mathrm{KL}(q(z|x)\,\Vert\,\mathcal{N}(0, I))",
    ),
    FieldSpec(
        "is_mixture_fitted",
        "2. Fit the mixture to the codes",
        "The prior starts as a mixture fitted to the codes of the pre-trained encoder;\n"
        "without it every component starts near N(0, I).",
        "switch",
        is_wide=True,
    ),
    FieldSpec(
        "mixture_init",
        "Clusters from",
        "What the fit takes its clusters from, labels never being used:\n"
        "groups in the graph of nearest neighbours, or a Gaussian mixture of the codes by EM.",
        "choice",
        is_wide=True,
        choices=(("graph", "Neighbours (graph)"), ("gmm", "Gaussian mixture (EM)")),
        matters=lambda config: config.is_mixture_fitted,
    ),
    FieldSpec(
        "epochs",
        "3. Joint",
        "Epochs of training encoder, decoder and mixture together by the whole bound.\n"
        "A run that is over goes on when they are raised and Play is pressed.",
    ),
    FieldSpec(
        "guided_epochs",
        "guided",
        "The first so many epochs of joint training, in which q(c|x) stays at the groups of the graph;\n"
        "after them it follows from z.",
        matters=_is_guided,
    ),
    FieldSpec(
        "guided_emphasis",
        "β while guided ×",
        "β is multiplied by this in the guided epochs: above 1 the encoder follows the groups\n"
        "more closely, at the expense of the pictures.",
        "float",
        is_wide=True,
        matters=_is_guided,
    ),
    FieldSpec("batch_size", "Batch", "Examples per step of the optimiser."),
    FieldSpec(
        "seed",
        "Seed",
        "Of initial weights, batches and samples: the same seed gives the same run on the CPU.",
    ),
    FieldSpec(
        "decay",
        "Decay",
        "The learning rate is multiplied by this …",
        "float",
        tex=r"\eta \leftarrow \max(\eta_{\min},\ \mathrm{decay} \cdot \eta)",
    ),
    FieldSpec("decay_epochs", "every", "… every so many epochs of joint training …"),
    FieldSpec("learning_rate_floor", "down to", "… down to this learning rate.", "float"),
)

LIVE_CONFIG_FIELDS = (
    FieldSpec(
        "learning_rate",
        "Learning rate",
        "Step size of Adam. A running run takes a new one at once and lets it decay from there.",
        "float",
        is_wide=True,
        tex=r"\eta",
    ),
    FieldSpec(
        "beta",
        "Weight β",
        "Weight of the terms (b) to (e) in the loss; 1 is the bound itself.\n"
        "A running run takes a new one at once.",
        "float",
        is_wide=True,
        tex=r"-\mathrm{loss} = a + \beta\,(b + c + d + e)",
    ),
)

SETTINGS = ModelSettings(
    sections=(("Model", MODEL_FIELDS), ("Recipe: three phases, lengths in epochs", RECIPE_FIELDS)),
    live=LIVE_CONFIG_FIELDS,
    phases=PHASES,
    words=FIELD_WORDS,
)
