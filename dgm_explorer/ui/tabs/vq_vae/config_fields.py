"""The settings of the VQ-VAE and its recipe: what each is called and what it means."""

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_suggestion import FIELD_WORDS
from dgm_explorer.ui.settings.field_spec import FieldSpec, ModelSettings


def _is_vq(config: VqVaeConfig) -> bool:
    return config.quantizer == "vq"


def _is_fsq(config: VqVaeConfig) -> bool:
    return config.quantizer == "fsq"


def _has_averages(config: VqVaeConfig) -> bool:
    """Codes follow them, or they say which code is hardly used."""
    return _is_vq(config) and (config.codebook_update == "ema" or config.revival_fraction > 0)


QUANTISER_FIELDS = (
    FieldSpec(
        "quantizer",
        "Quantiser",
        "Nearest code of a learnt codebook, or FSQ: each number of z_e rounded to one of a few levels.",
        "choice",
        is_wide=True,
        choices=(("vq", "codebook (VQ)"), ("fsq", "fixed levels (FSQ)")),
    ),
    FieldSpec("codebook_size", "Codes K", "How many codes there are.", matters=_is_vq),
    FieldSpec(
        "code_dim",
        "Numbers D",
        "Numbers per code. With 2 the cells of the codes can be drawn as they are.",
        tex=r"e_k \in \mathbb{R}^D",
        matters=_is_vq,
    ),
    FieldSpec(
        "fsq_levels",
        "Levels",
        "How many levels each number has, such as 8, 8; their product is K.",
        "widths",
        is_wide=True,
        matters=_is_fsq,
    ),
    FieldSpec(
        "codebook_start",
        "First codes",
        "Drawn from N(0, 1), which fits normalised outputs; uniform in ±1/K as published; or k-means of the\n"
        "first batch.",
        "choice",
        is_wide=True,
        choices=(("normal", "normal"), ("uniform", "uniform ±1/K"), ("kmeans", "k-means")),
        matters=_is_vq,
    ),
)

NETWORK_FIELDS = (
    FieldSpec(
        "network",
        "Network",
        "Light: two strided convolutions. Residual: that of the paper, twelve times slower. Local: patches\n"
        "that do not overlap, so that each code is one patch.",
        "choice",
        is_wide=True,
        choices=(("light", "light"), ("residual", "residual (paper)"), ("local", "local patches")),
    ),
    FieldSpec("width", "Channels", "Of the network; 0 for its own."),
    FieldSpec("stride", "Stride", "Pixels from one code to the next, a power of two; 0: by image size."),
    FieldSpec(
        "epochs",
        "Epochs",
        "Of training. A run that is over goes on when they are raised and Play is pressed.",
    ),
    FieldSpec("batch_size", "Batch", "Images per step of the optimiser."),
    FieldSpec(
        "seed",
        "Seed",
        "Of weights, codes, batches and revivals: the same seed gives the same run on the CPU.",
    ),
)

LIVE_FIELDS = (
    FieldSpec(
        "is_batch_normalized",
        "Batch norm before the quantiser",
        "Brings z_e to mean 0 and variance 1, the scale of the codes. The ingredient that counts most:\n"
        "switch it off and watch the codebook collapse.",
        "switch",
        is_wide=True,
    ),
    FieldSpec(
        "revival_fraction",
        "Revive below",
        "A code used less than this share of the mean use is put on an output of the batch; 0 for never.",
        "float",
        is_wide=True,
        matters=_is_vq,
    ),
    FieldSpec(
        "decay",
        "Decay γ",
        "Of the moving averages: smaller follows faster.",
        "float",
        is_wide=True,
        tex=r"N_k \leftarrow \gamma N_k + (1 - \gamma)\, n_k",
        matters=_has_averages,
    ),
    FieldSpec(
        "commitment",
        "Commitment β",
        "Weight of the term that keeps the encoder near its codes.",
        "float",
        is_wide=True,
        tex=r"\beta\, \Vert z_e - \mathrm{sg}[e] \Vert^2",
        matters=_is_vq,
    ),
    FieldSpec(
        "codebook_update",
        "Codes follow",
        "The encoder outputs that use them, by exponential moving averages or by gradient of the loss.",
        "choice",
        is_wide=True,
        choices=(("ema", "by moving averages"), ("codebook_loss", "by codebook loss")),
        matters=_is_vq,
    ),
    FieldSpec(
        "estimator",
        "Gradient",
        "How it passes the quantiser: unchanged (straight-through), or turned and scaled with z_e.",
        "choice",
        is_wide=True,
        choices=(("straight_through", "straight-through"), ("rotation", "rotation trick")),
        matters=_is_vq,
    ),
    FieldSpec(
        "learning_rate",
        "Learning rate",
        "Step size of Adam.",
        "float",
        is_wide=True,
        tex=r"\eta",
    ),
)

SETTINGS = ModelSettings(
    sections=(("Quantiser", QUANTISER_FIELDS), ("Network and recipe", NETWORK_FIELDS)),
    live=LIVE_FIELDS,
    phases=("train",),
    words=FIELD_WORDS,
    needs_images=True,
)
